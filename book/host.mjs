// What a notebook's front end is to the widgets, a page is here: a model for each view, and Python behind all of them,
// in a worker that starts when the reader first touches something. Until then a view shows what the page has of it;
// afterwards only what Python answered, so that bytes and verdict always belong together.

import { make } from "./asking.mjs";
import { cells } from "./cells.mjs";
import { guesses, sent, take } from "./mine.mjs";
import { turning } from "./turning.mjs";

const KINDS = ["bind", "controls", "form", "inspector", "plates", "predict", "views"];
const LONGEST = 120_000; // milliseconds for one answer, from when Python runs
const LATE = 150; // milliseconds after which a reader is told that Python works: at every key it would only flicker
const TRIES = 2; // how often a question is asked at most, when Python ends in the middle
const ORDER = ["structure", "inspected", "state", "told"];
const RUNS = "Python runs in this page.";
const NOT_LOADED = "it could not be loaded from this site"; // what a browser gives no reason for
const ENDED = "Python ended in the middle. It starts again, and what you did is kept.";
const GONE = "Python has ended twice over this. Load the page again.";

/** Python in a worker: questions go in, answers come out, each in its turn. `tell` is given a sentence for the reader. */
class Python {
  constructor(tell) {
    this.tell = tell;
    this.worker = null;
    this.runs = false; // it is loaded
    this.page = 0; // which page of the book asks it
    this.life = 0; // how often it was started: what an earlier one knew, a later one does not
    this.waiting = new Map();
    this.asked = 0;
  }

  start() {
    if (this.worker) return;
    this.runs = false;
    this.life += 1;
    const life = this.life;
    // A worker from a blob is under the policy of its page; one from an address would be under none.
    const code = `import ${JSON.stringify(new URL("worker.mjs", import.meta.url).href)};`;
    const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    this.worker = new Worker(address, { type: "module" });
    this.worker.onmessage = ({ data }) => life === this.life && this.told(data);
    this.worker.onerror = (event) => life === this.life && this.end(`Python did not start: ${event.message || NOT_LOADED}.`);
    this.worker.postMessage({ life: `python ${Math.random()}` });
    this.tell("Python starts in this page.");
  }

  told(data) {
    if (data.loading) this.tell(data.loading);
    else if (data.alive) this.watch(data.alive);
    else if (data.ready) this.begin();
    else if (data.failed) this.end(`Python did not start: ${data.failed}.`);
    else {
      const { done, timer } = this.waiting.get(data.call);
      clearTimeout(timer);
      this.waiting.delete(data.call);
      done(data.answer);
    }
  }

  /** However slow the line is over which Python comes, that is no time of an answer. */
  begin() {
    this.runs = true;
    this.tell(RUNS);
    for (const each of this.waiting.values()) this.time(each);
  }

  time(question) {
    question.timer = setTimeout(() => this.end(question.late), question.limit);
  }

  /** The worker holds a lock as long as it lives: whoever gets it knows that it has ended, however that came. */
  watch(lock) {
    const life = this.life;
    navigator.locks?.request(lock, () => life === this.life && this.worker && this.end(ENDED));
  }

  end(sentence) {
    this.worker?.terminate();
    this.worker = null;
    this.life += 1;
    this.tell(sentence);
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { failed, timer } of waiting) {
      clearTimeout(timer);
      failed(new Error(sentence));
    }
  }

  /** One question. `limit` milliseconds are the longest that its answer may take; then `late` is said. */
  ask(question, limit = LONGEST, late = `No answer within ${LONGEST / 1000} seconds: Python was ended.`) {
    this.start();
    this.asked += 1;
    const call = this.asked;
    return new Promise((done, failed) => {
      const asked = { done, failed, limit, late };
      this.waiting.set(call, asked);
      if (this.runs) this.time(asked);
      this.worker.postMessage({ call, question });
    });
  }

  /** The same, and again where Python ended meanwhile. `make` gives the question for the Python that is there now. */
  async insist(make) {
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        this.start();
        return await this.ask(make());
      } catch (error) {
        if (!left) throw error;
      }
    }
  }
}

/** As much of a widget's model as the scripts of the widgets use. */
class Model {
  constructor(id, { kind, traits, cells, picture }, place, python) {
    Object.assign(this, { id, kind, traits, cells, picture, place, python, page: python.page });
    this.patience = 24 * 3600 * 1000; // it is watched here whether Python still runs
    this.gone = GONE;
    this.listeners = new Map();
    this.history = [];
    this.life = -1;
    this.turn = Promise.resolve();
    this.open = 0;
    this.paint();
  }

  /** No figure can be painted here: that of a prediction is the one that was painted before. */
  paint() {
    const { state } = this.traits;
    if (state?.picture && this.picture) state.picture.src = this.picture;
  }

  get(name) {
    return name === "lessons" ? ".html" : this.traits[name];
  }

  on(name, listener) {
    this.listeners.set(name, [...(this.listeners.get(name) || []), listener]);
  }

  off(name, listener) {
    this.listeners.set(name, (this.listeners.get(name) || []).filter((other) => other !== listener));
  }

  fire(name, ...told) {
    for (const listener of this.listeners.get(name) || []) listener(...told);
  }

  /** One message after the other: the next one goes out when the one before is answered. */
  send(message) {
    this.wait(1);
    this.turn = this.turn.then(() => this.post(message)).finally(() => this.wait(-1));
  }

  wait(by) {
    this.open += by;
    this.place.classList.toggle("waiting", this.open > 0);
    if (by > 0 && this.open === 1) this.late = setTimeout(() => this.place.classList.add("late"), LATE);
    if (this.open) return;
    clearTimeout(this.late);
    this.place.classList.remove("late");
  }

  async post(message) {
    if (this.page !== this.python.page) return; // the reader has gone on
    let answer;
    try {
      answer = await this.python.insist(() => this.question(message));
    } catch (error) {
      return this.lose(error.message === ENDED ? GONE : error.message);
    }
    if (answer.error) return this.lose(answer.error);
    this.life = this.python.life;
    this.history.push(message);
    take(answer);
    this.take(answer);
  }

  question(message) {
    const before = this.life === this.python.life ? [] : this.history;
    return { ask: "view", id: this.id, cells: this.cells, before, message, mine: sent() };
  }

  /** All values first, as one change; then whoever listens to them, the structure before the state. */
  take({ traits, sent }) {
    Object.assign(this.traits, traits);
    this.paint();
    for (const name of ORDER) if (name in traits) this.fire(`change:${name}`);
    for (const message of sent) this.fire("msg:custom", message);
  }

  lose(sentence) {
    this.gone = sentence;
    this.python.tell(sentence);
    this.fire("comm_live_update");
  }
}

/** What stands below a prediction: what its reader guessed before; once it is answered, that its measurement is none of
 *  this page. */
function belowPrediction(model, name) {
  const said = make("p", "differs");
  const draw = () => {
    const guess = guesses()[name];
    const before = guess === undefined ? "" : `Your guess from before: ${[guess].flat().join(", ") || "none"}. “Show me” sets it beside the measurement.`;
    said.textContent = model.traits.state.shown ? "Measured when this book was made." : before;
    said.hidden = !said.textContent;
  };
  model.on("change:state", draw);
  draw();
  return said;
}

// -- Links that carry bytes: what travels, as somebody changed it, in the part of an address that no server is told.
// Of an inspector of a lesson only: it shows published bytes. What the doctor was given is never shared.

const CARRIED = /^#(view-[\w-]+)=((?:[0-9a-f]{2}){1,4096})$/;

function sharing(model, python) {
  const line = make("p", "sharing");
  const button = make("button", "", "Share these bytes", { type: "button" });
  button.addEventListener("click", async () => {
    history.replaceState(null, "", `#${model.id}=${model.traits.state.data[0]}`);
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    python.tell(`The address of this page carries these bytes now, and no key. ${copied ? "It is copied." : "Copy it."}`);
  });
  line.append(button);
  return line;
}

/** The bytes of the address over those of its view, as somebody on the wire writes them; the verdict is Python's. */
function receive(models, python) {
  if (!location.hash.includes("=")) return;
  const [, id, hex] = location.hash.match(CARRIED) || [];
  const model = models[id];
  if (model?.kind !== "inspector") return void python.tell("The address carries no bytes that can be shown here.");
  const { mode, data } = model.traits.state;
  model.place.scrollIntoView();
  if (hex === data[0]) return;
  const layer = model.traits.structure.sheets[0].path;
  const messages = [{ do: "mode", mode: "attacker" }, { do: "write", layer, at: 0, hex, cut: data[0].length / 2 }, { do: "mode", mode }];
  for (const message of messages) model.send({ serial: "address", ...message });
}

/** Draws one view in a place of its own. */
async function draw(id, view, python) {
  const script = (await import(`./${view.kind}.mjs`)).default;
  const place = make("div", `alive ${view.kind}`);
  const model = new Model(id, view, place, python);
  globalThis.book.models[id] = model;
  script.render({ model, el: place });
  return place;
}

/** Draws every view of the page in the place of its table, and makes its cells run. */
async function live(python) {
  const data = document.getElementById("book-data");
  const views = data ? JSON.parse(data.textContent).views : {};
  python.page += 1;
  delete document.documentElement.dataset.live;
  if (python.worker) python.tell(RUNS);
  globalThis.book = { python, models: {} }; // for tests, and for whoever looks
  const { models } = globalThis.book;
  for (const [id, view] of Object.entries(views)) {
    const table = document.getElementById(id);
    if (!table || !KINDS.includes(view.kind)) continue;
    view.picture = table.querySelector("details img")?.src;
    const place = await draw(id, view, python);
    if (view.kind === "predict") place.append(belowPrediction(models[id], view.name));
    table.replaceChildren(place); // the table was for readers without a script
    if (view.kind === "inspector") place.append(sharing(models[id], python));
    if (!view.cells && view.kind !== "bind") continue;
    for (const touch of ["focusin", "pointerdown"]) place.addEventListener(touch, () => python.start(), { once: true });
  }
  for (const each of document.querySelectorAll("main table, main pre")) {
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0; // what scrolls has to be reached by keys
  }
  cells(python, (id, view) => draw(id, view, python));
  if (document.querySelector(".searched")) (await import("./search.mjs")).search();
  if (document.getElementById("course-data")) (await import("./progress.mjs")).progress();
  receive(models, python);
  document.documentElement.dataset.live = Object.keys(globalThis.book.models).length; // for tests: everything is drawn
}

const python = new Python((sentence) => { document.getElementById("book-status").textContent = sentence; });
turning(python, () => live(python), live(python));
addEventListener("hashchange", () => receive(globalThis.book.models, python));
