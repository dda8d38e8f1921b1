// Python in a worker: loaded from this site, at the first question; then one answer after the other.
import { loadPyodide } from "./python/pyodide.mjs";

const FILES = new URL("python/", import.meta.url).href;
const SIZES = "about 6 MB from this site, once";
const BEGIN = `
import sys
sys.path.insert(0, "/library")
from mtlib.lab.book import Book, stand_in
stand_in()
book = Book()
book.answer('{"ask": "ready"}')
`;
const BLOCK = 512; // bytes, of which a tar archive is made

/** The library's files by their paths, and its folders, which end in "/". The browser unpacks them much quicker than
 *  Python, and meanwhile Python is loaded. */
async function library() {
  const packed = (await fetch(`${FILES}library.bin`)).body.pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  const text = (from, size) => new TextDecoder().decode(bytes.subarray(from, from + size)).split("\0")[0];
  const files = [];
  for (let at = 0, size; bytes[at]; at += BLOCK * (1 + Math.ceil(size / BLOCK))) {
    size = parseInt(text(at + 124, 12), 8);
    files.push([`/${text(at, 100)}`, bytes.subarray(at + BLOCK, at + BLOCK + size)]);
  }
  return files;
}

async function load() {
  postMessage({ loading: `Python starts in this page: it loads ${SIZES}. Nothing you do leaves it.` });
  const [python, files] = await Promise.all([loadPyodide({ indexURL: FILES }), library()]);
  for (const [path, data] of files) path.endsWith("/") ? python.FS.mkdir(path) : python.FS.writeFile(path, data);
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
