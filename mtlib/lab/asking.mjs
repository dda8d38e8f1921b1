// What the browser halves of the widgets share: making elements, keys that are left to JupyterLab, and asking Python.
// All text becomes DOM through textContent.

const SILENT = "No answer. If another cell is running, wait for it; if the kernel was restarted, run this cell.";

export function make(tag, name = "", text = "", attributes = {}) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== "") made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export const isSave = (event) => (event.ctrlKey || event.metaKey) && event.key?.toLowerCase() === "s";
export const isRun = (event) => event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey);

/** Who sends messages with a serial, and knows which of them is not answered yet. A subclass has a `root`, and says
 *  what is lost in `lose`: after `patience` milliseconds without an answer, or with the kernel (`gone` are its words). */
export class Asking {
  constructor(model, { patience, gone }) {
    Object.assign(this, { model, patience, gone });
    this.ending = new AbortController();
    this.id = `${performance.now()} ${Math.random()}`;
    this.sent = 0; // messages to Python
    this.awaited = ""; // the serial of the last one, until it is answered
  }

  hear(name, listener) {
    this.model.on(name, listener);
    this.ending.signal.addEventListener("abort", () => this.model.off(name, listener));
  }

  /** Listen to what Python says, and to ipywidgets, where the kernel was restarted or shut down. */
  attend(stated) {
    this.hear("change:state", stated);
    this.hear("comm_live_update", () => this.lose(this.model.gone ?? this.gone));
  }

  send(message) {
    this.sent += 1;
    this.awaited = `${this.id} ${this.sent}`;
    this.root.setAttribute("aria-busy", "true");
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.lose(SILENT), this.model.patience ?? this.patience);
    try {
      this.model.send({ serial: this.awaited, ...message });
    } catch {
      this.lose(this.model.gone ?? this.gone); // JupyterLab refuses where the kernel was restarted
    }
  }

  /** A state has come; whether it answers the last message. */
  answered(serial) {
    const last = serial === this.awaited;
    if (last) this.awaited = "";
    if (!this.awaited) {
      clearTimeout(this.waiting);
      this.root.removeAttribute("aria-busy");
    }
    return last;
  }

  end() {
    clearTimeout(this.waiting);
    this.ending.abort();
  }
}
