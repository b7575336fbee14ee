/** Which step is shown, and where it is in the address and in the output. Steps count from 0; readers count from 1. */

/**
 * The step that is nearest to a wish.
 * @param {number} wish
 * @param {number} last the last step
 * @returns {number}
 */
export const clamp = (wish, last) => Math.min(Math.max(wish, 0), last);

/**
 * The step after another one: the first step follows the last one.
 * @param {number} step
 * @param {number} last
 * @returns {number}
 */
export const following = (step, last) => step < last ? step + 1 : 0;

/**
 * The step that an address asks for, as "#step=3" does; null if it asks for none.
 * @param {string} hash
 * @param {number} last
 * @returns {number | null}
 */
export function stepIn(hash, last) {
  const found = /[#&]step=(\d+)/.exec(hash);
  return found && clamp(found[1] - 1, last);
}

/**
 * The end of an address that asks for a step.
 * @param {number} step
 * @returns {string}
 */
export const hashOf = (step) => `#step=${step + 1}`;

/**
 * The first and the last step in which a group is seen: "3" is one step, "3-5" are three, "3-" are all from there on.
 * @param {string} text
 * @param {number} last
 * @returns {[number, number]}
 */
export function spanOf(text, last) {
  const [from, to = from] = text.split("-");
  return [+from, +(to || last)];
}

/**
 * The cell of the output that a step computes, if the steps go through the cells row by row.
 * @param {number} step
 * @param {number[]} sizes the output's size on each axis
 * @returns {number[]}
 */
export function cellAt(step, sizes) {
  const cell = [];
  for (const size of [...sizes].reverse()) {
    cell.unshift(step % size);
    step = Math.floor(step / size);
  }
  return cell;
}
