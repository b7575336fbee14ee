/** Reads texts as JSON from standard input, and writes the pieces of each. */
import { piecesOf } from "../../../convanim/write/player/typeset.mjs";

let given = "";
for await (const part of process.stdin.setEncoding("utf8")) given += part;
process.stdout.write(JSON.stringify(JSON.parse(given).map(piecesOf)));
