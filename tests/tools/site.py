"""The whole course as plain HTML in `site/`: an index with the map, previous and next on every page, no script.

`./run site` writes it; `./run site --print` makes pages for A4: grey, with the addresses of links as footnotes. Nothing
in it is fetched from anywhere, so it can be read offline and carried on a stick.
"""

from __future__ import annotations

import re
import shutil
import sys
from html import escape
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ROOT / "notebooks"
SITE = ROOT / "site"

STYLE = """
:root { color-scheme: light; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; font: 16px/1.55 system-ui, sans-serif;
       color: #1a1a1a; background: #ffffff; }
h1, h2, h3 { line-height: 1.25; }
a { color: #0b57a4; }
nav { display: flex; justify-content: space-between; gap: 1rem; border-block: 1px solid #cccccc; padding: .5rem 0;
      margin: 1rem 0; }
pre { background: #f6f7f8; padding: .6rem .8rem; overflow-x: auto; font-size: 13px; line-height: 1.4; }
.jp-OutputArea-output pre, .output pre { background: #ffffff; border-left: 3px solid #cccccc; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { text-align: left; vertical-align: top; padding: 2px 10px; border-bottom: 1px solid #e2e2e2; }
img { max-width: 100%; height: auto; }
.anchor-link, .jp-InputPrompt, .jp-OutputPrompt, .prompt { display: none; }
"""
PRINT = """
@page { size: A4; margin: 18mm; }
body { max-width: none; font-size: 10.5pt; filter: grayscale(1); }
nav { display: none; }
pre { white-space: pre-wrap; font-size: 8.5pt; }
table { display: table; font-size: 8.5pt; }
ol.links { font-size: 8.5pt; }
"""


def title_of(notebook: nbformat.NotebookNode) -> str:
    first = next(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return str(first.splitlines()[0].lstrip("# "))


def page(title: str, body: str, *, around: str = "", printed: bool = False) -> str:
    """One HTML page; the same navigation above and below."""
    style = STYLE + HtmlFormatter().get_style_defs(".highlight") + (PRINT if printed else "")
    notes = _footnotes(body) if printed else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head>'
        f"<body>{around}<main>{body}</main>{notes}{around}</body></html>\n"
    )


def _footnotes(body: str) -> str:
    links = dict.fromkeys(re.findall(r'href="(https?://[^"]+)"', body))
    return '<ol class="links">' + "".join(f"<li>{escape(link)}</li>" for link in links) + "</ol>" if links else ""


def body_of(notebook: nbformat.NotebookNode) -> str:
    """The cells as HTML: no script, links to lessons turned into links to pages."""
    exporter = HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
    body, _ = exporter.from_notebook_node(notebook)
    body = re.sub(r"<script.*?</script>", "", body, flags=re.S)
    return re.sub(r'href="([^":]+)\.ipynb', r'href="\1.html', body)


def navigation(names: list[str], titles: dict[str, str], here: int) -> str:
    """Back, up, on."""

    def link(index: int, words: str) -> str:
        if not 0 <= index < len(names):
            return "<span></span>"
        return f'<a href="{names[index]}.html">{words}: {escape(titles[names[index]])}</a>'

    return f'<nav>{link(here - 1, "Back")}<a href="index.html">The course</a>{link(here + 1, "On")}</nav>'


def main(arguments: list[str]) -> int:
    printed = "--print" in arguments
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in sorted(LESSONS.glob("*.ipynb"))}
    titles = {name: title_of(notebook) for name, notebook in notebooks.items()}
    names = list(notebooks)
    shutil.rmtree(SITE, ignore_errors=True)
    SITE.mkdir()
    for index, (name, notebook) in enumerate(notebooks.items()):
        text = page(titles[name], body_of(notebook), around=navigation(names, titles, index), printed=printed)
        (SITE / f"{name}.html").write_text(text, encoding="utf-8")
    rows = "".join(f'<li><a href="{name}.html">{escape(title)}</a></li>' for name, title in titles.items())
    index_body = f"<h1>bindTempAuthKey, byte by byte</h1><p>The lessons in order; each stands alone.</p><ul>{rows}</ul>"
    (SITE / "index.html").write_text(page("bindTempAuthKey, byte by byte", index_body), encoding="utf-8")
    print(f"{len(names)} lessons in {SITE.relative_to(ROOT)}/: open {SITE.relative_to(ROOT)}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
