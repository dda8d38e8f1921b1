// Menus and buttons, which a notebook has from ipywidgets: Python tells them as a list of parts, each so many levels
// deep. What is chosen goes to Python; what is said about it is Python's, and gone while it is asked.

import { Asking, make } from "./asking.mjs";

const HOLDERS = ["rows", "row"];
let counted = 0; // for ids

export default {
  render({ model, el }) {
    const controls = new Controls(model, el);
    return () => controls.end();
  },
};

class Controls extends Asking {
  constructor(model, el) {
    super(model, { patience: Infinity, gone: "" });
    this.id = `controls ${(counted += 1)}`;
    this.root = make("div", "mtlib-controls");
    this.said = make("p", "", "", { role: "status" });
    el.append(this.root, this.said);
    this.build();
    this.attend(() => this.draw());
  }

  /** Every part in the one that holds it; `update` gives each what it has now. */
  build() {
    const holders = [this.root];
    this.update = this.parts().map((part, number) => {
      const { element, update } = this.part(part, number);
      holders[part.deep].append(element);
      holders[part.deep + 1] = element;
      return update;
    });
    this.draw();
  }

  parts() {
    return this.model.get("state").parts;
  }

  draw() {
    const { serial, said } = this.model.get("state");
    this.answered(serial);
    this.said.textContent = said;
    this.parts().forEach((part, number) => this.update[number](part));
  }

  part(part, number) {
    if (HOLDERS.includes(part.kind)) return { element: make("div", part.kind), update: () => {} };
    if (part.kind === "menu") return this.menu(part, number);
    if (part.kind === "buttons") return this.buttons(part, number);
    const element = make("div", part.says ? "says" : "", "", part.says ? { role: "status" } : {});
    return { element, update: ({ text }) => { element.textContent = text; } };
  }

  menu({ label, options }, number) {
    const element = make("select", "", "", { "aria-label": label });
    element.append(...options.map((name, at) => make("option", "", name, { value: at })));
    element.addEventListener("change", () => this.choose(number, Number(element.value)));
    return { element, update: ({ chosen }) => { element.value = chosen; } };
  }

  buttons({ options }, number) {
    const element = make("div", "buttons", "", { role: "group", "aria-label": "choose one" });
    const each = options.map((name, at) => {
      const button = make("button", "", name, { type: "button" });
      button.addEventListener("click", () => this.choose(number, at));
      return button;
    });
    element.append(...each);
    return { element, update: ({ chosen }) => each.forEach((button, at) => button.setAttribute("aria-pressed", at === chosen)) };
  }

  choose(part, option) {
    for (const old of this.root.querySelectorAll(".says")) old.textContent = "";
    this.send({ do: "choose", part, option });
  }

  lose(sentence) {
    this.said.textContent = sentence;
    this.root.removeAttribute("aria-busy");
  }
}
