"""The plates in a real browser on a real JupyterLab: by keyboard alone, by mouse and by touch, for everybody, in time.

The tests share one page, in the order in which they stand; each plate is in the state that the one before left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
LABS = {name: f"plate(ALL['{name}']())" for name in ("rho", "board", "lanes", "horizon", "staircase", "twins")}
"""The plates of the labs, on a page of their own."""
SEEN = """() => {
  const { activeElement: mark } = document;
  const line = getComputedStyle(mark.querySelector('rect') ?? mark.firstElementChild);
  const { top, bottom, width } = mark.getBoundingClientRect();
  return mark.matches(':focus-visible') && line.stroke !== 'none' && width > 0 && bottom > 0 && top < innerHeight;
}"""
EVERY = pytest.mark.parametrize("name", [*PLATES, *LABS])

class Shown:
    """One plate of the page."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab, self.page = lab, lab.page
        self.root = lab.page.locator(".mtlib-plate.live").nth([*(PLATES if name in PLATES else LABS)].index(name))
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


def one_by_one(lab: Lab, count: int) -> None:
    """Run the cells of so many plates. Not at once: anywidget gives each two seconds, together or not."""
    lab.command("notebook:run-cell-and-select-next")
    for at in range(count):
        lab.command("notebook:run-cell-and-select-next")
        lab.page.wait_for_selector(f".mtlib-plate.live >> nth={at}", timeout=30_000)
    lab.page.wait_for_timeout(600)


@contextmanager
def opened(browser: Any, address: str, folder: Path, name: str, shown: dict[str, str]) -> Iterator[Lab]:
    notebook(folder / "notebooks" / name, (BEGIN, *shown.values()))
    lab = Lab(browser, address)
    lab.open(name)
    one_by_one(lab, len(shown))
    yield lab
    assert lab.errors == [] and lab.outside == []
    lab.page.close()


@pytest.fixture(scope="module")
def plates(browser: Any, address: str, folder: Path) -> Iterator[Lab]:
    with opened(browser, address, folder, "plates.ipynb", PLATES) as lab:
        yield lab


@pytest.fixture(scope="module")
def labs(browser: Any, address: str, folder: Path) -> Iterator[Lab]:
    with opened(browser, address, folder, "labs.ipynb", LABS) as lab:
        yield lab


@pytest.fixture
def shown(request: pytest.FixtureRequest, name: str) -> Shown:
    return Shown(request.getfixturevalue("plates" if name in PLATES else "labs"), name)


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


def test_rho_by_keyboard(labs: Lab) -> None:
    rho = Shown(labs, "rho")
    rho.root.locator("input").focus()
    rho.press("Home", "ArrowRight")
    expect(rho.said).to_contain_text("After 1 step tortoise")
    rho.press("End")
    expect(rho.said).to_contain_text("on one place modulo 337")


def test_board_by_keyboard(labs: Lab) -> None:
    board = Shown(labs, "board")
    for words, told in (("everything off", "0 on, "), ("everything on", ", 0 attacks"), ("as documented", "16 on, ")):
        board.tab_to(words)
        board.press("Enter")
        expect(board.said).to_contain_text(told)
    board.root.locator('.m[tabindex="0"]').focus()
    board.press("Enter")
    expect(board.said).to_contain_text("15 on, ")
    board.press(*["ArrowDown"] * 6, "ArrowRight", "ArrowUp")
    assert board.focused() == "attack A0"
    expect(board.root.locator(".about")).to_contain_text("Needs: ")


def test_lanes_by_keyboard(labs: Lab) -> None:
    lanes = Shown(labs, "lanes")
    lanes.mark("now").focus()
    lanes.press("Home")
    expect(lanes.mark("now")).to_have_attribute("aria-valuenow", "0")
    lanes.press("ArrowRight")
    expect(lanes.mark("now")).to_have_attribute("aria-valuenow", "1")
    lanes.press("ArrowDown")
    assert lanes.focused() != "now"
    expect(lanes.root.locator(".about")).not_to_be_empty()


def test_horizon_by_keyboard(labs: Lab) -> None:
    horizon = Shown(labs, "horizon")
    horizon.root.locator("input").focus()
    horizon.press("End")
    expect(horizon.said).to_contain_text("8 blocks")


def test_staircase_by_keyboard(labs: Lab) -> None:
    staircase = Shown(labs, "staircase")
    staircase.tab_to("C4")
    staircase.press("Enter")
    expect(staircase.said).to_contain_text("Bit 0 of byte 72, in C4")
    expect(staircase.root.locator("input")).to_have_value("576")
    staircase.root.locator("input").focus()
    staircase.press("ArrowRight")
    expect(staircase.said).to_contain_text("Bit 1 of byte 72, in C4")
    expect(staircase.root.get_by_role("button", name="C4", exact=True)).to_have_attribute("aria-pressed", "true")


def test_twins_by_keyboard(labs: Lab) -> None:
    twins = Shown(labs, "twins")
    twins.root.locator("input").focus()
    twins.press("End")
    expect(twins.said).to_contain_text("Byte 255 changed")


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
    one_by_one(lab, len(PLATES))
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
def test_axe_finds_nothing(plates: Lab, labs: Lab, axe: Path, look: str) -> None:
    for lab, names in ((plates, PLATES), (labs, LABS)):
        theme(lab, "JupyterLab Dark" if look == "dark" else "JupyterLab Light")
        lab.page.emulate_media(forced_colors="active" if look == "forced" else "none")
        for name in names:
            shown = Shown(lab, name)
            table = shown.root.locator("details")
            table.evaluate("details => (details.open = true)")
            lab.page.wait_for_timeout(700)
            still(lab.page)
            picture(lab.page, f"plate-{name}-{look}", shown.root)
            table.evaluate("details => (details.open = false)")
        assert violations(lab.page, axe, ".mtlib-plate") == []
        lab.page.emulate_media(forced_colors="none")
        theme(lab, "JupyterLab Light")


@EVERY
def test_at_twice_the_size_and_in_a_narrow_window_nothing_is_cut(shown: Shown, name: str) -> None:
    """A zoom of 200 % halves the width: the same as a window of half the width. The picture keeps a size that can be
    read, and is moved sideways."""
    fits = "e => e.scrollWidth <= e.clientWidth && e.querySelector('svg').getBoundingClientRect().width >= 640"
    for width, height in ((720, 750), (1100, 900)):
        shown.lab.size(width, height)
        assert soon(shown.page, lambda: shown.root.evaluate(fits), True), width
        picture(shown.page, f"plate-{name}-{width}", shown.root)
    shown.page.set_viewport_size({"width": 1440, "height": 1500})


@EVERY
def test_texts_stay_on_the_sheet_and_inside_their_boxes(shown: Shown) -> None:
    wide = """svg => {
      const sheet = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('.m text')].filter((text) => {
        const box = text.parentNode.querySelector('rect')?.getBoundingClientRect() ?? sheet;
        const { left, right } = text.getBoundingClientRect();
        return left < box.left - 2 || right > box.right + 2;
      }).map((text) => text.textContent);
    }"""
    svg = shown.root.locator("svg")
    assert soon(shown.page, lambda: svg.evaluate(wide), []) == []


@EVERY
def test_names_in_a_table_are_not_broken(shown: Shown) -> None:
    broken = """details => [...details.querySelectorAll('th, tr > :first-child')].flatMap(({ firstChild: text }) =>
      [...(text?.data ?? '').matchAll(/\\S+/g)].filter((word) => {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return range.getClientRects().length > 1;
      }).map(([word]) => word))"""
    table = shown.root.locator("details")
    table.evaluate("details => (details.open = true)")
    expect(table.locator("tr >> nth=1")).to_be_visible()
    shown.lab.size(1100, 900)
    found = table.evaluate(broken)
    table.evaluate("details => (details.open = false)")
    shown.page.set_viewport_size({"width": 1440, "height": 1500})
    assert found == []


@EVERY
def test_with_reduced_motion_nothing_moves_slowly(shown: Shown) -> None:
    shown.page.emulate_media(reduced_motion="reduce")
    mark = shown.root.locator(".m").last
    assert mark.evaluate("mark => getComputedStyle(mark).transitionDuration") == "0s"
    shown.page.emulate_media(reduced_motion="no-preference")


def test_letters_are_not_heard_by_jupyterlab(plates: Lab) -> None:
    cells = plates.cells()
    shown = Shown(plates, "wires")
    shown.mark("out nonce").focus()
    shown.press("b", "a", "d", "d", "x")
    plates.page.wait_for_timeout(300)
    assert plates.cells() == cells


@pytest.mark.parametrize("name", [name for name in (*PLATES, *LABS) if name not in ("rho", "packet", "ribbons")])
def test_arrows_lead_to_every_mark(shown: Shown) -> None:
    """Of `rho` no mark is pointed at; packet and ribbons have rows of some 200 equal ones, whose walk takes minutes."""
    missed = """svg => {
      const marks = [...svg.querySelectorAll('.m[aria-label]')];
      const seen = new Set(), walked = [svg.querySelector('.m[tabindex="0"]')];
      for (let mark; (mark = walked.pop()); ) {
        if (seen.has(mark)) continue;
        seen.add(mark);
        for (const key of ['ArrowUp', 'ArrowDown', ...(mark.dataset.slide ? [] : ['ArrowLeft', 'ArrowRight'])]) {
          mark.focus();
          mark.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
          walked.push(document.activeElement);
        }
      }
      return marks.filter((mark) => !seen.has(mark)).map((mark) => mark.dataset.id);
    }"""
    assert shown.root.locator("svg").evaluate(missed) == []


@EVERY
def test_the_focus_stays_where_a_key_was_pressed_and_is_seen(shown: Shown) -> None:
    """One mark of each kind; Escape leads from there to the cell."""
    kinds = "marks => marks.map(({ dataset: { id, do: sent } }) => [id, `${sent} ${id.replace(/[\\d.]+/g, '#')}`])"
    found = shown.root.locator(".m[aria-label]").evaluate_all(kinds)
    for mark in {kind: mark for mark, kind in reversed(found)}.values():
        shown.mark(mark).focus()
        shown.press("Enter", " ")
        shown.page.wait_for_timeout(150)
        assert shown.focused() == mark
        assert shown.page.evaluate(SEEN), mark
    control = shown.root.locator("button, input").first
    control.focus()
    shown.press("Enter")
    shown.page.wait_for_timeout(150)
    assert control.evaluate("control => control === document.activeElement && control.matches(':focus-visible')")
    shown.press("Escape")
    assert shown.page.evaluate("document.activeElement.closest('.mtlib-plate') === null")
    assert shown.page.evaluate("document.activeElement.closest('.jp-Cell') !== null")
