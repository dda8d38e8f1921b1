// Compiles the standard library and the library of this repository to byte code, with the Python that will run it, and
// packs each into one archive in the folder that is given: the standard library as Pyodide wants it, the other as a
// browser unpacks it quickest. What no page needs of the standard library is left out.
import { fileURLToPath } from "node:url";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadPyodide } from "pyodide";

const folder = process.argv[2];
const root = fileURLToPath(new URL("../..", import.meta.url));
const installed = fileURLToPath(new URL("node_modules/pyodide/", import.meta.url));
const python = await loadPyodide();
for (const [name, place] of [["/course", root], ["/installed", installed]]) {
  python.FS.mkdirTree(name);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: place }, name);
}
python.runPython(`
import gzip, importlib.util, io, marshal, pathlib, tarfile, types, zipfile

LEFT_OUT = {
    "_pydatetime", "_pydecimal", "_pyio", "_pyrepl", "antigravity", "bdb", "cProfile", "cmd", "code",
    "compileall", "configparser", "csv", "ctypes", "curses", "dbm", "doctest", "email", "ensurepip",
    "fileinput", "fractions", "ftplib", "getpass", "graphlib", "http", "idlelib", "imaplib", "lib2to3",
    "mailbox", "mimetypes", "modulefinder", "multiprocessing", "netrc", "nturl2path", "optparse", "pdb", "pickletools",
    "plistlib", "poplib", "profile", "pstats", "pyclbr", "pydoc", "pydoc_data", "rlcompleter", "sched",
    "shelve", "smtplib", "socketserver", "sqlite3", "statistics", "symtable", "tabnanny", "tarfile", "test", "this",
    "timeit", "tkinter", "tomllib", "trace", "tracemalloc", "turtle", "turtledemo", "uuid", "venv", "wave",
    "webbrowser", "wsgiref", "xml", "xmlrpc", "zipapp", "zoneinfo",
}
ENCODINGS = {"__init__", "aliases", "ascii", "cp437", "idna", "latin_1", "punycode", "raw_unicode_escape", "unicode_escape",
             "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_8", "utf_8_sig"}
"""Those in which bytes and texts are pasted."""

def is_wanted(name):
    top, _, rest = name.partition("/")
    if top == "encodings":
        return rest.removesuffix(".py") in ENCODINGS
    return top.removesuffix(".py") not in LEFT_OUT and not name.endswith("/")

def bare(code):
    constants = tuple(bare(each) if isinstance(each, types.CodeType) else each for each in code.co_consts)
    return code.replace(co_linetable=begun_at(code), co_consts=constants)

def begun_at(code):
    """A table that gives every instruction the line where its function begins: what formats a traceback wants some."""
    whole, rest = divmod(len(code.co_code) // 2, 8)
    lengths = [8] * whole + [rest] * bool(rest)
    return b"".join(bytes((0x80 | 13 << 3 | length - 1, 0)) for length in lengths)  # 13: no columns; 0: no line further

def compiled(source, name):
    """Byte code that nobody compares with its source, without docstrings and places in a line: a third of its size."""
    code = bare(compile(source, name, "exec", dont_inherit=True, optimize=2))
    return importlib.util.MAGIC_NUMBER + b"\\x01\\0\\0\\0" + importlib.util.source_hash(source) + marshal.dumps(code)

def pack(files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()

def tar(files):
    """Folders first, each before what is in it."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for folder in sorted({str(each) for name in files for each in pathlib.PurePath("library", name).parents} - {"."}):
            entry = tarfile.TarInfo(folder)
            entry.type = tarfile.DIRTYPE
            archive.addfile(entry)
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(f"library/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(made.getvalue(), 9, mtime=0)

standard = {}
with zipfile.ZipFile("/installed/python_stdlib.zip") as archive:
    for name in archive.namelist():
        if not is_wanted(name):
            continue
        data = archive.read(name)
        if name.endswith(".py"):
            name, data = name + "c", compiled(data, name)
        standard[name] = data
library = {}
course = pathlib.Path("/course")
for path in course.joinpath("mtlib").rglob("*"):
    name = str(path.relative_to(course))
    if path.suffix == ".py" and not name.startswith("mtlib/cli/"):
        library[name + "c"] = compiled(path.read_bytes(), name)
    elif path.suffix in (".json", ".css", ".mjs"):
        library[name] = path.read_bytes()
made = {"python_stdlib.zip": pack(standard), "library.bin": tar(library)}
`);
const made = python.globals.get("made");
for (const name of made.keys()) writeFileSync(join(folder, name), made.get(name).toJs());
