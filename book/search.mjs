// The page with every lesson, word, field and heading is there to read; what is typed here chooses among its lines.

import { make } from "./asking.mjs";
import { fragment } from "./turning.mjs";

const BEST = 12; // lines that are shown

/** How well a line answers: its words are asked for, begin so, have it in them; or it stands beside them. */
function rank({ words, all }, asked) {
  if (!asked.every((word) => all.includes(word))) return 0;
  const whole = asked.join(" ");
  if (words === whole) return 4;
  if (words.startsWith(whole)) return 3;
  return asked.every((word) => words.includes(word)) ? 2 : 1;
}

export function search() {
  const lines = [...document.querySelectorAll(".searched li")].map((line) => {
    const words = line.querySelector("a").textContent.toLowerCase();
    return { line, words, all: line.textContent.toLowerCase() };
  });
  const root = make("form", "search", "", { role: "search" });
  const input = make("input", "", "", { type: "search", id: "search-words", autocomplete: "off", spellcheck: "false" });
  const status = make("p", "", "", { role: "status" });
  const best = make("ol", "best", "", { "aria-label": "best lines" });
  root.append(make("label", "", "Search lessons, headings, words and fields: ", { for: "search-words" }), input, status, best);
  document.querySelector("main h1").after(root);
  const choose = () => {
    const asked = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = asked.length ? lines.map((each) => ({ ...each, rank: rank(each, asked) })).filter((each) => each.rank) : [];
    found.sort((one, other) => other.rank - one.rank);
    best.replaceChildren(...found.slice(0, BEST).map(({ line }) => line.cloneNode(true)));
    status.textContent = asked.length ? `${found.length || "No"} line${found.length === 1 ? "" : "s"} found${found.length > BEST ? `; the best ${BEST}` : ""}.` : "";
    for (const section of document.querySelectorAll(".searched")) section.hidden = asked.length > 0;
    history.replaceState(null, "", input.value ? `#${encodeURIComponent(input.value)}` : location.pathname);
  };
  input.addEventListener("input", choose);
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    best.querySelector("a")?.click();
  });
  input.value = fragment();
  choose();
  input.focus();
}
