// Runs the Python program that stands on standard input, in Pyodide, with this repository to import from. Its output is
// the program's; an exception of it ends this program with status 1.
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { loadPyodide } from "pyodide";

const root = fileURLToPath(new URL("../..", import.meta.url));
const python = await loadPyodide();
python.FS.mkdirTree("/course");
python.FS.mount(python.FS.filesystems.NODEFS, { root }, "/course");
python.runPython("import sys\nsys.path[:0] = ['/course']\nsys.dont_write_bytecode = True");
try {
  python.runPython(await text(process.stdin));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
