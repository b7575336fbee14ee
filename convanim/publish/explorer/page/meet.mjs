/**
 * Which cells meet: the cells of all planes that take part in the same products as one cell.
 *
 * Axes are independent. Along each axis a product is a triple [output, kernel, padded] of places; all products are the
 * combinations of one triple of each axis.
 * @typedef {{input: number, kernel: number, flipped: boolean, reads: number[][], sources: (number | null)[]}} Axis
 * @typedef {{role: string, rule: string | [string, string] | null, shift: [number, number],
 *   size: number[]}} Plane
 */

/**
 * All products along one axis.
 * @param {Axis} axis
 * @returns {[number, number, number][]}
 */
export function productsOf({ kernel, flipped, reads }) {
  return reads.flatMap((cells, output) =>
    cells.map((padded, n) => [output, flipped ? kernel - 1 - n : n, padded]));
}

/** The combinations of one element of each list. */
export function combined(lists) {
  return lists.reduce((found, list) => found.flatMap((begin) => list.map((one) => [...begin, one])), [[]]);
}

/** The place of a cell in a list of all cells, row by row. */
export const ravel = (cell, sizes) => cell.reduce((index, one, n) => index * sizes[n] + one, 0);

/** How many outputs, kernel cells and inputs there are along each axis. */
const sizesOf = (axes) => ({
  output: axes.map(({ reads }) => reads.length),
  tap: axes.map(({ kernel }) => kernel),
  source: axes.map(({ input }) => input),
});

// of each rule of a plane, the place along one axis that a product [output, kernel, padded] has there
const PLACES = {
  padded: ([, , padded]) => padded,
  source: ([, , padded], { sources }) => sources[padded],
  output: ([output]) => output,
  kernel: ([, kernel]) => kernel,
  tap: ([, kernel], axis) => axis.flipped ? axis.kernel - 1 - kernel : kernel,
  reversed_tap: ([, kernel], axis) => axis.kernel - 1 - PLACES.tap([0, kernel], axis),
};

const flat = (cell) => cell.length === 1 ? [0, cell[0]] : cell;

/** The cell of a plane that takes part in a product, as [row, column]; null for none. */
function cellIn({ rule, shift: [down, right] }, product, axes, sizes) {
  const along = (name) => product.map((part, n) => PLACES[name](part, axes[n]));
  if (typeof rule === "string") {
    const cell = along(rule);
    if (cell.includes(null)) return null;
    const [row, column] = flat(cell);
    return [row + down, column + right];
  }
  const cell = rule.map((name) => {
    if (name === "only") return 0;
    const own = name.replace("_index", ""), places = along(own);
    return places.includes(null) ? null : ravel(places, sizes[own]);
  });
  return cell.includes(null) ? null : cell;
}

/**
 * The products that a cell of a plane takes part in, each with a triple of every axis.
 * @param {Axis[]} axes
 * @param {Plane} plane
 * @param {[number, number]} cell row and column
 */
export function productsAt(axes, plane, cell) {
  const { rule, shift: [down, right] } = plane, sizes = sizesOf(axes);
  if (!rule) return [];
  const ends = [cell[0] - down, cell[1] - right].slice(-axes.length);
  // along each axis first, where the plane has a place for each: all combinations of a large figure are too many
  const along = axes.map((axis, n) => productsOf(axis)
    .filter((one) => typeof rule !== "string" || PLACES[rule](one, axis) === ends[n]));
  return combined(along).filter((product) => {
    const at = cellIn(plane, product, axes, sizes);
    return at && at[0] === cell[0] && at[1] === cell[1];
  });
}

/**
 * The cells of each plane that take part in products, as texts "row,column" without repetitions.
 * @returns {string[][]} a list for each plane
 */
export function cellsOf(axes, planes, products) {
  const sizes = sizesOf(axes);
  return planes.map((plane) => {
    const cells = plane.rule ? products.map((product) => cellIn(plane, product, axes, sizes)) : [];
    return [...new Set(cells.filter(Boolean).map(String))];
  });
}

/**
 * The cells of the planes of a chain that a cell sees below it, and that see it above.
 * @param {Axis[][]} layers
 * @param {number} level the plane of the cell: 0 for the first layer's input, 1 for its output, and so on
 * @param {number[]} cell with a place for each axis, without padding
 * @returns {string[][]} a list for each plane
 */
export function chainOf(layers, level, cell) {
  const places = [];
  places[level] = cell.map((place) => [place]);
  for (let n = level - 1; n >= 0; n--) {
    places[n] = places[n + 1].map((some, axis) => {
      const { reads, sources } = layers[n][axis];
      const read = some.flatMap((output) => reads[output].map((padded) => sources[padded]));
      return [...new Set(read)].filter((place) => place !== null);
    });
  }
  for (let n = level; n < layers.length; n++) {
    places[n + 1] = places[n].map((some, axis) => {
      const { reads, sources } = layers[n][axis];
      return reads.flatMap((cells, output) => cells.some((padded) => some.includes(sources[padded])) ? [output] : []);
    });
  }
  return places.map((some) => combined(some).map((one) => String(flat(one))));
}

/**
 * The plane and the cell at a point of the figure: the last plane that has one there, since it is drawn on top.
 * @param {object[]} planes with origin, right and down in the figure's units
 * @param {[number, number]} point
 * @returns {{plane: number, cell: [number, number]} | null}
 */
export function cellAtPoint(planes, [px, py]) {
  for (let n = planes.length - 1; n >= 0; n--) {
    const { origin, right: [a, b], down: [c, d], size } = planes[n];
    const x = px - origin[0], y = py - origin[1], area = a * d - b * c;
    const column = Math.floor((x * d - y * c) / area), row = Math.floor((y * a - x * b) / area);
    if (row >= 0 && column >= 0 && row < size[0] && column < size[1]) return { plane: n, cell: [row, column] };
  }
  return null;
}

/** The corners of a cell, for a polygon. */
export function cornersOf({ origin, right, down }, [row, column]) {
  const at = (x, y) => [0, 1].map((n) => +(origin[n] + x * right[n] + y * down[n]).toFixed(3)).join(" ");
  return [at(column, row), at(column + 1, row), at(column + 1, row + 1), at(column, row + 1)].join(" ");
}
