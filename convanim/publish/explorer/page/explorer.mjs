/** The explorer's page: controls, the figure that they make, and the cells that meet. */
import { start } from "../../../write/player/start.mjs";
import { chooseColours } from "../../page/modes.mjs";
import { serverOf, workerOf } from "./ask.mjs";
import { configurationOf, keptValues, queryOf } from "./configuration.mjs";
import { controlOf } from "./form.mjs";
import { cellAtPoint, cellsOf, chainOf, cornersOf, productsAt, ravel } from "./meet.mjs";
import { showTaken } from "./take.mjs";

const data = JSON.parse(document.getElementById("data").textContent);
const form = document.getElementById("controls");
const place = document.getElementById("player");
const line = document.getElementById("met");
const refusal = document.getElementById("refusal");
const take = document.getElementById("take");
const loading = document.getElementById("loading");
const FIRST = ["view", "theme", "labels", "lang", "symbols", "reveal"]; // options that are seen without a click
const WAIT_MS = 60; // after a change, before it is asked: a slider changes many times a second
const OPTIONS = new Set([...data.controls.options.map((row) => row.link), "step"]);
const opened = {};

let answer = data.answer;
let playing = null;
let pinned = null;
let timer = 0;
let now = null;

const rowsOf = (op) => data.controls.operations[op] ?? [];

// ---- the figure ----

function showFigure() {
  const step = playing?.step() ?? 0, went = playing ? playing.playing : undefined;
  playing?.run(false);
  playing = null;
  place.innerHTML = answer.moving.html;
  place.classList.remove("old");
  const root = place.querySelector(".convanim"), script = root.querySelector("script[type='application/json']");
  root.dataset.ready = "";
  if (script) {
    const told = JSON.parse(script.textContent);
    playing = start(root, told, went === undefined ? {} : { step: Math.min(step, told.steps - 1), playing: went });
  }
  pinned = null;
  mark(null);
  bindCells(root.querySelector("[data-part=figure]"));
  showTaken(take, answer, opened);
  document.title = `${answer.words.title} – convanim`;
}

// ---- the cells that meet ----

const layers = () => answer.taps;

function met({ plane, cell }) {
  const axes = layers()[0];
  if (!answer.planes[plane].rule) return { cells: [], products: [] };
  if (layers().length > 1) {
    return { cells: chainOf(layers(), plane, axes.length === 1 ? [cell[1]] : cell), products: [] };
  }
  const products = productsAt(axes, answer.planes[plane], cell);
  return { cells: cellsOf(axes, answer.planes, products), products };
}

function sentence({ plane, cell }, { products }) {
  const { role, rule } = answer.planes[plane], axes = layers()[0];
  const own = axes.length === 1 ? [cell[1]] : cell, outputs = new Set(products.map((parts) => String(parts.map(([o]) => o))));
  const places = { cell: `(${own.join(", ")})`, n: outputs.size, row: cell[0], column: cell[1] };
  let phrase = answer.phrases[role] ?? "{cell}";
  if (role === "output" && layers().length === 1 && products.length && rule !== "source") {
    const output = products[0].map(([place], axis) => place + axes[axis].start);
    const step = ravel(output, axes.map(({ outputs: all }) => all));
    const sum = answer.sums[answer.moving.numbers.indexOf(step)];
    return phrase.replace("{cell}", `(${output.join(", ")})`) + (sum ? `: ${sum}` : "");
  }
  let kind = role;
  if (rule === "padded") {
    const sources = own.map((place, axis) => axes[axis].sources[place]);
    if (sources.includes(null)) kind = "padding";
    places.cell = `(${sources.join(", ")})`;
  }
  phrase = (outputs.size === 1 && answer.phrases[`${kind}_once`]) || (answer.phrases[kind] ?? phrase);
  return phrase.replace(/\{(\w+)\}/g, (_, place) => places[place]);
}

function mark(found) {
  place.querySelector(".met")?.remove();
  if (!found) {
    line.textContent = answer.phrases.hint;
    return;
  }
  const reached = met(found), group = document.createElementNS("http://www.w3.org/2000/svg", "g");
  group.setAttribute("class", "met");
  reached.cells.forEach((cells, n) => cells.forEach((cell) => {
    const polygon = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
    const own = n === found.plane && cell === String(found.cell);
    polygon.setAttribute("points", cornersOf(answer.planes[n], cell.split(",").map(Number)));
    if (own) polygon.setAttribute("class", "own");
    group.append(polygon);
  }));
  place.querySelector("[data-part=figure] svg").append(group);
  line.textContent = sentence(found, reached);
}

function cellUnder(event) {
  const svg = place.querySelector("[data-part=figure] svg");
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return cellAtPoint(answer.planes, [x, y]);
}

function bindCells(figure) {
  figure.addEventListener("pointermove", (event) => { if (!pinned) mark(cellUnder(event)); });
  figure.addEventListener("pointerleave", () => { if (!pinned) mark(null); });
  figure.addEventListener("click", (event) => {
    const at = cellUnder(event);
    if (!at) return;
    pinned = pinned && String(pinned.cell) === String(at.cell) && pinned.plane === at.plane ? null : at;
    mark(pinned);
  });
}

// ---- questions and answers ----

function refuse({ refusal: text, at }) {
  refusal.textContent = text;
  place.classList.add("old");
  for (const label of form.querySelectorAll("[data-control]")) {
    label.classList.toggle("fault", at.includes(label.dataset.control));
  }
}

function accept(told) {
  if (told.refusal) {
    refuse(told);
    return;
  }
  refuse({ refusal: "", at: [] });
  answer = told;
  showFigure();
}

function fail(text) {
  refuse({ refusal: text, at: [] });
  tell(true);
}

/** Whether Python is ready: its loading takes some seconds, and is told. */
function tell(ready) {
  loading.hidden = ready;
}

const source = data.worker ? workerOf(data.worker, accept, fail, tell) : serverOf(accept, fail);

function changed() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const query = queryOf(now);
    try { history.pushState(null, "", `?${query}`); } catch { /* a page that is a file has no address of its own */ }
    source.ask(query);
  }, WAIT_MS);
}

// ---- the controls ----

function fieldset(name, parts) {
  const set = document.createElement("fieldset"), legend = document.createElement("legend");
  legend.textContent = name;
  set.append(legend, ...parts);
  return set;
}

function buttonNamed(name, click) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = name;
  made.onclick = click;
  return made;
}

function layerOf(layer, n) {
  const kinds = { name: "operation", about: "The kind of operation.", choices: Object.keys(data.controls.operations), default: "" };
  const kind = controlOf({ ...kinds, kind: "choice" }, layer.op, (op) => {
    layer.op = op;
    layer.values = keptValues(layer.values, rowsOf(op).filter((row) => n === 0 || row.name !== "input_size"));
    showControls();
    changed();
  });
  kind.querySelector("option[value='']")?.remove();
  const rows = rowsOf(layer.op).filter((row) => n === 0 || row.name !== "input_size");
  const parts = rows.map((row) => controlOf(row, layer.values[row.link] ?? "", (text) => {
    layer.values[row.link] = text;
    changed();
  }));
  const axes = { name: "ndim", about: "One dimension or two.", choices: ["1", "2"], kind: "choice", default: "2" };
  if (n === 0) {
    parts.push(controlOf(axes, layer.values.ndim ?? "", (text) => {
      layer.values.ndim = text;
      changed();
    }));
  }
  if (now.layers.length > 1) {
    parts.push(buttonNamed("Remove this layer", () => {
      const [gone] = now.layers.splice(n, 1);
      if (n === 0) now.layers[0].values.i = gone.values.i;
      showControls();
      changed();
    }));
  }
  return fieldset(now.layers.length > 1 ? `Layer ${n + 1}` : "Operation", [kind, ...parts]);
}

function showControls() {
  const option = (row) => controlOf(row, now.options[row.link] ?? "", (text) => {
    now.options[row.link] = text;
    changed();
  });
  const rows = data.controls.options, more = document.createElement("details"), summary = document.createElement("summary");
  summary.textContent = "More";
  more.append(summary, ...rows.filter((row) => !FIRST.includes(row.name)).map(option));
  more.open = form.querySelector("details")?.open ?? false;
  const add = buttonNamed("Add a layer", () => {
    now.layers.push({ op: "conv", values: { k: "3" } });
    delete now.options.view;
    showControls();
    changed();
  });
  form.replaceChildren(
    ...now.layers.map(layerOf),
    add,
    fieldset("Figure", [...FIRST.map((name) => option(rows.find((row) => row.name === name))), more]),
  );
}

function readAddress() {
  now = configurationOf(location.search || data.query, OPTIONS);
  showControls();
  if (location.search && queryOf(now) !== data.query) source.ask(queryOf(now));
  else accept(data.answer);
}

form.onsubmit = (event) => event.preventDefault();
addEventListener("popstate", readAddress);
chooseColours(document.getElementById("mode"));
readAddress();
// Python loads when nothing else is to do, or at the first touch of a control; in a frame only then
form.addEventListener("pointerdown", source.start, { once: true });
form.addEventListener("focusin", source.start, { once: true });
if (parent === window) requestIdleCallback(source.start);
