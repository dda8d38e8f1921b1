// The browser half of all plates. Python says what is to be seen and done (mtlib/lab/plates/plate.py); here marks are
// drawn, moved, lit and walked over, and what the reader does is sent. All text becomes DOM through textContent.

import { isRun, isSave, make } from "./asking.mjs";

const SVG = "http://www.w3.org/2000/svg";
const PATIENCE = 4000; // milliseconds until Python counts as not running
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default {
  render({ model, el }) {
    const plate = new Plate(model);
    el.append(plate.root);
    return () => plate.end();
  },
};

function draw(tag, attributes, text = "") {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

/** An attribute that is there only while it has a value. */
function put(element, name, value) {
  if (value === undefined || value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

const words = (text) => (text || "").split(" ").filter(Boolean);

/** What is sent, one message at a time. Of several from one handle only the last is sent: so nothing lags behind. */
class Post {
  constructor(model, mute) {
    Object.assign(this, { model, mute, queue: [], sent: "", count: 0, name: Math.random().toString(36).slice(2) });
  }

  send(what, value, handle = false) {
    const last = this.queue.at(-1);
    if (handle && last?.do === what) last.value = value;
    else this.queue.push({ do: what, value });
    this.next();
  }

  next() {
    if (this.sent || !this.queue.length) return;
    this.sent = `${this.name} ${(this.count += 1)}`;
    this.timer = setTimeout(() => this.lost(), this.model.patience ?? PATIENCE);
    try {
      this.model.send({ serial: this.sent, ...this.queue.shift() });
    } catch {
      this.lost(); // JupyterLab refuses where the kernel was restarted
    }
  }

  lost() {
    clearTimeout(this.timer);
    Object.assign(this, { queue: [], sent: "" });
    this.mute(true);
  }

  answered(serial) {
    this.mute(false);
    if (serial !== this.sent) return;
    clearTimeout(this.timer);
    this.sent = "";
    this.next();
  }
}

class Plate {
  constructor(model) {
    const { name, question, glides, fixed } = model.get("structure");
    this.model = model;
    this.fixed = fixed;
    this.marks = new Map(); // by id: {g, told}
    this.built = []; // by place, as two may send under one name: how a control shows what it is told
    this.ending = new AbortController();
    this.root = make("div", `mtlib-plate live${glides ? " glides" : ""}`, "", { role: "group", "aria-label": name });
    this.controls = make("div", "controls");
    this.svg = draw("svg", { role: "group" });
    this.picture = make("div", "picture");
    this.picture.append(this.svg);
    this.said = make("p", "said", "", { role: "status" });
    this.about = make("p", "about");
    this.table = make("details");
    this.table.append(make("summary", "", "The same as a table"), make("div", "scroll", "", { tabindex: "0", role: "region", "aria-label": `${name} as a table` }));
    this.root.append(make("h3", "", question), this.controls, this.said, this.picture, this.about, this.table);
    this.post = new Post(model, (mute) => this.mute(mute));
    this.listen();
    this.show = () => this.update(this.model.get("state"));
    this.lost = () => this.post.lost();
    model.on("change:state", this.show);
    model.on("comm_live_update", this.lost); // the kernel was restarted or shut down
    this.update(model.get("state"));
  }

  end() {
    this.ending.abort();
    clearTimeout(this.post.timer);
    this.model.off("change:state", this.show);
    this.model.off("comm_live_update", this.lost);
    this.root.remove();
  }

  mute(yes) {
    if (yes === this.root.classList.contains("mute")) return;
    this.root.classList.toggle("mute", yes);
    if (yes) this.said.textContent = this.model.gone ?? "Python does not answer. Run this cell again.";
  }

  listen() {
    const { signal } = this.ending;
    const on = (target, name, listener) => target.addEventListener(name, listener, { signal });
    const markOf = (event) => this.marks.get(event.target.closest?.(".m")?.dataset.id);
    for (const name of ["keydown", "keyup", "keypress"]) {
      // JupyterLab must not hear them: a bare "b" would add a cell. Saving, running and leaving are left to it.
      on(this.root, name, (event) => isSave(event) || isRun(event) || event.key === "Escape" || event.stopPropagation());
    }
    on(this.root, "keydown", (event) => event.key === "Escape" && this.root.parentElement.closest("[tabindex]")?.focus());
    on(this.svg, "keydown", (event) => this.key(event, markOf(event)));
    // Not on the picture: an SVG that listens for the focus takes it itself.
    on(this.root, "focusin", (event) => this.stop(markOf(event)));
    on(this.root, "focusout", () => this.light(null));
    on(this.svg, "pointerover", (event) => markOf(event)?.told.label && this.light(markOf(event)));
    on(this.svg, "pointerleave", (event) => event.pointerType === "touch" || this.light(this.focused()));
    on(this.svg, "click", (event) => this.click(event, markOf(event)));
    on(this.svg, "pointerdown", (event) => this.hold(event, markOf(event)));
    on(this.svg, "pointermove", (event) => this.held && this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) on(this.svg, name, () => (this.held = null));
    on(this.table, "toggle", () => this.fill());
  }

  // -- Showing

  update(state) {
    this.state = state;
    this.post.answered(state.serial);
    put(this.svg, "viewBox", `0 0 ${state.size.join(" ")}`);
    put(this.svg, "aria-label", state.alt);
    if (this.said.textContent !== state.said) this.said.textContent = state.said; // else it would be read out again
    for (const [at, told] of state.controls.entries()) this.control(told, at);
    const all = [...this.fixed, ...state.marks];
    const stay = new Set(all.map(({ id }) => id));
    for (const [id, { g }] of this.marks) {
      if (stay.has(id)) continue;
      g.remove(); // before the others are put in order: what is moved in the page loses the focus
      this.marks.delete(id);
    }
    let before = null;
    for (const told of all) {
      const { g } = this.mark(told);
      const here = before ? before.nextSibling : this.svg.firstChild;
      if (here !== g) this.svg.insertBefore(g, here);
      before = g;
    }
    const stops = [...this.marks.values()].filter(({ told }) => told.label);
    if (!stops.some(({ g }) => g.tabIndex === 0)) this.stop(stops.find(({ told }) => told.do) || stops[0]);
    this.light(this.focused());
    this.fill();
  }

  mark(told) {
    const known = this.marks.get(told.id);
    const text = known?.told === told ? known.text : JSON.stringify(told);
    if (known?.text === text) return known;
    const g = known?.g || draw("g", { "data-id": told.id, tabindex: "-1" });
    if (!told.label) g.removeAttribute("tabindex");
    const made = { g, told, text, lights: words(told.lights), of: words(told.of) };
    this.marks.set(told.id, made);
    g.setAttribute("class", `m ${told.look || ""}${known ? "" : " new"}`);
    g.style.transform = `translate(${told.x || 0}px, ${told.y || 0}px)`;
    g.style.setProperty("--wait", told.wait || 0);
    this.shape(g, told);
    put(g, "role", told.slide ? "slider" : told.do ? "button" : told.label ? "img" : null);
    put(g, "aria-label", told.label);
    put(g, "aria-pressed", told.pressed);
    put(g, "data-do", told.do?.[0]);
    put(g, "data-slide", told.slide && told.slide.length);
    put(g, "aria-valuemin", told.slide && 0);
    put(g, "aria-valuemax", told.slide && told.slide.length - 1);
    put(g, "aria-valuenow", told.slide && (told.cell || 0));
    put(g, "aria-valuetext", told.slide && told.label);
    return made;
  }

  /** The inside of a mark: as in `Glyph.svg`. What is there already stays, so that its colour can change slowly. */
  shape(g, { w = 0, h = 0, d, text = "", look }) {
    const keep = (tag) => g.querySelector(tag) || g.appendChild(draw(tag, {}));
    if (w) for (const [name, value] of Object.entries({ width: w, height: h })) put(keep("rect"), name, value);
    if (d) put(keep("path"), "d", d);
    const lines = text ? text.split("\n") : [];
    const old = [...g.querySelectorAll("text")];
    lines.forEach((one, at) => {
      const line = old[at] || g.appendChild(draw("text", {}));
      put(line, "x", w && words(look).includes("left") ? 6 : w / 2);
      put(line, "y", h / 2 - 6 * (lines.length - 1) + 12 * at);
      if (line.textContent !== one) line.textContent = one;
    });
    for (const line of old.slice(lines.length)) line.remove();
    if (!w) g.querySelector("rect")?.remove();
    if (!d) g.querySelector("path")?.remove();
  }

  control(told, at) {
    this.built[at] ||= CONTROLS[told.kind](told, this.controls, this.post);
    this.built[at](told);
  }

  fill() {
    if (!this.table.open) return;
    const table = make("table");
    this.state.rows.forEach((row, at) => {
      const line = table.appendChild(make("tr"));
      for (const text of row) line.append(at ? make("td", "", text) : make("th", "", text, { scope: "col" }));
    });
    this.table.lastChild.replaceChildren(table);
  }

  // -- Pointing

  focused() {
    return this.marks.get(this.svg.contains(document.activeElement) ? document.activeElement.dataset.id : "");
  }

  light(mark) {
    const names = new Set(mark?.lights);
    this.svg.classList.toggle("pointing", names.size > 0);
    for (const other of this.marks.values()) other.g.classList.toggle("lit", other === mark || other.of.some((name) => names.has(name)));
    this.about.textContent = mark?.told.label || "";
  }

  /** This mark is where Tab comes in. */
  stop(mark) {
    if (!mark) return;
    for (const { g, told } of this.marks.values()) if (told.label) g.setAttribute("tabindex", g === mark.g ? "0" : "-1");
    this.light(this.focused());
  }

  key(event, mark) {
    if (!mark || isRun(event)) return;
    const { told } = mark;
    if (event.key === "Enter" || event.key === " ") told.do && this.act(told, told.cell || 0);
    else if (told.slide && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) this.step(told, event.key);
    else if (ARROWS[event.key]) this.next(mark, ...ARROWS[event.key])?.g.focus();
    else if (event.key === "Home" || event.key === "End") this.row(mark).at(event.key === "Home" ? 0 : -1).g.focus();
    else return;
    event.preventDefault(); // Space on a mark with nothing to do would scroll it out of sight
  }

  act(told, cell) {
    const [what, value] = told.do;
    this.post.send(what, told.grid ? [value, cell] : value);
  }

  click(event, mark) {
    if (!mark?.told.label) return;
    mark.g.focus();
    if (!mark.told.do || mark.told.slide) return;
    const [columns, rows] = mark.told.grid || [1, 1];
    const box = mark.g.querySelector("rect")?.getBoundingClientRect();
    const part = (at, from, size, count) => Math.max(0, Math.min(count - 1, Math.floor(((at - from) * count) / (size || 1))));
    this.act(mark.told, box ? part(event.clientY, box.top, box.height, rows) * columns + part(event.clientX, box.left, box.width, columns) : 0);
  }

  // -- Drawing a handle along

  step({ id, slide, cell = 0, do: [what] }, key) {
    const last = slide.length - 1;
    const here = this.post.sent && this.ahead?.id === id ? this.ahead.to : cell; // the reader may be ahead of the answer
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last }[key];
    if (to < 0 || to > last) return;
    this.ahead = { id, to };
    this.post.send(what, to, true);
  }

  hold(event, mark) {
    this.held = mark?.told.slide ? mark : null;
    if (!this.held) return;
    mark.g.focus();
    this.svg.setPointerCapture?.(event.pointerId);
  }

  drag(event) {
    const { left, width } = this.svg.getBoundingClientRect();
    const x = ((event.clientX - left) * this.svg.viewBox.baseVal.width) / width;
    const { slide, do: [what] } = this.held.told;
    const far = slide.map((stop) => Math.abs(stop - x));
    const nearest = far.indexOf(Math.min(...far));
    if (nearest !== this.dragged) this.post.send(what, (this.dragged = nearest), true);
  }

  // -- Walking

  middle({ told: { x = 0, y = 0, w = 0, h = 0 } }) {
    return [x + w / 2, y + h / 2];
  }

  /** The marks of the same line, from left to right. */
  row(mark) {
    const [, y] = this.middle(mark);
    const near = (other) => other.told.label && Math.abs(this.middle(other)[1] - y) < Math.max(4, Math.min(mark.told.h || 0, other.told.h || 0) / 2);
    return [...this.marks.values()].filter(near).sort((a, b) => this.middle(a)[0] - this.middle(b)[0]);
  }

  /** The nearest mark to the side, above or below; there one of the same column before any other. */
  next(mark, dx, dy) {
    const line = this.row(mark);
    if (dx) return line[line.indexOf(mark) + dx];
    const [x, y] = this.middle(mark);
    const far = (other) => {
      const [aside, away] = [Math.abs(this.middle(other)[0] - x), Math.abs(this.middle(other)[1] - y)];
      return 8 * away + aside + (2 * aside > (other.told.w || 0) + (mark.told.w || 0) ? 1e4 : 0);
    };
    return [...this.marks.values()]
      .filter((other) => other.told.label && !line.includes(other) && (this.middle(other)[1] - y) * dy > 0)
      .reduce((best, other) => (best && far(best) <= far(other) ? best : other), null);
  }
}

// -- What stands above the picture: each kind is built once, and gives a function that shows what it is told.

const CONTROLS = {
  press({ name, label }, parent, post) {
    const button = parent.appendChild(make("button", "", label, { type: "button" }));
    let now;
    button.addEventListener("click", () => now.able && post.send(name, now.value));
    return (told) => {
      now = told;
      if (button.textContent !== told.label) button.textContent = told.label;
      put(button, "aria-disabled", told.able ? null : "true");
    };
  },

  choice({ name, label, options }, parent, post) {
    const box = parent.appendChild(make("div", "control", "", { role: "group", "aria-label": label }));
    box.append(make("span", "", label));
    const buttons = options.map(([value, text]) => {
      const button = box.appendChild(make("button", "", text, { type: "button" }));
      button.addEventListener("click", () => post.send(name, value));
      return button;
    });
    return ({ options: present, value }) => present.forEach(([one, text], at) => {
      put(buttons[at], "aria-pressed", one === value);
      if (buttons[at].textContent !== text) buttons[at].textContent = text;
    });
  },

  slider({ name, label, most }, parent, post) {
    const box = parent.appendChild(make("label", "control slider"));
    const input = make("input", "", "", { type: "range", min: "0", max: String(most), step: "1" });
    const now = make("span");
    box.append(make("span", "", label), input, now);
    input.addEventListener("input", () => post.send(name, Number(input.value), true));
    return ({ value, words: text }) => {
      now.textContent = text;
      put(input, "aria-valuetext", text);
      if (!post.sent) input.value = value; // else the reader is ahead of the answer
    };
  },
};
