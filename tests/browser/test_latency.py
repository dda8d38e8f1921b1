"""What a reader feels, in milliseconds: from a key to the picture, to the verdict, to an answer, and of drawing.

These tests want the machine for themselves: `./run test` runs them when nothing else runs. The limits are those of a
machine whose browser draws a thousand plain boxes in `BOXES` milliseconds. Each test draws them too, and a slower
machine is given more in proportion, at most `SLOWEST` times; what was measured is printed.
"""

from __future__ import annotations

import json
import statistics
from typing import Any

import pytest
from jupyter import Lab
from playwright.sync_api import expect
from test_inspector import Inspector, inspector
from test_plates import PLATES, Shown, plates
from test_predict import Question, asked

from mtlib.lab import Inspector as Widget
from mtlib.lab import inspect_bind, sample
from mtlib.wire.schema import SCHEMA

__all__ = ["asked", "inspector", "plates"]

LATENCY, DRAW_200, DRAW_4K = 100, 50, 300
"""Milliseconds to an answer, as the median of thirty, and of drawing 200 bytes and 4096."""
BOXES, SLOWEST = 30, 3
DRAW_BOXES = """() => {
  const took = [];
  for (let turn = 0; turn < 15; turn += 1) {
    const begun = performance.now();
    const all = document.createElement("div");
    for (let at = 0; at < 1000; at += 1) {
      const box = document.createElement("span");
      box.style.display = "inline-flex";
      box.textContent = String(at);
      all.append(box);
    }
    document.body.append(all);
    void all.offsetHeight;
    took.push(performance.now() - begun);
    all.remove();
  }
  return took;
}"""
REST = 30
"""Milliseconds between an answer and the next key."""

KEYS = {
    "packet": ("input[type=range]", "ArrowRight", "ArrowLeft"),
    "machine": ('[data-id="p1"]', "ArrowRight Enter", "ArrowLeft Enter"),
    "ribbons": ('[data-id="hand"]', "ArrowRight", "ArrowRight"),
    "wires": ('[data-id="out nonce"]', "Enter", "Enter"),
    "theft": ('[data-id="theft"]', "ArrowLeft", "ArrowRight"),
    "clock": ('[data-id="now"]', "ArrowRight", "ArrowLeft"),
    "triage": ('[data-id="q2"]', "Enter", "Enter"),
    "bugs": ("button >> nth=0", "Tab Enter", "Shift+Tab Enter"),
}
"""Where the focus stands, and what is pressed by turns; each time something else is said."""
WATCH = """root => {
  window.took = [];
  let begun = 0;
  root.addEventListener('keydown', () => (begun = performance.now()), true);
  new MutationObserver(() => {
    const from = begun;
    begun = 0;
    if (from) window.took.push(performance.now() - from);
  }).observe(root.querySelector('.said'), { childList: true });
}"""
WATCH_VERDICT = """root => {
  window.took = [];
  let begun = 0;
  window.addEventListener('keydown', () => (begun = performance.now()), true);
  new MutationObserver(() => window.took.push(performance.now() - begun))
    .observe(root, { attributes: true, attributeFilter: ['data-serial'] });
}"""
REACTION = f"""async () => {{
  const root = document.querySelectorAll('.mtlib-predict')[4];
  const times = [];
  for (let round = 0; round < 30; round += 1) {{
    const seen = (selector) => new Promise((resolve) => {{
      const look = () => (root.querySelector(selector)?.checkVisibility() ? resolve() : requestAnimationFrame(look));
      look();
    }});
    const button = (words) => [...root.querySelectorAll('button')].find((each) => each.textContent === words);
    const start = performance.now();
    button('Show me').click();
    await seen('.shown table');
    times.push(performance.now() - start);
    button('Guess again').click();
    await seen('.written input');
    await new Promise((resolve) => setTimeout(resolve, {REST}));
  }}
  return times;
}}"""
DRAW = """
  const model = { get: (name) => told[name], on() {}, off() {}, send() {} };
  window.took = [];
  for (let turn = 0; turn < 15; turn += 1) {
    const el = document.createElement('div');
    document.body.append(el);
    const begun = performance.now();
    const close = widget.render({ model, el });
    void el.offsetHeight;
    window.took.push(performance.now() - begun);
    close();
    el.remove();
  }
"""


def within(browser: Any, took: list[float], limit: float) -> bool:
    """Whether the median of `took` is below `limit` milliseconds, or what these are on a slower machine."""
    page = browser.new_page()
    boxes = statistics.median(page.evaluate(DRAW_BOXES))
    page.close()
    slower = min(SLOWEST, max(1, boxes / BOXES))
    median = statistics.median(took)
    print(f"median of {len(took)} {median:.0f} ms, {min(took):.0f} to {max(took):.0f}; asked {limit} ms")
    print(f"a thousand boxes take {boxes:.0f} ms here: {slower:.2f} times the milliseconds asked")
    return median < slower * limit


def pressed(lab: Lab, *keys: str) -> list[float]:
    """What the page took from each of thirty keys, by turns, to what is watched."""
    for turn in range(30):
        for key in keys[turn % len(keys)].split():
            lab.page.keyboard.press(key)
        lab.page.wait_for_function(f"window.took.length > {turn}")
        lab.page.wait_for_timeout(REST)
    return lab.page.evaluate("window.took")


@pytest.mark.parametrize("name", PLATES)
def test_from_a_key_to_the_picture(browser: Any, plates: Lab, name: str) -> None:
    shown = Shown(plates, name)
    selector, *keys = KEYS[name]
    if name == "packet":
        shown.mark("bar0").click()
        expect(shown.said).to_contain_text("inner, 40 bytes")
    shown.root.evaluate(WATCH)
    shown.root.locator(selector).focus()
    assert within(browser, pressed(plates, *keys), LATENCY)


def test_from_a_key_to_the_verdict(browser: Any, lab: Lab, inspector: Inspector) -> None:
    inspector.byte("message", 100).click()
    inspector.root.evaluate(WATCH_VERDICT)
    assert within(browser, pressed(lab, "x"), LATENCY)


def test_from_a_click_to_the_answer_of_a_prediction(browser: Any, asked: Lab) -> None:
    Question(asked, 5).again()
    assert within(browser, asked.page.evaluate(REACTION), LATENCY)


@pytest.mark.parametrize(("size", "limit"), [(200, DRAW_200), (4096, DRAW_4K)])
def test_drawing_takes_a_blink(browser: Any, size: int, limit: int) -> None:
    packed = SCHEMA["gzip_packed"].build(packed_data=bytes(range(250)) * 17)
    made = inspect_bind(sample().carried, layer="packet") if size == 200 else Widget(packed)
    assert len(made.dissection) >= size
    page = browser.new_page(viewport={"width": 1100, "height": 1000})
    page.set_content(f"<!doctype html><style>{Widget._css}</style>")
    module = str(Widget._esm).replace("export default", "const widget =").replace("export ", "")
    told = json.dumps({"structure": made.structure, "state": made.state})
    page.add_script_tag(type="module", content=f"{module}\nconst told = {told};\n{DRAW}")
    page.wait_for_function("window.took?.length === 15")
    took = page.evaluate("window.took")
    page.close()
    assert within(browser, took, limit)
