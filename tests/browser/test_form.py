"""The form of lesson 29 in a real browser on a real JupyterLab: pasting, dropping, the keyboard alone, no key anywhere.

The tests share one page, in the order in which they stand.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter import Lab, soon
from playwright.sync_api import Locator, Page, expect
from test_inspector import Inspector, picture, theme, violations

from mtlib.lab import sample

LESSON = "29_debug_your_own_client.ipynb"
ROOT = ".mtlib-form"
NOISE = bytes((at * at * 7 + at * 13 + 5) % 251 for at in range(256))
"""A key that no toy key is alike."""
ACTIVE = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"


class Form:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(ROOT).first

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def row(self, name: str) -> Locator:
        return self.root.locator(".found tbody tr", has=self.page.get_by_role("rowheader", name=name, exact=True))

    @property
    def verdict(self) -> Locator:
        return self.root.locator(".wrong > .verdict")

    @property
    def text(self) -> Locator:
        return self.root.locator("textarea")

    def paste(self, text: str) -> None:
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.text.focus()
        self.page.keyboard.press("Control+v")

    def drop(self, data: bytes) -> None:
        self.root.evaluate(
            """(root, data) => {
              const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
              const dataTransfer = new DataTransfer();
              dataTransfer.items.add(new File([bytes], "capture.bin"));
              root.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
            }""",
            base64.b64encode(data).decode(),
        )


@pytest.fixture(scope="module")
def opened(browser: Any, address: str) -> Iterator[Lab]:
    """Lesson 29, its first cell run."""
    found = Lab(browser, address, viewport={"width": 1400, "height": 900})
    found.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    found.open(LESSON)
    run(found)
    yield found
    found.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    found.page.close()


def run(lab: Lab) -> None:
    """The first code cell."""
    lab.page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1; }")
    lab.command("notebook:run-cell")
    lab.page.wait_for_selector(f"{ROOT} .mtlib-inspector .b", timeout=30_000)


@pytest.fixture
def form(opened: Lab) -> Iterator[Form]:
    found = Form(opened.page)
    found.root.scroll_into_view_if_needed()
    yield found
    found.button("built five seconds ago").click()
    expect(found.verdict).to_contain_text("older than that of the message")


def test_a_saved_lesson_shows_the_example_before_anything_runs(browser: Any, address: str) -> None:
    lab = Lab(browser, address)
    lab.open(LESSON)
    said = lab.page.locator(".jp-OutputArea-output").first
    expect(said).to_contain_text("Run this cell")
    expect(said).to_contain_text("built_for_an_older_message")
    expect(said).to_contain_text("0b c7 95 37")
    lab.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    lab.page.close()


def test_an_example_takes_one_click_and_the_guilty_bytes_are_in_the_inspector(form: Form) -> None:
    form.button("the padding hashed, too").click()
    expect(form.verdict).to_contain_text("msg_key covers the padding")
    expect(form.root.locator(".crumb").last).to_have_text("msg_key")
    expect(form.root.locator(".b.lit")).to_have_count(16)
    expect(form.root.get_by_role("link", name="15 sealed with the permanent key")).to_have_attribute(
        "href", "15_sealed_with_the_permanent_key.ipynb"
    )


def test_what_is_pasted_is_recognised_and_leaves_the_text_field(form: Form) -> None:
    right = sample()
    form.button("forget everything").click()
    expect(form.root.locator(".found")).to_be_hidden()
    form.paste(f"perm_auth_key: {bytes(right.perm_key).hex()}")
    expect(form.row("perm_auth_key")).to_contain_text("256 bytes, id 3016cac0b43a379b")
    expect(form.text).to_have_value("")
    numbers = ", ".join(f"0x{byte:02x}" for byte in bytes(right.binding.request))
    form.paste(f"const unsigned char bind[132] = {{{numbers}}};")
    expect(form.row("request")).to_contain_text("132 bytes")
    form.text.fill(f"msg_id: {right.binding.msg_id - 4}")
    form.page.keyboard.press("Shift+Enter")
    expect(form.row("msg_id")).to_be_visible()
    expect(form.text).to_have_value("")
    expect(form.root.locator(".rest")).to_contain_text("session_id")
    form.button("leave out msg_id").click()
    expect(form.row("msg_id")).to_have_count(0)


def test_a_file_is_dropped(form: Form) -> None:
    right = sample()
    form.button("forget everything").click()
    form.drop(bytes(right.carried.packet))
    expect(form.row("stream").or_(form.row("packet"))).to_have_count(1)
    form.drop(f"temp_auth_key: {bytes(right.temp_key).hex()}".encode("utf-16"))
    expect(form.row("packet")).to_contain_text("200 bytes")
    expect(form.root.locator(".sheet")).to_have_count(2)


def test_with_the_keyboard_alone(opened: Lab, form: Form) -> None:
    cells = opened.cells()
    keyboard = opened.page.keyboard
    form.text.focus()
    for _ in range(6):
        keyboard.press("Tab")
    for _ in range(12):
        if opened.page.evaluate(ACTIVE) == "the seqno of the message":
            break
        keyboard.press("Tab")
    keyboard.press("Enter")
    expect(form.verdict).to_contain_text("seqno")
    assert opened.page.evaluate(ACTIVE) == "the seqno of the message"  # a new drawing keeps the keyboard where it was
    for _ in range(40):
        if str(opened.page.evaluate(ACTIVE)).startswith("show plaintext/envelope/seqno"):
            break
        keyboard.press("Tab")
    keyboard.press("Enter")
    expect(form.root.locator(".b:focus")).to_have_attribute("aria-label", re.compile("^byte 24, hex 01, seqno"))
    inspector = Inspector(opened.page)
    keyboard.press("0")
    keyboard.press("0")
    expect(inspector.spoken).to_contain_text("nothing fails")
    expect(form.verdict).to_contain_text("seqno")
    for key in ("b", "d", "d", "a"):
        keyboard.press(key)
    assert opened.cells() == cells
    for _ in range(8):
        keyboard.press("Escape")
    assert opened.page.evaluate("document.activeElement.closest('.mtlib-form')") is None


def test_in_the_usual_window_diagnosis_and_bytes_are_seen(opened: Lab, form: Form) -> None:
    """1400 x 900 with the file browser open, 1100 wide, and twice the size."""
    opened.command("application:toggle-left-area")
    for width, height in ((1400, 900), (1100, 800), (720, 450)):
        opened.size(width, height)
        form.button("another session").click()
        expect(form.verdict).to_contain_text("session")
        form.root.locator(".evidence button").first.click()
        expect(form.root.locator(".b:focus")).to_be_in_viewport(ratio=0.99)
        expect(form.root.locator(".mtlib-inspector .answer")).to_be_in_viewport(ratio=0.9)
        fits = "e => e.scrollWidth <= e.clientWidth + 1"
        assert soon(opened.page, lambda fits=fits: form.root.evaluate(fits), True)
        picture(opened.page, f"form-{width}")
        form.button("built five seconds ago").click()
    opened.command("application:toggle-left-area")
    opened.page.set_viewport_size({"width": 1400, "height": 900})


@pytest.mark.parametrize("name", ["JupyterLab Light", "JupyterLab Dark", "forced colours"])
def test_axe_finds_nothing(opened: Lab, form: Form, axe: Path, name: str) -> None:
    if name == "forced colours":
        opened.page.emulate_media(forced_colors="active")
    else:
        theme(opened, name)
    for example in ("another session", "patient C"):
        form.button(example).click()
        expect(form.button(example)).to_have_attribute("aria-pressed", "true")
        assert violations(opened.page, axe, ROOT) == []
    picture(opened.page, f"form-{name.split()[-1].lower()}", form.root)
    opened.page.emulate_media(forced_colors="none")
    theme(opened, "JupyterLab Light")


def test_no_key_is_in_the_page_or_in_the_saved_lesson(opened: Lab, form: Form, folder: Path) -> None:
    form.paste(f"perm_auth_key: {NOISE.hex()}")
    expect(form.row("perm_auth_key")).to_contain_text("256 bytes, id")
    form.paste(f"what is this {NOISE.hex()[:301]}")
    form.paste(base64.b64encode(NOISE).decode())
    run(opened)  # shown anew: the example stands in the output
    form = Form(opened.page)
    form.paste(f"perm_auth_key: {NOISE.hex()}")
    expect(form.row("perm_auth_key")).to_be_visible()
    opened.save()
    saved = (folder / "notebooks" / LESSON).read_text()
    values = opened.page.evaluate("[...document.querySelectorAll('input, textarea')].map(e => e.value).join(' ')")
    for text in (saved, opened.page.content(), values):
        assert not [at for at in range(0, 249, 8) if NOISE[at : at + 8].hex() in text]
        assert base64.b64encode(NOISE).decode()[8:40] not in text


def test_after_a_restart_it_says_what_to_do(opened: Lab, form: Form) -> None:
    opened.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(form.root).to_have_class(re.compile("pale"), timeout=20_000)
    expect(form.root.locator(".ask > .said")).to_contain_text("Run this cell")
    run(opened)
    form = Form(opened.page)
    expect(form.verdict).to_contain_text("older than that of the message")


def test_the_page_raised_no_error_and_asked_nobody_outside(opened: Lab) -> None:
    assert opened.errors == []
    assert opened.outside == []
