// The browser half of the byte inspector. Python says what stands where (`structure`) and how it is now (`state`);
// this draws it, follows the pointer and the keys, and sends changes back. Nothing here knows a protocol, and all
// text becomes DOM through textContent, so that no byte, name or meaning can become markup.
//
// What is shown is always one state of Python's, bytes and verdict together: a key sends a message with a serial, and
// nothing changes before the state that carries this serial is there.

import { Asking, isRun, isSave, make } from "./asking.mjs";

const ROOMY = 660; // from this width on, in CSS pixels, 16 bytes stand in a row; below it 8
const UNREAD = { "aria-hidden": "true" }; // seen, and said in other words to whoever listens
const LEAST = 4; // bytes that two fields must share to be one value in two places
const UNMISTAKABLE = 8; // bytes from which on that holds whatever the fields are called
const QUOTED = 32; // bytes of a value that the detail quotes
const PAGE = 8; // rows that PgUp and PgDn go
const FLASH = 350; // milliseconds
const PATIENCE = 2500; // milliseconds until a message without an answer is a sign that nobody is there
const GONE = "The kernel that knew these bytes is gone. Run this cell.";
const MOVES = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];
const LIT = "mtlib:lit"; // what an inspector lights, told to the others on the page

export default {
  render({ model, el }) {
    const view = new View(model, el);
    return () => view.close();
  },
};

// -- Bytes as text ------------------------------------------------------------------------------------------------

const hex2 = (byte) => byte.toString(16).padStart(2, "0");
const hexOf = (bytes) => Array.from(bytes, hex2).join("");
const spaced = (bytes) => Array.from(bytes, hex2).join(" ");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const printable = (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".");
const count = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;

/** Bytes to look for: hex with or without 0x, colons, commas, spaces. Null for anything else. */
export function parseHex(text) {
  const digits = text.replace(/0x/gi, "").replace(/[\s,:]/g, "");
  return digits.length && digits.length % 2 === 0 && /^[0-9a-f]*$/i.test(digits) ? unhex(digits) : null;
}

/** Bytes in the notation of somebody's source code. */
export const NOTATIONS = {
  hex: (bytes) => hexOf(bytes),
  Python: (bytes) => {
    const quoted = (hexOf(bytes).match(/.{1,64}/g) || [""]).map((line) => `"${line}"`);
    return quoted.length === 1 ? `bytes.fromhex(${quoted[0]})` : `bytes.fromhex(\n    ${quoted.join("\n    ")}\n)`;
  },
  C: (bytes, name) => {
    const rows = [];
    for (let at = 0; at < bytes.length; at += 12) {
      rows.push(`    ${Array.from(bytes.slice(at, at + 12), (byte) => `0x${hex2(byte)}`).join(", ")},`);
    }
    return `static const unsigned char ${name.replace(/\W/g, "_")}[${bytes.length}] = {\n${rows.join("\n")}\n};`;
  },
};

/** What the bytes of a field say, as pairs of label and text. `time` says how a number tells one. */
export function readings({ kind, time }, body, whole = body) {
  const said = [["wire", whole.length > QUOTED ? `${spaced(whole.subarray(0, QUOTED))} ...` : spaced(whole)]];
  if (["int", "long", "#"].includes(kind) && body.length && body.length <= 8) {
    const unsigned = body.reduceRight((number, byte) => number * 256n + BigInt(byte), 0n);
    const signed = BigInt.asIntN(8 * body.length, unsigned);
    if (kind !== "#") said.push(["signed", String(signed)]);
    if (kind === "#" || signed !== unsigned) said.push(["unsigned", String(unsigned)]);
    if (time) said.push(["time", timeOf(time === "seconds" ? signed : signed >> 32n)]);
  } else if (kind === "constructor") {
    said.push(["number", `0x${hexOf(Uint8Array.from(body).reverse())}`]);
  } else if (kind === "string") {
    const text = textOf(body);
    if (text) said.push(["text", text]);
  }
  return said;
}

/** Bytes as text, or nothing where they are none. */
function textOf(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return /\p{C}/u.test(text) ? "" : text;
  } catch {
    return "";
  }
}

function timeOf(seconds) {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? "beyond all dates" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** How many bytes and how many bits differ. */
export function difference(a, b) {
  let bytes = 0;
  let bits = 0;
  a.forEach((byte, at) => {
    let both = byte ^ b[at];
    bytes += both ? 1 : 0;
    for (; both; both &= both - 1) bits += 1;
  });
  return { bytes, bits };
}

// -- Elements -----------------------------------------------------------------------------------------------------

/** A button that does `act`: one listener at the root calls it, so that buttons come and go without leaks. */
function button(name, text, act, attributes = {}) {
  const made = make("button", name, text, { type: "button", ...attributes });
  made.act = act;
  return made;
}

/** A name, which may break behind its underscores. */
function named(text) {
  const made = make("span", "name");
  (text.match(/[^_]*_+|[^_]+/g) || []).forEach((part, at) => made.append(...(at ? [make("wbr")] : []), part));
  return made;
}

function titled(title, ...content) {
  const box = make("div", "part");
  box.append(make("h4", "", title), ...content);
  return box;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text; // the same text again would be spoken again
}

// -- What Python told ---------------------------------------------------------------------------------------------
//
// A *target* is what can be pointed at: {sheet, at} a byte, {span: {sheet, start, stop}} what the reader selected,
// {field} all of a field, {layer} all of a sheet, {check} all that a check reads.

/** Structure and state, and what follows from them. No elements here. */
class Told {
  constructor() {
    this.data = [];
  }

  /** Take over what the model says now; true where the structure is another one. */
  take(structure, state) {
    const fresh = structure !== this.structure;
    if (fresh) this.restructure(structure);
    const before = this.data;
    this.state = state;
    this.data = state.data.map(unhex);
    this.compare(before);
    this.index();
    return fresh;
  }

  restructure(structure) {
    const { fields, sheets } = structure;
    Object.assign(this, { structure, fields, sheets, checks: structure.checks });
    this.children = fields.map(() => []);
    this.owner = sheets.map((sheet) => new Int32Array(sheet.size).fill(-1)); // the innermost field of every byte
    this.paths = new Map(sheets.map((sheet, layer) => [sheet.path, { layer }]));
    fields.forEach((field, index) => {
      this.children[field.parent]?.push(index);
      this.owner[field.sheet].fill(index, field.start, field.stop);
      this.paths.set(field.path, { field: index });
    });
    this.base = sheets.map((sheet) => unhex(structure.base[sheet.path] || ""));
  }

  /** For every byte whether it is not what it was at first, and whether it changed just now. */
  compare(before) {
    this.marks = this.data.map((bytes, sheet) => {
      const [base, last] = [this.base[sheet], before[sheet] || []];
      const marks = new Array(bytes.length);
      bytes.forEach((byte, at) => {
        const other = base.length === bytes.length && base[at] !== byte;
        const moved = last.length === bytes.length && last[at] !== byte;
        marks[at] = (other ? " other" : "") + (moved ? " moved" : "");
      });
      return marks;
    });
  }

  /** Fields by their bytes, to light one value wherever it stands. */
  index() {
    this.values = new Map();
    this.fields.forEach((field, index) => {
      const key = hexOf(this.body(index));
      if (this.children[index].length || key.length < 2 * LEAST || /^0*$/.test(key)) return;
      this.values.set(key, [...(this.values.get(key) || []), index]);
    });
  }

  /** The bytes of a field, without a length head and padding. */
  body(index) {
    const { sheet, body } = this.fields[index];
    return this.data[sheet].subarray(...body);
  }

  /** Where a target stands. */
  range(target) {
    if (target.span) return target.span;
    if (target.layer !== undefined) return { sheet: target.layer, start: 0, stop: this.data[target.layer].length };
    if (target.field !== undefined) return this.fields[target.field];
    return this.fields[this.owner[target.sheet][target.at]];
  }

  fieldOf(target) {
    if (target.span) return this.owner[target.span.sheet][target.span.start];
    return target.field ?? (target.layer === undefined ? this.owner[target.sheet][target.at] : -1);
  }

  /** A target that exists: of no bytes at all there is only the sheet. */
  whole(target) {
    return target.sheet !== undefined && this.owner[target.sheet].length <= target.at ? { layer: target.sheet } : target;
  }

  /** The field and those it stands in, innermost first. */
  around(target) {
    const found = [];
    for (let index = this.fieldOf(target); index >= 0; index = this.fields[index].parent) found.push(index);
    return found;
  }

  /** A target and all that it is part of, up to the sheet: innermost first. */
  holders(target) {
    if (target.layer !== undefined) return [target];
    return [...this.around(target).map((field) => ({ field })), { layer: this.fields[this.fieldOf(target)].sheet }];
  }

  nameOf(target) {
    if (target.span) return count(target.span.stop - target.span.start, "byte");
    return target.layer === undefined ? this.range(target).name : this.sheets[target.layer].name;
  }

  /** The fields that stand in a sheet itself, or in a field. */
  parts(target) {
    if (target.layer === undefined) return this.children[this.fieldOf(target)];
    return this.fields.flatMap((field, index) => (field.sheet === target.layer && field.parent < 0 ? [index] : []));
  }

  canFold(index) {
    return this.children[index].length > 0 || this.fields[index].opens >= 0;
  }

  /** Other fields in which the same value stands. */
  twins(index) {
    const key = hexOf(this.body(index));
    const { name } = this.fields[index];
    return (this.values.get(key) || []).filter((other) => other !== index && this.isSame(other, key, name));
  }

  /** Short values are the same by accident, unless the fields are called alike or one is a copy of the other. */
  isSame(index, key, name) {
    const field = this.fields[index];
    return key.length >= 2 * UNMISTAKABLE || field.name === name || field.origin === "copied";
  }

  /** What the reader looks for, from a byte on: an offset of its sheet, a field's name, or bytes. Null for nothing. */
  find(text, from) {
    const wanted = text.trim();
    const offset = /^(0x[0-9a-f]+|\d+)$/i.test(wanted) ? Number(wanted) : Infinity;
    if (offset < this.data[from.sheet].length) return { sheet: from.sheet, at: offset };
    const named = this.fields.flatMap(({ name }, index) => (wanted && name.includes(wanted) ? [index] : []));
    const here = this.fieldOf(from);
    if (named.length) return { field: named.find((index) => index > here) ?? named[0] };
    const bytes = parseHex(wanted);
    if (!bytes) return null;
    const behind = this.positions(bytes).filter(({ span }) => span.sheet > from.sheet || (span.sheet === from.sheet && span.start > from.at));
    return behind[0] || this.positions(bytes)[0] || null;
  }

  /** Where these bytes stand. */
  positions(bytes) {
    return this.data.flatMap((data, sheet) => {
      const found = [];
      for (let start = 0; start + bytes.length <= data.length; start += 1) {
        if (bytes.every((byte, at) => data[start + at] === byte)) found.push({ span: { sheet, start, stop: start + bytes.length } });
      }
      return found;
    });
  }

  /** How far the bytes are from what they were at first, in a sentence. */
  changes() {
    const parts = [];
    this.sheets.forEach((sheet, layer) => {
      const base = this.base[layer];
      if (base.length !== sheet.size) parts.push(`${sheet.name} ${count(sheet.size, "byte")} for ${base.length}`);
      if (base.length !== sheet.size) return;
      const { bytes, bits } = difference(this.data[layer], base);
      if (bytes) parts.push(`${sheet.name} ${count(bytes, "byte")} (${count(bits, "bit")})`);
    });
    return parts.length ? `Changed: ${parts.join(", ")}.` : "";
  }
}

// -- The bytes, and beside them the fields -------------------------------------------------------------------------

/** The sheets as elements. A cell knows its `sheet` and `at`, a line of a list its `target`. */
class Sheets {
  constructor(told) {
    this.told = told;
    this.root = make("div", "sheets");
    this.open = new Map(); // what the reader folded (false) or unfolded (true), by path
    this.width = 16;
    this.lit = [];
    this.waiting = []; // cells that wait for an answer
  }

  draw() {
    this.waiting = [];
    this.cells = []; // by sheet and offset, null for a shut sheet
    this.texts = []; // the printable characters, by sheet and row
    this.rows = []; // what can be seen, as [sheet, first byte, end]
    this.items = [];
    this.heads = [];
    this.lit = [];
    this.root.replaceChildren(...this.told.sheets.map((sheet, layer) => this.sheet(sheet, layer)));
    if (this.items.length) this.items[0].tabIndex = 0;
  }

  cellAt(byte) {
    return byte && this.cells[byte.sheet]?.[byte.at];
  }

  sheet(sheet, layer) {
    const open = this.isOpen(sheet.path);
    const box = make("div", "sheet", "", { role: "group", "aria-label": sheet.name });
    const head = make("button", "head", "", { type: "button", "aria-expanded": String(open) });
    const keys = sheet.keys.join(", ") || "its key";
    const how = sheet.seal < 0 ? "" : open ? `opened with ${keys}` : `sealed: ${keys} opens it`;
    head.append(make("b", "", sheet.name), make("span", "how", how), make("span", "size", count(sheet.size, "byte")));
    head.folds = { layer };
    box.append(head);
    box.hidden = this.isBehind(layer);
    this.heads.push(head);
    this.cells.push(open && !box.hidden ? [] : null);
    this.texts.push([]);
    if (!this.cells[layer]) return box;
    const body = make("div", "body");
    body.append(this.grid(sheet, layer), this.tree(sheet, layer));
    box.append(body);
    return box;
  }

  /** What the reader did not fold or unfold is open, save the outermost of many sheets: it is one line at first, so
   *  that the innermost is in view. */
  isOpen(path, otherwise = true) {
    const { sheets } = this.told;
    return this.open.get(path) ?? (otherwise && !(sheets.length > 2 && path === sheets[0].path));
  }

  /** Whether a sheet is behind a seal that is shut. What travels has no seal: folding it hides nothing but itself. */
  isBehind(layer) {
    const { seal } = this.told.sheets[layer];
    if (seal < 0) return false;
    const outer = this.told.fields[seal].sheet;
    const isShut = this.told.sheets[outer].seal >= 0 && !this.isOpen(this.told.sheets[outer].path);
    return isShut || this.isBehind(outer);
  }

  /** Fold or unfold a field or a sheet: of a seal one sees the ciphertext, or what is behind it. */
  fold(target, open = !this.isUnfolded(target)) {
    const { path, seal } = target.layer === undefined ? this.told.fields[target.field] : this.told.sheets[target.layer];
    this.open.set(path, open);
    if (seal >= 0) this.open.set(this.told.fields[seal].path, !open);
    this.draw();
    if (target.layer === undefined) this.items.find((item) => item.target.field === target.field)?.focus();
    else this.heads[target.layer].focus();
  }

  /** Of an open seal the ciphertext is folded at first, where it would make the bytes longer than the list beside. */
  isUnfolded({ field, layer }) {
    if (layer !== undefined) return this.isOpen(this.told.sheets[layer].path);
    const { path, opens, sheet } = this.told.fields[field];
    const beside = this.told.fields.filter((other) => other.sheet === sheet).length;
    return this.isOpen(path, opens < 0 || this.told.sheets[sheet].size <= beside * this.width);
  }

  /** Unfold whatever hides a byte. */
  show(sheet, at) {
    if (this.cellAt({ sheet, at })) return;
    for (let layer = sheet; layer >= 0; ) {
      this.open.set(this.told.sheets[layer].path, true);
      const { seal } = this.told.sheets[layer];
      layer = seal < 0 ? -1 : this.told.fields[seal].sheet;
    }
    for (const index of this.told.around({ sheet, at })) {
      if (this.told.canFold(index)) this.open.set(this.told.fields[index].path, true);
    }
    this.draw();
  }

  grid(sheet, layer) {
    const rows = Math.ceil(sheet.size / this.width);
    const grid = make("div", "grid", "", { role: "grid", "aria-label": `bytes of ${sheet.name}`, "aria-rowcount": rows });
    const folded = this.foldedBytes(layer, sheet.size);
    for (let row = 0; row < rows; row += 1) {
      const run = this.foldedRows(folded, row, rows);
      grid.append(run > 1 ? this.gap(folded[row * this.width], row, run) : this.row(layer, row));
      row += Math.max(0, run - 1);
    }
    return grid;
  }

  /** For every byte the outermost folded field over it, or -1. */
  foldedBytes(layer, size) {
    const over = new Int32Array(size).fill(-1);
    for (let index = this.told.fields.length - 1; index >= 0; index -= 1) {
      const { sheet, start, stop } = this.told.fields[index];
      if (sheet === layer && this.told.canFold(index) && !this.isUnfolded({ field: index })) over.fill(index, start, stop);
    }
    return over;
  }

  /** How many whole rows from `row` on stand inside one folded field. */
  foldedRows(over, row, rows) {
    const fold = over[row * this.width];
    let end = row;
    const inside = (at) => over.subarray(at * this.width, (at + 1) * this.width).every((other) => other === fold);
    while (fold >= 0 && end < rows && inside(end)) end += 1;
    return end - row;
  }

  gap(index, row, run) {
    const made = make("div", "row gap", "", { role: "row", "aria-rowindex": row + 1 });
    const cell = make("span", "more", `${run} rows of ${this.told.fields[index].name} folded`, { role: "gridcell" });
    cell.folds = { field: index };
    made.append(cell);
    return made;
  }

  row(layer, row) {
    const start = row * this.width;
    const stop = Math.min(start + this.width, this.told.data[layer].length);
    const made = make("div", "row", "", { role: "row", "aria-rowindex": row + 1 });
    made.append(make("span", "offset", start.toString(16).padStart(4, "0"), { role: "rowheader" }));
    for (let at = start; at < stop; at += 1) made.append(this.cell(layer, at));
    for (let at = stop; at < start + this.width; at += 1) made.append(make("span", this.shape(at), "", { "aria-hidden": "true" }));
    this.texts[layer][row] = make("span", "ascii", "", { "aria-hidden": "true" });
    made.append(this.texts[layer][row]);
    this.rows.push([layer, start, stop]);
    this.ascii(layer, start);
    return made;
  }

  shape(at) {
    return at % this.width === 8 ? "b mid" : "b";
  }

  cell(sheet, at) {
    const index = this.told.owner[sheet][at];
    const field = this.told.fields[index];
    const cell = make("span", "", hex2(this.told.data[sheet][at]), { role: "gridcell", tabindex: "-1" });
    const isKin = (other) => other > at || this.told.owner[sheet][other] === index; // between two fields one line is enough
    const edges = this.edges(sheet, at, isKin, "lrtd");
    cell.marks = this.told.marks[sheet][at];
    cell.still = `${this.shape(at)} ${field.origin}${field.sealed ? " sealed" : ""}${edges}`;
    cell.lit = "";
    cell.sheet = sheet;
    cell.at = at;
    if (at === field.start) cell.dataset.letter = field.letter;
    this.cells[sheet][at] = cell;
    this.dress(cell);
    this.call(cell);
    return cell;
  }

  /** The sides (left, right, top, down, in `letters`) on which a byte has no neighbour of its kind. */
  edges(sheet, at, isKin, letters) {
    const { width } = this;
    const column = at % width;
    const kin = [
      column > 0 && isKin(at - 1),
      column < width - 1 && at + 1 < this.told.data[sheet].length && isKin(at + 1),
      at >= width && isKin(at - width),
      at + width < this.told.data[sheet].length && isKin(at + width),
    ];
    return kin.map((is, side) => (is ? "" : ` ${letters[side]}`)).join("");
  }

  dress(cell) {
    cell.className = cell.still + this.told.marks[cell.sheet][cell.at] + cell.lit + (cell.asked || "");
  }

  call(cell) {
    const { name } = this.told.fields[this.told.owner[cell.sheet][cell.at]];
    const changed = this.told.marks[cell.sheet][cell.at].includes("other") ? ", changed" : "";
    cell.setAttribute("aria-label", `byte ${cell.at}, hex ${cell.textContent}, ${name}${changed}`);
  }

  /** The printable characters of a row, those from `from` to `to` in bold. */
  ascii(sheet, start, from = 0, to = 0) {
    const text = this.texts[sheet][start / this.width];
    if (!text) return;
    const drawn = [...this.told.data[sheet].subarray(start, start + this.width), from, to].join();
    if (text.drawn === drawn) return; // a new text is a new layout of everything around it
    text.drawn = drawn;
    const bytes = Array.from(this.told.data[sheet].subarray(start, start + this.width), printable);
    const bold = to > from ? [make("b", "", bytes.slice(from, to).join(""))] : [];
    text.replaceChildren(bytes.slice(0, from).join(""), ...bold, bytes.slice(to).join(""));
  }

  tree(sheet, layer) {
    const box = make("div", "tree", "", { role: "tree", "aria-label": `fields of ${sheet.name}` });
    let shut = Infinity; // the depth of a folded field: what is deeper is not listed
    this.told.fields.forEach((field, index) => {
      if (field.sheet !== layer || field.depth > shut) return;
      shut = this.told.children[index].length && !this.isUnfolded({ field: index }) ? field.depth : Infinity;
      box.append(this.item(field, index));
    });
    return box;
  }

  item(field, index) {
    const size = field.stop - field.start;
    const item = make("div", "item", "", { role: "treeitem", tabindex: "-1", "aria-level": field.depth + 1 });
    item.target = { field: index };
    item.style.setProperty("--depth", field.depth);
    const fold = make("span", "fold", "", { "aria-hidden": "true" });
    if (this.told.canFold(index)) {
      item.setAttribute("aria-expanded", String(this.isUnfolded({ field: index })));
      fold.folds = { field: index };
    }
    const sealed = field.sealed ? " sealed" : "";
    item.told = make("span", "unseen");
    item.append(fold, make("span", `letter ${field.origin}${sealed}`, field.letter, UNREAD), named(field.name), item.told);
    const notes = [field.sealed ? (field.opens < 0 ? "sealed" : "open") : "", field.problem ? "does not parse" : ""];
    item.notes = notes.filter(Boolean);
    item.size = size;
    item.mark = make("span", "mark", "", UNREAD);
    if (field.shape) item.append(make("span", "shape", field.shape, UNREAD));
    item.append(make("span", "note", item.notes.join(", "), UNREAD), item.mark, make("span", "size", String(size), UNREAD));
    this.items.push(item);
    this.agree(item);
    return item;
  }

  /** A field that does not follow from its sources any more says so. */
  agree(item) {
    const { origin } = this.told.fields[item.target.field];
    const wrong = this.told.state.agrees[item.target.field] === false;
    const notes = wrong ? [...item.notes, "does not follow from its sources"] : item.notes;
    write(item.mark, wrong ? "\u2260" : "");
    item.className = `item${item.lit || ""}`;
    write(item.told, `, ${[origin, count(item.size, "byte"), ...notes].join(", ")}`);
  }

  /** New bytes where the old ones were. */
  repaint() {
    this.cells.forEach((cells, sheet) => cells?.forEach((cell) => {
      const text = hex2(this.told.data[sheet][cell.at]);
      const marks = this.told.marks[sheet][cell.at];
      if (cell.textContent === text && cell.marks === marks && !marks.includes("moved")) return;
      cell.textContent = text;
      cell.marks = marks;
      this.dress(cell);
      this.call(cell);
    }));
    this.rows.forEach(([sheet, start]) => this.ascii(sheet, start));
    this.items.forEach((item) => this.agree(item));
  }

  // Lighting: what is marked stays so until `clear`, and is put on by `shine`.

  clear() {
    for (const { cell, row } of this.lit) {
      cell.lit = "";
      if (row !== undefined) this.ascii(cell.sheet, row);
    }
    this.heads.forEach((head) => head.classList.remove("lit", "from"));
    this.dark = this.lit;
    this.lit = [];
  }

  shine() {
    for (const { cell } of [...this.dark, ...this.lit]) {
      if (cell.at === undefined) this.agree(cell);
      else this.dress(cell);
    }
  }

  markLayer(layer, kind) {
    this.heads[layer].classList.add(kind);
  }

  markField(index, kind, within = -1) {
    const field = this.told.fields[index];
    this.mark(field, kind, within < 0 ? -1 : field.start + within);
    const item = this.items.find((other) => other.target.field === index);
    if (!item) return;
    item.lit = ` ${kind}`;
    this.lit.push({ cell: item });
  }

  mark({ sheet, start, stop }, kind, exact = -1) {
    if (!this.cells[sheet]) this.markLayer(sheet, kind);
    if (!this.cells[sheet]) return;
    const isKin = (other) => other >= start && other < stop;
    for (let at = start; at < stop; at += 1) {
      const cell = this.cells[sheet][at];
      if (!cell) continue;
      cell.lit = ` ${kind}${this.edges(sheet, at, isKin, "LRTD")}${at === exact ? " exact" : ""}`;
      const row = at - (at % this.width);
      const begins = at === start || at === row;
      if (begins && kind === "lit") this.ascii(sheet, row, at - row, Math.min(stop - row, this.width));
      this.lit.push({ cell, row: begins ? row : undefined });
    }
  }

  rowOf({ sheet, at }) {
    return this.rows.findIndex(([layer, start, stop]) => layer === sheet && at >= start && at < stop);
  }

  /** Bytes of which Python was asked something. */
  ask(sheet, start, stop) {
    for (const cell of this.cells[sheet]?.slice(start, stop) || []) {
      cell.asked = " asked";
      this.dress(cell);
      this.waiting.push(cell);
    }
  }

  answered() {
    for (const cell of this.waiting) {
      cell.asked = "";
      this.dress(cell);
    }
    this.waiting = [];
  }
}

// -- What can be done, and the verdict -----------------------------------------------------------------------------

const MODES = {
  attacker: ["as the attacker", "bytes that travel change; what is behind a seal can be read and not changed"],
  author: ["as the author", "a value changes, and everything that follows from it is made again"],
  keys: ["with the keys", "whoever holds the keys writes over sealed bytes, and the seals are closed again"],
};

/** Modes, steps and the search, and the verdict with its checks. */
class Bar {
  constructor(told, send) {
    this.told = told;
    this.controls = this.tools(send);
    this.root = make("div", "verdict");
    this.answer = make("strong", "answer");
    this.sentence = make("span", "sentence");
    this.changed = make("span", "changed");
    this.about = make("p", "about");
    this.said = make("p", "said", "", { role: "status" });
    this.squares = make("div", "squares", "", { role: "group", "aria-label": "the checks in their order" });
    const spoken = make("p", "spoken", "", { role: "status", "aria-live": "polite", "aria-atomic": "true" });
    spoken.append(this.answer, " ", this.sentence, " ", this.changed);
    this.root.append(spoken, this.squares, this.said, this.about);
  }

  tools(send) {
    const box = make("div", "controls");
    this.modes = make("div", "modes", "", { role: "group", "aria-label": "who changes the bytes" });
    for (const [mode, [text, title]] of Object.entries(MODES)) {
      const made = button("mode", text, () => send({ do: "mode", mode }), { title });
      made.mode = mode;
      this.modes.append(made);
    }
    this.steps = ["undo", "redo", "reset"].map((step) => button("step", step, () => send({ do: step })));
    this.search = make("input", "find", "", { type: "search", placeholder: "go to: offset, name, bytes", "aria-label": "go to an offset, a field's name or bytes" });
    box.append(this.modes, ...this.steps, this.search);
    return box;
  }

  draw() {
    const { undos, redos, mode, said, verdict } = this.told.state;
    const [undo, redo, reset] = this.steps;
    const held = this.steps.find((made) => made === document.activeElement);
    undo.disabled = !undos;
    redo.disabled = !redos;
    reset.disabled = !undos && !redos;
    if (held?.disabled) (this.steps.find((made) => !made.disabled) || this.search).focus();
    const { modes, keys } = this.told.structure.can;
    this.modes.hidden = modes.length < 2;
    for (const made of this.modes.children) {
      if (made.mode === "keys") write(made, keys);
      made.hidden = !modes.includes(made.mode);
      made.setAttribute("aria-pressed", String(made.mode === mode));
    }
    write(this.changed, this.told.changes());
    this.say(said);
    this.root.classList.toggle("ok", Boolean(verdict?.ok));
    this.root.classList.toggle("bad", verdict?.ok === false);
    write(this.answer, verdict?.answer || "");
    write(this.sentence, verdict ? this.reason(verdict) : "");
    this.number(verdict?.rows || [], verdict?.failed ?? -1);
    this.explain(null);
  }

  /** A sentence for the reader, until the next one. A bar with nothing in it is not there. */
  say(text) {
    write(this.said, text);
    this.root.hidden = !text && !this.changed.textContent && !this.told.state.verdict;
  }

  reason({ rows, failed }) {
    if (failed < 0) {
      const held = rows.filter(([holds]) => holds).length;
      const rest = rows.length - held;
      return `${held} of ${count(held, "check")} hold${rest ? `, ${rest} had nothing to compare` : ""}.`;
    }
    const [, got, expected] = rows[failed];
    const fails = rows.filter(([holds]) => holds === false).length;
    const more = fails > 1 ? `; ${fails - 1} more of ${rows.length} fail` : "";
    return `Check ${failed + 1}, ${this.told.checks[failed].name}: got ${got}, expected ${expected}${more}.`;
  }

  /** One square for each check; the one that decides has its name in it where there is room. */
  number(rows, failed) {
    this.squares.style.setProperty("--across", rows.length > 15 ? Math.ceil(rows.length / 2) : rows.length);
    while (this.squares.children.length > rows.length) this.squares.lastChild.remove();
    rows.forEach(([holds], check) => {
      const made = this.squares.children[check] || button("square", "", () => {}, { tabindex: check ? "-1" : "0" });
      const { name } = this.told.checks[check];
      const words = [String(check + 1), ...(check === failed ? [` ${name}`] : [])];
      if (made.textContent !== words.join("")) made.replaceChildren(words[0], ...words.slice(1).map((word) => make("span", "named", word)));
      made.title = name;
      const word = holds === null ? "nothing to compare" : holds ? "holds" : "fails";
      made.target = { check };
      made.className = `square ${holds === null ? "none" : holds ? "holds" : "fails"}`;
      made.setAttribute("aria-label", `${check + 1} ${name}: ${word}`);
      if (!made.parentNode) this.squares.append(made);
    });
  }

  /** Why a check exists: the one pointed at, or the one that failed. */
  explain(target) {
    const check = target?.check ?? this.told.state.verdict?.failed ?? -1;
    const told = this.told.checks[check];
    write(this.about, told ? `${check + 1} ${told.name}: ${told.why}.` : "");
  }

  key(event) {
    const all = [...this.squares.children];
    const at = all.indexOf(event.target);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all[to]) return;
    event.preventDefault();
    for (const made of all) made.tabIndex = made === all[to] ? 0 : -1;
    all[to].focus();
  }
}

// -- The field in focus --------------------------------------------------------------------------------------------

/** Where one is, and all that is known about it. `view` does what its buttons ask for. */
class Detail {
  constructor(told, view) {
    this.told = told;
    this.view = view;
    this.root = make("div", "detail", "", { role: "group", "aria-label": "the field in focus" });
    this.crumbs = make("div", "crumbs", "", { role: "group", "aria-label": "where this byte stands" });
    this.list = make("ol");
    this.crumbs.append(this.list);
  }

  draw(target) {
    this.crumb(target);
    this.describe(target);
  }

  crumb(target) {
    const index = this.told.fieldOf(target);
    const path = index < 0 ? this.told.sheets[target.layer].path : this.told.fields[index].path;
    const parts = path.split("/");
    const items = parts.map((part, at) => {
      const goal = this.told.paths.get(parts.slice(0, at + 1).join("/"));
      const item = make("li");
      const made = button("crumb", part, () => goal && this.view.choose(goal));
      if (at === parts.length - 1) made.setAttribute("aria-current", "location");
      item.append(made);
      return item;
    });
    const held = [...this.list.children].findIndex((item) => item.contains(document.activeElement));
    this.list.replaceChildren(...items);
    items[Math.min(held, items.length - 1)]?.firstChild.focus(); // of none: held is -1
  }

  describe(target) {
    const key = document.activeElement?.dataset?.key;
    const held = key && this.root.contains(document.activeElement);
    const index = this.told.fieldOf(target);
    const columns = index < 0 ? this.aboutSheet(target.layer) : this.aboutField(index, target);
    this.root.replaceChildren(...columns.map((parts) => {
      const column = make("div", "column");
      column.append(...parts.filter(Boolean));
      return column;
    }));
    if (held) [...this.root.querySelectorAll("button")].find((made) => made.dataset.key === key)?.focus();
  }

  aboutSheet(layer) {
    const sheet = this.told.sheets[layer];
    const head = this.identity(sheet.name, [count(sheet.size, "byte"), sheet.seal < 0 ? "" : `opened with ${sheet.keys.join(", ")}`]);
    return [[head, this.made(this.told.parts({ layer }))], [this.usedBy({ layer })], [this.readBy({ layer }), this.take({ layer }, sheet.name)]];
  }

  aboutField(index, target) {
    const field = this.told.fields[index];
    const size = field.stop - field.start;
    const head = this.identity(field.name, [field.shape || field.kind, count(size, "byte"), this.standing(field, target)], field);
    const values = make("dl", "values");
    for (const [label, text] of readings(field, this.told.body(index), this.told.data[field.sheet].subarray(field.start, field.stop))) {
      values.append(make("dt", "", label), make("dd", "", text));
    }
    head.append(values);
    if (field.problem) head.append(make("p", "problem", field.problem));
    if (field.meaning) head.append(make("p", "meaning", field.meaning));
    if (field.spec) head.append(sourceOf(field.spec));
    return [
      [head],
      [this.comesFrom(field, index), this.usedBy({ field: index })],
      [this.readBy({ field: index }), this.bits(field, index), this.take(target.span ? target : { field: index }, target.span ? this.told.nameOf(target) : field.name)],
    ];
  }

  identity(name, facts, field = null) {
    const box = make("div", "part identity");
    const title = make("h3");
    if (field) title.append(make("span", `letter ${field.origin}${field.sealed ? " sealed" : ""}`, field.letter));
    title.append(named(name));
    box.append(title, make("p", "facts", [field?.origin, ...facts].filter(Boolean).join(", ")));
    return box;
  }

  standing(field, target) {
    if (target.span) return `bytes ${target.span.start} to ${target.span.stop - 1} of ${this.told.sheets[field.sheet].name} selected`;
    const at = target.at ?? field.start;
    const { name } = this.told.sheets[field.sheet];
    const inside = at - field.start;
    return `byte ${at} of ${name}${inside ? `, byte ${inside} of the field` : ""}`;
  }

  advice(field, index) {
    const { mode } = this.told.state;
    const sheet = this.told.sheets[field.sheet];
    if (mode === "attacker" && sheet.seal < 0) return "Type over it: nothing else is made new.";
    if (mode === "attacker") return `Behind a seal: an attacker can read it with ${sheet.keys.join(", ") || "its key"}, and not change it.`;
    if (mode === "keys") return "Type over it: the seals around it are closed again, and nothing else is made new.";
    if (this.told.children[index].length || field.opens >= 0) return "Made of other fields: change those.";
    if (field.origin === "constant") return "A constant: its author has no choice.";
    if (field.origin === "copied") return "A copy: type over it, and it changes where it comes from.";
    return field.formula ? "Follows from others: change those." : "The author's choice: type over it, and what follows is made new.";
  }

  comesFrom(field, index) {
    if (!field.formula) return this.told.children[index].length ? this.made(this.told.children[index]) : this.beginning(field);
    const isCopy = field.origin === "copied";
    const box = titled(isCopy ? "Copied from" : "Comes from");
    if (!isCopy) box.append(make("code", "formula", `${field.name} = ${field.formula}`));
    if (this.told.state.agrees[index] === false) box.append(make("p", "problem", "These bytes do not follow from it."));
    const list = make("ul");
    for (const [name, path, source, layer] of field.sources) {
      const item = make("li");
      const goal = source >= 0 ? { field: source } : layer >= 0 ? { layer } : null;
      if (goal) item.append(this.link(name, goal, "from"), make("span", "where", shortPath(path)));
      else if (path.startsWith("@")) item.append(make("b", "", path.slice(1)), make("span", "where", "stands outside these bytes"));
      else item.append(make("b", "", name), make("span", "where", "not among these bytes"));
      list.append(item);
    }
    box.append(list, this.way());
    return box;
  }

  beginning({ origin }) {
    const ends = {
      constant: "A constant, the same in every message of this kind.",
      random: "Nothing: its author drew it.",
      given: "Nothing in these bytes: its author chose it.",
      derived: "Its author counted it; nothing in these bytes makes it.",
    };
    return titled("Comes from", make("p", "", ends[origin] || ""), this.way());
  }

  /** The way that led here, and back. */
  way() {
    const box = make("p", "way");
    if (!this.view.trail.length) return box;
    const names = this.view.trail.map(({ target }) => this.told.nameOf(target)).reverse();
    const back = button("link", "back", () => this.view.back(), { "data-key": "back" });
    box.append(back, ` to ${names.join(" < ")}`);
    return box;
  }

  made(indexes) {
    const list = make("ul", "inline");
    for (const field of indexes) {
      const item = make("li");
      item.append(this.link(this.told.fields[field].name, { field }, "part"));
      list.append(item);
    }
    return titled("Made of", list, this.way());
  }

  link(text, goal, key) {
    return button("link", text, () => this.view.follow(goal), { "data-key": `${key} ${text}` });
  }

  /** Fields computed from this one, or from something that it is part of. */
  usedBy(target) {
    const own = this.told.holders(target);
    const found = this.told.fields.flatMap((field, index) =>
      field.sources.flatMap(([, , source, layer]) => {
        const holder = own.find((other) => (other.field ?? -1) === source && (other.layer ?? -1) === layer);
        return holder ? [{ holder, shown: this.link(field.name, { field: index }, `use ${index}`), where: shortPath(field.path) }] : [];
      }));
    return found.length ? titled("Goes into", this.listed(found, target)) : null;
  }

  readBy(target) {
    const own = this.told.holders(target);
    const rows = this.told.state.verdict?.rows;
    const found = !rows ? [] : this.told.checks.flatMap((check, index) => {
      const holder = own.find(({ field, layer }) => check.fields.includes(field) || check.sheets.includes(layer));
      if (!holder) return [];
      const [holds] = rows[index];
      const shown = make("b", holds === false ? "problem" : "", `${index + 1} ${check.name}`);
      return [{ holder, shown, where: holds === false ? "fails" : holds === null ? "nothing to compare" : "" }];
    });
    return found.length ? titled("Read by the checks", this.listed(found, target)) : null;
  }

  /** What concerns a target itself, one in a line; then what concerns it as part of something, together. */
  listed(found, target) {
    const list = make("ul");
    const groups = new Map();
    for (const { holder, shown, where } of found) {
      const own = holder.field === target.field && holder.layer === target.layer;
      const name = own ? "" : this.told.nameOf(holder);
      if (own) {
        const item = make("li");
        item.append(shown, make("span", "where", where));
        list.append(item);
      } else groups.set(name, [...(groups.get(name) || []), shown]);
    }
    for (const [name, all] of groups) {
      const item = make("li", "together");
      item.append(make("span", "where", `as part of ${name}: `));
      all.forEach((shown, at) => item.append(at ? ", " : "", shown));
      list.append(item);
    }
    return list;
  }

  /** The eight bits of the byte at the cursor, each a switch. */
  bits(field, index) {
    const { sheet, at } = this.view.cursor;
    const byte = this.told.data[sheet][at];
    const box = make("div", "bits", "", { role: "group", "aria-label": `bits of byte ${at}` });
    for (let bit = 7; bit >= 0; bit -= 1) {
      const set = (byte >> bit) & 1;
      box.append(button("bit", String(set), () => this.view.flip(bit), { "aria-label": `bit ${bit} is ${set}, flip`, "data-key": `bit ${bit}` }));
    }
    const lengths = make("div", "take");
    lengths.append(
      button("step", "insert 00 before", () => this.view.insert(), { "data-key": "insert" }),
      button("step", "delete", () => this.view.remove(), { "data-key": "delete" }),
    );
    return titled(`Bits of byte ${at} of ${this.told.sheets[sheet].name}, ${hex2(byte)}`, box, make("p", "advice", this.advice(field, index)), lengths);
  }

  take(target, name) {
    const box = make("div", "take");
    const { sheet, start, stop } = this.told.range(target);
    const bytes = () => this.told.data[sheet].subarray(start, stop);
    for (const [notation, of] of Object.entries(NOTATIONS)) {
      box.append(button("step", notation, () => this.view.copy(of(bytes(), name), `${name} as ${notation}`), { "aria-label": `copy ${name} as ${notation}`, "data-key": notation }));
    }
    box.append(button("step", "download", () => this.view.download(bytes(), name), { "aria-label": `download ${name}`, "data-key": "download" }));
    box.append(button("step", "text of all", () => this.view.send({ do: "text" }), { "data-key": "text" }));
    return titled(`Take ${name} away`, box);
  }
}

// -- The widget ---------------------------------------------------------------------------------------------------

/** Who points where, and what becomes of it. `cursor` is the byte that has the keyboard, `chosen` a target around it,
 *  `hover` the target under the pointer. */
class View extends Asking {
  constructor(model, el) {
    super(model, { patience: PATIENCE, gone: GONE });
    this.trail = []; // where the reader came from while following
    this.cursor = { sheet: 0, at: 0 };
    this.low = false; // whether the next digit is the lower half of a byte
    this.chosen = null;
    this.anchor = null; // where a selection began
    this.hover = null;
    this.pointer = ""; // where the pointer was last
    this.rested = null; // where it was when a key was pressed: from there it says nothing new
    this.foreign = null; // what another inspector lights
    this.spread = "null"; // what the other inspectors were told
    this.told = new Told();
    this.sheets = new Sheets(this.told);
    this.bar = new Bar(this.told, (message) => this.send(message));
    this.detail = new Detail(this.told, this);
    this.frame(el);
    this.sheets.width = this.fitting();
    this.listen();
    this.stated();
  }

  frame(el) {
    this.root = make("div", "mtlib-inspector", "", { role: "group", tabindex: "-1" });
    const top = make("div", "top");
    top.append(this.detail.crumbs, this.bar.controls);
    const above = make("div", "above"); // stays in view
    above.append(top, this.bar.root);
    const main = make("div", "main");
    main.append(this.sheets.root, this.detail.root);
    this.root.append(above, main, help());
    el.append(this.root);
  }

  listen() {
    const { signal } = this.ending;
    const on = (target, name, listener) => target.addEventListener(name, listener, { signal });
    const [sheets, squares] = [this.sheets.root, this.bar.squares];
    for (const name of ["keydown", "keyup", "keypress", "copy", "cut", "paste"]) {
      // JupyterLab must not hear them: a bare "b" would add a cell. Saving and running are left to it.
      on(this.root, name, (event) => isSave(event) || isRun(event) || event.stopPropagation());
    }
    on(this.root, "keydown", (event) => event.target === this.root && event.key === "Escape" && this.leave());
    on(this.bar.search, "keydown", (event) => this.searched(event));
    on(this.root, "click", (event) => event.target.closest("button")?.act?.());
    on(this.root, "focusout", (event) => this.root.contains(event.relatedTarget) || this.tell());
    on(sheets, "keydown", (event) => this.key(event));
    on(sheets, "paste", (event) => this.paste(event));
    on(sheets, "copy", (event) => this.copied(event));
    on(document, "pointermove", ({ screenX, screenY }) => { this.pointer = `${screenX} ${screenY}`; });
    on(sheets, "pointerover", (event) => this.isMoved(event) && this.pointed(event.target));
    on(sheets, "pointerleave", () => this.point(null));
    on(sheets, "click", (event) => this.clicked(event.target, event.shiftKey));
    on(sheets, "focusin", (event) => this.focused(event.target));
    on(squares, "keydown", (event) => this.bar.key(event));
    for (const name of ["pointerover", "focusin"]) on(squares, name, (event) => this.point(event.target.target));
    for (const name of ["pointerleave", "focusout"]) on(squares, name, () => this.point(null));
    on(document, LIT, (event) => this.heard(event.detail));
    this.attend(() => this.stated());
    this.hear("msg:custom", (content) => content.text && this.copy(content.text, "the text of everything"));
    if (typeof ResizeObserver === "undefined") return;
    const resize = new ResizeObserver(() => this.fit());
    resize.observe(this.root);
    signal.addEventListener("abort", () => resize.disconnect());
  }

  close() {
    this.tell();
    clearTimeout(this.flashing);
    this.end();
    this.root.remove();
  }

  /** Ask for a change of bytes. They stay as they are, and marked, until it is confirmed. */
  ask(sheet, at, size, message) {
    this.sheets.ask(sheet, at, at + size);
    this.send({ layer: this.told.sheets[sheet].path, at, ...message });
  }

  /** Nobody is there: what is shown is pale, and says what to do. */
  lose(words) {
    this.root.classList.add("pale");
    this.bar.say(words);
  }

  stated() {
    const state = this.model.get("state");
    this.answered(state.serial);
    this.root.classList.remove("pale");
    this.sheets.answered();
    const fresh = this.told.take(this.model.get("structure"), state);
    this.bar.draw();
    if (fresh) this.begin();
    else this.sheets.repaint();
    if (!this.looked(state.look || {})) this.light();
    if (!fresh) this.flash();
    this.root.dataset.serial = state.serial; // for tests: what is drawn
  }

  /** Bytes that Python points at: once, and true where that was done now. */
  looked({ layer, start, stop, focus, turn }) {
    const sheet = this.told.sheets.findIndex(({ path }) => path === layer);
    if (sheet < 0 || turn === this.turn) return false;
    this.turn = turn;
    this.rested = this.pointer;
    this.choose({ span: { sheet, start, stop } }, focus);
    return true;
  }

  /** A structure not seen before: its fields are numbered anew. */
  begin() {
    const { name, sheets: [first] } = this.told.structure;
    this.root.setAttribute("aria-label", `byte inspector: ${name}, ${count(first.size, "byte")}`);
    Object.assign(this, { hover: null, chosen: null, anchor: null, trail: [] });
    const { sheet, at } = this.cursor;
    this.cursor = { sheet, at: Math.min(at, Math.max(0, (this.told.data[sheet]?.length || 1) - 1)) };
    this.draw();
  }

  /** What changed lights up for a moment: two drawings, since an animation of hundreds of bytes would be felt. */
  flash() {
    if (globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches) return;
    clearTimeout(this.flashing);
    this.root.classList.add("flash");
    this.flashing = setTimeout(() => this.root.classList.remove("flash"), FLASH);
  }

  fitting() {
    return this.root.clientWidth && this.root.clientWidth < ROOMY ? 8 : 16;
  }

  fit() {
    if (this.fitting() === this.sheets.width) return;
    this.sheets.width = this.fitting();
    this.draw();
    this.light();
  }

  draw() {
    const held = this.sheets.root.contains(document.activeElement) && document.activeElement.at !== undefined;
    this.root.dataset.width = this.sheets.width;
    this.sheets.draw();
    this.settle(held);
  }

  /** After a drawing: the byte that has the keyboard, or the first that can be seen. */
  settle(held = false) {
    const [[sheet, at] = [0, 0]] = this.sheets.rows;
    if (!this.sheets.cellAt(this.cursor)) this.cursor = { sheet, at };
    this.rest(this.sheets.cellAt(this.cursor), held);
  }

  // -- Pointing

  /** The last input wins: a pointer that rests is no input, whatever comes to lie under it. */
  isMoved({ screenX, screenY }) {
    this.pointer = `${screenX} ${screenY}`;
    if (screenX !== undefined && this.pointer === this.rested) return false;
    this.rested = null;
    return true;
  }

  pointed(element) {
    if (element.at !== undefined) this.point({ sheet: element.sheet, at: element.at });
    else this.point(element.closest(".item")?.target || null);
  }

  point(target) {
    this.hover = target || null;
    this.light();
    this.bar.explain(this.hover);
  }

  clicked(element, shift = false) {
    const { folds } = element.closest(".head") || element;
    const item = element.closest(".item");
    if (folds) this.fold(folds);
    else if (shift && element.at !== undefined) this.select(this.anchor || this.before);
    else if (item) this.choose(item.target);
  }

  focused(element) {
    if (element.at !== undefined) {
      if (element.sheet !== this.cursor.sheet || element.at !== this.cursor.at) this.low = false;
      this.before = this.cursor;
      this.cursor = { sheet: element.sheet, at: element.at };
      this.chosen = null;
      this.rest(element);
      this.light();
    } else if (element.target) {
      for (const item of this.sheets.items) item.tabIndex = item === element ? 0 : -1;
    }
  }

  /** The one byte that Tab reaches. */
  rest(cell, focus = false) {
    if (this.stop) this.stop.tabIndex = -1;
    this.stop = cell;
    if (!cell) return;
    cell.tabIndex = 0;
    if (focus) cell.focus();
  }

  fold(target, open) {
    this.sheets.fold(target, open);
    this.settle();
    this.light();
  }

  /** Take a field or a sheet into view, with its first byte as the cursor. */
  choose(target, focus = false) {
    const { sheet, start } = this.told.range(target);
    this.low = false;
    this.sheets.show(sheet, start);
    this.cursor = { sheet, at: start };
    const cell = this.sheets.cellAt(this.cursor);
    this.rest(cell, focus);
    this.chosen = target;
    this.hover = null;
    this.light();
    cell?.scrollIntoView?.({ block: "nearest" });
  }

  // -- Lighting

  light() {
    const target = this.hover?.check === undefined ? this.told.whole(this.hover || this.chosen || this.cursor) : null;
    this.sheets.clear();
    if (target) this.lightTarget(target);
    else this.lightRead(this.told.checks[this.hover.check]);
    this.lightForeign();
    this.sheets.shine();
    this.tell(this.hover || this.root.contains(document.activeElement) ? target : null);
    if (target) this.detail.draw(target);
  }

  lightTarget(target) {
    const index = this.told.fieldOf(target);
    if (target.span) {
      this.sheets.mark(target.span, "lit");
      return;
    }
    if (index < 0) {
      this.sheets.mark(this.told.range(target), "lit");
      this.sheets.markLayer(target.layer, "lit");
      return;
    }
    const { start, sources } = this.told.fields[index];
    const within = target.at === undefined ? -1 : target.at - start;
    for (const [, , field, layer] of sources) {
      if (field >= 0) this.sheets.markField(field, "from");
      if (layer >= 0) this.sheets.markLayer(layer, "from");
    }
    for (const same of [index, ...this.told.twins(index)]) this.sheets.markField(same, "lit", within);
  }

  lightRead({ fields, sheets }) {
    fields.forEach((index) => this.sheets.markField(index, "lit"));
    sheets.forEach((layer) => this.sheets.markLayer(layer, "lit"));
  }

  lightForeign() {
    const there = this.foreign;
    if (!there || this.hover) return;
    const ends = (path) => there.sources.some((source) => path === source || path.endsWith(`/${source}`));
    this.told.fields.forEach((field, index) => ends(field.path) && this.sheets.markField(index, "from", there.within));
    for (const index of this.told.values.get(there.hex) || []) {
      if (this.told.isSame(index, there.hex, there.name)) this.sheets.markField(index, "lit", there.within);
    }
  }

  /** What is lit here, for the other inspectors of the page; nothing when the reader leaves. */
  tell(target = null) {
    const index = target && !target.span ? this.told.fieldOf(target) : -1;
    const field = this.told.fields[index];
    const detail = field && {
      id: this.id,
      name: field.name,
      hex: hexOf(this.told.body(index)),
      within: target.at === undefined ? -1 : target.at - field.start,
      sources: field.sources.filter(([, path]) => !path.startsWith("@")).map(([, path]) => path),
    };
    const spread = JSON.stringify(detail || null);
    if (spread === this.spread) return;
    this.spread = spread;
    document.dispatchEvent(new CustomEvent(LIT, { detail: detail || { id: this.id, gone: true } }));
  }

  heard(detail) {
    if (detail.id === this.id) return;
    if (detail.gone && !this.foreign) return;
    this.foreign = detail.gone ? null : detail;
    this.light();
  }

  // -- Following

  follow(goal, focus = true) {
    const target = this.chosen || { ...this.cursor };
    const from = this.told.range(target);
    const to = this.told.range(goal);
    this.trail.push({ target });
    this.choose(goal, focus);
    if (target.at === undefined || from.origin !== "copied" || to.stop - to.start !== from.stop - from.start) return;
    this.chosen = null; // a byte of a copy comes from one byte
    this.go(to.sheet, to.start + target.at - from.start);
  }

  /** To the first thing that the byte at the cursor comes from. */
  toSource() {
    const target = this.chosen || this.cursor;
    const field = this.told.fields[this.told.fieldOf(target)];
    const sources = (field?.sources || []).map(([, , index, layer]) => (index >= 0 ? { field: index } : { layer }));
    const parts = this.told.parts(target).map((index) => ({ field: index }));
    const goal = [...sources, ...parts].find((found) => found.field >= 0 || found.layer >= 0);
    if (goal) this.follow(goal);
    else this.bar.say(`${field.name} begins here: ${field.origin}.`);
  }

  back() {
    const last = this.trail.pop();
    if (!last) return false;
    this.choose(last.target, true);
    if (last.target.at !== undefined) {
      this.chosen = null;
      this.go(last.target.sheet, last.target.at);
    }
    return true;
  }

  /** Out of the widget, to the cell that it stands in. */
  leave() {
    this.root.parentElement.closest("[tabindex]")?.focus();
  }

  escape() {
    this.anchor = null;
    if (this.low) this.low = false;
    else if (this.back()) return;
    else if (this.chosen) this.chosen = null;
    else this.root.focus();
    this.light();
  }

  // -- Keys

  key(event) {
    if (isRun(event)) return;
    this.rested = this.pointer;
    if (this.hover) this.point(null);
    if (event.target.target) this.treeKey(event);
    if (event.target.at === undefined) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = event.ctrlKey || event.metaKey ? this.chord(name, event.shiftKey) : event.altKey ? null : this.plain(name);
    if (!act) return;
    event.preventDefault();
    const anchor = event.shiftKey && MOVES.includes(name) ? this.anchor || this.cursor : null;
    act();
    if (anchor) this.select(anchor);
    else if (MOVES.includes(name)) this.anchor = null;
  }

  /** Everything from `anchor` to the cursor, both included. */
  select(anchor) {
    if (anchor?.sheet !== this.cursor.sheet) return;
    const ends = [anchor.at, this.cursor.at].sort((a, b) => a - b);
    this.anchor = anchor;
    this.chosen = { span: { sheet: anchor.sheet, start: ends[0], stop: ends[1] + 1 } };
    this.hover = null;
    this.light();
  }

  searched(event) {
    if (event.key === "Enter" && !isRun(event)) this.find(event.target.value);
    else if (event.key === "Escape") this.sheets.cellAt(this.cursor)?.focus();
    else return;
    event.preventDefault();
  }

  find(text) {
    const goal = this.told.find(text, this.chosen?.span ? { ...this.cursor, at: this.chosen.span.start } : this.cursor);
    if (!goal) this.bar.say(`There is no offset, name or bytes "${text}" here.`);
    else if (goal.at !== undefined) this.go(goal.sheet, goal.at);
    else this.choose(goal, true);
  }

  chord(name, shift) {
    const end = this.told.data[this.cursor.sheet].length - 1;
    return {
      z: () => this.send({ do: shift ? "redo" : "undo" }),
      y: () => this.send({ do: "redo" }),
      Home: () => this.go(this.cursor.sheet, 0),
      End: () => this.go(this.cursor.sheet, end),
    }[name];
  }

  plain(name) {
    if (/^[0-9a-f]$/.test(name)) return () => this.type(parseInt(name, 16));
    const { sheet, at } = this.cursor;
    const { width } = this.sheets;
    const first = at - (at % width);
    return {
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      ArrowUp: () => this.climb(-1),
      ArrowDown: () => this.climb(1),
      PageUp: () => this.climb(-PAGE),
      PageDown: () => this.climb(PAGE),
      Home: () => this.go(sheet, first),
      End: () => this.go(sheet, Math.min(first + width, this.told.data[sheet].length) - 1),
      Enter: () => this.toSource(),
      Escape: () => this.escape(),
      x: () => this.flip(0),
      i: () => this.insert(),
      Delete: () => this.remove(),
      "/": () => this.bar.search.focus(),
    }[name];
  }

  go(sheet, at) {
    this.sheets.show(sheet, at);
    this.low = false;
    this.sheets.cellAt({ sheet, at })?.focus();
  }

  step(by) {
    const { rows } = this.sheets;
    const row = this.sheets.rowOf(this.cursor);
    const [sheet, start, stop] = rows[row];
    const at = this.cursor.at + by;
    if (at >= start && at < stop) this.go(sheet, at);
    else if (rows[row + by]) this.go(rows[row + by][0], by > 0 ? rows[row + by][1] : rows[row + by][2] - 1);
  }

  climb(by) {
    const { rows, width } = this.sheets;
    const row = Math.max(0, Math.min(rows.length - 1, this.sheets.rowOf(this.cursor) + by));
    const [sheet, start, stop] = rows[row];
    this.go(sheet, Math.min(start + (this.cursor.at % width), stop - 1));
  }

  treeKey(event) {
    const { items } = this.sheets;
    const item = event.target;
    const at = items.indexOf(item);
    const { target } = item;
    const turn = (open) => this.told.canFold(target.field) && this.sheets.isUnfolded(target) !== open && this.fold(target, open);
    const act = {
      ArrowUp: () => items[at - 1]?.focus(),
      ArrowDown: () => items[at + 1]?.focus(),
      Home: () => items[0].focus(),
      End: () => items[items.length - 1].focus(),
      ArrowLeft: () => turn(false),
      ArrowRight: () => turn(true),
      " ": () => this.choose(target),
      Enter: () => this.choose(target, true),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // -- Changing

  type(digit) {
    const { sheet, at } = this.cursor;
    const { low } = this;
    this.ask(sheet, at, 1, { do: "digit", digit: digit.toString(16), low, join: low });
    if (low && at + 1 < this.told.data[sheet].length) this.go(sheet, at + 1);
    this.low = !low;
  }

  flip(bit) {
    const { sheet, at } = this.cursor;
    this.low = false;
    this.ask(sheet, at, 1, { do: "flip", bit });
  }

  /** A zero byte before the one at the cursor. */
  insert() {
    this.change(this.cursor.sheet, this.cursor.at, new Uint8Array(1), 0);
  }

  /** Take away the byte at the cursor, or what is selected. */
  remove() {
    const { sheet, at } = this.cursor;
    const { start, stop } = this.chosen?.span || { start: at, stop: at + 1 };
    this.change(sheet, start, new Uint8Array(0), stop - start);
  }

  /** Bytes in the place of others: of as many, if it is not said of how many. */
  change(sheet, at, bytes, cut = bytes.length) {
    this.low = false;
    this.ask(sheet, at, Math.max(1, cut), { do: "write", hex: hexOf(bytes), cut });
  }

  /** Python reads what was pasted, and says what it took it for. */
  paste(event) {
    event.preventDefault();
    const { sheet, at } = this.cursor;
    const { start, stop } = this.chosen?.span || { start: at };
    this.low = false;
    const text = event.clipboardData?.getData("text") || "";
    this.ask(sheet, start, 1, { do: "paste", text, ...(stop && { cut: stop - start }) });
  }

  copied(event) {
    if (String(document.getSelection() || "")) return;
    const { sheet, start, stop } = this.told.range(this.chosen || this.cursor);
    event.clipboardData?.setData("text/plain", hexOf(this.told.data[sheet].subarray(start, stop)));
    event.preventDefault();
  }

  // -- Taking away

  async copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      this.bar.say(`Copied ${what}.`);
    } catch {
      const area = make("textarea", "", "", { "aria-label": "text to copy" }); // no clipboard on plain http
      area.value = text;
      this.root.append(area);
      area.select();
      const done = document.execCommand?.("copy");
      area.remove();
      this.bar.say(done ? `Copied ${what}.` : "The browser does not give its clipboard away.");
    }
  }

  download(bytes, name) {
    const link = make("a", "", "", { href: URL.createObjectURL(new Blob([bytes])), download: `${name}.bin` });
    link.click();
    URL.revokeObjectURL(link.href);
    this.bar.say(`Saved ${count(bytes.length, "byte")} as ${name}.bin.`);
  }
}

/** A chord that runs a cell, in JupyterLab and elsewhere. */
/** The last steps of a path: enough to know it by. */
function shortPath(path) {
  const parts = path.split("/");
  return `in ${parts.slice(0, -1).slice(-2).join(" \u203a ") || parts[0]}`;
}

/** Where a meaning comes from, as a link where it begins with the address of a page. */
function sourceOf(spec) {
  const [, page, rest] = /^((?:[\w-]+\.)+[a-z]{2,}\/[\w./-]*[\w/-])?(.*)$/s.exec(spec);
  const box = make("p", "spec");
  if (page) box.append(make("a", "", page, { href: `https://${page}`, target: "_blank", rel: "noopener noreferrer" }));
  box.append(rest);
  return box;
}

function help() {
  const box = make("details", "help");
  const list = make("dl");
  const keys = [
    ["arrows, Home, End, PgUp, PgDn", "move; with Ctrl, Home and End go to the first and the last byte of the layer"],
    ["with Shift", "select; copy, paste and Delete are then about all of it"],
    ["/", "go to an offset, a field's name, or bytes"],
    ["0-9, a-f", "type over half a byte"],
    ["x", "flip the lowest bit"],
    ["i, Delete", "insert a zero byte before this one; delete"],
    ["Ctrl-C, Ctrl-V", "copy the field as hex; paste bytes in any notation over those from here on"],
    ["Ctrl-Z, Ctrl-Y", "undo, redo"],
    ["Enter", "go to what this byte comes from"],
    ["Escape", "go back the way you came; then out of the bytes; then back to the notebook"],
    ["Shift-Enter", "run the cell"],
    ["Left, Right among the fields", "fold, unfold"],
  ];
  for (const [key, what] of keys) list.append(make("dt", "", key), make("dd", "", what));
  const legend = make("p", "legend");
  for (const [letter, origin] of [["=", "constant"], ["?", "random"], ["g", "given"], ["c", "copied"], ["f", "derived"]]) {
    legend.append(make("span", `key ${origin}`, `${letter} ${origin}`));
  }
  legend.append(make("span", "key sealed derived", "sealed"), make("span", "key other", "changed"));
  box.append(make("summary", "", "Keys"), list);
  const foot = make("div", "foot");
  foot.append(legend, box);
  return foot;
}
