/** Reads [{axes | layers, planes, questions}] from standard input, and writes the cells that meet each of them. */
import { cellAtPoint, cellsOf, chainOf, cornersOf, productsAt } from "../../../convanim/publish/explorer/page/meet.mjs";

let text = "";
for await (const part of process.stdin) text += part;
const answers = JSON.parse(text).map(({ layers, planes, questions }) => questions.map(({ plane, cell }) => {
  const met = layers.length > 1
    ? chainOf(layers, plane, layers[0].length === 1 ? [cell[1]] : cell)
    : cellsOf(layers[0], planes, productsAt(layers[0], planes[plane], cell));
  const corners = cornersOf(planes[plane], cell).split(" ").map(Number);
  const middle = [0, 1].map((n) => (corners[n] + corners[n + 2] + corners[n + 4] + corners[n + 6]) / 4);
  return { met, found: cellAtPoint(planes, middle) };
}));
process.stdout.write(JSON.stringify(answers));
