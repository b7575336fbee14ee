// Draws figures under Python compiled to WebAssembly: node wasm.mjs PYODIDE REPOSITORY ROUNDS prints what
// tests/helpers/vector_figures.py prints, with the version of Python and the libraries that were imported.

import { pathToFileURL } from "node:url";

const [pyodide, repository, rounds] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(pyodide));
const python = await loadPyodide({ env: { HOME: "/home", PYTHONDONTWRITEBYTECODE: "1" } });
for (const folder of ["convanim", "tests"]) {
  python.FS.mkdirTree(`/source/${folder}`);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: `${repository}/${folder}` }, `/source/${folder}`);
}
python.globals.set("rounds", Number(rounds));
console.log(
  python.runPython(`
import json, sys
sys.path[:0] = ["/source", "/source/tests"]
from helpers.vector_figures import HEAVY, drawn
figures = drawn("/tmp", rounds)
json.dumps({"platform": sys.platform, "figures": figures, "libraries": [name for name in HEAVY if name in sys.modules]})
`),
);
