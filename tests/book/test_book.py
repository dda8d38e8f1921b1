"""The book in a real Chromium, over http on loopback: what it weighs and asks for, what it shows while Python is held
or has ended, without scripts, for everybody."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import LESSON, STARTS, Reader, Site
from mtlib.lab.samples import sample

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
expect = sync_api.expect

FIRST_EDIT, AFTER_IT = 150_000, 6_300_000
"""Bytes, compressed with gzip, that a lesson loads before its reader touches anything, and that Python has."""
FIVE = ("index", "00_start_here", "01_why_a_temporary_key", "bind", "doctor")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALSO_ASKED = {"label-content-name-mismatch": {"enabled": True}, "target-size": {"enabled": True}}
"""An experimental rule, and the size of what can be pressed: 24 pixels."""
CELLS = ("cells", "mine", "allowed", "asking")
"""The scripts of a page with cells."""


def gz(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def embedded(site: Site, name: str) -> dict[str, Any]:
    text = (site.folder / f"{name}.html").read_text(encoding="utf-8")
    found = re.search(r'id="book-data">(.*?)</script>', text, re.S)
    views: dict[str, Any] = json.loads(found[1])["views"] if found else {}
    return views


def test_what_it_weighs(site: Site) -> None:
    for page in site.folder.glob("*.html"):
        kinds = {view["kind"] for view in embedded(site, page.stem).values()}
        more = {"form": "inspector", "bind": "views"}
        scripts = {"host", *CELLS, *kinds, *(more[kind] for kind in kinds & more.keys())}
        files = [page, site.folder / "book.css", *(site.folder / f"{name}.mjs" for name in scripts if kinds)]
        open_parts = re.sub(r"<details.*?</details>", "", page.read_text(encoding="utf-8"), flags=re.S)
        files += [site.folder / name for name in re.findall(r'src="(\w+\.png)"', open_parts)]
        assert sum(map(gz, files)) <= FIRST_EDIT, page.name
    python = sum(gz(path) for path in (site.folder / "python").iterdir())
    print(f"Python: {python:,} bytes with gzip")
    assert python <= AFTER_IT


def test_licences_and_sizes_of_everything_are_said(site: Site) -> None:
    told = (site.folder / "LICENCES.txt").read_text(encoding="utf-8")
    assert "MPL 2.0" in told and "PSF" in told and "MIT" in told
    for path in (*site.folder.glob("*.mjs"), *(site.folder / "python").iterdir()):
        assert f"{path.stat().st_size:,}" in told and path.name in told, path


def test_python_is_loaded_at_the_first_touch_and_from_here(reader: Callable[..., Reader]) -> None:
    lesson = reader()
    page = lesson.open(LESSON)
    expect(page.locator(".mtlib-inspector .verdict").first).to_contain_text("boolTrue")
    page.locator(".mtlib-inspector [role=gridcell][data-letter]").first.hover()
    assert not [url for url in lesson.asked if "/python/" in url]
    page.locator(".mtlib-inspector [role=gridcell][data-letter]").first.focus()
    expect(page.locator("#book-status")).to_contain_text("from this site, once", timeout=STARTS)
    expect(page.locator("#book-status")).to_contain_text("Python runs in this page.", timeout=STARTS)
    assert {url.rpartition("/")[2] for url in lesson.asked if "/python/" in url} == {
        "library.bin", "pyodide-lock.json", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip",
    }  # fmt: skip


PAIRS = """() => {
  window.pairs = new Set();
  window.told = new Set();
  const view = document.querySelector('.mtlib-inspector');
  const status = document.querySelector('#book-status');
  const note = () => {
    const bytes = [...view.querySelectorAll('[role=gridcell]')].map((cell) => cell.textContent).join('');
    window.pairs.add(`${bytes} ${view.querySelector('.answer').textContent}`);
    window.told.add(status.textContent);
  };
  note();
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def type_over(page: Any, digits: str = "7") -> None:
    """Over a byte of the nonce, in the plaintext of lesson 00."""
    cell = page.locator(".mtlib-inspector .sheet[aria-label=plaintext] [role=gridcell][aria-label*=nonce]").first
    cell.click()
    page.keyboard.press(digits)


def test_while_python_is_held_the_old_bytes_stand_with_their_verdict(reader: Callable[..., Reader]) -> None:
    lesson = reader()
    held: list[Any] = []
    lesson.page.route("**/library.bin", lambda route: held.append(route))
    page = lesson.open(LESSON)
    page.evaluate(PAIRS)
    type_over(page)
    expect(page.locator(".alive.inspector")).to_have_class(re.compile("waiting"))
    page.wait_for_timeout(3000)
    expect(page.locator(".alive.inspector")).to_have_class(re.compile("late"))
    assert len(page.evaluate("[...pairs]")) == 1
    for route in held:
        route.continue_()
    lesson.settled()
    pairs = [pair.partition(" ") for pair in page.evaluate("[...pairs]")]
    assert [answer for _, _, answer in pairs] == ["boolTrue", "400 ENCRYPTED_MESSAGE_INVALID"]
    assert len({data for data, _, _ in pairs}) == 2


def test_when_python_ends_in_the_middle_a_sentence_says_so_and_no_key_is_lost(reader: Callable[..., Reader]) -> None:
    lesson = reader()
    page = lesson.open(LESSON)
    type_over(page, "7")
    lesson.settled()
    page.evaluate(PAIRS)
    page.evaluate("book.python.worker.terminate()")
    page.keyboard.press("8")
    page.keyboard.press("9")
    lesson.settled()
    assert "Python ended in the middle. It starts again, and what you did is kept." in page.evaluate("[...told]")
    expect(page.locator("#book-status")).to_contain_text("Python runs in this page.")
    data = lesson.states(lesson.inspector())
    assert data["undos"] >= 2 and data["verdict"]["answer"] == "400 ENCRYPTED_MESSAGE_INVALID"
    inner = next(sheet for sheet in data["data"] if len(sheet) == 160)
    nonce = sample().binding.nonce.to_bytes(8, "little", signed=True).hex()
    assert f"78{'9' + nonce[3]}{nonce[4:]}" in inner


def test_the_time_for_an_answer_begins_when_python_runs(reader: Callable[..., Reader]) -> None:
    lesson = reader()
    held: list[Any] = []
    lesson.page.route("**/library.bin", lambda route: held.append(route))
    lesson.page.clock.install()
    page = lesson.open(LESSON)
    type_over(page)
    expect(page.locator("#book-status")).to_contain_text("from this site, once", timeout=STARTS)
    page.clock.fast_forward(600_000)
    page.wait_for_timeout(500)
    for route in held:
        route.continue_()
    lesson.settled()
    expect(page.locator(".mtlib-inspector .answer").first).to_have_text("400 ENCRYPTED_MESSAGE_INVALID")
    assert page.evaluate("book.python.life") == 1


def test_without_a_connection_python_says_that_it_cannot_be_loaded(reader: Callable[..., Reader]) -> None:
    lesson = reader()
    page = lesson.open(LESSON)
    lesson.context.set_offline(True)
    type_over(page)
    lesson.settled()
    said = page.locator("#book-status")
    expect(said).to_have_text("Python did not start: it could not be loaded from this site.")
    lesson.context.set_offline(False)
    page.keyboard.press("8")
    lesson.settled()
    expect(page.locator(".mtlib-inspector .answer").first).to_have_text("400 ENCRYPTED_MESSAGE_INVALID")


def test_an_address_carries_changed_bytes_and_no_key(reader: Callable[..., Reader], walking: Reader) -> None:
    sender = walking
    page = sender.turn(LESSON)
    type_over(page)
    sender.settled()
    page.get_by_role("button", name="Share these bytes").click()
    expect(page.locator("#book-status")).to_contain_text("carries these bytes now, and no key")
    sent, fragment = sender.states(sender.inspector()), "#" + page.url.partition("#")[2]
    assert bytes(sample().perm_key).hex()[:16] not in fragment and bytes(sample().temp_key).hex()[:16] not in fragment
    receiver = reader()
    page = receiver.open(LESSON, fragment)
    receiver.settled()
    expect(page.locator(".mtlib-inspector .answer").first).to_have_text("400 ENCRYPTED_MESSAGE_INVALID")
    seen = receiver.states(receiver.inspector())
    assert seen["data"] == sent["data"] and seen["verdict"] == sent["verdict"] and seen["mode"] == "keys"


@pytest.mark.parametrize("fragment", ["#INSPECTOR=zz", "#INSPECTOR=0", "#view-00-1=00", "#elsewhere=00", "#INSPECTOR="])
def test_an_address_that_carries_something_else_is_answered_in_a_sentence(
    reader: Callable[..., Reader], fragment: str
) -> None:
    lesson = reader()
    page = lesson.open(LESSON, fragment.replace("INSPECTOR", lesson.inspector()))
    expect(page.locator("#book-status")).to_have_text("The address carries no bytes that can be shown here.")


def test_an_address_of_the_doctor_carries_nothing(reader: Callable[..., Reader]) -> None:
    page = reader().open("doctor", "#view-doctor-1=00")
    expect(page.locator("#book-status")).to_have_text("The address carries no bytes that can be shown here.")
    assert page.get_by_role("button", name="Share these bytes").count() == 0


def test_the_packet_on_the_first_page_grows_and_a_lesson_opened_from_there_is_alive(walking: Reader) -> None:
    page = walking.turn("index")
    packet = page.locator(".mtlib-plate").first
    expect(packet).to_contain_text("1 of 9: inner, 40 bytes")
    packet.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    expect(packet).to_contain_text("2 of 9: envelope, 72 bytes", timeout=STARTS)
    page.get_by_role("link", name="00 Start here").first.click()
    type_over(page)
    expect(page.locator(".mtlib-inspector .verdict").first).not_to_contain_text("boolTrue", timeout=STARTS)


def test_a_prediction_is_measured_in_the_page(walking: Reader) -> None:
    page = walking.turn(LESSON)
    asked = page.locator(".mtlib-predict").first
    asked.get_by_text("an error that does not say which").click()
    asked.get_by_role("button", name="This is my guess").click()
    expect(asked.locator(".said")).to_contain_text("Match", timeout=STARTS)


def test_the_picture_of_a_prediction_is_fetched_when_it_is_shown(reader: Callable[..., Reader]) -> None:
    lesson = reader()
    page = lesson.open("14_forty_bytes_that_bind")
    asked = page.locator(".mtlib-predict").first
    assert not [url for url in lesson.asked if url.endswith(".png")]
    asked.get_by_role("button", name="Show me").click()
    picture = asked.locator("img")
    expect(picture).to_have_js_property("complete", True, timeout=STARTS)
    assert picture.evaluate("e => e.naturalWidth") > 300 and picture.get_attribute("alt")
    assert len([url for url in lesson.asked if url.endswith(".png")]) == 1


def test_what_was_guessed_before_is_shown_again(reader: Callable[..., Reader]) -> None:
    lesson = reader()
    page = lesson.open(LESSON)
    guess = "an error that does not say which"
    page.locator(".mtlib-predict").first.get_by_text(guess).click()
    page.locator(".mtlib-predict").first.get_by_role("button", name="This is my guess").click()
    expect(page.locator(".mtlib-predict .said").first).to_contain_text("Match", timeout=STARTS)
    page = lesson.open(LESSON)
    before = page.locator(".alive.predict .differs").first
    expect(before).to_have_text(f"Your guess from before: {guess}. “Show me” sets it beside the measurement.")
    page.locator(".mtlib-predict").first.get_by_role("button", name="Show me").click()
    expect(page.locator(".mtlib-predict .said").first).to_contain_text("Match", timeout=STARTS)
    page.locator(".mtlib-predict").first.get_by_role("button", name="Guess again").click()
    expect(before).to_be_hidden()
    page = lesson.open(LESSON)
    expect(page.locator(".alive.predict .differs").first).to_be_hidden()


def test_a_whole_bind_and_one_that_is_refused(walking: Reader) -> None:
    page = walking.turn("bind")
    assert page.locator(".arrow").count() == 16
    page.get_by_role("button", name="Make both keys, and bind").click()
    expect(page.locator(".bind[data-binds='1']")).to_be_attached(timeout=STARTS)
    expect(page.locator(".bind .said")).to_contain_text("auth.bindTempAuthKey: boolTrue.")
    page.get_by_role("button", name="The same, with this bit turned over").click()
    expect(page.locator(".bind[data-binds='2']")).to_be_attached(timeout=STARTS)
    expect(page.locator(".bind .said")).to_contain_text("The check that failed, msg_key")
    page.locator(".arrow").filter(has_text="auth.bindTempAuthKey").click()
    expect(page.locator(".fields")).to_contain_text("temp_session_id")


def test_the_doctor_sends_and_keeps_nothing(reader: Callable[..., Reader], site: Site) -> None:
    opened = reader()
    page = opened.open("doctor")
    refused = (site.root / "docs" / "refused.txt").read_text(encoding="utf-8")
    page.locator("textarea").focus()
    expect(page.locator("#book-status")).to_contain_text("Python runs in this page.", timeout=STARTS)
    before = len(opened.asked)
    page.locator("textarea").fill(refused)
    page.get_by_role("button", name="read", exact=True).click()
    expect(page.locator(".part.wrong")).to_contain_text("msg_key covers the padding", timeout=STARTS)
    assert opened.asked[before:] == [] and page.url.endswith("/doctor.html")
    key = re.search(r"perm_auth_key: (.*)", refused)
    assert key and key[1].replace(" ", "")[:32] not in page.content().replace(" ", "")
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.evaluate("indexedDB.databases().then((found) => found.length)") == 0


def test_neither_the_page_nor_the_worker_reaches_another_address(
    browser: Any, site: Site, elsewhere: tuple[str, list[str]]
) -> None:
    address, seen = elsewhere
    opened = Reader(browser, site)
    page = opened.open("doctor")
    page.locator("textarea").focus()
    expect(page.locator("#book-status")).to_contain_text("Python runs in this page.", timeout=STARTS)
    send = f"fetch('{address}', {{ method: 'POST', mode: 'no-cors', body: 'x' }}).then(() => 'sent', () => 'refused')"
    assert page.evaluate(send) == "refused"
    (worker,) = page.workers
    assert worker.evaluate(send) == "refused"
    assert seen == []
    opened.context.close()


@pytest.mark.parametrize("name", [LESSON, "01_why_a_temporary_key", "16_carried_by_the_temporary_key", "bind"])
def test_without_scripts_every_byte_is_in_the_tables(reader: Callable[..., Reader], site: Site, name: str) -> None:
    page = reader(java_script_enabled=False).open(name)
    shown = re.sub(r"\s", "", "".join(page.locator("main").all_text_contents()))
    looked_for = 0
    for view in embedded(site, name).values():
        traits = view["traits"]
        if view["kind"] == "inspector":
            for field in traits["structure"]["fields"]:
                data = traits["state"]["data"][field["sheet"]][2 * field["start"] : 2 * field["stop"]]
                looked_for += 1
                assert field["kind"] not in ("long", "int") or data in shown, field["path"]
        elif view["kind"] == "bind":
            for message in traits["told"]["messages"]:
                for row in message["rows"]:
                    looked_for += 1
                    assert re.sub(r"\s", "", row["hex"]) in shown, (message["name"], row["name"])
    assert looked_for > 20


def violations(page: Any, axe: Path) -> list[tuple[str, str, str]]:
    """What axe finds in a page whose policy lets it in."""
    page.add_script_tag(path=str(axe))
    run = "([runOnly, rules]) => axe.run(document, { runOnly, rules })"
    found = page.evaluate(run, [TAGS, ALSO_ASKED])["violations"]
    return [(each["id"], node["html"][:120], node["failureSummary"][:200]) for each in found for node in each["nodes"]]


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing(reader: Callable[..., Reader], axe: Path, name: str, look: str) -> None:
    assert violations(reader(color_scheme=look, bypass_csp=True).open(name), axe) == []


@pytest.mark.parametrize("name", FIVE)
def test_on_a_narrow_screen_nothing_is_cut(reader: Callable[..., Reader], name: str) -> None:
    page = reader(viewport={"width": 320, "height": 640}).open(name)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
