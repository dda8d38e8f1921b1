"""The plates in a real browser on a real JupyterLab: by keyboard alone, by mouse and by touch, for everybody, in time.

The tests share one page, in the order in which they stand; each plate is in the state that the one before left.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter import ROOT, Lab, notebook, soon, still
from playwright.sync_api import Locator, expect
from test_inspector import picture, theme, violations

BEGIN = (
    "from mtlib.lab import Machine, Packet, Ribbons, Wires, plate, sample\n"
    "s = sample()\nb = s.binding\nschedule = b.schedule\n"
    f"import sys\nsys.path.insert(0, {str(ROOT / 'tests')!r})\nfrom plates import ALL"
)
PLATES = {
    "packet": "plate(Packet(s.carried))",
    "machine": "plate(Machine(bytes(b.plaintext), schedule.aes_key, schedule.aes_iv))",
    "ribbons": "plate(Ribbons(bytes(b.perm_key), b.msg_key))",
    "wires": "plate(Wires(b))",
    **{name: f"plate(ALL['{name}']())" for name in ("theft", "clock", "triage", "bugs")},
}
EVERY = pytest.mark.parametrize("name", PLATES)

class Shown:
    """One plate of the page."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.page = lab.page
        self.root = lab.page.locator(".mtlib-plate.live").nth([*PLATES].index(name))
        self.root.scroll_into_view_if_needed()

    def mark(self, name: str) -> Locator:
        return self.root.locator(f'.m[data-id="{name}"]')

    @property
    def said(self) -> Locator:
        return self.root.locator(".said")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.dataset.id || document.activeElement.textContent"))

    def tab_to(self, wanted: str) -> None:
        """Tab until the focus is there: the id of a mark, or the words of a button."""
        self.root.locator("input, button").first.focus()
        for _ in range(20):
            if wanted in self.focused():
                return
            self.press("Tab")
        raise AssertionError(f"no way to {wanted} by Tab")

    def walk_to(self, wanted: str, *keys: str) -> None:
        """From the mark where Tab comes in."""
        self.root.locator('.m[tabindex="0"]').focus()
        self.press(*keys)
        assert self.focused() == wanted


@pytest.fixture(scope="module")
def plates(browser: Any, address: str, folder: Path) -> Iterator[Lab]:
    notebook(folder / "notebooks" / "plates.ipynb", (BEGIN, *PLATES.values()))
    lab = Lab(browser, address)
    lab.open("plates.ipynb")
    lab.run_all()
    lab.page.wait_for_selector(".mtlib-plate.live >> nth=7", timeout=30_000)
    lab.page.wait_for_timeout(600)
    yield lab
    assert lab.errors == [] and lab.outside == []
    lab.page.close()


# -- By keyboard alone


def test_packet_by_keyboard(plates: Lab) -> None:
    packet = Shown(plates, "packet")
    packet.root.locator("input").focus()
    packet.press(*["ArrowRight"] * 5)
    expect(packet.said).to_contain_text("request, 132 bytes")
    packet.press("End")
    expect(packet.said).to_contain_text("frame, 204 bytes")
    expect(packet.root.locator('.m[aria-label*=": byte "]')).to_have_count(204)
    packet.press("Tab")
    assert packet.focused() == "bar0"
    packet.press(*["ArrowDown"] * 9, "Home", "ArrowRight")
    assert packet.focused() == "b1"
    expect(packet.root.locator(".m.thread.lit")).to_have_count(1)
    expect(packet.root.locator(".about")).to_contain_text("byte 1 of frame")
    packet.walk_to("bar0", *["ArrowUp"] * 12)
    packet.press("Enter")
    expect(packet.said).to_contain_text("inner, 40 bytes")


def test_machine_by_keyboard(plates: Lab) -> None:
    machine = Shown(plates, "machine")
    machine.tab_to("iv1")
    machine.press("ArrowRight", "ArrowRight")
    assert machine.focused() == "p1"
    machine.press("Enter")
    expect(machine.said).to_contain_text("of p2. Which blocks of the ciphertext will differ?")
    machine.mark("g0.1").focus()
    for _ in range(4):
        machine.press("Enter", "ArrowRight")
    expect(machine.mark("g0.4")).to_have_attribute("aria-pressed", "true")
    machine.tab_to("run")
    machine.press("Enter")
    expect(machine.said).to_contain_text("IGE 2, 3, 4, 5 (as you expected); CBC 2, 3, 4, 5; CTR 2; PCBC 2, 3, 4, 5.")


def test_a_mark_keeps_the_focus_when_another_goes(plates: Lab) -> None:
    """The bit flipped first stands before the second in the page, and is taken away."""
    machine = Shown(plates, "machine")
    machine.tab_to("decrypts")
    machine.press("Enter")
    for name in ("iv1", "c1"):
        machine.mark(name).focus()
        machine.press("Enter")
        expect(machine.said).to_contain_text("Flipped")
        plates.page.wait_for_timeout(200)
        assert machine.focused() == name
    machine.tab_to("encrypts")
    machine.press("Enter")


def test_ribbons_by_keyboard(plates: Lab) -> None:
    ribbons = Shown(plates, "ribbons")
    ribbons.mark("hand").focus()
    ribbons.press("ArrowRight", "ArrowRight")
    expect(ribbons.mark("hand")).to_have_attribute("aria-valuenow", "42")
    expect(ribbons.root.locator(".m.band.lit")).to_have_count(3)  # into sha1_b, and from there to both results
    ribbons.tab_to("flip byte 42")
    ribbons.press("Enter")
    expect(ribbons.said).to_contain_text("auth_key[42]. 20 of the 64 bytes change (12 of aes_key, 8 of aes_iv)")
    ribbons.tab_to("v2: the packet")
    ribbons.press("Enter")
    expect(ribbons.said).to_contain_text("through sha256_b")
    ribbons.tab_to("all as before")
    ribbons.press("Enter")
    ribbons.tab_to("v1: the seal")
    ribbons.press("Enter")
    expect(ribbons.said).to_contain_text("goes into sha1_b")


def test_wires_by_keyboard(plates: Lab) -> None:
    wires = Shown(plates, "wires")
    wires.tab_to("out tunnel")
    wires.press("Enter")
    expect(wires.said).to_contain_text("ENCRYPTED_MESSAGE_INVALID. The log says: temp_auth_key_id")
    expect(wires.mark("s temp_auth_key_id")).to_contain_text("✗")
    wires.press(*["ArrowDown"] * 7)
    assert wires.focused() == "s temp_auth_key_id"
    wires.press(" ")
    expect(wires.said).to_contain_text("boolTrue, dishonestly. A1")
    expect(wires.mark("trophy A1")).to_contain_text("transplant")


def test_theft_by_keyboard(plates: Lab) -> None:
    theft = Shown(plates, "theft")
    theft.tab_to("the memory")
    theft.press("Enter")
    expect(theft.said).to_contain_text("day 2, 12:00, stolen: the memory (key of that day). Of 18 packets 6 become")
    theft.mark("theft").focus()
    theft.press("End")
    expect(theft.said).to_contain_text("all of day 3")
    expect(theft.mark("p12")).to_contain_text("help.getConfig")
    theft.press("Home", "ArrowRight")
    expect(theft.mark("theft")).to_have_attribute("aria-valuetext", "theft: day 1, 2:00")
    theft.tab_to("the disk")
    theft.press(" ")
    expect(theft.said).to_contain_text("0 become readable. Then the thief makes a key")
    expect(theft.mark("acts")).to_contain_text("boolTrue")


def test_clock_by_keyboard(plates: Lab) -> None:
    clock = Shown(plates, "clock")
    clock.mark("now").focus()
    clock.press(*["ArrowRight"] * 4)
    expect(clock.said).to_contain_text("0:01:00. The patient client: bind: boolTrue.")
    expect(clock.root.locator('.m[data-id="state1"]')).to_contain_text("login LOST")
    clock.press("End")
    expect(clock.root.locator('.m[data-id^="a0"]').filter(has_text="-404")).to_have_count(1)
    asked = clock.root.locator('.m[data-id^="a0"] > rect').first
    assert asked.evaluate("box => getComputedStyle(box).fill") != "none"  # the line of the clock goes behind it
    clock.tab_to("at once")
    clock.press("Enter")
    expect(clock.mark("state0")).to_contain_text("1 permanent key, ✓ login kept, bound")
    clock.mark("now").focus()
    clock.press("Home")
    expect(clock.said).to_contain_text("0:00:00. The patient client: both keys made.")


def test_triage_by_keyboard(plates: Lab) -> None:
    triage = Shown(plates, "triage")
    triage.tab_to("q1")
    triage.press(*["ArrowDown"] * 3, "Enter")
    expect(triage.said).to_contain_text("You said 4. The doctor stops at question 3. These are the keys for a message")
    expect(triage.root.locator(".m.hit")).to_have_count(48)
    triage.press("Enter")
    expect(triage.mark("l4")).to_contain_text("It opens, and msg_key is of other bytes")
    triage.tab_to("patient C")
    triage.press("Enter")
    expect(triage.said).to_contain_text("Click the question")
    triage.tab_to("let the doctor walk")
    triage.press("Enter")
    expect(triage.said).to_contain_text("The doctor stops at question 6. The bytes are right.")


def test_bugs_by_keyboard(plates: Lab) -> None:
    bugs = Shown(plates, "bugs")
    bugs.walk_to("b1", "ArrowDown", "ArrowRight")
    bugs.press("Enter")
    expect(bugs.said).to_contain_text("Not salt of message")
    bugs.press(*["ArrowDown"] * 13)
    assert bugs.focused() == "b13"
    bugs.press("Enter")
    expect(bugs.said).to_contain_text("Found. The length in the envelope is not 40.")
    expect(bugs.root.get_by_role("button", name="1✓")).to_have_attribute("aria-pressed", "true")
    bugs.tab_to("show me")
    bugs.root.get_by_role("button", name="2", exact=True).focus()
    bugs.press("Enter")
    expect(bugs.said).to_contain_text("Level 2 of 10")
    bugs.tab_to("show me")
    bugs.press("Enter")
    expect(bugs.said).to_contain_text("The envelope has a seqno")


# -- By mouse and by touch


def test_the_theft_is_dragged(plates: Lab) -> None:
    theft = Shown(plates, "theft")
    hand = theft.mark("theft").bounding_box() or {}
    y = hand["y"] + hand["height"] / 2
    sheet = theft.root.locator("svg").bounding_box() or {}
    plates.page.mouse.move(hand["x"] + hand["width"] / 2, y)
    plates.page.mouse.down()
    plates.page.mouse.move(sheet["x"] + sheet["width"] - 4, y, steps=12)
    plates.page.mouse.up()
    expect(theft.mark("theft")).to_have_attribute("aria-valuenow", "35")


def test_mouse(plates: Lab) -> None:
    packet = Shown(plates, "packet")
    packet.mark("bar8").click()
    expect(packet.said).to_contain_text("frame, 204 bytes")
    packet.mark("b145").hover()
    expect(packet.root.locator(".about")).to_contain_text("byte 0 of nonce, from inner; byte 4 of inner, 36 of env")
    machine = Shown(plates, "machine")
    machine.mark("p2").click(position={"x": 3, "y": 3})
    expect(machine.said).to_contain_text("bit 7 of byte 0 of p3")
    ribbons = Shown(plates, "ribbons")
    hand = ribbons.mark("hand").bounding_box() or {}
    width = (ribbons.root.locator("svg").bounding_box() or {})["width"]
    plates.page.mouse.move(hand["x"] + hand["width"] / 2, hand["y"] + 5)
    plates.page.mouse.down()
    plates.page.mouse.move(hand["x"] + hand["width"] / 2 + width / 4, hand["y"] + 9, steps=8)
    plates.page.mouse.up()
    expect(ribbons.mark("hand")).to_have_attribute("aria-valuenow", "107")
    wires = Shown(plates, "wires")
    wires.mark("out nonce").click()
    expect(wires.mark("s nonce")).to_contain_text("✗")


def test_touch(browser: Any, address: str, plates: Lab) -> None:
    lab = Lab(browser, address, has_touch=True, viewport={"width": 1100, "height": 1400})
    lab.open("plates.ipynb")
    lab.run_all()
    lab.page.wait_for_selector(".mtlib-plate.live >> nth=7", timeout=30_000)
    packet, machine, ribbons, wires = (Shown(lab, name) for name in [*PLATES][:4])
    packet.mark("bar4").tap()
    expect(packet.said).to_contain_text("encrypted_message, 104 bytes")
    packet.mark("b150").tap()
    expect(packet.root.locator(".m.thread.lit")).to_have_count(1)
    machine.mark("p4").tap()
    expect(machine.said).to_contain_text("of p5")
    ribbons.mark("k200").tap()
    expect(ribbons.said).to_contain_text("auth_key[200]. 0 of the 64 bytes change")
    wires.mark("out session_id").tap()
    expect(wires.mark("s temp_session_id")).to_contain_text("✗")
    theft, clock, triage, bugs = (Shown(lab, name) for name in [*PLATES][4:])
    theft.root.get_by_role("button", name="the memory").tap()
    expect(theft.said).to_contain_text("6 become readable, all of day 2")
    clock.root.get_by_role("button", name="the data centre restarts").tap()
    expect(clock.said).to_contain_text("0:00:40")
    triage.mark("q3").tap()
    expect(triage.said).to_contain_text("As you said. The doctor stops at question 3.")
    bugs.mark("b12").tap()
    expect(bugs.said).to_contain_text("Not ")
    assert lab.errors == []
    lab.page.close()


# -- For everybody


@pytest.mark.parametrize("look", ["light", "dark", "forced"])
def test_axe_finds_nothing(plates: Lab, axe: Path, look: str) -> None:
    theme(plates, "JupyterLab Dark" if look == "dark" else "JupyterLab Light")
    plates.page.emulate_media(forced_colors="active" if look == "forced" else "none")
    for name in PLATES:
        shown = Shown(plates, name)
        table = shown.root.locator("details")
        table.evaluate("details => (details.open = true)")
        plates.page.wait_for_timeout(700)
        still(plates.page)
        picture(plates.page, f"plate-{name}-{look}", shown.root)
        table.evaluate("details => (details.open = false)")
    assert violations(plates.page, axe, ".mtlib-plate") == []
    plates.page.emulate_media(forced_colors="none")
    theme(plates, "JupyterLab Light")


def test_at_twice_the_size_and_in_a_narrow_window_nothing_is_cut(plates: Lab) -> None:
    """A zoom of 200 % halves the width: the same as a window of half the width."""
    fits = "e => e.scrollWidth <= e.clientWidth && e.querySelector('svg').getBoundingClientRect().height > 150"
    for width, height in ((720, 750), (1100, 900)):
        plates.size(width, height)
        for name in PLATES:
            shown = Shown(plates, name)
            assert soon(plates.page, lambda shown=shown: shown.root.evaluate(fits), True), (name, width)
            picture(plates.page, f"plate-{name}-{width}", shown.root)
    plates.page.set_viewport_size({"width": 1440, "height": 1500})


@EVERY
def test_texts_stay_on_the_sheet_and_inside_their_boxes(plates: Lab, name: str) -> None:
    wide = """svg => {
      const sheet = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('.m text')].filter((text) => {
        const box = text.parentNode.querySelector('rect')?.getBoundingClientRect() ?? sheet;
        const { left, right } = text.getBoundingClientRect();
        return left < box.left - 2 || right > box.right + 2;
      }).map((text) => text.textContent);
    }"""
    svg = Shown(plates, name).root.locator("svg")
    assert soon(plates.page, lambda: svg.evaluate(wide), []) == []


@EVERY
def test_names_in_a_table_are_not_broken(plates: Lab, name: str) -> None:
    broken = """details => [...details.querySelectorAll('th, tr > :first-child')].flatMap(({ firstChild: text }) =>
      [...(text?.data ?? '').matchAll(/\\S+/g)].filter((word) => {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return range.getClientRects().length > 1;
      }).map(([word]) => word))"""
    table = Shown(plates, name).root.locator("details")
    table.evaluate("details => (details.open = true)")
    expect(table.locator("tr >> nth=1")).to_be_visible()
    plates.size(1100, 900)
    found = table.evaluate(broken)
    table.evaluate("details => (details.open = false)")
    plates.page.set_viewport_size({"width": 1440, "height": 1500})
    assert found == []


@EVERY
def test_with_reduced_motion_nothing_moves_slowly(plates: Lab, name: str) -> None:
    plates.page.emulate_media(reduced_motion="reduce")
    mark = Shown(plates, name).root.locator(".m").last
    assert mark.evaluate("mark => getComputedStyle(mark).transitionDuration") == "0s"
    plates.page.emulate_media(reduced_motion="no-preference")


def test_letters_are_not_heard_by_jupyterlab(plates: Lab) -> None:
    cells = plates.cells()
    shown = Shown(plates, "wires")
    shown.mark("out nonce").focus()
    shown.press("b", "a", "d", "d", "x")
    plates.page.wait_for_timeout(300)
    assert plates.cells() == cells
