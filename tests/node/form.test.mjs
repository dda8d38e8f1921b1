// The browser half of the form, in node.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Model, bind, happen, load, page, press, source } from "./page.mjs";

const { default: widget } = await load("form.mjs");

const STATE = {
  serial: 0,
  said: "",
  example: "one",
  examples: [["examples", ["one", "two"]]],
  choices: ["request", "msg_id"],
  values: [{ at: 0, name: "request", what: "132 bytes", where: "line 1, hex" }],
  notes: ["line 1: took hex for request"],
  verdict: {
    healthy: false,
    findings: [{
      name: "nonce", sentence: "The nonce is another one.", fix: "Take the same.", stage: "equality",
      lesson: ["14_forty_bytes_that_bind", "14 forty bytes that bind"],
      evidence: [{ index: 0, where: "plaintext, byte 36", got: "1", expected: "2", bytes: ["00 [", "<b>", "] 00"] }],
    }],
    remarks: ["unusual"],
    missing: ["msg_id: the number"],
  },
};

let window;
beforeEach(() => {
  window = page();
});

function show(state = STATE, inspection = true) {
  const told = bind();
  const model = new Model({ state, structure: inspection ? told.structure : {}, inspected: inspection ? told.states.first : {} });
  const el = window.document.createElement("div");
  window.document.body.append(el);
  const close = widget.render({ model, el });
  const root = el.firstChild;
  const button = (name) => [...root.querySelectorAll("button")].find((made) => made.textContent === name);
  return { model, el, root, close, button, told, text: root.querySelector("textarea") };
}

const pasted = (text, said) => happen(text, "paste", { clipboardData: { getData: () => said, files: [] } });

test("what is pasted goes to Python and does not stay in the page", () => {
  const { model, root, text } = show();
  const event = pasted(text, "perm_auth_key: 0011");
  assert.equal(event.defaultPrevented, true);
  const { serial, ...sent } = model.sent[0];
  assert.deepEqual(sent, { do: "read", text: "perm_auth_key: 0011", name: "" });
  assert.equal(text.value, "");
  assert.equal(root.getAttribute("aria-busy"), "true");
  model.set("state", { ...STATE, serial });
  assert.equal(root.hasAttribute("aria-busy"), false);
});

test("what is typed is read with Shift-Enter or the button, and is gone then", () => {
  const { model, root, text, button } = show();
  text.value = "773";
  root.querySelector("select").value = "msg_id";
  press(text, "Enter", { shiftKey: true });
  text.value = "05";
  happen(button("read"), "click");
  assert.deepEqual(model.sent.map((sent) => [sent.text, sent.name]), [["773", "msg_id"], ["05", "msg_id"]]);
  assert.equal(text.value, "");
  happen(button("read"), "click");
  assert.equal(model.sent.length, 2);
  assert.match(root.querySelector(".said").textContent, /nothing to read/);
});

test("text from Python is never markup", () => {
  const { root } = show();
  assert.equal(root.querySelector(".evidence b").textContent, "<b>");
  assert.equal(source("form.mjs").includes("innerHTML"), false);
});

test("an example, a value left out, and a piece of evidence are one message each, sent once", () => {
  const { model, button, root } = show();
  happen(button("two"), "click");
  happen(button("leave out"), "click");
  happen(button("plaintext, byte 36"), "click");
  happen(button("forget everything"), "click");
  const sent = model.sent.map(({ serial, ...rest }) => rest);
  assert.deepEqual(sent, [
    { do: "example", name: "two" }, { do: "forget", value: 0 }, { do: "look", evidence: 0, focus: true }, { do: "clear" },
  ]);
  assert.equal(root.querySelector("a").getAttribute("href"), "14_forty_bytes_that_bind.ipynb");
});

test("the inspector inside speaks through the form, and each click counts once", () => {
  const { model, root, told } = show();
  assert.ok(root.querySelector(".mtlib-inspector .b"));
  happen([...root.querySelectorAll(".mtlib-inspector .mode")].find((made) => made.textContent === "as the attacker"), "click");
  assert.equal(model.sent.length, 1);
  assert.equal(model.sent[0].do, "inspect");
  assert.equal(model.sent[0].message.do, "mode");
  model.set("inspected", { ...told.states.first, serial: model.sent[0].message.serial, mode: "attacker" });
  assert.equal(root.querySelector('.mode[aria-pressed="true"]').textContent, "as the attacker");
});

test("without bytes there is no inspector, and with new ones it is there again", () => {
  const { model, root, told } = show();
  model.set("structure", {});
  model.set("inspected", {});
  model.set("state", { ...STATE, values: [], notes: [], verdict: null });
  assert.equal(root.querySelector(".mtlib-inspector"), null);
  assert.deepEqual([".found", ".wrong", ".seen"].map((name) => root.querySelector(name).hidden), [true, true, true]);
  model.set("structure", told.structure);
  model.set("inspected", told.states.first);
  model.set("state", STATE);
  assert.ok(root.querySelector(".mtlib-inspector .b"));
});

test("a kernel that is gone is told, and so is one that refuses", () => {
  const { model, root, button } = show();
  for (const listener of model.listeners.get("comm_live_update")) listener();
  assert.match(root.querySelector(".said").textContent, /Run this cell/);
  assert.ok(root.classList.contains("pale"));
  model.set("state", { ...STATE });
  assert.equal(root.classList.contains("pale"), false);
  model.send = () => { throw new Error("no comm"); };
  happen(button("two"), "click");
  assert.ok(root.classList.contains("pale"));
});

test("bare letters do not reach the notebook; Escape leads out", () => {
  const { el, root, text } = show();
  const heard = [];
  el.tabIndex = -1;
  el.addEventListener("keydown", (event) => heard.push(event.key));
  press(text, "b");
  press(text, "s", { ctrlKey: true });
  text.focus();
  press(text, "Escape");
  assert.equal(window.document.activeElement, root);
  press(root, "Escape");
  assert.equal(window.document.activeElement, el);
  assert.deepEqual(heard, ["s"]);
});

test("where no cell can be run again, bytes and form say the same of a Python that is gone", () => {
  const { model, root } = show();
  model.gone = "Load the page again.";
  for (const listener of model.listeners.get("comm_live_update")) listener();
  assert.equal(root.querySelector(".said").textContent, "Load the page again.");
  assert.doesNotMatch(root.querySelector(".bytes").textContent, /Run this cell/);
});

test("closing leaves nothing behind", () => {
  const { model, el, close } = show();
  close();
  assert.equal(model.listening, 0);
  assert.equal(el.childElementCount, 0);
});
