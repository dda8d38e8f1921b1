// The browser half of a prediction. Python has the question (`structure`), reads the guess, and says how it stands to
// the measurement (`state`); the measurement is not here before Python sends it. All text becomes DOM through
// textContent.

import { Asking, isRun, isSave, make } from "./asking.mjs";

const PATIENCE = 2500; // milliseconds until a message without an answer is a sign that nobody is there
const GONE = "The kernel that knows the measurement is gone. Run this cell.";
const MOVES = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
const WAYS = { choose, several, number, text, order, cut };
let counted = 0; // numbers for ids and the names of groups

export default {
  render({ model, el }) {
    const view = new View(model, el);
    return () => view.close();
  },
};

/** Text with `code` in it. */
function told(tag, name, text, attributes) {
  const element = make(tag, name, "", attributes);
  text.split("`").forEach((piece, at) => element.append(at % 2 ? make("code", "", piece) : piece));
  return element;
}

// -- Ways of answering: what is drawn, and what the guess is. `value` gives null as long as there is none.

const marked = (inputs) => inputs.filter((input) => input.checked).map((input) => input.value);

function marks(type, names, strip) {
  const group = `mtlib-guess-${(counted += 1)}`;
  const role = type === "radio" ? "radiogroup" : "group";
  const root = make("div", strip ? "marks strip" : "marks", "", { role, "aria-label": "your guess" });
  const inputs = names.map((name) => {
    const label = make("label", "mark");
    const input = make("input", "", "", { type, name: group, value: name });
    label.append(input, told("span", "", name));
    root.append(label);
    return input;
  });
  return { root, inputs };
}

function choose({ names }) {
  const { root, inputs } = marks("radio", names, false);
  return { root, value: () => marked(inputs)[0] ?? null };
}

function several({ names, strip }) {
  const { root, inputs } = marks("checkbox", names, strip);
  root.addEventListener("keydown", (event) => {
    const by = MOVES[event.key];
    if (!by) return;
    inputs[Math.max(0, Math.min(inputs.length - 1, inputs.indexOf(event.target) + by))].focus();
    event.preventDefault();
  });
  let asked = false; // none of them is a guess, too, when it is meant: pressed a second time
  const value = () => {
    const found = marked(inputs);
    asked = !found.length && !asked;
    return asked ? null : found;
  };
  return { root, value, open: "Nothing is marked. If you guess none of them, press again." };
}

function written(unit, attributes) {
  const root = make("label", "written");
  const input = make("input", "", "", { type: "text", autocomplete: "off", ...attributes });
  root.append(make("span", "unseen", "your guess"), input, unit);
  return { root, value: () => input.value.trim() || null };
}

function number({ unit }) {
  return written(unit, { inputmode: "numeric", size: "8" });
}

function text() {
  return written("", { size: "40" });
}

function order({ names }) {
  const root = make("ol", "order");
  const list = [...names];
  const draw = (held) => {
    root.replaceChildren(...list.map((name, at) => {
      const item = make("li", "", "");
      item.append(told("span", "", name), ...[[-1, "earlier"], [1, "later"]].map(([by, word]) => {
        const button = make("button", "move", by < 0 ? "\u2191" : "\u2193", { type: "button", "aria-label": `${name}: ${word}` });
        button.addEventListener("click", () => move(at, by));
        button.disabled = !list[at + by];
        return button;
      }));
      item.addEventListener("keydown", (event) => {
        if (!MOVES[event.key]) return;
        move(at, MOVES[event.key]);
        event.preventDefault();
      });
      return item;
    }));
    if (held) held();
  };
  const move = (at, by) => {
    if (!list[at + by]) return;
    [list[at], list[at + by]] = [list[at + by], list[at]];
    draw(() => {
      const [up, down] = root.children[at + by].querySelectorAll("button");
      (by < 0 ? (up.disabled ? down : up) : (down.disabled ? up : down)).focus();
    });
  };
  draw();
  return { root, value: () => [...list] };
}

function strip(size, places) {
  const root = make("div", "bytes", "", { "aria-hidden": "true" }); // the table says the same in words
  for (let at = 0; at < size; at += 1) {
    const cell = make("span", "byte");
    cell.at = at;
    for (const [name, place] of Object.entries(places)) {
      if (place === at + 1) cell.classList.add(name === "measured" ? "measured" : "guessed");
    }
    root.append(cell);
  }
  return root;
}

function cut({ size }) {
  const root = make("div", "cut");
  let at = null;
  const line = make("p", "dim");
  const cells = strip(size, {});
  const set = (to) => {
    at = Math.max(0, Math.min(size, to));
    for (const cell of cells.children) {
      cell.classList.toggle("before", cell.at < at);
      cell.classList.toggle("guessed", cell.at === at - 1);
    }
    line.textContent = `${at} of ${size} bytes stand before the cut.`;
    cells.setAttribute("aria-valuenow", at);
    cells.setAttribute("aria-valuetext", line.textContent);
  };
  cells.removeAttribute("aria-hidden");
  for (const [name, value] of Object.entries({
    role: "slider", tabindex: "0", "aria-label": "place of the cut", "aria-valuemin": 0, "aria-valuemax": size, "aria-valuenow": 0,
    "aria-valuetext": "no cut so far",
  })) cells.setAttribute(name, value);
  line.textContent = "Click behind the last byte before the cut, or move it with the arrow keys; Page Up and Page Down move by 8.";
  cells.addEventListener("click", (event) => event.target.at !== undefined && set(event.target.at + 1));
  cells.addEventListener("keydown", (event) => {
    const steps = { ...MOVES, ArrowUp: 1, ArrowDown: -1, PageUp: 8, PageDown: -8, Home: -size, End: size };
    if (!(event.key in steps)) return;
    set((at ?? 0) + steps[event.key]);
    event.preventDefault();
  });
  root.append(cells, line);
  return { root, value: () => at };
}

// -- The widget

class View extends Asking {
  constructor(model, el) {
    super(model, { patience: PATIENCE, gone: GONE });
    this.running = false; // whether the last key was one that runs the cell
    this.frame(el);
    this.listen();
    this.stated(false);
  }

  frame(el) {
    const { question, way, more } = this.model.get("structure");
    this.way = way;
    const id = `mtlib-question-${(counted += 1)}`;
    this.root = make("div", "mtlib-view mtlib-predict", "", { role: "group", tabindex: "-1", "aria-labelledby": id });
    const asked = told("p", "question", question);
    asked.id = id;
    asked.prepend(make("b", "", "Predict. "));
    this.form = make("form", "answering");
    this.said = make("p", "said", "", { role: "status" });
    this.shown = make("div", "shown");
    this.root.append(asked, this.form, this.said, this.shown);
    if (!more) return el.append(this.root);
    this.folded = make("details", "mtlib-more");
    this.folded.append(told("summary", "", `More to try: ${question}`), this.root);
    return el.append(this.folded);
  }

  listen() {
    const { signal } = this.ending;
    const on = (target, name, listener) => target.addEventListener(name, listener, { signal });
    for (const name of ["keydown", "keyup", "keypress", "copy", "cut", "paste"]) {
      // JupyterLab must not hear them: a bare "b" would add a cell. Saving and running are left to it.
      on(this.folded || this.root, name, (event) => isSave(event) || isRun(event) || event.stopPropagation());
    }
    on(this.root, "keydown", (event) => {
      this.running = isRun(event); // the same key would send a form
      if (event.key === "Escape") this.leave(event.target);
    });
    on(this.form, "submit", (event) => {
      event.preventDefault();
      if (!this.running) this.guess();
    });
    this.attend(() => this.stated(true));
  }

  close() {
    this.end();
    (this.folded || this.root).remove();
  }

  /** Once out of the answers, twice back to the notebook. */
  leave(from) {
    if (from === this.root) this.root.parentElement.closest("[tabindex]")?.focus();
    else this.root.focus();
  }

  /** Nobody is there: it stays as it is, and says what to do. */
  lose(words) {
    this.root.classList.add("pale");
    this.said.textContent = words;
  }

  guess() {
    const guess = this.answering.value();
    if (guess === null) this.said.textContent = this.answering.open || "There is no guess so far.";
    else this.send({ do: "guess", guess });
  }

  stated(asked) {
    const state = this.model.get("state");
    const mine = this.answered(state.serial);
    this.root.classList.remove("pale");
    this.root.dataset.serial = state.serial; // for tests: what is drawn
    if (state.shown) this.answer(state, asked && mine);
    else if (this.form.hidden || !this.answering) this.ask(asked && mine);
    this.said.textContent = state.said || (state.shown ? state.verdict : "");
  }

  ask(focus) {
    this.answering = WAYS[this.way.kind](this.way);
    const line = make("div", "buttons");
    const show = make("button", "", "Show me", { type: "button" });
    show.addEventListener("click", () => this.send({ do: "show" }));
    line.append(make("button", "", "This is my guess", { type: "submit" }), show);
    this.form.replaceChildren(this.answering.root, line);
    this.form.hidden = false;
    this.shown.replaceChildren();
    if (focus) this.form.querySelector("input, button, [tabindex]").focus();
  }

  answer(state, focus) {
    this.form.hidden = true;
    this.shown.replaceChildren(compared(state.table));
    if (this.way.kind === "cut") this.shown.append(strip(this.way.size, state.places));
    this.shown.append(...state.means.map((sentence) => told("p", "", sentence)));
    if (state.printed) this.shown.append(make("pre", "", state.printed));
    if (state.picture) this.shown.append(...drawn(state.picture));
    const again = make("button", "", "Guess again", { type: "button" });
    again.addEventListener("click", () => this.send({ do: "again" }));
    this.shown.append(again);
    if (focus) again.focus({ preventScroll: true });
  }
}

/** Guess and measurement: the first row and the first column are headings. */
function compared([head, ...rows]) {
  const table = make("table", "compared");
  const cells = (texts, top) => {
    const row = make("tr");
    texts.forEach((each, at) => {
      if (!each && (top || !at)) row.append(make("td"));
      else row.append(top || !at ? told("th", "", each, { scope: top ? "col" : "row" }) : told("td", "", each));
    });
    return row;
  };
  if (head.some((each) => each)) table.append(cells(head, true));
  table.append(...rows.map((row) => cells(row, false)));
  return table;
}

function drawn({ png, src = png && `data:image/png;base64,${png}`, alt, words }) {
  const folded = make("details");
  folded.append(make("summary", "", "The same in words"), make("pre", "", words));
  folded.open = !src;
  if (!src) return [folded]; // in a page no figure can be painted
  return [make("img", "", "", { src, alt }), folded];
}
