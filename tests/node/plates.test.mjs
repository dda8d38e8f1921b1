// The browser half of the plates, in node: the kit knows marks and controls, so a plate of three marks tries it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Model, happen, load, page, press } from "./page.mjs";

const { default: widget } = await load("plates.mjs");
const SVG = "http://www.w3.org/2000/svg";

let window;
beforeEach(() => {
  window = page();
});

const MARKS = [
  { id: "a", x: 10, y: 10, w: 20, h: 20, text: "0a\nff", look: "copied", label: "first", lights: "t", do: ["flip", 7] },
  { id: "b", x: 40, y: 10, w: 20, h: 20, label: "second", do: ["bit", "x"], grid: [4, 2], cell: 5 },
  { id: "c", x: 12, y: 60, w: 20, h: 20, label: "below" },
  { id: "handle", x: 12, y: 90, w: 9, h: 20, label: "day 1", do: ["day", 0], slide: [10, 50, 90], cell: 1 },
];
const CONTROLS = [
  { kind: "press", name: "go", label: "go", value: 3, able: true },
  { kind: "choice", name: "x", label: "direction", value: 0, options: [[0, "to"], [8, "from"]] },
  { kind: "slider", name: "step", label: "layer", value: 2, most: 8, words: "3 of 9" },
];
const state = (changes = {}) => ({ serial: 0, size: [760, 200], marks: MARKS, controls: CONTROLS, said: "said", alt: "a picture", rows: [["h"], ["r"]], ...changes });
const fixed = [{ id: "thread", look: "thread", d: "M0 0L9 9", of: "t" }];

function show(changes = {}) {
  const model = new Model({ structure: { name: "doors", question: "Which?", fixed }, state: state(changes) });
  const el = window.document.createElement("div");
  window.document.body.append(el);
  const close = widget.render({ model, el });
  const root = el.firstChild;
  const mark = (id) => root.querySelector(`[data-id="${id}"]`);
  /** Python's answer to the last message. */
  const answer = (more = {}) => model.set("state", state({ serial: model.sent.at(-1)?.serial, ...more }));
  const sent = () => model.sent.map(({ do: what, value }) => [what, value]);
  return { model, el, root, close, mark, answer, sent };
}

test("marks are drawn with their boxes, paths and lines of text, what is fixed below", () => {
  const { root, mark } = show();
  assert.deepEqual([...root.querySelectorAll(".m")].map((g) => g.dataset.id), ["thread", "a", "b", "c", "handle"]);
  assert.equal(mark("a").namespaceURI, SVG);
  assert.deepEqual([...mark("a").querySelectorAll("text")].map((line) => line.textContent), ["0a", "ff"]);
  assert.equal(mark("thread").querySelector("path").getAttribute("d"), "M0 0L9 9");
  assert.deepEqual(["a", "c", "handle", "thread"].map((id) => mark(id).getAttribute("role")), ["button", "img", "slider", null]);
  assert.equal(root.querySelector("svg").getAttribute("aria-label"), "a picture");
});

test("the same mark moves, what is gone goes, what is new comes in its order", () => {
  const { model, root, mark } = show();
  const a = mark("a");
  model.set("state", state({ marks: [{ id: "new", w: 5, h: 5 }, { ...MARKS[0], x: 99, text: "0b" }] }));
  assert.equal(mark("a"), a);
  assert.match(a.style.transform, /99px/);
  assert.equal(a.querySelectorAll("text").length, 1);
  assert.deepEqual([...root.querySelectorAll(".m")].map((g) => g.dataset.id), ["thread", "new", "a"]);
});

test("one stop for Tab; arrows walk along the line and to the nearest above and below", () => {
  const { root, mark } = show();
  const stops = () => [...root.querySelectorAll('.m[tabindex="0"]')].map((g) => g.dataset.id);
  assert.deepEqual(stops(), ["a"]);
  mark("a").focus();
  const walked = ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp", "End", "Home"].map((key) => {
    press(window.document.activeElement, key);
    return window.document.activeElement.dataset.id;
  });
  assert.deepEqual(walked, ["b", "b", "c", "a", "b", "a"]);
  assert.deepEqual(stops(), ["a"]);
});

test("up and down stay in the column where it goes on, so a column beside smaller boxes is walked, too", () => {
  const small = [0, 1, 2, 3, 4, 5].map((at) => ({ id: `s${at}`, x: 8, y: 20 * at, w: 200, h: 19, label: "small" }));
  const large = [0, 1].map((at) => ({ id: `l${at}`, x: 232, y: 22 + 60 * at, w: 126, h: 56, label: "large" }));
  const { mark } = show({ marks: [...small, ...large] });
  mark("l1").focus();
  const walked = ["ArrowUp", "ArrowDown"].map((key) => {
    press(window.document.activeElement, key);
    return window.document.activeElement.dataset.id;
  });
  assert.deepEqual(walked, ["l0", "l1"]);
});

test("what is pointed at or focused is said and lights what it names", () => {
  const { root, mark } = show();
  happen(mark("a").querySelector("rect"), "pointerover");
  assert.ok(mark("thread").classList.contains("lit") && mark("a").classList.contains("lit"));
  assert.equal(root.querySelector(".about").textContent, "first");
  happen(root.querySelector("svg"), "pointerleave");
  assert.ok(!mark("thread").classList.contains("lit"));
  mark("a").focus();
  assert.ok(mark("thread").classList.contains("lit"));
});

test("click, Enter and Space send; one message at a time, and the next when the answer is there", () => {
  const { mark, answer, sent } = show();
  happen(mark("a"), "click");
  press(mark("a"), "Enter");
  press(mark("b"), " ");
  happen(mark("c"), "click");
  assert.deepEqual(sent(), [["flip", 7]]);
  answer();
  answer();
  assert.deepEqual(sent(), [["flip", 7], ["flip", 7], ["bit", ["x", 5]]]);
});

test("a click into a grid sends the cell that was hit", () => {
  const { mark, sent } = show();
  mark("b").querySelector("rect").getBoundingClientRect = () => ({ left: 100, top: 100, width: 80, height: 20 });
  happen(mark("b"), "click", { clientX: 165, clientY: 115 });
  assert.deepEqual(sent(), [["bit", ["x", 7]]]);
});

test("of a slider and of a handle only the last place waits", () => {
  const { root, mark, answer, sent } = show();
  const input = root.querySelector("input");
  for (const value of [3, 4, 5]) {
    input.value = value;
    happen(input, "input");
  }
  answer();
  assert.deepEqual(sent(), [["step", 3], ["step", 5]]);
  assert.equal(input.value, "5", "an old answer does not take the handle back");
  answer({ controls: [...CONTROLS.slice(0, 2), { ...CONTROLS[2], value: 4 }] });
  assert.equal(input.value, "4");
  for (const key of ["ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowRight", "ArrowRight"]) press(mark("handle"), key);
  answer();
  assert.deepEqual(sent().slice(2), [["day", 0], ["day", 2]], "each key counts from the one before, answered or not");
});

test("a handle is drawn along to the nearest of its places", () => {
  const { root, mark, sent } = show();
  const svg = root.querySelector("svg");
  svg.getBoundingClientRect = () => ({ left: 0, width: 760 });
  Object.defineProperty(svg, "viewBox", { value: { baseVal: { width: 760 } } });
  happen(mark("handle"), "pointerdown");
  const event = new window.Event("pointermove", { bubbles: true });
  Object.assign(event, { clientX: 77 });
  svg.dispatchEvent(event);
  assert.deepEqual(sent(), [["day", 2]]);
  happen(svg, "pointerup");
  svg.dispatchEvent(event);
  assert.equal(sent().length, 1);
});

test("buttons and choices say what is pressed, and one that is not able sends nothing", () => {
  const { root, answer, sent } = show();
  const [go, to, from] = root.querySelectorAll("button");
  assert.deepEqual([to, from].map((button) => button.getAttribute("aria-pressed")), ["true", "false"]);
  happen(from, "click");
  answer({ controls: [{ ...CONTROLS[0], able: false }, { ...CONTROLS[1], value: 8 }, CONTROLS[2]] });
  assert.deepEqual([to, from].map((button) => button.getAttribute("aria-pressed")), ["false", "true"]);
  assert.equal(go.getAttribute("aria-disabled"), "true");
  happen(go, "click");
  assert.deepEqual(sent(), [["x", 8]]);
});

test("two controls may send under one name, and each shows its own", () => {
  const press = (label, value) => ({ kind: "press", name: "set", label, value, able: true });
  const { root, model, sent } = show({ controls: [press("all on", 1), press("all off", 2)] });
  const buttons = [...root.querySelectorAll("button")];
  assert.deepEqual(buttons.map((button) => button.textContent), ["all on", "all off"]);
  happen(buttons[0], "click");
  assert.deepEqual(sent(), [["set", 1]]);
  model.set("state", state({ controls: [press("all on", 1), { ...press("all off", 2), able: false }] }));
  assert.deepEqual(buttons.map((button) => button.getAttribute("aria-disabled")), [null, "true"]);
});

test("a sentence that stays the same is not said again", async () => {
  const { root, model, answer, mark } = show();
  let heard = 0;
  const watch = new window.MutationObserver(() => (heard += 1));
  watch.observe(root.querySelector(".said"), { childList: true, characterData: true, subtree: true });
  happen(mark("a"), "click");
  answer();
  await new Promise((done) => setTimeout(done));
  assert.equal(heard, 0);
  model.set("state", state({ said: "another" }));
  await new Promise((done) => setTimeout(done));
  assert.equal(heard, 1);
});

test("without an answer the plate says so, and takes it back when one comes", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { root, mark, answer } = show();
  happen(mark("a"), "click");
  t.mock.timers.tick(5000);
  assert.ok(root.classList.contains("mute"));
  assert.match(root.querySelector(".said").textContent, /Run this cell again/);
  answer();
  assert.ok(!root.classList.contains("mute"));
  assert.equal(root.querySelector(".said").textContent, "said");
});

test("a kernel that is gone is told at once, and so is one that refuses; another answer takes it back", () => {
  const { model, root, mark, answer, sent } = show();
  const said = () => root.querySelector(".said").textContent;
  happen(mark("a"), "click");
  for (const listener of model.listeners.get("comm_live_update")) listener();
  assert.match(said(), /Run this cell again/);
  assert.ok(root.classList.contains("mute"));
  happen(mark("a"), "click");
  assert.equal(sent().length, 2, "it is not waited for an answer that will not come");
  answer();
  assert.equal(said(), "said");
  const { send } = model;
  model.send = () => { throw new Error("no comm"); };
  happen(mark("a"), "click");
  assert.match(said(), /Run this cell again/);
  Object.assign(model, { send, gone: "Load the page again." });
  answer();
  for (const listener of model.listeners.get("comm_live_update")) listener();
  assert.equal(said(), "Load the page again.");
});

test("the table is filled when it is opened", () => {
  const { root } = show();
  const table = root.querySelector("details");
  assert.equal(table.querySelectorAll("tr").length, 0);
  table.open = true;
  happen(table, "toggle");
  assert.deepEqual([...table.querySelectorAll("th, td")].map((cell) => cell.textContent), ["h", "r"]);
});

test("JupyterLab hears Escape and what saves and runs, and nothing else; nothing listens after the end", () => {
  const heard = [];
  window.document.addEventListener("keydown", (event) => heard.push(event.key));
  const { model, el, root, mark, close } = show();
  for (const key of ["b", "d", "ArrowDown", "Enter", "Escape"]) press(mark("a"), key);
  press(mark("a"), "Enter", { shiftKey: true });
  press(mark("a"), "s", { ctrlKey: true });
  assert.deepEqual(heard, ["Escape", "Enter", "s"]);
  close();
  assert.equal(el.children.length, 0);
  assert.equal(model.listening, 0);
  press(root, "b");
});

test("Escape leads back to the notebook", () => {
  const { el, mark } = show();
  el.tabIndex = -1;
  mark("a").focus();
  press(mark("a"), "Escape");
  assert.equal(window.document.activeElement, el);
});

test("labels and texts never become markup", () => {
  const evil = "<img src=x onerror=alert(1)>";
  const marks = [{ ...MARKS[0], text: evil, label: evil, id: evil }];
  const { root } = show({ marks, said: evil, alt: evil, rows: [[evil], [evil]], controls: CONTROLS.map((one) => ({ ...one, label: evil, words: evil })) });
  root.querySelector("details").open = true;
  happen(root.querySelector("details"), "toggle");
  assert.equal(root.querySelectorAll("img").length, 0);
});
