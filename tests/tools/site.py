"""The whole course as plain HTML in `site/`: an index with the map, previous and next on every page, no script.

`./run site` writes it; `./run site --print` makes pages for A4: grey, with the addresses of links as footnotes and
everything unfolded, except what a prediction measured: that stands on a last page of its own. Nothing in it is fetched
from anywhere, so it can be read offline and carried on a stick.
"""

from __future__ import annotations

import re
import shutil
import sys
from functools import cache
from html import escape
from pathlib import Path

import nbformat
import nh3
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from mtlib.clinic.sheet import SHEETS, sheet

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ROOT / "notebooks"
DOCS = ROOT / "docs"
SITE = ROOT / "site"
COURSE = "bindTempAuthKey, byte by byte"
MAP = "## Where to go from here"
"""The heading in the first lesson with the map of the course below it."""
UP = '<a href="index.html">The course</a>'
INTRODUCTION = (
    "Telegram's `auth.bindTempAuthKey` built, sealed, sent, checked and broken, one byte at a time. Each lesson stands"
    " alone, with its code, its outputs, every figure and every byte. To run them, and to change the bytes, open the"
    " notebooks with `./run`."
)

TO_PRINT = (
    "To print, one sheet each: [all bytes of a client](sheet_bytes.html) and [the exchange that makes a"
    " key](sheet_exchange.html)."
)

STYLE = """
:root { color-scheme: light; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; font: 16px/1.55 system-ui, sans-serif;
       color: #1a1a1a; background: #ffffff; }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 .6rem; }
h1 { margin-top: 1.4rem; }
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
@media (max-width: 45rem) {
  body { padding: .5rem .8rem 3rem; }
  ol, ul { padding-left: 1.3rem; }
  pre { font-size: 12px; }
  .output_png img { max-width: none; width: 44rem; }
  .output td:last-child { min-width: 26em !important; }
  th { white-space: nowrap; }
}
"""
PRINT = """
@page { size: A4; margin: 18mm; }
body { max-width: none; font-size: 10.5pt; filter: grayscale(1); }
nav { display: none; }
pre { white-space: pre-wrap; font-size: 8.5pt; }
table { display: table; font-size: 8.5pt; }
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
ANSWER = re.compile(r'<details class="mtlib-answer"[^>]*>')
FOLD = re.compile(r"<details\b|</details>")
SUMMARY = re.compile(r"\s*<summary>.*?</summary>", re.S)

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Told to the browser by every page: no script, nothing fetched. The styles stand in the page and in its tables."""

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


def title_of(notebook: NotebookNode) -> str:
    first = next(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return str(first.splitlines()[0].lstrip("# "))


def page(title: str, body: str, *, around: str = "", printed: bool = False, more: str = "") -> str:
    """One HTML page; the same navigation above and below. `more` is a style of its own."""
    style = STYLE + HtmlFormatter().get_style_defs(".highlight") + (PRINT if printed else "") + more
    notes = ""
    if printed:
        body, answers = answers_last(body)
        body, notes = body.replace("<details>", "<details open>"), _footnotes(body + answers)
        notes = answers.replace("<details>", "<details open>") + notes
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head>'
        f"<body>{around}<main>{body}</main>{notes}{around}</body></html>\n"
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


@cache
def exporter() -> HTMLExporter:
    return HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)


def body_of(notebook: NotebookNode) -> str:
    """The cells as HTML: nothing that runs, links to lessons made links to pages, none to files that are not here."""
    body, _ = exporter().from_notebook_node(notebook)
    body = re.sub(r'href="(?:\.\./docs/)?([^":/#]+)\.(?:ipynb|md)', r'href="\1.html', body)
    # Links to a heading are written as GitHub wants them, in small letters; Jupyter's own keep the heading's.
    body = re.sub(r'<h\d id="[^"]*|href="[^":/#]*#[^"]*', lambda found: found[0].lower(), body)
    body = re.sub(r'<a href="\.\./[^"]*"[^>]*>(.*?)</a>', r"\1", body, flags=re.S)
    return harmless(body)


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
    """Back, up, on."""

    def link(index: int, words: str) -> str:
        if not 0 <= index < len(names):
            return "<span></span>"
        return f'<a href="{names[index]}.html">{words}: {escape(titles[names[index]])}</a>'

    return f'<nav aria-label="lessons">{link(here - 1, "Back")}{UP}{link(here + 1, "On")}</nav>'


def course_map(first: NotebookNode) -> str:
    """The part of the first lesson that says where to go from it, as Markdown: from its heading to the next one."""
    cells = [cell.source for cell in first.cells if cell.cell_type == "markdown" and MAP in cell.source]
    return re.split(r"^## ", cells[0].partition(MAP)[2], flags=re.M)[0] if cells else ""


def index_of(first: NotebookNode, titles: dict[str, str]) -> str:
    """The first page: the map of the first lesson, and whatever it leaves out below it."""
    name, *_ = titles
    text = f"# {COURSE}\n\n{INTRODUCTION}\n\n**Begin with [{escape(titles[name])}]({name}.ipynb).**\n\n"
    text += course_map(first)
    missing = [name for name in titles if f"({name}.ipynb)" not in text]
    text += "\n".join(["", *(f"- [{escape(titles[name])}]({name}.ipynb)" for name in missing)])
    return body_of(of_markdown(text))


@cache
def bodies() -> tuple[dict[str, str], dict[str, str]]:
    """Titles by name, in the order of the lessons, and what is on each page: lessons, index, and what is in docs/."""
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in sorted(LESSONS.glob("*.ipynb"))}
    titles = {name: title_of(notebook) for name, notebook in notebooks.items()}
    made = {name: body_of(notebook) for name, notebook in notebooks.items()}
    made["index"] = index_of(next(iter(notebooks.values())), titles) + body_of(of_markdown(TO_PRINT))
    made |= {path.stem: body_of(of_markdown(path.read_text(encoding="utf-8"))) for path in sorted(DOCS.glob("*.md"))}
    return titles, made


def pages(*, printed: bool) -> dict[str, str]:
    """The text of every page by its name."""
    titles, made = bodies()
    names = list(titles)
    around = {name: navigation(names, titles, here) for here, name in enumerate(names)}
    around |= {name: f"<nav>{UP}</nav>" for name in made if name not in titles and name != "index"}
    return {
        name: page(titles.get(name, COURSE), body, around=around.get(name, ""), printed=printed)
        for name, body in made.items()
    } | sheets()


def sheets() -> dict[str, str]:
    """The two sheets, each a page."""
    around = f"<nav>{UP}</nav>"
    made = {}
    for name in SHEETS:
        letters = f"@media print {{ body {{ font-size: {POINTS[name]}pt; }} }}"
        paper = sheet(name)
        made[f"sheet_{name}"] = page(paper.title, paper.html, around=around, more=SHEET + letters)
    return made


def main(arguments: list[str]) -> int:
    made = pages(printed="--print" in arguments)
    shutil.rmtree(SITE, ignore_errors=True)
    SITE.mkdir()
    for name, text in made.items():
        (SITE / f"{name}.html").write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(made)} pages in {SITE.name}/: open {SITE.name}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
