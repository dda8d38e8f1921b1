// Python in a worker: loaded from this site, at the first question; then one answer after the other.
import { loadPyodide } from "./python/pyodide.mjs";

const FILES = new URL("python/", import.meta.url).href;
const SIZES = "about 6 MB from this site, once";
const BEGIN = `
import sys, zipfile
zipfile.ZipFile("/library.zip").extractall("/library")
sys.path.insert(0, "/library")
from mtlib.lab.book import Book, stand_in
stand_in()
book = Book()
book.answer('{"ask": "ready"}')
`;

async function load() {
  postMessage({ loading: `Python starts in this page: it loads ${SIZES}. Nothing you do leaves it.` });
  const library = fetch(`${FILES}library.zip`).then((answer) => answer.arrayBuffer());
  const python = await loadPyodide({ indexURL: FILES });
  python.FS.writeFile("/library.zip", new Uint8Array(await library));
  python.runPython(BEGIN);
  postMessage({ ready: true });
  return python.globals.get("book");
}

let book = null;

async function answer({ call, question }) {
  try {
    book ||= load();
    const loaded = await book;
    postMessage({ call, answer: JSON.parse(loaded.answer(JSON.stringify(question))) });
  } catch (error) {
    postMessage({ failed: String(error.message || error).trim().split("\n").at(-1) });
  }
}

let turn = Promise.resolve();
addEventListener("message", ({ data }) => {
  if (data.life) {
    navigator.locks?.request(data.life, () => new Promise(() => postMessage({ alive: data.life })));
    book = load();
    book.catch((error) => postMessage({ failed: String(error.message || error).trim().split("\n").at(-1) }));
  } else turn = turn.then(() => answer(data));
});
