"""The whole course as a web site in `build/book/`, in which every byte is alive.

Every page is plain HTML first: text, figures and tables, an index with the map, previous and next. Where scripts run,
inspector, plates and predictions are drawn over their tables from data in the page, and Python, which the site carries,
starts when one of them is touched. The browser is told to fetch from this site alone.

`./run book` writes it; `--base ADDRESS` says in each page where it will be found, for search engines. All links are
relative, so the folder works anywhere. `./run book --print` makes pages for A4 in `build/print/`, without any script:
grey, with the addresses of links as footnotes and everything unfolded, except what a prediction measured: that stands
on a last page of its own.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import nbformat
import nh3
from nbconvert import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from book_index import beginning, entries, listed
from book_views import Player, all_views
from mtlib.clinic.sheet import SHEETS, sheet
from mtlib.lab.course import MORE, SHORT, Course, Lesson, lessons
from mtlib.lab.widgets import style
from npm import NotFetched
from pyodide import pyodide

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ROOT / "notebooks"
DOCS = ROOT / "docs"
BOOK, PAPER = ROOT / "build" / "book", ROOT / "build" / "print"
SOURCES, WIDGETS = ROOT / "book", ROOT / "mtlib" / "lab"
COURSE = "bindTempAuthKey, byte by byte"
FIRST_HEADING = re.compile(r'(?<=<div class="text_cell_render border-box-sizing rendered_html">)\s*<h(\d).*?</h\1>')
"""The heading with which a text begins."""
MAP = "## Where to go from here"
"""The heading in the first lesson with the map of the course below it."""
UP = '<a href="index.html">The course</a>'
TO_SEARCH = ' · <a href="search.html">Search</a>'
INTRODUCTION = (
    "Telegram's `auth.bindTempAuthKey` built, sealed, sent, checked and broken, one byte at a time. Each lesson stands"
    " alone, with its code, its outputs, every figure and every byte."
)
ALIVE = (
    "- [Why was my bind refused?](doctor.html) Paste it, and read which byte is wrong.\n"
    "- [What is byte 36?](00_start_here.html#every-byte,-every-seal-open) Touch a byte of a bind, and read its name.\n"
    "- [A whole bind](bind.html), run here; turn over one bit, which breaks its seal, and see it refused.\n"
    "- [Search](search.html): lessons, words and fields.\n\n"
    "**In this page nothing is installed and nothing is sent.** Touch a byte, a plate or a prediction: Python starts in"
    " your browser, from this site, and answers. The cells of the lessons are changed and run here, too. What a"
    " prediction shows was measured when this book was made; its cell measures again.\n\n"
    "## The whole packet, one layer a step\n\n{plate}"
)

DOCTOR_CELL = "from mtlib.lab import DoctorForm\nDoctorForm()"
DOCTOR = """# Why was my bind refused?

Paste what you have: bytes in any notation, a dump, a log, JSON. The doctor names the mistake and shows the bytes.

**Nothing is sent and nothing is stored.** It runs in this page, and the browser is told to let nothing out: see this
page's `Content-Security-Policy`. Use throw-away keys all the same. Its AES takes longer for some keys than for others.
"""
BIND = """# A whole bind, in this page

The library's client and its data centre, joined in memory: two key exchanges, `auth.bindTempAuthKey`, and a call over
the bound key. Each arrow opens into its bytes. Before you press a button, this is a bind from published randomness;
afterwards the keys are new.
"""
INSTRUMENTS = {"doctor": DOCTOR, "bind": BIND}
"""The pages that are no lesson, by name."""
TO_PRINT = (
    "To print, one sheet each: [all bytes of a client](sheet_bytes.html) and [the exchange that makes a"
    " key](sheet_exchange.html)."
)
TO_SHOW = " For a lecture: [every plate, still](slides.html), one on a page."

STYLE = """
:root { color-scheme: light; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; font: 16px/1.55 system-ui, sans-serif;
       color: #1a1a1a; background: #ffffff; }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 .6rem; }
h1 { margin-top: 1.4rem; }
nav { flex-wrap: wrap; }
nav .short { flex-basis: 100%; order: 1; font-size: .9em; text-align: center; }
a { color: #0b57a4; }
p, li { overflow-wrap: anywhere; }
nav { display: flex; justify-content: space-between; gap: 1rem; border-block: 1px solid #cccccc; padding: .5rem 0;
      margin: 1rem 0; }
nav > :last-child { text-align: right; }
pre { background: #f6f7f8; padding: .6rem .8rem; overflow-x: auto; font-size: 13px; line-height: 1.4; }
:not(pre) > code { background: #f1f2f4; padding: .1em .25em; font-size: .9em; }
.output pre { background: #ffffff; border-left: 3px solid #cccccc; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { text-align: left; vertical-align: top; padding: 2px 10px; border-bottom: 1px solid #e2e2e2; }
img { max-width: 100%; height: auto; }
.output_png { overflow-x: auto; }
summary { cursor: pointer; }
.anchor-link { display: none; }
@media screen and (max-width: 45rem) {
  body { padding: .5rem .8rem 3rem; }
  ol, ul { padding-left: 1.3rem; }
  pre { font-size: 12px; }
  .output_png img { max-width: none; width: 44rem; }
  .output td:last-child { min-width: 26em !important; }
  th { white-space: nowrap; }
}
"""
SLIDES = """
.slide { padding-block: 1rem; border-top: 1px solid #cccccc; }
@page { size: A4 landscape; margin: 10mm; }
@media print {
  nav, h1, details { display: none; }
  .slide { border: 0; break-after: page; }
  .slide h2 { margin-top: 0; }
  .slide img { max-height: 12.5cm; }
  body { padding: 0; }
}
"""
PRINT = """
@page { size: A4; margin: 16mm 14mm; }
body { max-width: none; padding: 0; font-size: 10.5pt; filter: grayscale(1); }
nav { display: none; }
pre { white-space: pre-wrap; font-size: 8.5pt; }
table { display: table; font-size: 7pt !important; }
td, th { padding: 1pt 2pt !important; min-width: 0 !important; }
ol.links { font-size: 8.5pt; }
section.answers { break-before: page; }
"""

SHEET = """
@page { size: A4; margin: 9mm 10mm; }
body { max-width: 62rem; font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.3rem; margin: .4rem 0; }
h2 { font-size: 1rem; margin: .7rem 0 .1rem; border-bottom: 1px solid #1a1a1a; }
p { margin: .15rem 0; padding-left: 1.2em; text-indent: -1.2em; }
:not(pre) > code { background: none; padding: 0; font-size: .92em; }
@media print {
  body { max-width: none; margin: 0; padding: 0; line-height: 1.22; color: #000000; }
  nav { display: none; }
  h1 { font-size: 1.4em; margin: 0 0 .5mm; }
  h2 { font-size: 1.07em; margin: .9mm 0 .2mm; border-bottom-width: .3pt; }
  p { margin: 0; }
}
"""
"""The two sheets: one page of A4 each."""
POINTS = {"bytes": 7.3, "exchange": 8.7}
"""The size of their letters on paper, as large as fits."""
CODE = 'class="cell border-box-sizing code_cell'
"""How a cell with code begins in the HTML of nbconvert."""
ANSWER = re.compile(r'<details class="mtlib-answer"[^>]*>')
FOLD = re.compile(r"<details\b|</details>")
SUMMARY = re.compile(r"\s*<summary>.*?</summary>", re.S)

ICON = '<link rel="icon" href="data:,">'
"""None: a browser that is told of none asks the site for one, and complains that it is not there."""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Told to the browser by a page of paper: no script, nothing fetched. The styles stand in the page and its tables."""
OWN_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self';"
    " img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
"""Told by a page of the book: scripts and data from this site alone, so nothing that is pasted can leave. The worker is
made of a blob, and so it is under the same policy; 'wasm-unsafe-eval' is what WebAssembly needs."""
SCRIPTS = (
    "host.mjs", "worker.mjs", "bind.mjs", "controls.mjs", "cells.mjs", "mine.mjs", "turning.mjs", "search.mjs",
    "progress.mjs",
)  # fmt: skip
WIDGET_SCRIPTS = ("asking.mjs", "form.mjs", "inspector.mjs", "plates.mjs", "predict.mjs", "views.mjs")
STYLES = ("inspector.css", "form.css", "views.css", "predict.css", "picture.css", "plates.css")
OF_PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
SEED = "the book"
"""Of the bind that stands on its page before the reader has run one."""

DRAWN = {"circle", "ellipse", "g", "line", "path", "polygon", "polyline", "rect", "svg", "text", "tspan"}
DRAWING = {
    "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "d", "points",
    "transform", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size",
    "font-family", "font-weight", "text-anchor", "dominant-baseline", "preserveAspectRatio",
}  # fmt: skip
ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    **dict.fromkeys(DRAWN, DRAWING),
    "*": {"class", "id", "style", "title", "lang", "dir", "role", "aria-label", "aria-hidden", "aria-labelledby"},
    "details": {"open"},
}
# Left out with all that is between their tags.
DROPPED = {"script", "style", "iframe", "object", "embed", "template", "noscript", "noembed", "noframes", "xmp"}
PICTURE = re.compile(r"data:image/(png|jpeg|gif|svg\+xml)[;,]", re.I)


ABOVE, BELOW = "lessons", "lessons, below"
"""What the two navigations of a page are called."""
UP_ONLY = f'<nav aria-label="{ABOVE}"><span>{UP}</span></nav>'
FOOT = (
    "<footer>Code: MIT. Text and figures: CC BY 4.0. Python for the browser: MPL 2.0 and PSF, about 6 MB, loaded once,"
    ' at the first touch. <a href="LICENCES.txt">Licences and sizes</a> of every file.</footer>'
    '<p id="book-status" role="status"></p>'
)
"""What everything is and weighs, and where a page says what Python is doing."""

Views = Mapping[str, Mapping[str, Any]]
"""What comes alive in a page, by the id of the element that it takes the place of: `kind`, `traits`, `cells`."""


def title_of(notebook: NotebookNode) -> str:
    first = next(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return str(first.splitlines()[0].lstrip("# "))


def page(
    title: str, body: str, *, around: str = "", printed: bool = False, more: str = "", views: Views | None = None,
    script: str = "",
) -> str:
    """One HTML page; the same navigation above and below. `more` is a style of its own, `views` are those that come
    alive in it; None for a page without scripts. `script` are elements of its own at the end."""
    styles = STYLE + HtmlFormatter().get_style_defs(".highlight") + (PRINT if printed else "") + more
    notes = ""
    if printed:
        body, answers = answers_last(body)
        body, notes = body.replace("<details>", "<details open>"), _footnotes(body + answers)
        notes = answers.replace("<details>", "<details open>") + notes
    below = around.replace(f'"{ABOVE}"', f'"{BELOW}"', 1)
    policy, head, foot = POLICY, "", ""
    if views is not None:
        around, below = (each.replace(UP, UP + TO_SEARCH, 1) for each in (around, below))
        policy, head, foot = OWN_POLICY, f'<link rel="stylesheet" href="book.css">{ICON}', FOOT
    if views:
        data = json.dumps({"views": views}, separators=(",", ":")).replace("<", "\\u003c")
        foot += f'<script type="application/json" id="book-data">{data}</script>'
    if views or (views is not None and (script or CODE in body or 'class="searched"' in body)):
        foot += '<script type="module" src="host.mjs"></script>'
    foot += script
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{styles}</style>{head}</head>'
        f"<body>{around}<main>{body}</main>{notes}{below}{foot}</body></html>\n"
    )


def answers_last(body: str) -> tuple[str, str]:
    """The body with a number in the place of each folded answer, and a last page with the answers by number."""
    kept, answers, rest = "", [], body
    while found := ANSWER.search(rest):
        depth, stop = 1, found.end()
        while depth:
            tag = FOLD.search(rest, stop)
            depth, stop = (0, len(rest)) if tag is None else (depth + (1 if tag[0] != "</details>" else -1), tag.end())
        answers.append(SUMMARY.sub("", rest[found.end() : stop].removesuffix("</details>"), count=1))
        kept += f"{rest[: found.start()]}<p><em>Answer {len(answers)}: on the last page.</em></p>"
        rest = rest[stop:]
    if not answers:
        return body, ""
    numbered = "".join(f"<h3>{number}</h3>{answer}" for number, answer in enumerate(answers, 1))
    return kept + rest, f'<section class="answers"><h2>Answers</h2>{numbered}</section>'


def _footnotes(body: str) -> str:
    links = dict.fromkeys(re.findall(r'href="(https?://[^"]+)"', body))
    return '<ol class="links">' + "".join(f"<li>{escape(link)}</li>" for link in links) + "</ol>" if links else ""


class Cells(HTMLExporter):  # type: ignore[misc]
    """nbconvert's HTML as it comes out of the template. Its own cleaning takes three quarters of the time, and all of
    it goes through `harmless`."""

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **options: Any) -> tuple[str, Any]:
        self.register_filter("clean_html", lambda html: html)
        self.register_filter("highlight_code", Highlight2HTML(pygments_lexer="ipython3", parent=self))
        return TemplateExporter.from_notebook_node(self, nb, self._init_resources(resources), **options)  # type: ignore[no-any-return]


@cache
def exporter() -> HTMLExporter:
    return Cells(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)


def body_of(notebook: NotebookNode) -> str:
    """The cells as HTML: nothing that runs, links to lessons made links to pages, none to files that are not here."""
    body, _ = exporter().from_notebook_node(notebook)
    body = more_folded(body)
    body = re.sub(r'href="(?:\.\./docs/)?([^":/#]+)\.(?:ipynb|md)', r'href="\1.html', body)
    # Links to a heading are written as GitHub wants them, in small letters; Jupyter's own keep the heading's.
    body = re.sub(r'<h\d id="[^"]*|href="[^":/#]*#[^"]*', lambda found: found[0].lower(), body)
    body = re.sub(r'<a href="\.\./[^"]*"[^>]*>(.*?)</a>', r"\1", body, flags=re.S)
    return harmless(body)


def more_folded(body: str) -> str:
    """What stands under a heading "More to try" is folded, up to the next cell that begins with a heading as high."""
    made, level = "", 0
    for cell in re.split(r'(?=<div id="cell-id=)', body):
        heading = FIRST_HEADING.search(cell)
        if level and heading and int(heading[1]) <= level:
            made, level = made + "</details>", 0
        if heading and MORE in heading[0]:
            level, cell = int(heading[1]), cell.replace(heading[0], "", 1)
            made += f"<details><summary>{heading[0]}</summary>"
        made += cell
    return made + "</details>" * bool(level)


def harmless(body: str) -> str:
    """What cells and outputs say and show, without what a browser would run, fetch or send."""
    return nh3.clean(
        body, tags=nh3.ALLOWED_TAGS | DRAWN, clean_content_tags=DROPPED, attributes=ATTRIBUTES,
        attribute_filter=_allowed, url_schemes={"https", "http", "mailto", "data"}, link_rel=None,
    )  # fmt: skip


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    """Addresses of data for pictures only, pictures from nowhere else, and no style that fetches."""
    if attribute == "src":
        return value if tag == "img" and PICTURE.match(value) else None
    if attribute == "style":
        return None if re.search(r"url|import|image|expression|\\\\|/\\*", value, re.I) else value
    return None if value.lstrip().lower().startswith("data:") else value


def of_markdown(text: str) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])


def navigation(names: list[str], titles: dict[str, str], here: int) -> str:
    """Back, up, on; and back and on along the short road, for a lesson on it."""

    def link(index: int, words: str) -> str:
        if not 0 <= index < len(names):
            return "<span></span>"
        return f'<a href="{names[index]}.html">{words}: {escape(titles[names[index]])}</a>'

    def along(words: str, name: str) -> str:
        return f'{words}: <a href="{name}.html">{escape(titles[name])}</a>'

    short = [name for name in names if name[:2] in SHORT]
    road = ""
    if names[here] in short:
        at = short.index(names[here])
        ways = [along("back", short[at - 1])] if at else []
        ways += [along("on", name) for name in short[at + 1 : at + 2]]
        road = f'<span class="short">The short road, {" · ".join(ways)}</span>'
    return f'<nav aria-label="{ABOVE}">{road}{link(here - 1, "Back")}<span>{UP}</span>{link(here + 1, "On")}</nav>'


def course_map(first: NotebookNode) -> str:
    """The part of the first lesson that says where to go from it, as Markdown: from its heading to the next one, with
    what its cells show, and without what it says of running them."""
    said = "".join(f"\n\n{_shown(cell)}" for cell in first.cells)
    return re.sub(r"^Run the next cell .*$", "", re.split(r"^## ", said.partition(MAP)[2], flags=re.M)[0], flags=re.M)


def _shown(cell: NotebookNode) -> str:
    if cell.cell_type == "markdown":
        return str(cell.source)
    return "\n\n".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)


def index_of(first: NotebookNode, titles: dict[str, str], more: str = "") -> str:
    """The first page: what this is, `more` of it, the map of the first lesson, and whatever it leaves out below it."""
    name, *_ = titles
    begin = f"**Begin with [{escape(titles[name])}]({name}.ipynb).**"
    text = "\n\n".join((f"# {COURSE}", INTRODUCTION, more, MAP, begin, course_map(first)))
    missing = [name for name in titles if not re.search(rf"[(\"]{name}\.ipynb", text)]
    text += "\n".join(["", *(f"- [{escape(titles[name])}]({name}.ipynb)" for name in missing)])
    return body_of(of_markdown(text))


def notebooks() -> dict[str, NotebookNode]:
    """The lessons by name, in their order."""
    return {path.stem: nbformat.read(path, as_version=4) for path in sorted(LESSONS.glob("*.ipynb"))}


def bodies(*, alive: bool) -> tuple[dict[str, str], dict[str, str]]:
    """Titles by name, in the order of the lessons, and what is on each page: lessons, index, and what is in docs/."""
    found = notebooks()
    titles = {name: title_of(notebook) for name, notebook in found.items()}
    first, more, papers = next(iter(found.values())), "", TO_PRINT
    if alive:
        packet = packet_plate()
        more, papers = ALIVE.format(plate=in_place(packet["id"], packet["html"])), TO_PRINT + TO_SHOW
    made = {"index": index_of(first, titles, more) + body_of(of_markdown(papers))}
    if alive:
        for name, views in lesson_views().items():
            mark(found[name], views)
            say_what_differs(found[name])
    made |= {name: body_of(notebook) for name, notebook in found.items()}
    made |= {path.stem: body_of(of_markdown(path.read_text(encoding="utf-8"))) for path in sorted(DOCS.glob("*.md"))}
    return titles, made


@cache
def lesson_views() -> dict[str, list[dict[str, Any]]]:
    """The views of every lesson, by its name."""
    return all_views({name: sources(notebook) for name, notebook in notebooks().items()})


def packet_plate() -> dict[str, Any]:
    """The first plate of the first lesson, which the first page shows, too: the packet that puts itself together."""
    _, first = min(lesson_views().items())
    return next(view for view in first if view["kind"] == "plates")


def in_place(id: str, html: str) -> str:
    """The static form of a view, in the element that comes alive."""
    return f'<div id="{id}" class="view">{html}</div>'


def sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def mark(notebook: NotebookNode, views: Sequence[Mapping[str, Any]]) -> None:
    """Gives the table of each view its id, in place; a cell shows its widget last."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for view in views:
        shown = [output.data for output in cells[view["cell"]].outputs if "text/html" in output.get("data", {})]
        table = next((data for data in shown if data["text/html"] == view["html"]), shown[-1])
        table["text/html"] = in_place(view["id"], table["text/html"])


DIFFERS = {
    "picture": "This picture was made with the book: no figure can be painted in a page.",
    "telegram": "From a page nothing can be sent to Telegram: here, too, the local data centre is used.",
}
"""What is otherwise in a page than in a notebook, where it is."""


def say_what_differs(notebook: NotebookNode) -> None:
    """Puts a sentence of `DIFFERS` below what such a cell shows, in place."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        said = ["picture"] if any("image/png" in output.get("data", {}) for output in cell.outputs) else []
        said += ["telegram"] if "EndpointChoice(" in cell.source else []
        for which in said:
            html = f'<p class="differs">{DIFFERS[which]}</p>'
            cell.outputs.append(nbformat.v4.new_output("display_data", {"text/html": html}))


def told(views: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What a page carries of its views."""
    carried = ("kind", "traits", "cells", "name")
    return {view["id"]: {name: view[name] for name in carried if name in view} for view in views}


def pages(*, printed: bool) -> dict[str, str]:
    """The text of every page by its name."""
    titles, made = bodies(alive=not printed)
    names = list(titles)
    around = {name: navigation(names, titles, here) for here, name in enumerate(names)}
    around |= {name: UP_ONLY for name in made if name not in titles and name != "index"}
    alive = {} if printed else {"index": [packet_plate()], **lesson_views()}
    views = {name: told(found) for name, found in alive.items()}
    course = lessons(LESSONS)
    if not printed:
        questions = {each.stem: each.question for each in course}
        glossary = (DOCS / "glossary.md").read_text(encoding="utf-8")
        bodies_of = made | {name: body_of(of_markdown(text)) for name, text in INSTRUMENTS.items()}
        found = entries(titles, questions, bodies_of, glossary, lesson_views())
        made["search"], around["search"] = listed(found), UP_ONLY
    scripts = {} if printed else {"index": PROGRESS.format(data=course_data(course))}
    return {
        name: page(titles.get(name) or beginning(body)[0], body, around=around.get(name, ""),
                   printed=printed, views=None if printed else views.get(name, {}), script=scripts.get(name, ""))
        for name, body in made.items()
    } | sheets() | ({} if printed else instruments() | {"slides": slides(titles)})  # fmt: skip


PROGRESS = '<script type="application/json" id="course-data">{data}</script>'


def course_data(course: Sequence[Lesson]) -> str:
    """For the map with the reader's progress: what each lesson asks for, and where it is in the picture."""
    glyphs = {glyph.id: glyph for glyph in Course(course).marks()}

    def place(name: str) -> list[float]:
        return [glyphs[name].x, glyphs[name].y]

    told = [
        {
            "stem": each.stem, "title": each.title, "short": each.number in SHORT,
            "predictions": each.predictions, "exercises": each.exercises, "box": place(each.number),
            "written": place(f"{each.number}-number"), "state": place(f"{each.number}-state"),
        }
        for each in course
    ]  # fmt: skip
    return json.dumps(told, separators=(",", ":")).replace("<", "\\u003c")


def instruments() -> dict[str, str]:
    """The pages that are no lesson: the doctor, and a whole bind."""
    with Player() as player:
        form = player.ask(ask="first", cells=[DOCTOR_CELL])["views"][0]
        bind = player.ask(ask="bind", seed=SEED)
    asked = {"view-doctor-1": {"kind": "form", "traits": form["traits"], "cells": [DOCTOR_CELL]}}
    ran = {"view-bind-1": {"kind": "bind", "traits": {"said": bind["said"], **bind["view"]["traits"]}}}
    still = form["html"].partition("</p>")[2].removesuffix("</div>")
    shown = {"doctor": ("view-doctor-1", still, asked), "bind": ("view-bind-1", bind["html"], ran)}
    made = {}
    for name, (id, table, views) in shown.items():
        body = body_of(of_markdown(INSTRUMENTS[name])) + harmless(in_place(id, table))
        made[name] = page(beginning(body)[0], body, around=UP_ONLY, views=views)
    return made


def sheets() -> dict[str, str]:
    """The two sheets, each a page."""
    around = UP_ONLY
    made = {}
    for name in SHEETS:
        letters = f"@media print {{ body {{ font-size: {POINTS[name]}pt; }} }}"
        paper = sheet(name)
        text = page(paper.title, paper.html, around=around, more=SHEET + letters)
        made[f"sheet_{name}"] = text.replace("</head>", f"{ICON}</head>", 1)
    return made


def slides(titles: Mapping[str, str]) -> str:
    """Every plate of the course as it stands at first, one on a page of paper, under the title of its lesson."""
    shown = [
        f"<div class='slide'><h2>{escape(titles[name])}</h2>{view['html']}</div>"
        for name, views in sorted(lesson_views().items()) for view in views if view["kind"] == "plates"
    ]  # fmt: skip
    body = f"<h1>Every plate, still</h1>{harmless(''.join(shown))}"
    return page("Every plate, still", body, around=UP_ONLY, more=SLIDES)


def styles() -> str:
    """The style sheet of everything that comes alive, and of the book around it, without its comments."""
    code = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    whole = style(*STYLES) + f"@media screen and (prefers-color-scheme: dark) {{\n{code}\n}}\n"
    whole += (SOURCES / "book.css").read_text(encoding="utf-8")
    return re.sub(r"\n\s+|\n{2,}", "\n", re.sub(r"/\*.*?\*/", "", whole, flags=re.S))


LICENCES = """What this folder holds, and under which licence.

bindTempAuthKey, byte by byte: code MIT, text and figures CC BY 4.0.
python/pyodide.mjs, pyodide.asm.mjs, pyodide.asm.wasm: Pyodide {version}, MPL 2.0.
Its source: github.com/pyodide/pyodide
python/python_stdlib.zip: parts of CPython's standard library and of Pyodide, compiled; PSF licence 2, and MPL 2.0.
python/library.bin: mtlib, of this course, compiled; tar, compressed with gzip; MIT.

Sizes, as they are and compressed with gzip:
{sizes}
"""


def licences(folder: Path, version: str) -> str:
    """The text of LICENCES.txt, with the size of every file that a page of the book may load."""
    loaded = (".mjs", ".css", ".wasm", ".zip", ".bin", ".json")
    files = sorted(path for path in folder.rglob("*") if path.suffix in loaded)
    sizes = ((path, path.read_bytes()) for path in files)
    rows = (f"{len(data):>10,} {len(gzip.compress(data, 9)):>10,}  {path.relative_to(folder)}" for path, data in sizes)
    return LICENCES.format(version=version, sizes="\n".join(rows))


def allowed() -> str:
    """What `harmless` lets through, for what cells show when they run in the page."""
    attributes = {tag: sorted(names) for tag, names in sorted(ATTRIBUTES.items())}
    tags = json.dumps(sorted(nh3.ALLOWED_TAGS | DRAWN))
    return f"export const TAGS = {tags};\nexport const ATTRIBUTES = {json.dumps(attributes)};\n"


COMMENT = re.compile(r"^ *//.*\n|^ */\*\*[\s\S]*?\*/\n", re.M)
"""What a browser need not load of a script: lines that are comments and nothing else."""


def carry(folder: Path) -> None:
    """Scripts, style and Python into the folder of the book."""
    for path in (*(SOURCES / name for name in SCRIPTS), *(WIDGETS / name for name in WIDGET_SCRIPTS)):
        text = COMMENT.sub("", path.read_text(encoding="utf-8"))
        (folder / path.name).write_text(text, encoding="utf-8", newline="\n")
    (folder / "allowed.mjs").write_text(allowed(), encoding="utf-8", newline="\n")
    (folder / "book.css").write_text(styles(), encoding="utf-8", newline="\n")
    python, source = folder / "python", pyodide()
    python.mkdir()
    for name in OF_PYODIDE:
        shutil.copyfile(source / name, python / name)
    lock = json.loads((source / "pyodide-lock.json").read_text(encoding="utf-8"))
    (python / "pyodide-lock.json").write_text(json.dumps({**lock, "packages": {}}), encoding="utf-8")
    pack = [shutil.which("node") or "node", str(ROOT / "tests" / "book" / "pack.mjs"), str(python)]
    subprocess.run(pack, cwd=ROOT, check=True)
    version = json.loads((source / "package.json").read_text(encoding="utf-8"))["version"]
    (folder / "LICENCES.txt").write_text(licences(folder, version), encoding="utf-8", newline="\n")


PAINTED = re.compile(r'src="data:image/png;base64,([^"]+)"')


def apart(text: str, pictures: dict[str, bytes]) -> str:
    """A page whose painted pictures are files, loaded when they come into view. What they are called and hold goes
    into `pictures`."""

    def moved(found: re.Match[str]) -> str:
        data = base64.b64decode(found[1])
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.png"
        pictures[name] = data
        width, height = struct.unpack(">2I", data[16:24])
        return f'src="{name}" width="{width}" height="{height}" loading="lazy"'

    return PAINTED.sub(moved, text)


def found_at(text: str, base: str, name: str) -> str:
    """A page that says where it will be found."""
    address = escape(f"{base.rstrip('/')}/{name}.html")
    return text.replace("</title>", f'</title><link rel="canonical" href="{address}">', 1)


def main(arguments: list[str], folder: Path | None = None) -> int:
    """Writes the pages, into `folder` if one is given."""
    printed = "--print" in arguments
    base = arguments[arguments.index("--base") + 1 :][:1] if "--base" in arguments else None
    if base is not None and not (base and base[0].startswith(("https://", "http://"))):
        print("--base wants the address of the folder: --base https://example.org/book/", file=sys.stderr)
        return 2
    folder = folder or (PAPER if printed else BOOK)
    made = pages(printed=printed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pictures: dict[str, bytes] = {}
    for name, text in made.items():
        text = found_at(text, base[0], name) if base else text
        text = text if printed else apart(text, pictures)
        (folder / f"{name}.html").write_text(text, encoding="utf-8", newline="\n")
    for name, data in pictures.items():
        (folder / name).write_bytes(data)
    if not printed:
        try:
            carry(folder)
        except NotFetched as lacking:
            print(lacking, file=sys.stderr)
            return 1
    shown = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    print(f"{len(made)} pages in {shown}/: " + ("open" if printed else "serve it, and open") + f" {shown}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
