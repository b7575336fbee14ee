/** The controls: made from the package's tables of parameters and options. */

const HIGHEST = { input_size: 16, output_size: 16 };
const ELSE = 8;

function labelled(row, ...parts) {
  const label = document.createElement("label"), name = document.createElement("span");
  name.textContent = row.name.replaceAll("_", " ");
  label.title = row.about;
  label.append(name, ...parts);
  label.dataset.control = row.name;
  return label;
}

function selectOf(row, value, change) {
  const select = document.createElement("select");
  const usual = row.default === null || row.default === undefined ? "" : String(row.default);
  for (const choice of usual && row.choices.includes(usual) ? row.choices : ["", ...row.choices]) {
    select.add(new Option(choice || "–", choice === usual ? "" : choice));
  }
  select.value = value === usual ? "" : value;
  select.onchange = () => change(select.value);
  return [select];
}

function switchOf(row, value, change) {
  const box = document.createElement("input");
  box.type = "checkbox";
  const usual = row.default === true || row.default === null && row.name === "count_include_pad";
  box.checked = value === "" ? usual : value !== "false";
  box.onchange = () => change(box.checked === usual ? "" : String(box.checked));
  return [box];
}

function boxOf(row, value, change, kind = "text") {
  const box = document.createElement("input");
  box.type = kind;
  box.value = value;
  box.placeholder = row.default ?? row.unset ?? "";
  if (kind === "number") {
    box.min = row.least;
    if (row.most) box.max = row.most;
    box.step = row.kind === "number" ? "any" : 1;
  }
  box.oninput = () => change(box.value.trim());
  if (row.kind === "labels" || row.kind === "padding") {
    const list = document.createElement("datalist");
    list.id = `choices-${row.name}-${counted++}`;
    for (const choice of row.choices) list.append(new Option(choice));
    box.setAttribute("list", list.id);
    return [box, list];
  }
  return [box];
}

let counted = 0;

// a slider for one value of all axes, and a text for all that a slider can't say: "5x7", "1:2", "same"
function sizeOf(row, value, change) {
  const slider = document.createElement("input"), [box, ...rest] = boxOf(row, value, (text) => {
    slide(text);
    change(text);
  });
  slider.type = "range";
  slider.min = row.least;
  slider.max = HIGHEST[row.name] ?? ELSE;
  const slide = (text) => { if (/^\d+/.test(text)) slider.value = parseInt(text, 10); };
  slider.value = row.default ?? row.least;
  slide(value);
  slider.setAttribute("aria-label", `${row.name.replaceAll("_", " ")}, one value for all axes`);
  slider.oninput = () => {
    box.value = slider.value;
    change(slider.value);
  };
  return [slider, box, ...rest];
}

const KINDS = {
  cells: sizeOf,
  padding: sizeOf,
  choice: selectOf,
  switch: switchOf,
  count: (row, value, change) => boxOf(row, value, change, "number"),
  number: (row, value, change) => boxOf(row, value, change, "number"),
};

/**
 * The control of a parameter or an option.
 * @param {object} row
 * @param {string} value its text, "" for the default
 * @param {(text: string) => void} change is called with each new text
 */
export function controlOf(row, value, change) {
  const parts = (KINDS[row.kind] ?? boxOf)(row, value, change);
  if (parts.length === 1 || parts[1] instanceof HTMLDataListElement) return labelled(row, ...parts);
  const both = document.createElement("span");
  both.className = "both";
  both.append(...parts);
  return labelled(row, both);
}
