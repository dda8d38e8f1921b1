// The browser half of the smaller views, in node.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Model, bind, happen, load, page, press } from "./page.mjs";

const { default: widget, Ways } = await load("views.mjs");

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
  return { el, root, close, all: (selector) => [...root.querySelectorAll(selector)], text: (selector) => root.querySelector(selector).textContent };
}

// -- A key schedule

test("every byte of a key knows the byte of the hash that it is", () => {
  const ways = new Ways(bind().views.schedule);
  assert.deepEqual(ways.from({ owner: "aes_key", at: 0 }), { owner: "sha1_a", at: 0 });
  assert.deepEqual(ways.from({ owner: "aes_key", at: 8 }), { owner: "sha1_b", at: 8 });
  assert.deepEqual(ways.from({ owner: "aes_iv", at: 31 }), { owner: "sha1_d", at: 7 });
  assert.equal(ways.from({ owner: "sha1_a", at: 0 }), null);
  assert.equal(ways.hashOf({ owner: "aes_iv", at: 20 }), "sha1_c");
});

test("the way of a byte of the key leads through one hash to the bytes of auth_key", () => {
  const ways = new Ways(bind().views.schedule);
  const { bytes, hashes } = ways.way({ owner: "aes_key", at: 8 });
  assert.deepEqual(hashes, ["sha1_b"]);
  const read = bytes.filter(({ owner }) => owner === "auth_key").map(({ at }) => at);
  assert.deepEqual([Math.min(...read), Math.max(...read), read.length], [32, 63, 32]);
  assert.equal(bytes.filter(({ owner }) => owner === "msg_key").length, 16);
});

test("the way of a byte of auth_key leads to the hashes that read it, and half of them are read by nothing", () => {
  const ways = new Ways(bind().views.schedule);
  assert.deepEqual(ways.way({ owner: "auth_key", at: 40 }).hashes, ["sha1_b"]);
  assert.equal(ways.way({ owner: "msg_key", at: 3 }).hashes.length, 4);
  const unread = Array.from({ length: 256 }, (_, at) => ways.readers({ owner: "auth_key", at }).length).filter((n) => !n);
  assert.equal(unread.length, 128);
  assert.match(ways.sentence({ owner: "auth_key", at: 200 }), /read by nothing/);
});

test("the way of a byte of a hash leads to where it is copied", () => {
  const ways = new Ways(bind().views.schedule);
  assert.deepEqual(ways.way({ owner: "sha1_a", at: 10 }).bytes.find(({ owner }) => owner === "aes_iv"), { owner: "aes_iv", at: 2 });
});

test("pointing and walking light the way and say it", () => {
  const { all, text, root } = show(bind().views.schedule);
  const cells = all(".c");
  assert.equal(cells.length, 256 + 16 + 4 * 20 + 32 + 32);
  assert.equal(cells.filter((cell) => cell.tabIndex === 0).length, 1);
  happen(cells.find((cell) => cell.owner === "aes_key" && cell.at === 8), "pointerover");
  assert.equal(all(".c.lit").length, 1);
  assert.equal(all(".c.way").length, 1 + 32 + 16);
  assert.match(text(".line"), /^aes_key\[8\] is sha1_b\[8\]; sha1_b = SHA1\(auth_key\[32:48\] \+ msg_key \+ auth_key\[48:64\]\)\.$/);
  cells[0].focus();
  press(cells[0], "End");
  press(window.document.activeElement, "ArrowDown");
  assert.equal(window.document.activeElement.owner, "msg_key");
  press(window.document.activeElement, "Home");
  press(window.document.activeElement, "ArrowRight");
  assert.equal(window.document.activeElement.at, 1);
  assert.equal(cells.filter((cell) => cell.tabIndex === 0).length, 1);
  root.dispatchEvent(new window.Event("pointerleave"));
  assert.match(text(".line"), /^msg_key\[1\] goes into sha1_a, sha1_b, sha1_c, sha1_d/);
});

test("letters stand beside the colours where no bytes are shown", () => {
  const told = bind().views.schedule;
  for (const row of told.rows) row.hex = "";
  const { all } = show(told);
  const key = all(".c").filter((cell) => cell.owner === "aes_key").map((cell) => cell.textContent).join("");
  assert.equal(key, "a".repeat(8) + "b".repeat(12) + "c".repeat(12));
});

// -- IGE

test("a slider and a number choose the block", () => {
  const { all, text, root } = show(bind().views.ige);
  const [slider, number] = all("input");
  assert.match(text("caption"), /Block 1 of 5/);
  assert.match(text("tbody"), /iv\[0:16\]/);
  slider.value = "3";
  happen(slider, "input");
  assert.match(text("caption"), /Block 3 of 5/);
  assert.equal(number.value, "3");
  assert.match(text(".line"), /ciphertext 2 is mixed in, after it plaintext 2/);
  number.value = "99";
  happen(number, "change");
  assert.match(text("caption"), /Block 5 of 5/);
  assert.equal(root.querySelectorAll("tbody tr").length, 6);
});

// -- A conversation

test("each arrow opens its bytes and closes them again", () => {
  const { all } = show(bind().views.conversation);
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

// -- All of them

test("no key press reaches JupyterLab, and nothing listens after the end", () => {
  const heard = [];
  window.document.addEventListener("keydown", (event) => heard.push(event.key));
  for (const told of Object.values(bind().views)) {
    const { root, el, close, all } = show(told);
    const stop = all("button, input, .c")[0];
    for (const key of ["b", "d", "ArrowDown", "Enter"]) press(stop, key);
    close();
    assert.equal(el.children.length, 0);
    press(root, "b");
  }
  assert.deepEqual(heard, []);
});

test("names and notes never become markup", () => {
  const evil = "<img src=x onerror=alert(1)>";
  const views = bind().views;
  views.conversation.lanes = [evil, evil];
  for (const message of views.conversation.messages) {
    Object.assign(message, { name: evil, note: evil });
    for (const row of message.rows) Object.assign(row, { name: evil, hex: evil, value: evil, meaning: evil });
  }
  Object.assign(views.schedule, { name: evil });
  for (const row of views.schedule.rows) for (const piece of row.pieces) piece.text = evil;
  for (const told of Object.values(views)) {
    const { all } = show(told);
    all(".arrow").forEach((arrow) => happen(arrow, "click"));
    assert.equal(all("img").length, 0);
  }
});
