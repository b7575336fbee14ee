/**
 * A configuration: the texts of its layers' parameters and of its figure's options, and the link that holds them.
 * @typedef {{op: string, values: Record<string, string>}} Layer
 * @typedef {{layers: Layer[], options: Record<string, string>}} Configuration
 */

/**
 * The configuration of a link. A name that comes before the first operation, or twice, is kept as it is: Python says
 * what is wrong with it.
 * @param {string} query
 * @param {Set<string>} options the names that are options of the figure, and not parameters of a layer
 * @returns {Configuration}
 */
export function configurationOf(query, options) {
  const found = { layers: [], options: {} };
  for (const [name, value] of new URLSearchParams(query)) {
    const layer = found.layers.at(-1);
    if (name === "op") found.layers.push({ op: value, values: {} });
    else if (layer && !options.has(name)) layer.values[name] = value;
    else found.options[name] = value;
  }
  return found;
}

/**
 * The link of a configuration. Empty texts are left out: they stand for defaults.
 * @param {Configuration} configuration
 * @returns {string}
 */
export function queryOf({ layers, options }) {
  const pairs = layers.flatMap(({ op, values }) => [["op", op], ...Object.entries(values)]);
  return [...pairs, ...Object.entries(options)]
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replace(/%(5B|5D|2C|3A|2F)/g, decodeURIComponent)}`)
    .join("&");
}

/**
 * The values of a layer that another operation has too.
 * @param {Record<string, string>} values
 * @param {{link: string, kind: string, choices: string[], needed: boolean}[]} rows the parameters of the other operation
 * @returns {Record<string, string>}
 */
export function keptValues(values, rows) {
  const fits = (row) => row.link in values && (!row.choices.length || row.kind === "padding"
    || row.choices.includes(values[row.link]));
  const kept = Object.fromEntries(rows.filter(fits).map((row) => [row.link, values[row.link]]));
  for (const row of rows) {
    if (row.needed && !(row.link in kept)) kept[row.link] = "3";
  }
  if (values.ndim) kept.ndim = values.ndim;
  return kept;
}
