// The browser half of a conversation. Python has computed everything; here it is drawn. All text becomes DOM through
// textContent.

import { isSave, make } from "./asking.mjs";

export default {
  render({ model, el }) {
    const root = make("div", "mtlib-view");
    const ending = new AbortController();
    const on = (target, name, listener) => target.addEventListener(name, listener, { signal: ending.signal });
    // JupyterLab must not hear the keys that work here: a bare "b" would add a cell.
    for (const name of ["keydown", "keyup", "keypress"]) {
      on(root, name, (event) => isSave(event) || event.stopPropagation());
    }
    conversation(model.get("told"), root, on);
    el.append(root);
    return () => {
      ending.abort();
      root.remove();
    };
  },
};

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
