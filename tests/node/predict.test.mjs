// The browser half of a prediction, in node. What Python says is in bind.json.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Model, bind, happen, load, page, press, source } from "./page.mjs";

const { default: widget } = await load("predict.mjs");

let window;
beforeEach(() => {
  window = page();
});

function show(name, state = "first", changed = {}) {
  const { structure, states } = structuredClone(bind().predictions[name]);
  const model = new Model({ structure: { ...structure, ...changed }, state: states[state] });
  const el = window.document.createElement("div");
  window.document.body.append(el);
  const close = widget.render({ model, el });
  const root = el.querySelector(".mtlib-predict");
  const all = (selector) => [...root.querySelectorAll(selector)];
  const text = (selector) => root.querySelector(selector)?.textContent ?? "";
  /** As Python answers the last message. */
  const answer = (which) => model.set("state", { ...states[which], serial: model.sent.at(-1).serial });
  return { el, root, model, close, all, text, answer };
}

const button = ({ all }, words) => all("button").find((each) => each.textContent === words);
const submit = (shown) => happen(shown.root.querySelector("form"), "submit");
const asked = ({ model }) => model.sent.at(-1);
const type = (shown, text) => {
  shown.root.querySelector("input").value = text;
};
const choose = (shown, ...names) => shown.all("input").filter(({ value }) => names.includes(value)).forEach((each) => each.click());
const HOW = {
  blocks: (shown) => choose(shown, "p2"),
  choose: (shown) => choose(shown, "boolTrue"),
  several: (shown) => {
    submit(shown);
    assert.equal(asked(shown), undefined);
    assert.match(shown.text(".said"), /press again/);
  },
  number: (shown) => type(shown, "24"),
  text: (shown) => type(shown, "MSG_KEY"),
  order: () => {},
  cut: (shown) => happen([...shown.root.querySelectorAll(".byte")][63], "click"),
};

for (const name of Object.keys(HOW)) {
  test(`${name}: the question, then the guess, then both beside each other`, () => {
    const shown = show(name);
    assert.equal(shown.text(".question"), "Predict. What is it?");
    assert.equal(shown.root.getAttribute("aria-labelledby"), shown.root.querySelector(".question").id);
    assert.equal(shown.text(".shown"), "");
    HOW[name](shown);
    submit(shown);
    assert.equal(asked(shown).do, "guess");
    assert.deepEqual(asked(shown).guess, bind().predictions[name].guess);
    assert.equal(shown.root.getAttribute("aria-busy"), "true");
    assert.equal(shown.text(".shown"), "");
    shown.answer("guess");
    assert.equal(shown.root.getAttribute("aria-busy"), null);
    assert.match(shown.text(".said"), /^(Match|They differ)/);
    assert.match(shown.text("table"), /match|differs/);
    assert.match(shown.text(".shown"), /a line/);
    assert.match(shown.text(".shown"), /So you thought\.It is measured\./);
    assert.equal(window.document.activeElement, button(shown, "Guess again"));
    button(shown, "Guess again").click();
    assert.equal(asked(shown).do, "again");
    shown.answer("again");
    assert.equal(shown.text(".shown"), "");
    button(shown, "Show me").click();
    assert.equal(asked(shown).do, "show");
    shown.answer("show");
    assert.match(shown.text("table"), /measured/);
    assert.doesNotMatch(shown.text("table"), /your guess/);
    shown.close();
    assert.equal(shown.model.listening, 0);
  });
}

test("a guess from before is shown at once, and takes no focus", () => {
  const shown = show("number", "guess");
  assert.match(shown.text(".said"), /^Match/);
  assert.equal(window.document.activeElement, window.document.body);
});

test("without a guess nothing is sent", () => {
  for (const name of ["choose", "number", "text", "cut"]) {
    const shown = show(name);
    submit(shown);
    assert.equal(shown.model.sent.length, 0);
    assert.equal(shown.text(".said"), "There is no guess so far.");
  }
});

test("a guess that cannot be read keeps the form and says why", () => {
  const shown = show("number");
  type(shown, "many");
  submit(shown);
  shown.model.set("state", { serial: asked(shown).serial, shown: false, said: "a whole number is wanted." });
  assert.equal(shown.text(".said"), "a whole number is wanted.");
  assert.equal(shown.root.querySelector("input").value, "many");
});

test("blocks are walked with the arrow keys", () => {
  const shown = show("blocks");
  const [first, second, third] = shown.all("input");
  first.focus();
  press(first, "ArrowRight");
  assert.equal(window.document.activeElement, second);
  press(second, "ArrowRight");
  press(third, "ArrowRight");
  assert.equal(window.document.activeElement, third);
  press(third, "ArrowLeft");
  assert.equal(window.document.activeElement, second);
});

test("items are ordered by buttons and by arrow keys, and the focus stays with the item", () => {
  const shown = show("order");
  const later = shown.all("button").find((each) => each.getAttribute("aria-label") === "inner: later");
  later.focus();
  later.click();
  assert.equal(window.document.activeElement.getAttribute("aria-label"), "inner: later");
  press(window.document.activeElement, "ArrowDown");
  press(window.document.activeElement, "ArrowDown");
  submit(shown);
  assert.deepEqual(asked(shown).guess, ["envelope", "seal", "inner"]);
});

test("a cut is moved by the keyboard and says where it is", () => {
  const shown = show("cut");
  const slider = shown.root.querySelector('[role="slider"]');
  const keys = { End: 80, ArrowRight: 80, PageDown: 72, ArrowLeft: 71, ArrowUp: 72, ArrowDown: 71, PageUp: 79, Home: 0, ArrowRight2: 1 };
  for (const [key, at] of Object.entries(keys)) {
    press(slider, key.replace("2", ""));
    assert.equal(slider.getAttribute("aria-valuenow"), String(at), key);
    assert.equal(slider.getAttribute("aria-valuetext"), `${at} of 80 bytes stand before the cut.`);
  }
  submit(shown);
  assert.equal(asked(shown).guess, 1);
  shown.answer("guess");
  assert.equal(shown.all(".shown .byte.guessed").length, 1);
  assert.equal(shown.all(".shown .byte").findIndex((each) => each.classList.contains("measured")), 71);
});

test("more to try is folded, question and all", () => {
  const { el } = show("number", "first", { more: true });
  const details = el.querySelector("details");
  assert.equal(details.open, false);
  assert.equal(details.querySelector("summary").textContent, "More to try: What is it?");
  assert.ok(details.contains(el.querySelector(".mtlib-predict")));
});

test("a kernel that is gone is said, and nothing is shown that it did not say", () => {
  const shown = show("number");
  shown.model.send = () => {
    throw new Error("no kernel");
  };
  button(shown, "Show me").click();
  assert.match(shown.text(".said"), /kernel .* is gone\. Run this cell\./);
  assert.equal(shown.text(".shown"), "");
  assert.ok(shown.root.classList.contains("pale"));
  shown.close();
  const restarted = show("number");
  for (const listener of restarted.model.listeners.get("comm_live_update")) listener();
  assert.match(restarted.text(".said"), /Run this cell/);
  restarted.close();
});

test("a message without an answer is said after a while", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const shown = show("number");
  button(shown, "Show me").click();
  context.mock.timers.tick(2499);
  assert.equal(shown.text(".said"), "");
  context.mock.timers.tick(1);
  assert.match(shown.text(".said"), /^No answer\./);
  shown.answer("show");
  assert.doesNotMatch(shown.text(".said"), /No answer/);
  shown.close();
});

test("keys stay here, except those that save and run; Shift-Enter sends no guess", () => {
  const shown = show("number");
  const heard = [];
  window.document.addEventListener("keydown", (event) => heard.push(event.key));
  const input = shown.root.querySelector("input");
  type(shown, "24");
  for (const key of ["b", "d", "ArrowDown", "Enter", "Escape"]) press(input, key);
  assert.deepEqual(heard, []);
  press(input, "s", { ctrlKey: true });
  press(input, "Enter", { shiftKey: true });
  assert.deepEqual(heard, ["s", "Enter"]);
  submit(shown);
  assert.equal(shown.model.sent.length, 0);
  press(input, "Enter");
  submit(shown);
  assert.equal(shown.model.sent.length, 1);
  shown.close();
});

test("Escape leads out of the answers, and then back to the notebook", () => {
  const shown = show("number");
  shown.el.setAttribute("tabindex", "-1");
  const input = shown.root.querySelector("input");
  input.focus();
  press(input, "Escape");
  assert.equal(window.document.activeElement, shown.root);
  press(shown.root, "Escape");
  assert.equal(window.document.activeElement, shown.el);
});

test("a name in code is code beside the measurement, too", () => {
  const shown = show("several");
  const table = [["", "your guess", "measured"], ["a `name`", "yes", "`that`"]];
  shown.model.set("state", { ...bind().predictions.several.states.guess, table });
  assert.deepEqual(shown.all("table code").map((each) => each.textContent), ["name", "that"]);
  assert.equal(shown.root.querySelector("table code").closest("th").getAttribute("scope"), "row");
});

test("no word becomes markup", () => {
  const evil = "<img src=x onerror=alert(1)>";
  for (const name of Object.keys(HOW)) {
    const way = { ...bind().predictions[name].structure.way };
    if (way.names) way.names = way.names.map((each) => each + evil);
    if (way.unit) way.unit = evil;
    const shown = show(name, "first", { question: evil, way, more: true });
    assert.equal(shown.el.querySelectorAll("img").length, 0);
    const { states } = bind().predictions[name];
    const words = { printed: evil, means: [evil], verdict: evil, said: evil, table: [[evil, evil], [evil, evil]], picture: null };
    shown.model.set("state", { ...states.guess, ...words });
    assert.equal(shown.el.querySelectorAll("img").length, 0);
    assert.match(shown.text(".shown"), /onerror/);
  }
});

test("the files fetch nothing", () => {
  for (const name of ["predict.mjs", "predict.css"]) assert.doesNotMatch(source(name), /https?:|url\(|import\(|@import|fetch\(|innerHTML/);
});
