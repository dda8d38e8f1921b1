// The browser half of the byte inspector, in node.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Model, bind, happen, load, page, press, source } from "./page.mjs";

const { default: widget, NOTATIONS, difference, parseHex, readings } = await load("inspector.mjs");
const MESSAGE = "frame/packet/message";
const INNER = `${MESSAGE}/request/encrypted_message/plaintext/envelope/inner`;

let window;
let told;
beforeEach(() => {
  window = page();
  told = bind();
});

/** The widget on the page, and ways to find things in it. */
function show(structure = told.structure, state = told.states.first) {
  const model = new Model({ structure, state });
  const el = window.document.createElement("div");
  window.document.body.append(el);
  const close = widget.render({ model, el });
  const root = el.firstChild;
  const all = (selector) => [...root.querySelectorAll(selector)];
  const sheet = (name) => all(".sheet").find((box) => box.getAttribute("aria-label") === name);
  const cell = (name, at) => [...sheet(name).querySelectorAll(".b")].find((other) => other.at === at);
  const item = (path) => all(".item").find((other) => structure.fields[other.target.field].path === path);
  const active = () => window.document.activeElement;
  const unfold = (name) => happen(sheet(name).querySelector(".head"), "click");
  const answer = (next) => model.set("state", { ...next, serial: model.sent.length ? model.sent.at(-1).serial : 0 });
  return { model, el, root, close, all, sheet, cell, item, active, answer, unfold, text: (selector) => root.querySelector(selector).textContent };
}

/** The simplest of messages: one field, whatever it is called and whatever it means. */
function single(bytes, changes = {}) {
  const size = bytes.length;
  const field = {
    path: "root/field", name: "field", sheet: 0, start: 0, stop: size, body: [0, size], depth: 0, parent: -1, kind: "bytes",
    origin: "given", letter: "g", meaning: "", spec: "", sealed: false, shape: "", problem: "", time: "", opens: -1, formula: "",
    sources: [], ...changes,
  };
  const hex = Buffer.from(bytes).toString("hex");
  return {
    structure: {
      name: "root", sheets: [{ path: "root", name: "root", size, seal: -1, keys: [] }], fields: size ? [field] : [], checks: [],
      base: { root: hex }, can: { modes: ["attacker"], keys: "" },
    },
    state: { serial: 0, mode: "attacker", data: [hex], agrees: [null], verdict: null, undos: 0, redos: 0, said: "" },
  };
}

// -- Seeing

test("every byte stands once, with its place, its hex and its field for screen readers", () => {
  const { all, cell, unfold } = show();
  assert.equal(all('[role="grid"]').length, 2); // what travels is one line at first
  assert.ok(cell("plaintext", 44));
  unfold("frame");
  const sizes = told.structure.sheets.map((sheet) => sheet.size);
  assert.deepEqual(sizes, [204, 176, 80]);
  assert.equal(cell("plaintext", 36).getAttribute("aria-label"), `byte 36, hex ${cell("plaintext", 36).textContent}, nonce`);
  assert.equal(all('[role="grid"]').length, 3);
  assert.ok(all('[role="gridcell"]').every((made) => made.closest('[role="row"]') && made.closest('[role="grid"]')));
  assert.ok(all(".b[role]").every((made) => made.getAttribute("aria-label").includes(made.textContent)));
});

test("colour is never alone: the first byte of each field and its line in the list carry the letter", () => {
  const { cell, item } = show();
  assert.equal(cell("message", 44).dataset.letter, "?");
  assert.match(cell("message", 44).className, /random/);
  assert.equal(item(`${MESSAGE}/request/nonce`).querySelector(".letter").textContent, "?");
});

test("the bytes are one keyboard stop", () => {
  const { all } = show();
  assert.equal(all(".b").filter((made) => made.tabIndex === 0).length, 1);
  assert.equal(all(".item").filter((made) => made.tabIndex === 0).length, 1);
  assert.equal(all(".square").filter((made) => made.tabIndex === 0).length, 1);
});

test("in a narrow column eight bytes stand in a row", () => {
  Object.defineProperty(window.HTMLElement.prototype, "clientWidth", { get: () => 430 });
  const { all, root } = show();
  assert.equal(root.dataset.width, "8");
  assert.ok(all(".row").every((row) => row.querySelectorAll(".b[role]").length <= 8));
});

test("of an open seal the ciphertext is folded where it is long, and comes back", () => {
  const { all, root, unfold } = show();
  unfold("frame");
  const gap = all(".more")[0];
  assert.equal(gap.textContent, "11 rows of ciphertext folded");
  happen(gap, "click");
  assert.equal(root.querySelectorAll(".sheet")[0].querySelectorAll(".b[role]").length, 204);
});

test("a seal that is shut shows its ciphertext and hides what is behind it", () => {
  const { sheet, unfold } = show();
  unfold("frame");
  happen(sheet("plaintext").querySelector(".head"), "click");
  assert.match(sheet("plaintext").querySelector(".head").textContent, /sealed: perm_auth_key opens it/);
  assert.equal(sheet("plaintext").querySelectorAll(".b").length, 0);
  happen(sheet("message").querySelector(".head"), "click");
  assert.ok(sheet("plaintext").hidden);
  assert.equal(sheet("frame").querySelectorAll(".b[role]").length, 204);
});

test("fields that hold others fold, by mouse and by key", () => {
  const { item, active } = show();
  const request = `${MESSAGE}/request`;
  item(request).focus();
  press(item(request), "ArrowLeft");
  assert.equal(item(`${request}/nonce`), undefined);
  assert.equal(item(request).getAttribute("aria-expanded"), "false");
  assert.equal(active(), item(request));
  happen(item(request).querySelector(".fold"), "click");
  assert.ok(item(`${request}/nonce`));
});

test("bytes, names and meanings never become markup", () => {
  const evil = '<img src=x onerror="globalThis.pwned = true">';
  const named = { name: evil, path: `root/${evil}`, meaning: evil, spec: evil, formula: evil, problem: evil, kind: evil, shape: evil };
  const { structure, state } = single([1, 2, 3, 4], { ...named, sources: [[evil, `@${evil}`, -1, -1], [evil, evil, -1, -1]] });
  structure.name = evil;
  structure.sheets[0].name = evil;
  structure.sheets[0].keys = [evil];
  structure.checks = [{ name: evil, why: evil, spec: evil, fields: [0], sheets: [] }];
  state.said = evil;
  state.agrees = [false];
  state.verdict = { ok: false, answer: evil, failed: 0, rows: [[false, evil, evil]] };
  const { root, all, text } = show(structure, state);
  assert.equal(all("img, script, iframe").length, 0);
  assert.ok(all("*").every((element) => element.getAttributeNames().every((name) => !name.startsWith("on"))));
  assert.ok(text(".sentence").includes(evil));
  assert.equal(root.querySelector("a"), null);
});

test("the source of a meaning becomes a link only to a page, over https, in a window of its own", () => {
  const { structure, state } = single([1, 2, 3, 4], { spec: "core.telegram.org/mtproto/auth_key, step 4" });
  const [link] = show(structure, state).all(".spec a");
  assert.equal(link.getAttribute("href"), "https://core.telegram.org/mtproto/auth_key");
  assert.equal(link.getAttribute("rel"), "noopener noreferrer");
  const other = single([1, 2, 3, 4], { spec: "javascript:alert(1)//core.telegram.org/x" });
  assert.equal(show(other.structure, other.state).all(".spec a").length, 0);
});

test("no bytes at all, and a thousand, are drawn as well", () => {
  const empty = single([]);
  assert.match(show(empty.structure, empty.state).text(".identity"), /root/);
  const many = single(new Uint8Array(1000));
  assert.equal(show(many.structure, many.state).all(".b[role]").length, 1000);
});

test("only glyphs of every system's fonts", () => {
  for (const name of ["inspector.mjs", "inspector.css", "views.mjs", "views.css"]) {
    const escapes = source(name).matchAll(/\\u?([0-9a-f]{4})/g);
    const glyphs = [...source(name).replace(/\\u?[0-9a-f]{4}/g, ""), ...Array.from(escapes, ([, code]) => String.fromCharCode(parseInt(code, 16)))];
    assert.deepEqual([...new Set(glyphs.filter((glyph) => glyph > "~"))].filter((glyph) => !"\u203a\u2260".includes(glyph)), []);
  }
});

// -- Pointing

test("pointing at a byte lights its field, its way down, and its facts", () => {
  const { cell, all, text } = show();
  happen(cell("plaintext", 54), "pointerover");
  assert.deepEqual(all(".crumb").map((made) => made.textContent), `${INNER}/perm_auth_key_id`.split("/"));
  assert.match(text(".facts"), /^copied, long, 8 bytes, byte 54 of plaintext, byte 2 of the field$/);
  assert.equal(all('.sheet[aria-label="plaintext"] .b.lit').length, 8);
  assert.ok(cell("plaintext", 54).classList.contains("exact"));
});

test("the same value is lit wherever it stands", () => {
  const { cell, all } = show();
  happen(cell("message", 36), "pointerover");
  assert.equal(all(".b.lit").length, 3 * 8);
  assert.equal(all(".item.lit").length, 3);
  assert.equal(all(".b.exact").length, 3);
});

test("four bytes are the same value only under the same name or as a copy", () => {
  const { all, cell } = show();
  happen(cell("message", 28), "pointerover"); // length 132
  assert.equal(all(".b.lit").length, 4);
  happen(cell("message", 52), "pointerover"); // expires_at stands inside too
  assert.equal(all(".b.lit").length, 8);
});

test("when the pointer leaves, the byte with the keyboard is lit again", () => {
  const { cell, root, text } = show();
  cell("message", 20).focus();
  happen(cell("plaintext", 40), "pointerover");
  assert.equal(text("h3 .name"), "nonce");
  root.querySelector(".sheets").dispatchEvent(new window.Event("pointerleave"));
  assert.equal(text("h3 .name"), "msg_id");
});

test("a breadcrumb takes the whole of what it names", () => {
  const { cell, all, text } = show();
  cell("plaintext", 40).focus();
  happen(all(".crumb").find((made) => made.textContent === "inner"), "click");
  assert.equal(text("h3 .name"), "inner");
  assert.equal(all('.sheet[aria-label="plaintext"] .b.lit').length, 40);
  happen(all(".crumb").find((made) => made.textContent === "message"), "click");
  assert.equal(text("h3 .name"), "message");
});

test("a breadcrumb keeps the keyboard when it is pressed, and where the way is shorter the last one has it", () => {
  const { cell, all } = show();
  cell("plaintext", 40).focus();
  for (const name of ["inner", "message", "frame"]) {
    const crumb = all(".crumb").find((made) => made.textContent === name);
    crumb.focus();
    happen(crumb, "click");
    assert.equal(document.activeElement.className, "crumb");
    assert.equal(document.activeElement.textContent, name);
  }
  happen(cell("plaintext", 40), "pointerover");
  all(".crumb").at(-1).focus();
  happen(cell("frame", 0), "pointerover");
  assert.equal(document.activeElement, all(".crumb").at(-1));
});

test("a check lights what it reads and says why it is there", () => {
  const { all, text } = show();
  const square = all(".square").find((made) => made.getAttribute("aria-label").includes(" nonce:"));
  happen(square, "pointerover");
  assert.equal(all(".item.lit").length, 2);
  assert.ok(text(".about").endsWith(`${told.structure.checks.find((check) => check.name === "nonce").why}.`));
});

test("values are told as wire hex, signed, unsigned, and as a time where they are one", () => {
  const long = Uint8Array.from(Buffer.from("113250bd0db857be", "hex"));
  assert.deepEqual(readings({ kind: "long", time: "" }, long), [
    ["wire", "11 32 50 bd 0d b8 57 be"], ["signed", "-4731110514379181551"], ["unsigned", "13715633559330370065"],
  ]);
  const seconds = Uint8Array.of(0x00, 0x8d, 0xb2, 0x6a);
  assert.deepEqual(readings({ kind: "int", time: "seconds" }, seconds).at(-1), ["time", "2026-09-22 14:13:20 UTC"]);
  const msgId = Uint8Array.of(4, 0, 0, 0, 0x00, 0x8d, 0xb2, 0x6a);
  assert.equal(readings({ kind: "long", time: "seconds * 2**32" }, msgId).at(-1)[1], readings({ kind: "int", time: "seconds" }, seconds).at(-1)[1]);
  assert.deepEqual(readings({ kind: "constructor", time: "" }, Uint8Array.of(5, 0x2a, 0xd4, 0xcd))[1], ["number", "0xcdd42a05"]);
  assert.deepEqual(readings({ kind: "string", time: "" }, Buffer.from("Zürich"))[1], ["text", "Zürich"]);
  assert.equal(readings({ kind: "string", time: "" }, Uint8Array.of(0x17, 0xed)).length, 1);
  assert.equal(readings({ kind: "bytes", time: "" }, new Uint8Array(33))[0][1].length, 32 * 3 - 1 + 4);
});

// -- Following

test("a derived byte names its formula, lights its sources, and leads back to what was random", () => {
  const { cell, item, all, active, text, root } = show();
  cell("plaintext", 38).focus(); // inner/nonce
  assert.match(text(".detail"), /Copied from.*nonce.*in message › request/);
  press(active(), "Enter");
  assert.equal(text("h3 .name"), "nonce");
  assert.equal(active(), cell("message", 46));
  assert.match(text(".detail"), /its author drew it/);
  assert.match(text(".way"), /back to nonce/);
  press(active(), "Enter");
  assert.match(text(".said"), /begins here: random/);
  press(active(), "Escape");
  assert.equal(active(), cell("plaintext", 38));
  item(`${MESSAGE}/request/encrypted_message/msg_key`).focus();
  happen(item(`${MESSAGE}/request/encrypted_message/msg_key`), "click");
  assert.match(text(".formula"), /SHA1\(envelope\)\[4:20\]/);
  assert.ok(item(`${MESSAGE}/request/encrypted_message/plaintext/envelope`)?.classList.contains("from") ?? all(".item.from").length);
  happen(all(".detail .link")[0], "click");
  assert.equal(text("h3 .name"), "envelope");
  assert.ok(root.contains(active()));
});

test("forward: what a field goes into, and which checks read it", () => {
  const { cell, text } = show();
  cell("message", 44).focus();
  const detail = text(".detail");
  assert.match(detail, /Goes into.*nonce.*in envelope › inner/);
  assert.match(detail, /as part of message: msg_key, ciphertext/);
  assert.match(detail, /Read by the checks.*nonce/);
});

test("a second inspector on the page lights the same value and the source", () => {
  const first = show();
  const second = show();
  const before = second.all(".b.lit").length;
  happen(first.cell("plaintext", 40), "pointerover");
  assert.equal(second.all(".b.lit").length, before + 2 * 8);
  first.root.querySelector(".sheets").dispatchEvent(new window.Event("pointerleave"));
  assert.equal(second.all(".b.lit").length, before);
});

test("two inspectors that light each other do not go on for ever", () => {
  const views = [show(), show(), show()];
  let told = 0;
  window.document.addEventListener("mtlib:lit", () => { told += 1; });
  happen(views[0].cell("plaintext", 40), "pointerover");
  happen(views[1].cell("message", 0), "pointerover");
  assert.ok(told <= 3, `${told} events`);
});

// -- Keys

test("arrows, Home, End, PgUp and PgDn walk over the bytes, and from sheet to sheet", () => {
  const { cell, active, unfold } = show();
  unfold("frame");
  const at = () => [active().sheet, active().at];
  cell("frame", 0).focus();
  const walk = (...keys) => keys.forEach((key) => press(active(), key));
  walk("ArrowRight", "ArrowDown");
  assert.deepEqual(at(), [0, 17]);
  walk("End");
  assert.deepEqual(at(), [0, 31]);
  walk("ArrowRight");
  assert.deepEqual(at(), [1, 0]);
  walk("ArrowLeft", "Home");
  assert.deepEqual(at(), [0, 16]);
  walk("PageDown");
  assert.equal(at()[0], 1);
  walk("PageUp", "PageUp");
  assert.deepEqual(at(), [0, 0]);
  press(active(), "End", { ctrlKey: true });
  assert.deepEqual(at(), [0, 203]);
  press(active(), "Home", { ctrlKey: true });
  assert.deepEqual(at(), [0, 0]);
  walk("ArrowLeft", "ArrowUp");
  assert.deepEqual(at(), [0, 0]);
});

test("no key press reaches JupyterLab, except those that save and run", () => {
  const { all, root, cell } = show();
  const heard = [];
  for (const type of ["keydown", "keyup", "keypress", "paste", "copy"]) window.document.addEventListener(type, (event) => heard.push(event.key || type));
  const stops = [cell("message", 3), all(".item")[2], all(".square")[1], all("button.step")[0], all(".mode")[1], root];
  for (const stop of stops) {
    for (const key of ["b", "a", "d", "x", "m", "Enter", "Escape", "ArrowUp", "Tab", " "]) {
      press(stop, key);
      happen(stop, "keyup", { key });
    }
    press(stop, "z", { ctrlKey: true });
    happen(stop, "paste");
    happen(stop, "copy");
  }
  assert.deepEqual(heard, []);
  press(cell("message", 3), "s", { ctrlKey: true });
  for (const chord of [{ shiftKey: true }, { ctrlKey: true }, { altKey: true }]) press(cell("message", 3), "Enter", chord);
  assert.deepEqual(heard, ["s", "Enter", "Enter", "Enter"]);
});

test("Tab is the browser's", () => {
  const { cell } = show();
  assert.equal(press(cell("message", 3), "Tab").defaultPrevented, false);
});

test("the list of fields and the checks are walked with arrows", () => {
  const { all, active, unfold } = show();
  unfold("frame");
  const [first, second] = all(".item");
  first.focus();
  press(first, "ArrowDown");
  assert.equal(active(), second);
  press(second, "Enter");
  assert.equal(active().at, 4);
  const [one, two] = all(".square");
  one.focus();
  press(one, "ArrowRight");
  assert.equal(active(), two);
  assert.equal(one.tabIndex, -1);
});

test("Escape leaves the bytes, and then the widget", () => {
  const { cell, active, root, el } = show();
  el.tabIndex = 0; // as a cell of the notebook
  cell("message", 3).focus();
  press(active(), "Escape");
  assert.equal(active(), root);
  press(active(), "Escape");
  assert.equal(active(), el);
});

// -- Changing

test("two digits type a byte: each is asked for, the second as one step with the first, and nothing is shown before the answer", () => {
  const { cell, model, active, root, answer, text } = show();
  const old = cell("message", 100).textContent;
  const verdict = text(".spoken");
  cell("message", 100).focus();
  press(active(), "A");
  press(active(), "5");
  const change = { do: "digit", layer: MESSAGE, at: 100 };
  assert.deepEqual(model.sent.map(({ serial, ...rest }) => rest), [
    { ...change, digit: "a", low: false, join: false }, { ...change, digit: "5", low: true, join: true },
  ]);
  assert.notEqual(model.sent[0].serial, model.sent[1].serial);
  assert.equal(cell("message", 100).textContent, old);
  assert.equal(text(".spoken"), verdict);
  assert.equal(root.getAttribute("aria-busy"), "true");
  assert.ok(cell("message", 100).classList.contains("asked"));
  assert.equal(active(), cell("message", 101));
  answer(told.states.flipped);
  assert.equal(root.getAttribute("aria-busy"), null);
  assert.ok(!cell("message", 100).classList.contains("asked"));
  assert.match(text(".spoken"), /ENCRYPTED_MESSAGE_INVALID/);
});

test("x flips the lowest bit, the switches any bit, and the keyboard stays where it was", () => {
  const { cell, model, active, all, answer } = show();
  cell("message", 100).focus();
  press(active(), "x");
  const switches = () => all(".bit");
  switches()[0].focus();
  happen(switches()[0], "click");
  assert.deepEqual(model.sent.map(({ bit }) => bit), [0, 7]);
  answer(told.states.flipped);
  assert.equal(active(), switches()[0]);
});

test("bytes are inserted before the cursor, and deleted", () => {
  const { cell, model, active, all } = show();
  cell("message", 100).focus();
  press(active(), "i");
  press(active(), "Delete");
  for (const made of all(".take .step").slice(0, 2)) happen(made, "click");
  const [insert, remove] = [{ hex: "00", cut: 0 }, { hex: "", cut: 1 }];
  const change = { do: "write", layer: MESSAGE, at: 100 };
  assert.deepEqual(model.sent.map(({ serial, ...rest }) => rest), [insert, remove, insert, remove].map((how) => ({ ...change, ...how })));
});

test("with Shift one selects: what is copied, pasted over and deleted is all of it", () => {
  const { cell, model, active, all, text } = show();
  cell("message", 44).focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowRight"]) press(active(), key, { shiftKey: true });
  assert.equal(all('.sheet[aria-label="message"] .b.lit').length, 4);
  assert.match(text(".facts"), /bytes 44 to 47 of message selected/);
  let taken;
  happen(active(), "copy", { clipboardData: { setData: (kind, said) => { taken = said; } } });
  assert.equal(taken, told.states.first.data[1].slice(88, 96));
  happen(active(), "paste", { clipboardData: { getData: () => "0102" } });
  press(active(), "Delete");
  assert.deepEqual(model.sent.map(({ at, text, hex, cut }) => [at, text ?? hex, cut]), [[44, "0102", 4], [44, "", 4]]);
  press(active(), "ArrowLeft");
  assert.equal(all('.sheet[aria-label="message"] .b.lit').length, 8); // the nonce again
});

test("the search goes to an offset, to a name, and to bytes", () => {
  const { cell, active, root, text } = show();
  const search = root.querySelector(".find");
  const find = (said) => {
    search.focus();
    search.value = said;
    press(search, "Enter");
  };
  cell("message", 3).focus();
  press(active(), "/");
  assert.equal(active(), search);
  find("0x2c");
  assert.equal(active(), cell("message", 44));
  find("expires_at");
  assert.equal(text("h3 .name"), "expires_at");
  const first = active();
  find("expires_at");
  assert.notEqual(active(), first);
  find(`${told.states.first.data[1].slice(88, 90)} ${told.states.first.data[1].slice(90, 104)}`);
  assert.match(text(".facts"), /selected/);
  find("nothing_of_this_name");
  assert.match(text(".said"), /no offset, name or bytes/);
  press(search, "Escape");
  assert.equal(active().getAttribute("role"), "gridcell");
});

test("a pointer that rests does not hold the arrow keys", () => {
  const { cell, active, text } = show();
  const over = (element, x) => {
    const event = new window.MouseEvent("pointerover", { bubbles: true, screenX: x, screenY: 5 });
    element.dispatchEvent(event);
  };
  cell("message", 20).focus();
  over(cell("plaintext", 40), 7);
  assert.equal(text("h3 .name"), "nonce");
  press(active(), "ArrowRight");
  assert.equal(text("h3 .name"), "msg_id");
  over(cell("plaintext", 40), 7); // the page moved under it
  assert.equal(text("h3 .name"), "msg_id");
  over(cell("plaintext", 40), 8);
  assert.equal(text("h3 .name"), "nonce");
});

test("undo, redo and reset by key and by button", () => {
  const { cell, model, all, answer } = show();
  assert.ok(all(".step").slice(0, 3).every((made) => made.disabled));
  cell("message", 100).focus();
  press(cell("message", 100), "x");
  answer(told.states.flipped);
  assert.deepEqual(all(".step").slice(0, 3).map((made) => made.disabled), [false, true, false]);
  press(cell("message", 100), "z", { ctrlKey: true });
  press(cell("message", 100), "Z", { ctrlKey: true, shiftKey: true });
  press(cell("message", 100), "y", { metaKey: true });
  happen(all(".step")[2], "click");
  assert.deepEqual(model.sent.slice(1).map((message) => message.do), ["undo", "redo", "redo", "reset"]);
});

test("a step that cannot be gone further hands the keyboard to one that can, or to the search", () => {
  const { all, answer } = show();
  const [undo, redo] = all(".step");
  answer(told.states.flipped);
  for (const [held, undos, redos, next] of [[undo, 0, 1, redo], [redo, 1, 0, undo], [undo, 0, 0, all(".find")[0]]]) {
    held.focus();
    answer({ ...told.states.flipped, undos, redos });
    assert.equal(document.activeElement, next);
  }
});

test("the mode is Python's to set", () => {
  const { model, all } = show();
  const [, author, keys] = all(".mode");
  assert.equal(keys.textContent, "with the permanent key");
  happen(author, "click");
  const [{ serial, ...asked }] = model.sent;
  assert.deepEqual(asked, { do: "mode", mode: "author" });
  assert.equal(keys.getAttribute("aria-pressed"), "true");
  model.set("state", { ...told.states.first, mode: "author", serial });
  assert.equal(author.getAttribute("aria-pressed"), "true");
});

test("whatever is pasted goes to Python as it is, for the bytes from the cursor on", () => {
  const { cell, model } = show();
  cell("message", 170).focus();
  happen(cell("message", 170), "paste", { clipboardData: { getData: () => "<Buffer de ad>" } });
  const { serial, ...sent } = model.sent[0];
  assert.deepEqual(sent, { do: "paste", layer: MESSAGE, at: 170, text: "<Buffer de ad>" });
});

test("bytes that Python points at are selected, once, and get the keyboard only where that is asked for", () => {
  const { answer, all, active, cell, text } = show();
  const look = { layer: MESSAGE, start: 44, stop: 48, turn: 5 };
  answer({ ...told.states.first, look: { ...look, focus: false } });
  assert.equal(all('.sheet[aria-label="message"] .b.lit').length, 4);
  assert.notEqual(active(), cell("message", 44));
  cell("message", 3).focus();
  answer({ ...told.states.first, look: { ...look, focus: true } });
  assert.equal(active(), cell("message", 3)); // the same wish again
  answer({ ...told.states.first, look: { ...look, turn: 6, focus: true } });
  assert.equal(active(), cell("message", 44));
  assert.match(text(".facts"), /bytes 44 to 47 of message selected/);
});

test("copying takes the field as hex", () => {
  const { cell } = show();
  cell("message", 44).focus();
  let taken;
  happen(cell("message", 44), "copy", { clipboardData: { setData: (kind, text) => { taken = text; } } });
  assert.equal(taken, told.states.first.data[1].slice(88, 104));
});

test("hex to look for", () => {
  assert.deepEqual([...parseHex("05 2a")], [5, 0x2a]);
  assert.deepEqual([...parseHex("0x05, 0x2a")], [5, 0x2a]);
  assert.deepEqual([...parseHex("05:2A")], [5, 0x2a]);
  for (const wrong of ["", "5", "05 2", "hello", "0x"]) assert.equal(parseHex(wrong), null);
});

test("bytes in the notation of hex, Python and C", () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, at) => at);
  assert.equal(NOTATIONS.hex(bytes).length, 80);
  assert.match(NOTATIONS.Python(bytes), /^bytes\.fromhex\(\n {4}"[0-9a-f]{64}"\n {4}"[0-9a-f]{16}"\n\)$/);
  assert.equal(NOTATIONS.Python(bytes.slice(0, 2)), 'bytes.fromhex("0001")');
  const c = NOTATIONS.C(bytes.slice(0, 13), "a.b");
  assert.match(c, /^static const unsigned char a_b\[13\] = \{\n {4}0x00, .* 0x0b,\n {4}0x0c,\n\};$/);
});

test("differing bytes and bits are counted", () => {
  assert.deepEqual(difference(Uint8Array.of(1, 2, 255), Uint8Array.of(1, 3, 0)), { bytes: 2, bits: 9 });
});

// -- The verdict

test("the verdict says the answer, the failing check, got and expected, and is announced", () => {
  const { text, root, answer, all } = show();
  assert.match(text(".spoken"), /^boolTrue 3[0-9] of 3[0-9] checks hold/);
  assert.equal(root.querySelector(".spoken").getAttribute("aria-live"), "polite");
  answer(told.states.flipped);
  assert.match(text(".spoken"), /^400 ENCRYPTED_MESSAGE_INVALID Check \d+, length: got -?\d+, expected 40; \d more of \d+ fail\./);
  assert.match(text(".spoken"), /Changed: frame \d+ bytes \(\d+ bits\), message 1 byte \(1 bit\), plaintext \d+ bytes/);
  const failed = told.structure.checks[told.states.flipped.verdict.failed];
  assert.ok(text(".about").endsWith(`length: ${failed.why}.`));
  const fails = all(".square.fails");
  assert.match(fails[0].getAttribute("aria-label"), /length: fails$/);
  assert.equal(all(".square").length, told.structure.checks.length);
});

test("what changed is marked, for eyes and for ears, and what does not follow any more says so", () => {
  const { cell, answer, item, root } = show();
  answer(told.states.flipped);
  assert.match(cell("message", 100).className, /other moved/);
  assert.match(cell("message", 100).getAttribute("aria-label"), /, changed$/);
  assert.match(item(`${INNER}/nonce`).textContent, /does not follow/);
  assert.ok(root.classList.contains("flash"));
  answer(told.states.first);
  assert.doesNotMatch(cell("message", 100).className, /other/);
});

test("as the author everything derived moves", () => {
  const { all, answer, cell } = show();
  answer(told.states.authored);
  assert.match(cell("plaintext", 36).className, /moved/);
  assert.match(cell("message", 70).className, /moved/); // msg_key
  assert.equal(all(".square.fails").length, 0);
});

test("an answer to an older key leaves the newer one awaited", () => {
  const { cell, model, root } = show();
  cell("message", 100).focus();
  press(cell("message", 100), "f");
  press(cell("message", 100), "f");
  const [first, second] = model.sent.map(({ serial }) => serial);
  model.set("state", { ...told.states.first, serial: first });
  assert.equal(root.getAttribute("aria-busy"), "true");
  model.set("state", { ...told.states.flipped, serial: second });
  assert.equal(root.getAttribute("aria-busy"), null);
  assert.equal(root.dataset.serial, second);
});

test("without an answer everything turns pale and says what to do; an answer brings it back", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { cell, root, text, answer } = show();
  cell("message", 100).focus();
  press(cell("message", 100), "f");
  context.mock.timers.tick(2400);
  assert.ok(!root.classList.contains("pale"));
  context.mock.timers.tick(200);
  assert.ok(root.classList.contains("pale"));
  assert.match(text(".said"), /run this cell/);
  answer(told.states.flipped);
  assert.ok(!root.classList.contains("pale"));
});

test("a kernel that is gone is noticed at once", () => {
  const { model, root, text } = show();
  for (const listener of model.listeners.get("comm_live_update")) listener();
  assert.ok(root.classList.contains("pale"));
  assert.match(text(".said"), /Run this cell/);
});

test("two views of one model: each waits for its own answer, and shows that of the other", () => {
  const { structure } = told;
  const model = new Model({ structure, state: { ...told.states.first, serial: 7 } });
  const views = [0, 1].map(() => {
    const el = window.document.createElement("div");
    window.document.body.append(el);
    widget.render({ model, el });
    return el.firstChild;
  });
  press(views[1].querySelector(".b"), "x");
  assert.deepEqual(views.map((root) => root.getAttribute("aria-busy")), [null, "true"]);
  model.set("state", { ...told.states.flipped, serial: model.sent[0].serial });
  assert.ok(views.every((root) => root.dataset.serial === model.sent[0].serial && !root.hasAttribute("aria-busy")));
});

test("bytes that no longer parse are shown as they are, and found again after an undo", () => {
  const { model, all, text, cell } = show();
  const broken = single(new Uint8Array(204), { name: "bytes", path: "frame/bytes" });
  broken.structure.name = "frame";
  broken.structure.sheets[0] = { ...broken.structure.sheets[0], path: "frame", name: "frame" };
  model.set("structure", broken.structure);
  model.set("state", { ...broken.state, serial: 1 });
  assert.equal(all(".sheet").length, 1);
  assert.equal(text("h3 .name"), "bytes");
  model.set("structure", told.structure);
  model.set("state", { ...told.states.first, serial: 2 });
  assert.equal(all(".sheet").length, 3);
  assert.ok(cell("plaintext", 0));
});

test("without a judge and without a rebuild there is no verdict and no second mode", () => {
  const { structure, state } = single([1, 2, 3, 4]);
  const { root, all } = show(structure, state);
  assert.ok(root.querySelector(".modes").hidden);
  assert.equal(all(".square").length, 0);
  assert.ok(root.querySelector(".verdict").hidden);
});

// -- Taking away, and going

test("the text of everything is Python's; it is copied, or the reader is told that it cannot be", async () => {
  const { model, all, text } = show();
  happen(all(".take .step").at(-1), "click");
  assert.equal(model.sent[0].do, "text");
  for (const listener of model.listeners.get("msg:custom")) await listener({ text: "frame: 204 bytes" });
  assert.match(text(".said"), /clipboard/);
});

test("after the widget is closed nothing listens any more", () => {
  const { model, close, el, cell } = show();
  const old = cell("message", 44);
  close();
  assert.equal(model.listening, 0);
  assert.equal(el.children.length, 0);
  press(old, "x");
  happen(old, "pointerover");
  assert.equal(model.sent.length, 0);
});
