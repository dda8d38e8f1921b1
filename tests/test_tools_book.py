"""`./run book`: the whole course as pages that need nothing but a browser, and come alive in one."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
import yaml
from nbformat import NotebookNode

from mtlib.lab.course import SHORT

TOOL = Path(__file__).parent / "tools" / "book.py"
DOCS = {path.stem for path in (TOOL.parents[2] / "docs").glob("*.md")}
PAPERS = {"sheet_bytes", "sheet_exchange"}
BYTES = "value and meaning"
"""The last heading of every byte view."""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
ALIVE = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self';"
    " img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
INSTRUMENTS = {"doctor", "bind"}
LICENCES = "LICENCES.txt"
RESOURCES = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "object": "data"}


def tool() -> ModuleType:
    sys.path[:0] = [str(TOOL.parent)] if str(TOOL.parent) not in sys.path else []
    import book

    return book


class Page(HTMLParser):
    """What a page links to, loads and shows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.alts: list[str] = []
        self.folded: int = 0
        self.policy = ""
        self.running: list[str] = []
        """What runs something: handlers of events, and addresses that are programs or pages of their own."""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids.add(given.get("id") or "")
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given.get("content") or ""
        for name, value in attrs:
            address = re.sub(r"[\x00-\x20]", "", value or "").lower()
            picture = tag == "img" and name == "src" and address.startswith("data:image/")
            nothing = address == "data:,"  # no picture of the page's own
            programs = address.startswith(("javascript:", "vbscript:", "data:")) and not picture and not nothing
            if name.startswith("on") or name == "srcdoc" or programs:
                self.running.append(f"{tag} {name}={value}")
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag in RESOURCES:
            self.loads.append(given.get(RESOURCES[tag]) or "")
        if tag == "img":
            self.alts.append((given.get("alt") or "").strip())
        self.folded += tag == "details" and "open" not in given


@cache
def read(text: str) -> Page:
    """Each page once, whatever many tests ask of it."""
    return Page(text)


Site = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def site() -> Site:
    """The pages of either kind, made once; their texts by name."""
    module, made = tool(), {}

    def build(*, printed: bool = False) -> dict[str, str]:
        if printed not in made:
            made[printed] = module.pages(printed=printed)
        return made[printed]

    return build


def lessons() -> dict[str, NotebookNode]:
    found = sorted((TOOL.parents[2] / "notebooks").glob("*.ipynb"))
    return {path.stem: nbformat.read(path, as_version=4) for path in found}


def outputs(notebook: NotebookNode) -> Iterator[NotebookNode]:
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def test_every_lesson_has_a_page_and_the_index_leads_to_it(site: Site) -> None:
    assert set(site()) == {*lessons(), *DOCS, *PAPERS, *INSTRUMENTS, "index", "search", "slides"}
    assert set(site(printed=True)) == {*lessons(), *DOCS, *PAPERS, "index"}
    first, *names = (f"{name}.html" for name in lessons())
    found = read(site()["index"]).links
    assert first in found and [found.count(name) for name in names[:-1]] == [1] * len(names[:-1])
    assert names[-1] in found and "<table>" in site()["index"]


def test_every_page_has_a_title_of_its_own(site: Site) -> None:
    titles = [re.findall("<title>(.*?)</title>", text) for text in site().values()]
    assert len({title for (title,) in titles}) == len(titles) and [""] not in titles


def test_back_up_and_on(site: Site) -> None:
    names = [f"{name}.html" for name in lessons()]
    short = [name for name in names if name[:2] in SHORT]
    for at, name in enumerate(lessons()):
        here = short.index(names[at]) if names[at] in short else -1
        road = [*short[max(0, here - 1) : here], *short[here + 1 : here + 2]] if names[at] in short else []
        around = [*road, *names[max(0, at - 1) : at], "index.html", "search.html", *names[at + 1 : at + 2]]
        assert read(site()[name].partition("<main>")[0]).links == around
        assert read(site()[name].partition("</main>")[2]).links == [*around, LICENCES]


def test_links_within_the_course_lead_somewhere(site: Site) -> None:
    pages = {f"{name}.html": read(text) for name, text in site().items()}
    for name, page in pages.items():
        for link in page.links:
            if not re.match(r"https://", link) and link != LICENCES:
                to, _, place = link.partition("#")
                assert (to or name) in pages, f"{name}: {link}"
                assert not place or place in pages[to or name].ids, f"{name}: {link}"


def fetched(text: str) -> list[str]:
    """What a page and its styles load, but for pictures that stand in it."""
    styles = "".join(re.findall(r'<style>.*?</style>|style="[^"]*"', text, re.S))
    assert "url(" not in styles and "@import" not in styles
    return [load for load in read(text).loads if not load.startswith("data:") and load]


def test_on_paper_nothing_is_fetched_and_nothing_runs(site: Site) -> None:
    for name, text in site(printed=True).items():
        page = read(text)
        assert "script" not in page.tags, name
        assert fetched(text) == [] and page.running == [], name
        assert page.policy == POLICY, name


def test_in_the_book_only_its_own_files_are_fetched_and_only_its_scripts_run(site: Site) -> None:
    for name, text in site().items():
        page = read(text)
        alive = 'id="book-data"' in text
        assert page.running == [], name
        assert set(fetched(text)) <= {"book.css", "host.mjs"}, name
        asks = 'id="course-data"' in text
        runs = asks or "code_cell" in text or name == "search"
        scripts = alive + asks + (alive or runs)
        assert page.tags.count("script") == scripts, name
        assert page.policy == (POLICY if name in PAPERS | {"slides"} else ALIVE), name
        assert len(text.split("<script")) == 1 + scripts and "<style" not in text.partition("<main>")[2], name


def test_a_page_says_where_it_is_found_if_that_is_known() -> None:
    text = tool().found_at("<title>T</title><p></title>", "https://example.org/book/", "index")
    assert text == '<title>T</title><link rel="canonical" href="https://example.org/book/index.html"><p></title>'
    assert tool().main(["--base"]) == tool().main(["--base", "somewhere"]) == 2


def test_the_workflow_does_what_the_commands_do() -> None:
    """Its command is one of ours, what it uploads is what that writes, and its Python and node are new enough."""
    text = (tool().ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8")
    (job,) = yaml.safe_load(text)["jobs"].values()
    ran = [step["run"].split() for step in job["steps"] if "run" in step]
    assert [words[:3] for words in ran] == [["./run", "book", "--base"]]
    given = {step["uses"].partition("@")[0]: step.get("with", {}) for step in job["steps"] if "uses" in step}
    assert given["actions/upload-pages-artifact"]["path"] == str(tool().BOOK.relative_to(tool().ROOT))
    assert tuple(map(int, given["actions/setup-python"]["python-version"].split("."))) >= (3, 11)
    assert int(given["actions/setup-node"]["node-version"]) >= 20


def embedded(text: str) -> dict[str, Any]:
    """The views that a page carries."""
    found = re.search(r'<script type="application/json" id="book-data">(.*?)</script>', text, re.S)
    views: dict[str, Any] = json.loads(found[1])["views"] if found else {}
    return views


def test_what_comes_alive_has_its_table_in_the_page(site: Site) -> None:
    kinds = set()
    for name, text in site().items():
        views = embedded(text)
        assert set(views) <= read(text).ids, name
        kinds |= {view["kind"] for view in views.values()}
    assert kinds == {"bind", "controls", "form", "inspector", "plates", "predict", "views"}


MARKS = {
    "predict": ("<b>Predict.</b>",),
    "plates": ("The same as a table",),
    "controls": ("Where do you want to bind?", "open their messages"),
}
"""What the saved output of each kind holds beside its text."""


def test_every_widget_of_every_lesson_comes_alive(site: Site) -> None:
    for name, notebook in lessons().items():
        shown = [each.get("data", {}).get("text/html", "") for each in outputs(notebook)]
        sources = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        kinds = [view["kind"] for view in embedded(site()[name]).values()]
        asked = sum(any(mark in each for mark in MARKS["predict"]) for each in shown)
        assert kinds.count("predict") == asked, name
        # A still has its table, too, and nothing in it moves.
        assert kinds.count("plates") == len(re.findall(r"^(?:\w+ = )?plate\(", sources, re.M)), name
        assert kinds.count("inspector") == len(re.findall(r"^(?:\w+ = )?inspect(?:_\w+)?\(", sources, re.M)), name
        assert kinds.count("form") == sources.count("DoctorForm()"), name
        assert kinds.count("controls") == sources.count("EndpointChoice(") + sources.count("Menus("), name


def test_what_a_page_cannot_do_is_said_where_it_is(site: Site) -> None:
    said = tool().DIFFERS
    for name, notebook in lessons().items():
        pictures = sum("image/png" in each.get("data", {}) for each in outputs(notebook))
        assert site()[name].count(said["picture"]) == pictures, name
    assert site()["18_live_over_tcp"].count(said["telegram"]) == 1


def test_before_it_is_asked_a_prediction_shows_no_answer(site: Site) -> None:
    for text in site().values():
        for view in embedded(text).values():
            if view["kind"] == "predict":
                state = view["traits"]["state"]
                assert set(state) == {"serial", "said", "shown"} and not state["shown"]


def test_embedded_data_cannot_end_its_element() -> None:
    views = {"view-1": {"kind": "views", "traits": {"told": "</script><script>planted()</script>"}, "cells": []}}
    text = tool().page("Title", '<div id="view-1"></div>', views=views)
    assert read(text).tags.count("script") == 2 and embedded(text) == views


@pytest.mark.parametrize(("cells", "at", "expected"), [
    (["a = 1", "b = 2", "print(a)"], 2, [0, 2]),
    (["import x", "def f(): return x.y", "f()"], 2, [0, 1, 2]),
    (["a = 1", "a = 2", "a"], 2, [1, 2]),
    (["a = []", "a += [1]", "a"], 2, [0, 1, 2]),
    (["a = 1", "def f(a): return a", "f(2)"], 2, [1, 2]),
])  # fmt: skip
def test_which_cells_a_view_needs(cells: list[str], at: int, expected: list[int]) -> None:
    tool()
    from book_views import needed

    assert needed(cells, at, [{} for _ in cells]) == [cells[number] for number in expected]


def test_a_plain_value_stands_in_the_place_of_what_made_it() -> None:
    tool()
    from book_views import needed

    cells = ["a = slow()", "def f(): return a", "a = 2", "print(f(), a)"]
    plain = [{}, {"a": "1"}, {}, {"a": "2"}]
    assert needed(cells, 3, plain) == [f"a = 1\n{cells[1]}", f"a = 2\n{cells[3]}"]


PLANTED = (
    '<img src="x" onerror="planted()">',
    '<img src="data:text/html,<b>planted()</b>">',
    '<img src="https://example.org/planted.png">',
    '<a href="javascript:planted()">word</a>',
    '<a href=" JaVa&#10;Script&colon;planted()">word</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD4=">word</a>',
    '<a href="vbscript:planted()">word</a>',
    "<script>planted()</script>",
    "<SCRIPT >planted()</SCRIPT\n>",
    "<scr<script></script>ipt>planted()</scr</script>ipt>",
    '<iframe srcdoc="&lt;script&gt;planted()&lt;/script&gt;"></iframe>',
    '<svg onload="planted()"><circle r="3"/></svg>',
    '<svg><script>planted()</script><a href="javascript:planted()"><text>x</text></a></svg>',
    '<svg><use href="data:image/svg+xml,planted()"/><image href="https://example.org/planted.svg"/></svg>',
    '<math><mtext></form><style><img src onerror="planted()"></style></mtext></math>',
    '<noscript><p title="</noscript><img src=x onerror=planted()>"></noscript>',
    '<p style="background: url(https://example.org/planted.png)">word</p>',
    '<p style="background: u\\72l(https://example.org/planted.png)">word</p>',
    "<style>@import 'https://example.org/planted.css';</style>",
    '<form action="https://example.org/planted"><button formaction="javascript:planted()">x</button></form>',
    '<object data="data:text/html,planted()"></object><embed src="data:text/html,planted()">',
    '<meta http-equiv="refresh" content="0;url=javascript:planted()"><base href="https://example.org/planted">',
    '<details ontoggle="planted()" open><summary>word</summary></details>',
)


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("place", ["markdown", "output"])
def test_what_is_planted_neither_runs_nor_loads(planted: str, place: str) -> None:
    module = tool()
    notebook = module.of_markdown(f"# Title\n\n{planted if place == 'markdown' else ''}\n\nafterwards")
    if place == "output":
        shown = nbformat.v4.new_output("display_data", {"text/html": planted})
        notebook.cells.append(nbformat.v4.new_code_cell("1", outputs=[shown]))
    text = module.page("Title", module.body_of(notebook))
    page = read(text)
    body = text.partition("<main>")[2]
    assert page.running == [] and page.policy == POLICY
    assert not {"script", "iframe", "object", "embed", "form", "base", "use", "image"} & set(page.tags)
    assert page.tags.count("meta") == 3 and page.tags.count("style") == 1
    assert [load for load in page.loads if load] == []
    assert not re.search(r'style="[^"]*(url|72l)', body) and "afterwards" in body


def test_links_of_markdown_are_not_programs() -> None:
    module = tool()
    text = "[a](javascript:planted()) [b](data:text/html,planted) ![c](https://example.org/c.png) [d](https://example.org/)"
    page = read(module.body_of(module.of_markdown(text)))
    assert [link for link in page.links if link] == ["https://example.org/"]
    assert page.running == [] and not any(page.loads)


def test_what_a_page_needs_is_kept() -> None:
    module = tool()
    picture = "data:image/png;base64,iVBORw0KGgo="
    needed = (
        '<table class="bytes" style="border-collapse: collapse"><tbody><tr><th scope="row">a</th>'
        '<td style="background-color: #e8f1fb; padding: 2px 10px">b</td></tr></tbody></table>'
        f'<details open=""><summary>c</summary><img src="{picture}" alt="d" width="960"></details>'
        '<svg viewBox="0 0 10 10" role="img"><path d="M0 0L9 9" stroke="#000"></path><text x="1">e</text></svg>'
        '<a href="#f" id="g">h</a><div class="output" role="status">i</div>'
    )
    again = module.harmless(needed)

    def parts(text: str) -> list[tuple[str, dict[str, str | None]]]:
        found: list[tuple[str, dict[str, str | None]]] = []
        parser = HTMLParser()
        parser.handle_starttag = lambda tag, attrs: found.append((tag, dict(attrs)))  # type: ignore[method-assign]
        parser.feed(text)
        return found

    assert parts(again) == parts(needed)
    assert "viewBox" in again
    assert module.harmless(again) == again


def pictures(output: NotebookNode) -> list[str]:
    """The words of the pictures of an output, also of those within its HTML."""
    if "image/png" in output.get("data", {}):
        return [output.metadata["image/png"]["alt"]]
    return read(output.get("data", {}).get("text/html", "")).alts


def test_every_figure_and_every_byte_view_is_there(site: Site) -> None:
    seen = 0
    for name, notebook in lessons().items():
        page, text = read(site()[name]), site()[name]
        alts = [alt for each in outputs(notebook) for alt in pictures(each)]
        views = sum(each.get("data", {}).get("text/html", "").count(BYTES) for each in outputs(notebook))
        assert page.alts == alts and all(alts), name
        assert text.count(BYTES) == views, name
        seen += bool(alts) + bool(views)
    assert seen > len(lessons())


def test_on_paper_everything_is_unfolded_and_links_have_footnotes(site: Site) -> None:
    printed = site(printed=True)
    assert [name for name in printed if read(printed[name]).folded] == []
    assert sum(read(text).folded for text in site().values()) > 0
    notes = printed["11_aes_ige"].partition('<ol class="links">')[2]
    assert "https://core.telegram.org/mtproto/description" in notes


def test_every_plate_of_the_lessons_is_a_slide(site: Site) -> None:
    cells = (cell.source for path in tool().LESSONS.glob("*.ipynb") for cell in nbformat.read(path, as_version=4).cells)
    plates = sum(bool(re.search(r"^plate\(", source, re.M)) for source in cells)
    slides = site()["slides"]
    assert slides.count('class="slide"') == slides.count("<img") == plates > 14
    assert read(site()["index"]).links.count("slides.html") == 1


def test_more_to_try_is_folded_up_to_the_next_heading_as_high() -> None:
    module = tool()
    cells = ("# 00 One", "## More to try: it\n\nwords", "### Deeper", "## On", "## More to try: again\n\nlast")
    notebook = module.of_markdown(cells[0])
    notebook.cells += [cell for text in cells[1:] for cell in module.of_markdown(text).cells]
    first, second = re.findall(r"<details><summary>.*?</details>", module.body_of(notebook), re.S)
    assert "More to try: it" in first.partition("</summary>")[0] and "words" in first and "Deeper" in first
    assert "last" in second and module.body_of(notebook).count("On<") == 1 and "On<" not in first + second


def test_a_lesson_that_the_map_forgets_is_in_the_index_all_the_same() -> None:
    module = tool()
    first = module.of_markdown(f"# 00 One\n\n{module.MAP}\n\n[on](1.ipynb)\n\n## Sources\n\nnone")
    titles = {"0": "00 One", "1": "01 Two", "2": "02 <Three>"}
    body = module.index_of(first, titles)
    assert [link for link in read(body).links if not link.startswith("#")] == ["0.html", "1.html", "2.html"]
    assert "none" not in body and "02 &lt;Three&gt;" in body


def test_it_is_written_anew_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tool()
    monkeypatch.setattr(module, "PAPER", tmp_path / "print")
    module.PAPER.mkdir()
    (module.PAPER / "an_old_page.html").touch()
    monkeypatch.setattr(module, "LESSONS", tmp_path)
    monkeypatch.setattr(module, "DOCS", tmp_path)
    nbformat.write(module.of_markdown("# 00 Only\n\nwords"), tmp_path / "00_only.ipynb")
    assert module.main(["--print"]) == 0
    assert sorted(path.name for path in module.PAPER.iterdir()) == [
        "00_only.html", "index.html", "sheet_bytes.html", "sheet_exchange.html",
    ]  # fmt: skip
    assert "4 pages" in capsys.readouterr().out
