/** Answers links with the Python of a site: node answers.mjs SITE, with a list of links as JSON on standard input. */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const site = process.argv[2];
const { loadPyodide } = await import(pathToFileURL(`${site}/pyodide/pyodide.mjs`));
const source = await readFile(`${site}/worker.mjs`, "utf8"), program = /PROGRAM = `([^`]*)`/.exec(source)[1];
let text = "";
for await (const part of process.stdin) text += part;
const python = await loadPyodide();
python.unpackArchive(new Uint8Array(await readFile(`${site}/convanim.zip`)), "zip");
const answer = python.runPython(program);
process.stdout.write(JSON.stringify(JSON.parse(text).map((query) => answer(query))));
