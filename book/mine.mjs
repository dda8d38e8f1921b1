// What a reader leaves here: my_bind.py with the functions that were kept, my_guesses.json, and the text of cells that
// are edited. The files stay in this browser, and Python is handed them with each question that may need them. What
// could hold a key is not written to the disk: Python says so, and then it is there until the page is closed.

import { make } from "./asking.mjs";

const NAMES = ["my_bind.py", "my_guesses.json"];
const BIND = NAMES[0];
const FORGET = "Forget what is kept in this browser: my_bind.py, the guesses, and what was typed into cells?";
const ONLY_HERE = "It is not stored, and will be gone with this page.";
const FULL = "This browser has no room for what you keep, or was told to store nothing.";
const held = new Map(); // what is not stored
let why = ""; // it is not stored
let show = () => {}; // of the panel that is in the page

/** What `act` gives; null where it fails, as in a browser that stores nothing. */
function tried(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

function store(name, text) {
  held.delete(name);
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    held.set(name, text);
  }
}

/** The files by name; null where there is none. */
export const sent = () => Object.fromEntries(NAMES.map((name) => [name, held.has(name) ? held.get(name) : tried(() => localStorage.getItem(name))]));

/** What an answer of Python's says of them. */
export function take({ mine, unstored }) {
  if (!mine) return;
  for (const name of NAMES) {
    if (mine[name] === sent()[name]) continue;
    if (name === BIND && unstored) held.set(name, mine[name]);
    else store(name, mine[name]);
  }
  why = unstored || (NAMES.some((name) => held.get(name)) ? FULL : "");
  show();
}

addEventListener("storage", () => show()); // what is kept in another window of this browser

/** The names of the functions that are kept. */
export const functions = () => [...(sent()[BIND] || "").matchAll(/^(?:async +)?def +(\w+)/gm)].map(([, name]) => name);

/** The guesses by the names of their predictions. */
export const guesses = () => tried(() => JSON.parse(sent()[NAMES[1]])) || {};

// -- What was typed into a cell: it stays until the window is closed

const TYPED = "cell ";

/** Whether a text may hold half a key: in digits however divided, in base64, in escapes. */
export function couldBeKey(text) {
  const digits = text.replace(/0x|\\x|[\s,:;'"()[\]{}+]/gi, "");
  return /[0-9a-f]{128}/i.test(digits) || /[\w+/]{60}/.test(text) || text.split("\\x").length > 32;
}

/** The text of a cell of that name; null where it was not edited. */
export const typed = (cell) => tried(() => sessionStorage.getItem(TYPED + cell));

/** Keep the text of a cell; null forgets it, and so does a text that is not to be stored. */
export function keepTyped(cell, text) {
  const forget = text === null || couldBeKey(text);
  tried(() => (forget ? sessionStorage.removeItem(TYPED + cell) : sessionStorage.setItem(TYPED + cell, text)));
}

function saved(text) {
  const link = make("a", "", "", { href: URL.createObjectURL(new Blob([text], { type: "text/x-python" })), download: BIND });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Where the reader sees what is kept, takes it along as a file, and brings it back. */
export function panel(python) {
  const root = make("section", "mine", "", { "aria-label": "my_bind.py" });
  const said = make("p", "said", "", { role: "status" });
  const save = make("button", "", "Save my_bind.py as a file", { type: "button" });
  const forget = make("button", "", "Forget all of it", { type: "button" });
  const file = make("input", "", "", { type: "file", accept: ".py,text/x-python", id: "mine-file" });
  const line = make("p", "tools");
  line.append(save, make("label", "", "Bring one: ", { for: "mine-file" }), file, forget);
  const about = make("p", "", "Functions that you keep stay in this browser, in my_bind.py, and are used in the lessons that follow. What you type into a cell stays until this window is closed. Nothing is sent, and nothing that could be a key is stored.");
  root.append(make("h2", "", "Your own functions"), about, make("p", "list"), line, said);
  show = () => {
    const names = functions();
    root.querySelector(".list").textContent = names.length ? `Kept: ${names.join(", ")}.` : "None is kept so far.";
    said.textContent = why && `${why} ${ONLY_HERE}`;
    save.disabled = forget.disabled = !sent()[BIND] && !sent()[NAMES[1]];
  };
  save.addEventListener("click", () => saved(sent()[BIND] || ""));
  forget.addEventListener("click", () => {
    if (!confirm(FORGET)) return;
    NAMES.forEach((name) => store(name, null));
    tried(() => sessionStorage.clear());
    why = "";
    show();
    said.textContent = "Nothing is kept now.";
  });
  file.addEventListener("change", async () => {
    const text = await file.files[0].text();
    file.value = "";
    try {
      const { unstored, error } = await python.insist(() => ({ ask: "mine", mine: { ...sent(), [BIND]: text } }));
      if (error) throw new Error(error);
      if (unstored?.startsWith("It is no Python")) throw new Error(`This file was not taken. ${unstored}`);
      take({ mine: { ...sent(), [BIND]: text }, unstored });
      if (!why) said.textContent = "Your file is here.";
    } catch (error) {
      said.textContent = error.message;
    }
  });
  show();
  return root;
}
