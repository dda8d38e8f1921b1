// The cells of a lesson: read, edited, run and put back. A cell above that is needed and has not run is run first. What
// a cell showed when the book was made stays until it runs; once its text is another one, what it shows is grey.

import { isRun, make } from "./asking.mjs";
import { ATTRIBUTES, TAGS } from "./allowed.mjs";
import { keepTyped, panel, sent, take, typed } from "./mine.mjs";

const LIMIT = 60_000; // milliseconds that a cell may take
const AGAIN = "Python ended before this cell was done. Run it again.";
const STOPPED = "Stopped. Python starts again, and the cells above run again when they are needed.";
const PICTURE = "This picture was painted before, by matplotlib, which is not in this page.";
const KEYS = "Shift-Enter runs the cell, Tab indents, Escape leaves the text.";
const INDENT = "    ";
const late = () => `Still running after ${globalThis.book.limit / 1000} seconds, and stopped. Does a loop end? Python starts again, and the cells above run again when they are needed.`;

/** "1", "1 and 2", "1, 2 and 3" */
const listed = (numbers) => [numbers.slice(0, -1).join(", "), numbers.at(-1)].filter((each) => each !== "").join(" and ");

// -- What cells show

/** HTML without what a browser would run, fetch or send: the same tags and attributes as in the pages themselves. */
export function harmless(html) {
  const read = new DOMParser().parseFromString(html, "text/html");
  const whole = document.createDocumentFragment();
  whole.append(...[...read.body.childNodes].flatMap(clean));
  return whole;
}

function clean(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data)];
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  const tag = node.localName;
  if (!TAGS.includes(tag)) return [];
  const made = document.createElementNS(node.namespaceURI, tag);
  for (const { name, value } of node.attributes) {
    const kept = [...(ATTRIBUTES["*"] || []), ...(ATTRIBUTES[tag] || [])].includes(name) ? allowed(tag, name, value) : null;
    if (kept !== null) made.setAttribute(name, kept);
  }
  made.append(...[...node.childNodes].flatMap(clean));
  return [made];
}

function allowed(tag, name, value) {
  if (name === "src") return tag === "img" && /^data:image\/(png|jpeg|gif|svg\+xml)[;,]/i.test(value) ? value : null;
  if (name === "style") return /url|import|image|expression|\\|\/\*/i.test(value) ? null : value;
  if (name !== "href") return value;
  if (/^[\w-]+\.ipynb(#|$)/.test(value)) return value.replace(".ipynb", ".html");
  return /^(https?:|mailto:|#|[\w-]+\.html)/i.test(value) ? value : null;
}

function piece(name, ...nodes) {
  const area = make("div", "output_area");
  const inside = make("div", `output_subarea ${name}`);
  inside.append(...nodes);
  area.append(inside);
  return area;
}

// -- A cell

class Cell {
  constructor(root, at, lesson) {
    Object.assign(this, { root, at, lesson });
    this.read = root.querySelector(".input .highlight");
    this.saved = this.read.textContent.replace(/\n$/, "");
    this.ran = null; // the text with which it ran last, and in which life of Python
    this.runs = 0;
    this.views = [];
    this.wrapper = root.querySelector(".output_wrapper");
    this.before = this.wrapper; // what it showed when the book was made
    this.picture = globalThis.book.models[root.querySelector(".view")?.id]?.picture; // of a prediction
    this.made = this.saved; // the text that gave what is shown
    this.tools();
    const left = typed(this.place);
    if (left !== null) this.begin(left);
  }

  /** Under which its text is kept. */
  get place() {
    return `${this.lesson.name} ${this.at}`;
  }

  get name() {
    return `cell ${this.at + 1}`;
  }

  get source() {
    return this.text ? this.text.value : this.saved;
  }

  tools() {
    this.root.setAttribute("role", "group");
    const line = make("div", "tools");
    const button = (words, act) => {
      const made = make("button", "", words, { type: "button", "aria-label": `${words} ${this.name}` });
      made.addEventListener("click", act);
      line.append(made);
      return made;
    };
    this.buttons = {
      run: button("Run", () => this.lesson.run(this)),
      stop: button("Stop", () => this.lesson.stop()),
      edit: button("Edit", () => this.edit()),
      reset: button("Reset", () => this.reset()),
    };
    line.append(make("span", "number", this.name));
    this.said = make("p", "said", "", { role: "status" });
    this.root.querySelector(".input").append(line, this.said);
    this.read.addEventListener("dblclick", () => this.edit());
    this.drawn();
  }

  drawn() {
    const { run, stop, edit, reset } = this.buttons;
    run.hidden = this.busy;
    stop.hidden = !this.busy;
    edit.hidden = Boolean(this.text);
    reset.hidden = !this.text && this.wrapper === this.before;
    this.root.classList.toggle("stale", this.source !== this.made);
  }

  working(busy) {
    this.busy = busy;
    this.root.classList.toggle("waiting", busy);
    this.root.setAttribute("aria-busy", busy);
    this.drawn();
  }

  edit() {
    if (!this.text) this.begin(this.saved);
    this.text.focus();
  }

  begin(text) {
    this.text = make("textarea", "", "", { spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off", "aria-label": `${this.name}. ${KEYS}` });
    this.text.value = text;
    this.text.addEventListener("input", () => this.edited());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.read.hidden = true;
    this.read.after(this.text);
    this.edited();
  }

  edited() {
    keepTyped(this.place, this.source === this.saved ? null : this.source);
    this.text.rows = Math.max(2, this.text.value.split("\n").length);
    this.said.textContent = this.source !== this.made && this.wrapper ? "What is shown below is from before you edited this cell." : "";
    this.drawn();
  }

  key(event) {
    const { text } = this;
    if (isRun(event)) this.lesson.run(this);
    else if (event.key === "Escape") this.buttons.run.focus();
    else if (event.key === "Tab" && !event.shiftKey && !event.altKey && !event.ctrlKey) put(text, INDENT);
    else if (event.key === "Enter") {
      const line = text.value.slice(0, text.selectionStart).split("\n").at(-1);
      put(text, `\n${line.match(/^ */)[0]}${/:\s*$/.test(line) ? INDENT : ""}`);
    } else return;
    event.preventDefault();
  }

  /** Text and outputs as they were when the book was made. */
  reset() {
    this.text?.remove();
    this.text = null;
    keepTyped(this.place, null);
    this.read.hidden = false;
    this.show(this.before);
    this.made = this.saved;
    this.said.textContent = "";
    this.drawn();
    this.buttons.edit.focus();
  }

  show(wrapper) {
    if (this.wrapper && wrapper) this.wrapper.replaceWith(wrapper);
    else if (wrapper) this.root.append(wrapper);
    else this.wrapper?.remove();
    this.wrapper = wrapper;
  }

  /** What Python showed, in the place of what is shown. `cells` make its views, should Python have to start again;
   *  `asMade` if all of them are as they were when the book was made. */
  async take(outputs, cells, asMade) {
    const wrapper = make("div", "output_wrapper ran");
    const output = make("div", "output");
    for (const each of outputs) output.append(await this.drawOne(each, cells, asMade));
    wrapper.append(output);
    this.made = cells.at(-1);
    this.show(wrapper);
    this.drawn();
  }

  async drawOne({ kind, text, html, said, id, view, traits }, cells, asMade) {
    if (kind === "text") return piece("output_text", make("pre", "", text));
    if (kind === "html") return piece("output_html", harmless(html));
    if (kind === "view") return piece("output_html", await this.lesson.draw(id, { kind: view, traits: JSON.parse(traits), cells, picture: asMade && this.picture }));
    if (kind === "error") return piece("output_error", make("pre", "", text));
    if (kind === "different") return piece("output_different", make("p", "", text));
    const painted = asMade && this.before?.querySelector("img");
    if (painted) return piece("output_html", make("p", "", PICTURE), painted.cloneNode());
    return piece("output_text", make("p", "", `${said} The same in words:`), make("pre", "", text));
  }
}

/** As if it was typed, so that the browser can take it back. */
function put(area, text) {
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
}

// -- All cells of a page

class Lesson {
  constructor(python, draw) {
    Object.assign(this, { python, draw });
    this.name = location.pathname.split("/").at(-1);
    this.cells = [];
    this.turn = Promise.resolve();
    this.wanted = 0; // how often somebody pressed "Stop"
    const places = [...document.querySelectorAll("main .code_cell")];
    places.forEach((root, at) => this.cells.push(new Cell(root, at, this)));
    this.cells.forEach((cell) => cell.root.setAttribute("aria-label", `${cell.name} of ${places.length}`));
  }

  /** One run after the other, in the order in which they were asked for. */
  run(cell) {
    if (cell.busy) return;
    cell.working(true);
    cell.said.textContent = this.python.worker ? "It runs." : "Python starts in this page.";
    const stops = this.wanted;
    this.turn = this.turn.then(async () => {
      try {
        await this.runAll(cell, () => stops !== this.wanted);
      } catch ({ message }) {
        cell.said.textContent = message.startsWith("Python ended") ? AGAIN : message;
      }
      cell.runs += 1;
      cell.root.dataset.runs = cell.runs; // for tests: how often it was run
      cell.working(false);
    });
  }

  stop() {
    this.wanted += 1;
    this.python.end(STOPPED);
  }

  async runAll(cell, stopped) {
    if (stopped()) throw new Error(STOPPED);
    const sources = this.cells.map(({ source }) => source);
    const { needed, error } = await this.python.insist(() => ({ ask: "needed", cells: sources, at: cell.at }));
    if (error || stopped()) throw new Error(error || STOPPED);
    const { life } = this.python;
    const first = needed.map((at) => this.cells[at]).filter(({ ran, at }) => ran?.life !== life || ran.source !== sources[at]);
    const [some, what] = first.length > 1 ? ["Cells", "they make"] : ["Cell", "it makes"];
    const told = (verb) => first.length ? `${some} ${listed(first.map(({ at }) => at + 1))} ${verb} first, for this one needs what ${what}.` : "";
    if (first.length) cell.said.textContent = told(first.length > 1 ? "run" : "runs");
    for (const each of first) {
      const before = needed.slice(0, needed.indexOf(each.at));
      each.working(true);
      const well = await this.runOne(each, sources, life, before, each.source !== each.made).finally(() => each.working(false));
      if (well) continue;
      cell.said.textContent = `Cell ${each.at + 1} did not go through, and this one needs it.`;
      return;
    }
    await this.runOne(cell, sources, life, needed, true);
    cell.said.textContent = told(first.length > 1 ? "were run" : "was run");
  }

  /** Run one after the cells of the numbers `before`. Whether it went through: its outputs are drawn where they are wanted, and where something went wrong. */
  async runOne(cell, sources, life, before, wanted) {
    if (life !== this.python.life) throw new Error(AGAIN);
    const source = sources[cell.at];
    const id = `run-${cell.at + 1}-${life}-${cell.runs + 1}-${Math.floor(performance.now())}`;
    const question = { ask: "cell", lesson: this.name, at: cell.at, source, id, gone: cell.views, mine: sent() };
    const answer = await this.python.ask(question, globalThis.book.limit, late());
    if (answer.error) throw new Error(answer.error);
    take(answer);
    cell.ran = answer.ok ? { life, source } : null;
    cell.views = answer.outputs.filter(({ kind }) => kind === "view").map(({ id: made }) => made);
    const all = [...before, cell.at];
    const asMade = all.every((at) => sources[at] === this.cells[at].saved);
    if (wanted || !answer.ok) await cell.take(answer.outputs, all.map((at) => sources[at]), asMade);
    return answer.ok;
  }
}

/** Makes the cells of the page run: `draw(id, view)` draws a view. */
export function cells(python, draw) {
  globalThis.book.limit = LIMIT; // for tests: shorter
  if (!document.querySelector("main .code_cell")) return;
  globalThis.book.lesson = new Lesson(python, draw);
  document.querySelector("main").append(panel(python));
}
