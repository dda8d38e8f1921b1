"""The book's index: every lesson, heading, word and field, each a line that leads to its place. A page to read without
a script; with one, what is typed above it chooses among the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape, unescape
from typing import Any, NamedTuple

TITLE = "Search"
INTRODUCTION = "Every lesson, page, heading, word of the glossary and field of a packet, and where it stands."
SECTIONS = {"lesson": "Lessons", "page": "Other pages", "word": "Words", "field": "Fields", "heading": "Headings"}
FIRST = re.compile(r'<h1\b[^>]*>(.*?)(?:<a class="anchor-link"|</h1>).*?<p>(.*?)</p>', re.S)
HEADING = re.compile(r'<h[23] id="([^"]+)">(.*?)<a class="anchor-link"', re.S)
ROW = re.compile(r"^\| <a id=[^>]+></a>(.+?) \| (.+) \| (.+) \|$", re.M)
TAG = re.compile(r"<[^>]+>")


class Entry(NamedTuple):
    """One line: what it is (a key of SECTIONS), its words, its address, and what stands beside it."""

    kind: str
    words: str
    address: str
    beside: str = ""


def entries(
    titles: Mapping[str, str], questions: Mapping[str, str], bodies: Mapping[str, str], glossary: str,
    views: Mapping[str, Sequence[Mapping[str, Any]]],
) -> list[Entry]:
    """All of them: from titles and questions of the lessons, what is on each page, the glossary, and the inspectors."""
    found = [Entry("lesson", title, f"{name}.html", questions.get(name, "")) for name, title in titles.items()]
    for name in sorted(bodies.keys() - {*titles, "index"}):
        words, beside = beginning(bodies[name])
        found.append(Entry("page", words, f"{name}.html", beside))
    found += sorted(_words(glossary), key=lambda entry: entry.words.casefold())
    found += sorted(_fields(titles, views), key=lambda entry: entry.words)
    for name, body in bodies.items():
        found += [Entry("heading", _text(words), f"{name}.html#{id}", titles.get(name, ""))
                  for id, words in HEADING.findall(body)]  # fmt: skip
    return found


def beginning(body: str) -> tuple[str, str]:
    """What a page is called, and its first paragraph."""
    found = FIRST.search(body)
    return (_text(found[1]), _text(found[2])) if found else ("", "")


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(TAG.sub("", html))).strip()


def _words(glossary: str) -> Iterator[Entry]:
    for term, meaning, lesson in ROW.findall(glossary):
        address = re.search(r"([\w-]+)\.ipynb", lesson)
        yield Entry("word", term.replace("`", ""), f"{address[1]}.html" if address else "glossary.html",
                    meaning.replace("`", ""))  # fmt: skip


def _fields(
    titles: Mapping[str, str], views: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[Entry]:
    """Each field once, where the first inspector shows it."""
    seen = set()
    for name in titles:
        for view in views.get(name, ()):
            if view["kind"] != "inspector":
                continue
            for field in view["traits"]["structure"]["fields"]:
                words = field["path"].rpartition("/")[2]
                if words not in seen:
                    seen.add(words)
                    yield Entry("field", words, f"{name}.html#{view['id']}", f"{field['kind']}, {titles[name]}")


def listed(found: Iterable[Entry]) -> str:
    """The page's body."""
    rows: dict[str, list[str]] = {kind: [] for kind in SECTIONS}
    for entry in found:
        beside = f" <span>{escape(entry.beside)}</span>" if entry.beside else ""
        rows[entry.kind].append(f'<li><a href="{escape(entry.address)}">{escape(entry.words)}</a>{beside}</li>')
    lists = "".join(
        f'<section class="searched"><h2>{SECTIONS[kind]}</h2><ul>{"".join(each)}</ul></section>'
        for kind, each in rows.items()
    )
    return f"<h1>{TITLE}</h1><p>{INTRODUCTION}</p>{lists}"
