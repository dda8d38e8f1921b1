"""Search, the map with the reader's progress, and both roads, in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from test_book import ALSO_ASKED, TAGS

from conftest import ROOT, Reader, Site
from mtlib.lab.course import SHORT, course_map, lessons

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
expect = sync_api.expect

COURSE = lessons(ROOT / "notebooks")
TITLES = {each.number: each.title for each in COURSE}


@pytest.mark.parametrize(
    ("words", "first", "where"),
    [
        ("temp_session_id", "temp_session_id", "#view-"),
        ("aes-ige", "AES-IGE", "/11_aes_ige.html"),
        ("forty bytes", "14 Forty bytes that bind", "/14_forty_bytes_that_bind.html"),
        ("what you need", "What you need", "#what-you-need"),
        ("refused", "Why was my bind refused?", "/doctor.html"),
    ],
)
def test_what_is_typed_finds_its_line_from_the_keyboard_alone(
    reader: Callable[..., Reader], words: str, first: str, where: str
) -> None:
    page = reader().open("search")
    expect(page.locator("#search-words")).to_be_focused()
    page.keyboard.type(words)
    best = page.locator(".best a")
    assert best.count() >= 1 and first in best.first.inner_text()
    page.keyboard.press("Tab")
    expect(best.first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{where}*")
    if "#" in page.url:
        assert page.evaluate("Boolean(document.getElementById(decodeURIComponent(location.hash.slice(1))))")


def test_what_is_not_there_is_said(reader: Callable[..., Reader]) -> None:
    page = reader().open("search", "#zzzz")
    expect(page.get_by_role("status").first).to_have_text("No lines found.")
    page.locator("#search-words").fill("")
    assert page.locator(".searched:visible").count() == 5


def test_an_address_that_no_browser_reads_is_searched_for_as_it_stands(reader: Callable[..., Reader]) -> None:
    page = reader().open("search", "#100%")
    expect(page.locator("#search-words")).to_have_value("100%")


def test_without_scripts_it_is_an_index_whose_links_lead_somewhere(reader: Callable[..., Reader], site: Site) -> None:
    page = reader(java_script_enabled=False).open("search")
    links = page.locator(".searched a").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
    texts = {path.name: path.read_text(encoding="utf-8") for path in site.folder.glob("*.html")}
    assert len(links) > 300
    for link in links:
        name, _, id = link.partition("#")
        assert name in texts and (not id or f'id="{id}"' in texts[name]), link
    said = page.locator("main").inner_text()
    assert all(each.title in said for each in COURSE) and "temp_auth_key_id" in said


def test_every_page_leads_to_the_search(reader: Callable[..., Reader]) -> None:
    opened = reader()
    for name in ("index", COURSE[3].stem, "glossary", "doctor"):
        found = opened.open(name).get_by_role("link", name="Search", exact=True).first
        assert found.get_attribute("href") == "search.html"


def test_the_map_has_what_this_reader_did(reader: Callable[..., Reader], tmp_path: Any, monkeypatch: Any) -> None:
    done = [each for each in COURSE if each.number in ("00", "01")]
    guesses = {name: "yes" for each in done for name in each.predictions}
    guesses |= {f"exercise:{name}": True for each in done for name in each.exercises}
    mine = "def seal(a):\n    return a\n"
    opened = reader()
    page = opened.open("index")
    told = "The short road: 0 of 10 lessons done, next is 00 Start here."
    expect(page.get_by_text(told).first).to_be_visible()
    page.evaluate("all => Object.entries(all).forEach((each) => localStorage.setItem(...each))",
                  {"my_guesses.json": json.dumps(guesses), "my_bind.py": mine})  # fmt: skip
    page = opened.open("index")
    expect(page.locator("html")).to_have_attribute("data-progress", str(len(done)))
    (tmp_path / "my_bind.py").write_text(mine)
    (tmp_path / "my_guesses.json").write_text(json.dumps(guesses))
    monkeypatch.setenv("MTLIB_MY_BIND", str(tmp_path / "my_bind.py"))
    course = course_map(ROOT / "notebooks")
    assert page.get_by_text(course.said()).count() == 1
    rows = page.locator("main table").first.locator("tbody tr").all()
    for row, wanted in zip(rows, list(course.rows())[1:], strict=True):
        shown = [cell.inner_text() for cell in row.locator("td").all()]
        assert (shown[0], *shown[2:]) == wanted
    picture = page.locator("main img").first
    assert picture.get_attribute("alt") == course.alt()
    drawn = page.evaluate("e => atob(e.src.split(',')[1])", picture.element_handle())
    assert drawn.count(">done<") == 2 and drawn.count(">next<") == 2 - (TITLES["02"] in TITLES["11"])


def test_both_roads_lead_on_and_back(reader: Callable[..., Reader]) -> None:
    opened = reader()
    by_number = {each.number: each for each in COURSE}
    for here, name in enumerate(SHORT):
        nav = opened.open(by_number[name].stem).locator("nav").first
        links = nav.locator(".short a").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
        beside = [SHORT[at] for at in (here - 1, here + 1) if 0 <= at < len(SHORT)]
        assert links == [f"{by_number[each].stem}.html" for each in beside]
    assert opened.open(by_number["05"].stem).locator("nav .short").count() == 0


@pytest.mark.parametrize("name", ["search", "index", "12_the_v1_schedule", "18_live_over_tcp"])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut(
    reader: Callable[..., Reader], axe: Any, name: str, look: str
) -> None:
    page = reader(color_scheme=look, bypass_csp=True, viewport={"width": 320, "height": 640}).open(name)
    page.wait_for_timeout(300)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
    page.add_script_tag(path=str(axe))
    run = "([runOnly, rules]) => axe.run(document, { runOnly, rules })"
    found = page.evaluate(run, [TAGS, ALSO_ASKED])["violations"]
    told = [(each["id"], node["html"][:120], node["failureSummary"][:200]) for each in found for node in each["nodes"]]
    assert told == []
