// The browser half of the smaller views. Python has computed everything; here it is drawn and pointed at. All text
// becomes DOM through textContent.

import { isSave, make } from "./asking.mjs";

const KINDS = { schedule, ige, conversation };

export default {
  render({ model, el }) {
    const root = make("div", "mtlib-view");
    const ending = new AbortController();
    const on = (target, name, listener) => target.addEventListener(name, listener, { signal: ending.signal });
    // JupyterLab must not hear the keys that work here: a bare "b" would add a cell.
    for (const name of ["keydown", "keyup", "keypress"]) {
      on(root, name, (event) => isSave(event) || event.stopPropagation());
    }
    const told = model.get("told");
    KINDS[told.kind](told, root, on);
    el.append(root);
    return () => {
      ending.abort();
      root.remove();
    };
  },
};

const spaced = (hex) => (hex.match(/../g) || []).join(" ");

// -- A key schedule -----------------------------------------------------------------------------------------------

/** Where the bytes of a schedule come from and go to. A byte is {owner, at}: a source or a row, and the place in it. */
export class Ways {
  constructor({ sources, rows }) {
    this.sources = sources;
    this.rows = rows;
    this.hashes = rows.filter((row) => row.hash).map((row) => row.name);
  }

  row(owner) {
    return this.rows.find((row) => row.name === owner);
  }

  /** The byte that this one is; null for a source, and for a hash, whose bytes come from all of its input. */
  from({ owner, at }) {
    const row = this.row(owner);
    let left = at;
    for (const piece of !row || row.hash ? [] : row.pieces) {
      if (left < piece.stop - piece.start) return { owner: piece.source, at: piece.start + left };
      left -= piece.stop - piece.start;
    }
    return null;
  }

  /** The rows that read a byte. */
  readers({ owner, at }) {
    return this.rows.filter((row) => row.pieces.some((piece) => piece.source === owner && at >= piece.start && at < piece.stop));
  }

  /** The hash that a byte belongs to, directly or by being a copy of one of its bytes. */
  hashOf(byte) {
    for (let here = byte; here; here = this.from(here)) if (this.hashes.includes(here.owner)) return here.owner;
    return "";
  }

  /** Of a hash: what is hashed. */
  input(owner) {
    const row = this.row(owner);
    return row?.hash ? `${row.hash}(${row.pieces.map((piece) => piece.text).join(" + ")})` : "";
  }

  sentence(byte) {
    const { owner, at } = byte;
    const from = this.from(byte);
    if (from) return `${owner}[${at}] is ${from.owner}[${from.at}]`;
    if (this.input(owner)) return `${owner}[${at}], one of ${owner} = ${this.input(owner)}`;
    const by = this.readers(byte).map((row) => row.name);
    return `${owner}[${at}] ${by.length ? `goes into ${by.join(", ")}` : "is read by nothing"}`;
  }

  /** Every byte that a byte comes from or goes into, and the hashes on the way. */
  way(byte) {
    const bytes = [];
    for (let here = this.from(byte); here; here = this.from(here)) bytes.push(here);
    const isSource = this.sources.some((source) => source.name === byte.owner);
    const hashes = isSource ? this.readers(byte).filter((row) => row.hash).map((row) => row.name) : [this.hashOf(byte)].filter(Boolean);
    for (const hash of isSource ? [] : hashes) {
      for (const { source, start, stop } of this.row(hash).pieces) {
        for (let at = start; at < stop; at += 1) bytes.push({ owner: source, at });
      }
    }
    for (const row of this.readers(byte).filter((other) => !other.hash)) {
      for (let at = 0; at < row.size; at += 1) {
        const from = this.from({ owner: row.name, at });
        if (from?.owner === byte.owner && from.at === byte.at) bytes.push({ owner: row.name, at });
      }
    }
    return { bytes, hashes };
  }
}

function schedule(told, root, on) {
  const ways = new Ways(told);
  const cells = new Map(); // by owner and place
  const boxes = new Map(); // by owner
  const line = make("p", "line", "Point at a byte, or walk over them with the arrow keys.", { role: "status" });
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", `key schedule ${told.name}`);
  root.append(make("h3", "", `${told.name}, x = ${told.x}`));
  for (const part of [...told.sources, ...told.rows]) {
    const box = scheduleRow(part, ways, cells);
    boxes.set(part.name, box);
    root.append(box);
  }
  root.append(line);

  const light = (cell) => {
    for (const other of cells.values()) other.classList.remove("lit", "way");
    for (const box of boxes.values()) box.classList.remove("lit");
    if (!cell) return;
    const { bytes, hashes } = ways.way(cell);
    for (const { owner, at } of bytes) cells.get(`${owner} ${at}`)?.classList.add("way");
    for (const hash of hashes) boxes.get(hash).classList.add("lit");
    cell.classList.add("lit");
    const inputs = hashes.filter((hash) => hash !== cell.owner).map((hash) => `${hash} = ${ways.input(hash)}`);
    line.textContent = `${[ways.sentence(cell), ...inputs].join("; ")}.`;
  };
  walk(root, on, [...cells.values()][0], light);
}

function scheduleRow(part, ways, cells) {
  const isSource = !part.pieces;
  const box = make("div", `row${isSource ? " source" : ""}`);
  const tint = (hash) => ` h${ways.hashes.indexOf(hash) % 4}`;
  const letter = (hash) => "abcd"[ways.hashes.indexOf(hash) % 4] ?? "";
  const tintOf = (at) => {
    const by = ways.readers({ owner: part.name, at });
    if (!isSource && !part.hash) return tint(ways.hashOf({ owner: part.name, at }));
    if (!by.length) return " unread";
    return isSource ? (by.length > 1 ? " shared" : tint(by[0].name)) : tint(part.name);
  };
  const label = make("b", "", part.name);
  if (part.hash) label.append(make("i", `letter${tint(part.name)}`, letter(part.name)));
  const strip = make("div", "strip", "", { role: "listbox", "aria-label": `${part.name}, ${part.size} bytes`, "aria-orientation": "horizontal" });
  for (let at = 0; at < part.size; at += 1) {
    const text = part.hex ? part.hex.slice(2 * at, 2 * at + 2) : isSource || part.hash ? "" : letter(ways.hashOf({ owner: part.name, at }));
    const cell = make("span", `c${tintOf(at)}`, text, { role: "option", tabindex: "-1", "aria-selected": "false" });
    Object.assign(cell, { owner: part.name, at });
    cell.setAttribute("aria-label", [text, ways.sentence(cell)].filter(Boolean).join(", "));
    cells.set(`${part.name} ${at}`, cell);
    strip.append(cell);
  }
  box.append(label, strip);
  if (part.hash) box.append(make("code", "", ways.input(part.name)));
  return box;
}

/** One keyboard stop for all the bytes of a view: arrows walk, Home and End go to the ends of a strip. */
function walk(root, on, first, light) {
  let stop = first;
  stop.tabIndex = 0;
  on(root, "pointerover", (event) => event.target.owner && light(event.target));
  on(root, "pointerleave", () => light(root.contains(document.activeElement) ? stop : null));
  on(root, "click", (event) => event.target.owner && event.target.focus());
  on(root, "focusin", ({ target }) => {
    if (!target.owner) return;
    stop.tabIndex = -1;
    stop.setAttribute("aria-selected", "false");
    stop = target;
    stop.tabIndex = 0;
    stop.setAttribute("aria-selected", "true");
    light(stop);
  });
  on(root, "keydown", (event) => {
    const strips = [...root.querySelectorAll(".strip")];
    const own = [...stop.parentNode.children];
    const place = own.indexOf(stop);
    const beside = (step) => {
      const other = strips[strips.indexOf(stop.parentNode) + step]?.children;
      return other && other[Math.min(place, other.length - 1)];
    };
    const goals = {
      ArrowLeft: own[place - 1], ArrowRight: own[place + 1], Home: own[0], End: own[own.length - 1],
      ArrowUp: beside(-1), ArrowDown: beside(1),
    };
    if (!(event.key in goals)) return;
    event.preventDefault();
    goals[event.key]?.focus();
  });
}

// -- IGE, block by block ------------------------------------------------------------------------------------------

function ige({ blocks }, root, on) {
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "AES-IGE, block by block");
  const head = make("div", "bar");
  const id = `block-${Math.random().toString(36).slice(2)}`;
  const attributes = { min: 1, max: blocks.length, value: 1, step: 1 };
  const slider = make("input", "", "", { type: "range", id, ...attributes });
  const number = make("input", "number", "", { type: "number", "aria-label": "number of the block", ...attributes });
  head.append(make("label", "", `block, 1 to ${blocks.length}`, { for: id }), slider, number);
  const table = make("table", "steps");
  const body = make("tbody");
  table.append(make("caption", "", ""), body);
  const spoken = make("p", "line", "", { role: "status" });
  root.append(head, table, spoken);

  const draw = (wanted) => {
    const at = Math.max(1, Math.min(blocks.length, Math.round(wanted) || 1));
    slider.value = String(at);
    number.value = String(at);
    const block = blocks[at - 1];
    const before = at > 1 ? `ciphertext ${at - 1}` : "iv[0:16]";
    const after = at > 1 ? `plaintext ${at - 1}` : "iv[16:32]";
    const steps = [
      ["", `plaintext ${at}`, block.plaintext, "plain"],
      ["XOR", before, block.c_prev, "cipher"],
      ["=", "into AES", block.before_aes, "mixed"],
      ["AES", "out of AES", block.after_aes, "mixed"],
      ["XOR", after, block.p_prev, "plain"],
      ["=", `ciphertext ${at}`, block.ciphertext, "cipher"],
    ];
    body.replaceChildren(...steps.map(([sign, name, hex, kind]) => {
      const row = make("tr");
      const bytes = make("td", `bytes ${kind}`, spaced(hex));
      row.append(make("td", "sign", sign), make("th", "", name, { scope: "row" }), bytes);
      return row;
    }));
    table.caption.textContent = `Block ${at} of ${blocks.length}`;
    spoken.textContent = `Before AES ${before} is mixed in, after it ${after}.`;
  };
  on(slider, "input", () => draw(Number(slider.value)));
  on(number, "change", () => draw(Number(number.value)));
  draw(1);
}

// -- A conversation -----------------------------------------------------------------------------------------------

function conversation({ lanes, messages }, root, on) {
  const head = make("div", "lanes");
  head.append(make("b", "", lanes[0]), make("b", "", lanes[1]));
  const list = make("ol", "arrows");
  messages.forEach((message, index) => {
    const item = make("li", message.client ? "out" : "back");
    const way = message.client ? `${lanes[0]} to ${lanes[1]}` : `${lanes[1]} to ${lanes[0]}`;
    const arrow = make("button", "arrow", "", { type: "button", "aria-expanded": "false" });
    arrow.append(
      make("span", "unseen", `${way}: `), make("b", "", `${index + 1} ${message.name}`),
      make("span", "size", `${message.size} bytes`), make("span", "note", message.note),
    );
    on(arrow, "click", () => {
      const open = item.lastChild === arrow;
      arrow.setAttribute("aria-expanded", String(open));
      if (open) item.append(fields(message));
      else item.lastChild.remove();
    });
    item.append(arrow);
    list.append(item);
  });
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", `conversation of ${lanes[0]} and ${lanes[1]}`);
  root.append(head, list);
}

function fields({ name, rows }) {
  const table = make("table", "fields");
  const head = make("tr");
  for (const title of ["field", "bytes", "value", "meaning"]) head.append(make("th", "", title, { scope: "col" }));
  const top = make("thead");
  top.append(head);
  const body = make("tbody");
  for (const told of rows) {
    const row = make("tr");
    const field = make("th", "", "", { scope: "row" });
    field.style.setProperty("--depth", told.depth);
    field.append(make("i", `letter ${told.origin}`, told.letter), told.name);
    row.append(field, make("td", "bytes hex", told.hex), make("td", "bytes", told.value), make("td", "", told.meaning));
    body.append(row);
  }
  table.append(make("caption", "unseen", `fields of ${name}`), top, body);
  return table;
}
