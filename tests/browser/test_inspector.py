"""The byte inspector in a real browser on a real JupyterLab.

The tests share one page, in the order in which they stand; each leaves the bytes as it found them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter import ARTEFACTS, Lab, soon, still
from playwright.sync_api import Locator, Page, expect

ROOT = ".mtlib-inspector"
ACTIVE = "document.activeElement.getAttribute('aria-label') || document.activeElement.className"


class Inspector:
    """The first inspector of a page."""

    def __init__(self, page: Page, number: int = 0) -> None:
        self.page = page
        self.root = page.locator(ROOT).nth(number)

    def sheet(self, name: str) -> Locator:
        return self.root.locator(f'.sheet[aria-label="{name}"]')

    def byte(self, sheet: str, at: int) -> Locator:
        return self.sheet(sheet).locator(f'[role=gridcell][aria-label^="byte {at}, "]')

    def item(self, name: str, number: int = 0) -> Locator:
        return self.root.locator(".item", has=self.page.get_by_text(name, exact=True)).nth(number)

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    @property
    def spoken(self) -> Locator:
        return self.root.locator(".spoken")

    @property
    def detail(self) -> Locator:
        return self.root.locator(".detail")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def focus(self) -> str:
        return str(self.page.evaluate(ACTIVE))


@pytest.fixture
def inspector(lab: Lab) -> Iterator[Inspector]:
    found = Inspector(lab.page)
    found.root.scroll_into_view_if_needed()
    yield found
    found.button("with the permanent key").click()
    expect(found.root).not_to_have_attribute("aria-busy", "true")  # the last key is answered
    if found.button("reset").is_enabled():
        found.button("reset").click()
    expect(found.spoken).to_contain_text("boolTrue")


def picture(page: Page, name: str, of: Locator | None = None) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    (of or page).screenshot(path=ARTEFACTS / f"{name}.png")


# -- Seeing, pointing, following


def test_hovering_lights_the_value_wherever_it_stands(lab: Lab, inspector: Inspector) -> None:
    inspector.byte("plaintext", 54).hover()
    expect(inspector.root.locator(".b.lit")).to_have_count(24)
    expect(inspector.root.locator(".crumb").last).to_have_text("perm_auth_key_id")
    expect(inspector.detail).to_contain_text("byte 54 of plaintext")
    second = Inspector(lab.page, 1)
    expect(second.byte("bind_auth_key_inner", 22)).to_have_class(re.compile("lit.*exact"))


def test_a_derived_byte_is_followed_back_to_what_was_random(inspector: Inspector) -> None:
    inspector.item("msg_key").click()
    expect(inspector.detail).to_contain_text("SHA1(envelope)[4:20]")
    for name in ("envelope", "inner", "nonce", "nonce"):
        inspector.detail.get_by_role("button", name=name, exact=True).first.click()
    expect(inspector.detail).to_contain_text("its author drew it")
    expect(inspector.root.locator(".way")).to_contain_text("to nonce < inner < envelope")
    inspector.detail.get_by_role("button", name="back").click()
    expect(inspector.root.locator(".crumbs")).to_contain_text("inner")


def test_enter_follows_a_byte_and_escape_comes_back(inspector: Inspector) -> None:
    inspector.byte("plaintext", 40).click()
    inspector.press("Enter")
    assert inspector.focus().startswith("byte 48, hex ")
    expect(inspector.detail).to_contain_text("its author drew it")
    inspector.press("Escape")
    assert inspector.focus().startswith("byte 40, hex ")


def test_a_check_lights_what_it_reads(inspector: Inspector) -> None:
    inspector.root.locator('.square[aria-label*=" expires_at:"]').hover()
    expect(inspector.root.locator(".item.lit")).to_have_count(2)
    expect(inspector.root.locator(".about")).to_contain_text(re.compile(r"^\d+ expires_at: \w"))


# -- Changing


def test_one_byte_on_the_wire_turns_the_verdict_and_undo_turns_it_back(inspector: Inspector) -> None:
    inspector.byte("message", 100).click()
    inspector.press("x")
    expect(inspector.spoken).to_contain_text("400 ENCRYPTED_MESSAGE_INVALID")
    expect(inspector.spoken).to_contain_text("message 1 byte (1 bit)")
    inspector.press("Control+z")
    expect(inspector.spoken).to_contain_text("boolTrue")
    inspector.press("Control+y")
    expect(inspector.spoken).to_contain_text("ENCRYPTED_MESSAGE_INVALID")


def test_what_travels_is_refused_before_anybody_reads_it(inspector: Inspector) -> None:
    inspector.button("as the attacker").click()
    inspector.byte("message", 44).click()
    inspector.press("x")
    expect(inspector.root.locator(".said")).to_contain_text("can read this with the key, and not change it")
    inspector.sheet("frame").locator(".head").click()
    inspector.byte("frame", 5).click()
    inspector.press("f", "f")
    expect(inspector.spoken).to_contain_text("transport error -404")
    inspector.byte("frame", 0).click()
    inspector.press("f", "f")
    expect(inspector.spoken).to_contain_text("no answer")
    expect(inspector.root.locator(".sheet")).to_have_count(1)


def test_as_the_author_everything_follows(inspector: Inspector) -> None:
    inspector.button("as the author").click()
    inspector.byte("plaintext", 36).click()
    inspector.press("c", "d")
    expect(inspector.byte("message", 44)).to_have_text("cd")
    expect(inspector.root.locator(".sheet .moved").first).to_be_visible()
    expect(inspector.spoken).to_contain_text("boolTrue")
    inspector.item("msg_key").click()
    inspector.byte("message", 70).click()
    inspector.press("1")
    expect(inspector.root.locator(".said")).to_contain_text("follows from others")


def test_hex_is_pasted_and_copied(lab: Lab, inspector: Inspector) -> None:
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    inspector.byte("message", 44).click()
    forms = {"0x01, 0x02 03": "hex, 3 bytes", "AQIDBAUGBwgJCgsMDQ4PEA==": "base64, 16 bytes",
             "00000000: 0102 0304  ....": "an xxd dump", "uint8_t x[] = {1, 2, 3};": "an array"}  # fmt: skip
    for text, form in forms.items():
        lab.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        inspector.press("Control+v")
        expect(inspector.byte("message", 46)).to_have_text("03")
        expect(inspector.root.locator(".said")).to_contain_text("Took what was pasted for")
        expect(inspector.root.locator(".said")).to_contain_text(form)
        inspector.press("Control+z")
    lab.page.evaluate("navigator.clipboard.writeText('nothing of the kind')")
    inspector.press("Control+v")
    expect(inspector.root.locator(".said")).to_contain_text("no bytes in this")
    lab.page.evaluate("navigator.clipboard.writeText('010203')")
    inspector.press("Control+v")
    expect(inspector.byte("message", 46)).to_have_text("03")
    inspector.press("Control+c")
    taken = lab.page.evaluate("navigator.clipboard.readText()")
    assert taken.startswith("010203") and len(taken) == 16
    inspector.button("copy nonce as Python").click()
    assert lab.page.evaluate("navigator.clipboard.readText()") == f'bytes.fromhex("{taken}")'
    inspector.button("text of all").click()
    expect(inspector.root.locator(".said")).to_contain_text("Copied the text")
    assert lab.page.evaluate("navigator.clipboard.readText()").startswith("frame: 204 bytes")
    with lab.page.expect_download() as download:
        inspector.button("download nonce").click()
    assert Path(download.value.path()).read_bytes() == bytes.fromhex(taken)


def test_a_change_in_the_notebook_is_seen_at_once(lab: Lab, inspector: Inspector) -> None:
    """Python moves the widget as well as the reader does."""
    lab.page.locator(".jp-Cell .cm-content").nth(2).click()
    lab.page.keyboard.press("Control+Home")
    lab.page.keyboard.type("inspector.flip(800, 'frame/packet/message'); ")
    lab.page.keyboard.press("Control+Enter")
    expect(inspector.spoken).to_contain_text("ENCRYPTED_MESSAGE_INVALID")


# -- The keyboard alone


def test_the_keyboard_alone_reaches_and_does_everything(lab: Lab, inspector: Inspector) -> None:
    cells = lab.cells()
    inspector.button("as the attacker").focus()
    inspector.press("Tab")
    for _ in range(12):
        if inspector.focus().startswith("byte "):
            break
        inspector.press("Tab")
    assert inspector.focus().startswith("byte ")
    inspector.press("Control+Home", "PageDown", "ArrowRight", "ArrowDown", "b", "d", "x", "Enter", "Escape", "Escape")
    inspector.press("d", "d", "a", "b", "m", "Control+z")
    assert lab.cells() == cells
    expect(inspector.spoken).not_to_be_empty()
    inspector.press("Tab")
    assert not inspector.focus().startswith("byte ")


# -- Between the widget and the notebook


def test_the_last_input_wins(inspector: Inspector) -> None:
    """The pointer lies on a byte while the arrow keys walk."""
    inspector.byte("message", 100).click()
    inspector.byte("plaintext", 40).hover()
    expect(inspector.root.locator(".crumb").last).to_have_text("nonce")
    inspector.byte("message", 100).focus()
    inspector.press("ArrowUp", "ArrowUp", "ArrowUp")
    expect(inspector.root.locator(".crumb").last).to_have_text("expires_at")
    assert inspector.focus().startswith("byte 52, ")


def test_the_verdict_and_the_byte_are_in_view_whatever_is_edited(lab: Lab, inspector: Inspector) -> None:
    """In JupyterLab's usual window, with the file browser open."""
    lab.command("application:toggle-left-area")
    lab.size(1400, 900)
    for sheet, at in (("message", 0), ("message", 175), ("plaintext", 79), ("plaintext", 32)):
        inspector.byte(sheet, at).focus()
        inspector.press("ArrowLeft", "ArrowRight")
        lab.page.wait_for_timeout(200)
        still(lab.page)
        expect(inspector.root.locator(".verdict")).to_be_in_viewport(ratio=0.99)
        expect(inspector.byte(sheet, at)).to_be_in_viewport(ratio=0.99)
        below = inspector.root.locator(".above").evaluate("e => e.getBoundingClientRect().bottom")
        assert inspector.byte(sheet, at).evaluate("e => e.getBoundingClientRect().top") >= below - 1
    picture(lab.page, "inspector-in-the-usual-window")
    scrollers = """root => [...root.querySelectorAll('*')].filter(e => e.scrollHeight > e.clientHeight + 1
        && ['auto', 'scroll'].includes(getComputedStyle(e).overflowY)).map(e => e.className)"""
    assert inspector.root.evaluate(scrollers) == []
    lab.command("application:toggle-left-area")
    lab.size(1440, 1500)


def test_lengths_change_and_the_data_centre_notices(inspector: Inspector) -> None:
    inspector.byte("message", 164).click()
    for _ in range(4):
        inspector.press("i")
    expect(inspector.root.locator(".changed")).to_contain_text("message 192 bytes for 176")
    inspector.byte("message", 28).click()
    inspector.press("8", "8")
    expect(inspector.spoken).to_contain_text("400 INPUT_REQUEST_TOO_LONG")


def test_searching_and_selecting(inspector: Inspector) -> None:
    inspector.byte("message", 0).click()
    inspector.press("/")
    inspector.page.keyboard.type("expires_at")
    inspector.press("Enter")
    assert inspector.focus().startswith("byte 52, ")
    inspector.press("Shift+ArrowRight", "Shift+ArrowRight")
    expect(inspector.detail).to_contain_text("bytes 52 to 54 of message selected")
    inspector.press("ArrowLeft")


def test_escape_leads_back_to_the_notebook_and_shift_enter_runs_the_cell(lab: Lab, inspector: Inspector) -> None:
    cell = lab.page.locator(".jp-Cell", has=inspector.root).first
    number = cell.locator(".jp-InputPrompt").first
    before = number.inner_text()
    inspector.byte("message", 100).click()
    inspector.press("Escape", "Escape")
    assert lab.page.evaluate("document.activeElement.closest('.mtlib-inspector')") is None
    assert lab.page.evaluate("!!document.activeElement.closest('.jp-Notebook')")
    inspector.byte("message", 100).click()
    inspector.press("Shift+Enter")
    expect(number).not_to_have_text(before)
    expect(inspector.spoken).to_contain_text("boolTrue")


def test_in_colours_of_the_readers_own_everything_is_told_apart(lab: Lab, inspector: Inspector) -> None:
    lab.page.emulate_media(forced_colors="active")
    inspector.byte("plaintext", 54).hover()
    outline = "e => getComputedStyle(e).outlineStyle"
    pressed = inspector.root.locator('.mode[aria-pressed="true"]')
    assert pressed.evaluate(outline) == "solid"
    assert inspector.root.locator(".b.exact").first.evaluate(outline) == "double"
    assert inspector.root.locator(".b.lit:not(.exact)").first.evaluate(outline) == "solid"
    inspector.item("msg_key").hover()
    assert inspector.root.locator(".b.from").first.evaluate(outline) == "dotted"
    picture(lab.page, "inspector-forced-colours", inspector.root)
    lab.page.emulate_media(forced_colors="none")


# -- For everybody


def violations(page: Page, axe: Path, selector: str) -> list[str]:
    page.add_script_tag(path=axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found: dict[str, Any] = page.evaluate(
        "([selector, tags]) => axe.run(selector, { runOnly: tags })", [selector, tags]
    )
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]} {v['nodes'][0].get('failureSummary', '')[:160]}"
            for v in found["violations"]]  # fmt: skip


def theme(lab: Lab, name: str) -> None:
    lab.command("apputils:change-theme", theme=name)
    lab.page.wait_for_selector(f'body[data-jp-theme-name="{name}"]', state="attached")
    lab.page.wait_for_timeout(300)
    still(lab.page)


@pytest.mark.parametrize("name", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(lab: Lab, inspector: Inspector, axe: Path, name: str) -> None:
    theme(lab, name)
    for change in (None, "x"):
        inspector.byte("message", 100).click()
        if change:
            inspector.press(change)
            expect(inspector.spoken).to_contain_text("ENCRYPTED_MESSAGE_INVALID")
        inspector.root.locator("summary").click()
        assert violations(lab.page, axe, ROOT) == []
    assert violations(lab.page, axe, ".mtlib-view") == []
    theme(lab, "JupyterLab Light")


def test_at_twice_the_size_nothing_is_lost(lab: Lab, inspector: Inspector) -> None:
    """A zoom of 200 % halves the width: the same as a window of half the width."""
    lab.size(720, 750)
    expect(inspector.root).to_have_attribute("data-width", "8")
    fits = f"(e => e.scrollWidth <= e.clientWidth)(document.querySelector('{ROOT}'))"
    assert soon(lab.page, lambda: lab.page.evaluate(fits), True)
    inspector.byte("message", 44).click()
    inspector.press("x")
    expect(inspector.spoken).to_contain_text("nonce")
    expect(inspector.button("reset")).to_be_in_viewport()
    picture(lab.page, "inspector-zoom-200")
    inspector.press("Control+z")
    lab.size(1440, 1500)


def test_in_a_low_window_the_verdict_alone_stays(lab: Lab, inspector: Inspector) -> None:
    """Twice the size on a screen of 1440 x 900."""
    lab.size(720, 450)
    inspector.byte("plaintext", 40).focus()
    inspector.press("ArrowRight")
    expect(inspector.root.locator(".answer")).to_be_in_viewport(ratio=0.99)
    expect(inspector.byte("plaintext", 41)).to_be_in_viewport(ratio=0.99)
    room = inspector.root.locator(".verdict").evaluate("e => e.getBoundingClientRect().height")
    assert room < 450 / 3
    picture(lab.page, "inspector-low-window")
    lab.size(1440, 1500)


def test_where_there_is_room_the_square_that_decides_has_a_name(lab: Lab, inspector: Inspector) -> None:
    lab.size(1440, 1500)
    inspector.byte("plaintext", 40).click()
    inspector.press("x")
    expect(inspector.root.locator(".square .named")).to_have_text(" nonce")
    expect(inspector.root.locator(".square .named")).to_be_visible()
    picture(lab.page, "inspector-named-square", inspector.root)


def test_names_are_never_cut(lab: Lab, inspector: Inspector) -> None:
    cut = """root => [...root.querySelectorAll('.name, .crumb, .head b')]
        .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
        .map(e => e.textContent)"""
    for width in (700, 900, 1100):
        column(lab, inspector, width)
        assert soon(lab.page, lambda: inspector.root.evaluate(cut), []) == []
    lab.size(1440, 1500)


def test_with_reduced_motion_nothing_flashes(lab: Lab, inspector: Inspector) -> None:
    lab.page.emulate_media(reduced_motion="reduce")
    expect(inspector.root).not_to_have_class(re.compile("flash"))
    inspector.byte("message", 100).click()
    inspector.press("x")
    expect(inspector.spoken).to_contain_text("ENCRYPTED_MESSAGE_INVALID")
    assert "flash" not in str(inspector.root.get_attribute("class"))
    lab.page.emulate_media(reduced_motion="no-preference")


def column(lab: Lab, inspector: Inspector, width: int) -> None:
    """Make the notebook's column so wide."""
    size = lab.page.viewport_size or {"width": 1440}
    box = inspector.root.bounding_box() or {"width": 0}
    lab.size(round(size["width"] + width - box["width"]), 1700)


@pytest.mark.parametrize("width", [700, 1100])
@pytest.mark.parametrize("name", ["light", "dark"])
def test_pictures_to_look_at(lab: Lab, inspector: Inspector, name: str, width: int) -> None:
    theme(lab, f"JupyterLab {name.title()}")
    column(lab, inspector, width)
    inspector.byte("message", 38).click()
    picture(lab.page, f"inspector-{name}-{width}", inspector.root)
    inspector.byte("message", 100).click()
    inspector.press("x")
    expect(inspector.spoken).to_contain_text("ENCRYPTED_MESSAGE_INVALID")
    lab.page.wait_for_timeout(500)
    picture(lab.page, f"inspector-{name}-{width}-refused", inspector.root)
    theme(lab, "JupyterLab Light")
    lab.size(1440, 1500)


# -- Kernels that go, and files that are saved: the last tests, since they leave the page without its widgets


def test_without_its_kernel_the_widget_is_pale_and_says_so(lab: Lab) -> None:
    inspector = Inspector(lab.page)
    inspector.byte("message", 100).click()
    said = inspector.spoken.inner_text()
    lab.command("kernelmenu:restart")
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(inspector.root).to_have_class(re.compile("pale"), timeout=10_000)
    before = inspector.byte("message", 100).inner_text()
    inspector.byte("message", 100).click()
    inspector.press("x")
    lab.page.wait_for_timeout(500)
    assert inspector.byte("message", 100).inner_text() == before
    assert inspector.spoken.inner_text() == said
    expect(inspector.root.locator(".said")).to_contain_text("un this cell")
    picture(lab.page, "inspector-without-its-kernel", inspector.root)
    lab.run_all()
    expect(inspector.root).not_to_have_class(re.compile("pale"))


def test_a_saved_notebook_shows_the_table_and_opening_it_changes_nothing(browser: Any, lab: Lab, folder: Path) -> None:
    saved = folder / "notebooks" / "widgets.ipynb"
    lab.save()
    first = saved.read_bytes()
    assert b"widget-view" not in first
    again = Lab(browser, lab.address)
    again.open("widgets.ipynb")
    expect(again.page.locator(".jp-RenderedHTMLCommon table").first).to_be_visible()
    assert "model not found" not in again.page.locator("body").inner_text()
    picture(again.page, "inspector-reopened")
    again.save()
    assert saved.read_bytes() == first
    again.page.close()


def test_a_lesson_that_is_opened_and_saved_is_as_it_was(browser: Any, lab: Lab, folder: Path) -> None:
    lesson = folder / "notebooks" / "11_aes_ige.ipynb"
    before = lesson.read_bytes()
    opened = Lab(browser, lab.address)
    opened.open(lesson.name)
    opened.save()
    assert lesson.read_bytes() == before
    opened.page.close()


def test_no_errors_and_nothing_from_outside(lab: Lab) -> None:
    assert lab.errors == []
    assert lab.outside == []
