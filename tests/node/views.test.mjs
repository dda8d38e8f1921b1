// The browser half of a conversation, in node.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Model, bind, happen, load, page, press } from "./page.mjs";

const { default: widget } = await load("views.mjs");

let window;
beforeEach(() => {
  window = page();
});

function show(told) {
  const model = new Model({ told });
  const el = window.document.createElement("div");
  window.document.body.append(el);
  const close = widget.render({ model, el });
  const root = el.firstChild;
  return { el, root, close, all: (selector) => [...root.querySelectorAll(selector)] };
}

test("each arrow opens its bytes and closes them again", () => {
  const { all } = show(bind().conversation);
  const [arrow] = all(".arrow");
  assert.match(arrow.textContent, /client to data centre: 1 bind_auth_key_inner40 bytesthe forty bytes/);
  assert.equal(arrow.getAttribute("aria-expanded"), "false");
  happen(arrow.querySelector("b"), "click");
  assert.equal(arrow.getAttribute("aria-expanded"), "true");
  assert.equal(all("tbody tr").length, 6);
  assert.match(all("tbody")[0].textContent, /nonce/);
  happen(arrow, "click");
  assert.equal(all("tbody tr").length, 0);
});

test("no key press reaches JupyterLab, and nothing listens after the end", () => {
  const heard = [];
  window.document.addEventListener("keydown", (event) => heard.push(event.key));
  const { root, el, close, all } = show(bind().conversation);
  const [arrow] = all(".arrow");
  for (const key of ["b", "d", "ArrowDown", "Enter"]) press(arrow, key);
  close();
  assert.equal(el.children.length, 0);
  press(root, "b");
  assert.deepEqual(heard, []);
});

test("names and notes never become markup", () => {
  const evil = "<img src=x onerror=alert(1)>";
  const told = bind().conversation;
  told.lanes = [evil, evil];
  for (const message of told.messages) {
    Object.assign(message, { name: evil, note: evil });
    for (const row of message.rows) Object.assign(row, { name: evil, hex: evil, value: evil, meaning: evil });
  }
  const { all } = show(told);
  all(".arrow").forEach((arrow) => happen(arrow, "click"));
  assert.equal(all("img").length, 0);
});
