// The browser half of the form: what is pasted goes to Python and does not stay here; what Python says about it is
// shown, and the bytes in question stand in the inspector. Nothing here knows a protocol, and all text becomes DOM
// through textContent.

import { Asking, isRun, isSave, make } from "./asking.mjs";
import inspector from "./inspector.mjs";

const PATIENCE = 5000; // milliseconds until a message without an answer is a sign that nobody is there
const LARGEST = 8 << 20; // bytes of a file
const GONE = "The kernel is gone, and with it everything that was pasted. Run this cell.";
const UNNAMED = "find out by itself";

export default {
  render({ model, el }) {
    const view = new View(model, el);
    return () => view.close();
  },
};

/** A button that does `act`: one listener at the root calls it. */
function button(name, text, act, attributes = {}) {
  const made = make("button", name, text, { type: "button", ...attributes });
  made.act = act;
  return made;
}

/** A part of the form under its name. */
function part(name, title, ...content) {
  const made = make("div", `part ${name}`, "", { role: "group", "aria-label": title });
  made.append(make("h2", "", title), ...content);
  return made;
}

/** What the inspector is given for a model: the part of the form's that is about it. */
class Inspection {
  constructor(model, send) {
    this.model = model;
    this.send = (message) => send({ do: "inspect", message });
    this.told = new Map();
  }

  get patience() {
    return this.model.patience;
  }

  get gone() {
    return this.model.gone;
  }

  get(name) {
    return this.model.get(name === "state" ? "inspected" : name);
  }

  on(name, listener) {
    const isState = name === "change:state";
    const told = () => this.model.get("inspected").data && listener();
    this.told.set(listener, isState ? told : listener);
    this.model.on(isState ? "change:inspected" : name, this.told.get(listener));
  }

  off(name, listener) {
    this.model.off(name === "change:state" ? "change:inspected" : name, this.told.get(listener));
  }
}

class View extends Asking {
  constructor(model, el) {
    super(model, { patience: PATIENCE, gone: GONE });
    this.frame(el);
    this.listen();
    this.stated();
  }

  frame(el) {
    this.root = make("div", "mtlib-form", "", { role: "group", tabindex: "-1", "aria-label": "the doctor" });
    this.text = make("textarea", "text", "", {
      rows: "3", spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-label": "what you have of the binding",
      placeholder: "Paste or drop anything here: bytes in any notation, a dump, a log, JSON, ids, keys (throw-away keys).",
    });
    this.name = make("select", "names", "", { "aria-label": "what it is" });
    this.file = make("input", "", "", { type: "file", hidden: "", "aria-label": "a file to read", tabindex: "-1" });
    const take = make("div", "line");
    const label = make("label", "", "it is: ");
    label.append(this.name);
    take.append(button("go", "read", () => this.read()), label, button("", "choose a file", () => this.file.click()),
      button("", "forget everything", () => this.send({ do: "clear" })), this.file);
    this.examples = make("div", "examples");
    this.said = make("p", "said", "", { role: "status" });
    this.values = make("div", "values");
    this.notes = make("ul", "notes");
    this.verdict = make("div", "verdict", "", { role: "status", "aria-live": "polite" });
    this.findings = make("div", "findings");
    this.bytes = make("div", "bytes");
    this.found = part("found", "What was recognised", this.values, this.notes);
    this.wrong = part("wrong", "The diagnosis", this.verdict, this.findings);
    const about = make("p", "dim", "Try changes here: the checks below follow them, the diagnosis above stays that of what you pasted.");
    this.seen = part("seen", "The bytes in question", about, this.bytes);
    const ask = part("ask", "What do you have?", this.text, take, this.said, this.examples);
    this.root.append(ask, this.found, this.wrong, this.seen);
    el.append(this.root);
  }

  listen() {
    const { signal } = this.ending;
    const on = (target, name, listener) => target.addEventListener(name, listener, { signal });
    for (const name of ["keydown", "keyup", "keypress", "copy", "cut", "paste"]) {
      // JupyterLab must not hear them: a bare "b" would add a cell. Saving and running are left to it.
      on(this.root, name, (event) => isSave(event) || (isRun(event) && event.target !== this.text) || event.stopPropagation());
    }
    on(this.root, "keydown", (event) => this.key(event));
    on(this.root, "click", (event) => this.bytes.contains(event.target) || event.target.closest("button")?.act?.());
    on(this.text, "paste", (event) => this.pasted(event));
    on(this.root, "dragover", (event) => this.dragged(event));
    on(this.root, "dragleave", () => this.root.classList.remove("over"));
    on(this.root, "drop", (event) => this.dropped(event));
    on(this.file, "change", () => this.take(this.file.files[0]));
    this.attend(() => this.stated());
  }

  close() {
    this.end();
    this.shut?.();
    this.root.remove();
  }

  // -- Out

  lose(words) {
    this.root.classList.add("pale");
    this.root.removeAttribute("aria-busy");
    this.said.textContent = words;
  }

  /** What stands in the text field, which is empty afterwards: it may be a key. */
  read(text = this.text.value) {
    this.text.value = "";
    if (text.trim()) this.send({ do: "read", text, name: this.name.value });
    else this.said.textContent = "There is nothing to read.";
  }

  pasted(event) {
    const text = event.clipboardData?.getData("text") || "";
    const file = event.clipboardData?.files?.[0];
    if (this.text.value.trim() || (!text && !file)) return; // it goes on with what is being typed
    event.preventDefault();
    if (text) this.read(text);
    else this.take(file);
  }

  dragged(event) {
    event.preventDefault();
    event.stopPropagation();
    this.root.classList.add("over");
  }

  dropped(event) {
    event.preventDefault();
    event.stopPropagation(); // JupyterLab would take the file into its folder
    this.root.classList.remove("over");
    const file = event.dataTransfer?.files?.[0];
    if (file) this.take(file);
    else this.read(event.dataTransfer?.getData("text") || "");
  }

  async take(file) {
    if (!file) return;
    if (file.size > LARGEST) {
      this.said.textContent = `${file.name} has ${file.size} bytes: too much to look at.`;
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    let binary = "";
    for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
    this.file.value = "";
    this.send({ do: "read", base64: btoa(binary) });
  }

  key(event) {
    if (event.target === this.text && isRun(event)) {
      event.preventDefault();
      this.read();
    } else if (event.key === "Escape" && !event.defaultPrevented && !this.bytes.contains(event.target)) {
      if (event.target === this.root) this.root.parentElement.closest("[tabindex]")?.focus();
      else this.root.focus();
    }
  }

  // -- In

  stated() {
    const state = this.model.get("state");
    this.answered(state.serial);
    this.root.classList.remove("pale");
    const held = document.activeElement?.dataset?.key;
    const inside = held && this.root.contains(document.activeElement);
    this.draw(state);
    if (inside) ([...this.root.querySelectorAll("button")].find((made) => made.dataset.key === held) || this.text).focus();
    this.inspect();
    this.root.dataset.serial = state.serial; // for tests: what is drawn
  }

  draw({ said, example, examples, choices, values, notes, verdict }) {
    if (this.said.textContent !== said) this.said.textContent = said;
    if (!this.name.options.length) {
      for (const choice of ["", ...choices]) this.name.append(make("option", "", choice || UNNAMED, { value: choice }));
    }
    this.name.value = "";
    this.examples.replaceChildren(...examples.map(([group, names]) => this.group(group, names, example)));
    this.values.replaceChildren(this.table(values));
    this.notes.replaceChildren(...notes.map((note) => make("li", "", note)));
    this.found.hidden = !values.length;
    this.wrong.hidden = !verdict;
    this.judge(verdict);
  }

  group(group, names, example) {
    const box = make("div", "line", "", { role: "group", "aria-label": group });
    box.append(make("span", "dim", `${group}:`));
    for (const name of names) {
      const act = () => this.send({ do: "example", name });
      box.append(button("", name, act, { "aria-pressed": String(name === example), "data-key": `example ${name}` }));
    }
    return box;
  }

  table(values) {
    const table = make("table");
    const body = make("tbody");
    const head = make("tr");
    for (const name of ["what", "value", "from", ""]) head.append(name ? make("th", "", name, { scope: "col" }) : make("td"));
    for (const { at, name, what, where } of values) {
      const row = make("tr");
      const out = make("td");
      const act = () => this.send({ do: "forget", value: at });
      out.append(button("", "leave out", act, { "aria-label": `leave out ${name}`, "data-key": `forget ${name}` }));
      row.append(make("th", "", name, { scope: "row" }), make("td", "", what), make("td", "dim", where), out);
      body.append(row);
    }
    table.append(make("thead"), body);
    table.firstChild.append(head);
    return table;
  }

  judge(verdict) {
    const first = verdict?.findings[0];
    this.verdict.className = `verdict ${verdict?.healthy ? "ok" : "bad"}`;
    const words = verdict ? first.sentence : "";
    if (this.verdict.textContent !== words) this.verdict.textContent = words;
    const { findings = [], remarks = [], missing = [] } = verdict || {};
    const rest = [...remarks.map((each) => `Remark: ${each}`), ...missing.map((each) => `Missing: ${each}`)];
    const more = make("ul", "rest");
    more.append(...rest.map((each) => make("li", "", each)));
    this.findings.replaceChildren(...findings.map((each, at) => this.finding(each, at)), ...(rest.length ? [more] : []));
  }

  finding({ name, sentence, fix, lesson, evidence }, at) {
    const box = make("div", "finding");
    box.append(...(at ? [make("p", "", `Also: ${sentence}`)] : []), make("p", "dim", name));
    for (const each of evidence) box.append(this.evidence(each));
    if (fix) box.append(make("p", "", `What to do: ${fix}`));
    if (lesson.length) {
      const line = make("p", "", "The lesson: ");
      line.append(make("a", "", lesson[1], { href: `${lesson[0]}${this.suffix()}`, target: "_blank", rel: "noopener" }));
      box.append(line);
    }
    return box;
  }

  /** Lessons are notebooks here; on a page that says otherwise, what it says. */
  suffix() {
    return this.model.get("lessons") || ".ipynb";
  }

  evidence({ index, where, got, expected, bytes }) {
    const box = make("dl", "evidence");
    const place = make("dd");
    const act = () => this.send({ do: "look", evidence: index, focus: true });
    place.append(button("", where, act, { "aria-label": `show ${where}`, "data-key": `look ${index}` }));
    if (bytes.length) {
      const shown = make("code", "", "");
      shown.append(bytes[0], make("b", "", bytes[1]), bytes[2]);
      place.append(" ", shown);
    }
    box.append(make("dt", "", "where"), place);
    for (const [label, text] of [["got", got], ["expected", expected]]) box.append(make("dt", "", label), make("dd", "", text));
    return box;
  }

  /** The inspector comes with the first bytes and goes with the last. */
  inspect() {
    const is = Boolean(this.model.get("inspected").data);
    this.seen.hidden = !is;
    if (is && !this.shut) {
      this.shut = inspector.render({ model: new Inspection(this.model, (message) => this.send(message)), el: this.bytes });
    } else if (!is && this.shut) {
      this.shut();
      this.shut = null;
    }
  }
}
