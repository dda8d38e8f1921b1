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

const book = load();
const fail = (error) => postMessage({ failed: String(error.message || error).trim().split("\n").at(-1) });
let turn = book.catch(fail);
addEventListener("message", ({ data: { life, call, question } }) => {
  if (life) return void navigator.locks?.request(life, () => new Promise(() => postMessage({ alive: life })));
  turn = turn.then(async () => postMessage({ call, answer: JSON.parse((await book).answer(JSON.stringify(question))) })).catch(fail);
});
