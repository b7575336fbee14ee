/** The look of a player: the step in its figure, the texts below it, and its play button. */
import { cellAt, spanOf } from "./steps.mjs";
import { typeset } from "./typeset.mjs";

/**
 * The text of a step: its sum or, if all sums together are too long for a page, its cell, if it has one.
 * @param {number} step
 * @param {{sums: string[], cell: string, cells: number[], numbers?: number[]}} data
 * @returns {string}
 */
export function textOf(step, { sums, cell, cells, numbers }) {
  if (sums.length) return sums[step];
  return cell.replace("{cell}", `(${cellAt(numbers?.[step] ?? step, cells).join(", ")})`);
}

/**
 * A function that shows the groups of a step and hides the others.
 * @param {Element} root
 * @param {number} last the last step
 * @returns {(step: number) => void}
 */
function groupsOf(root, last) {
  const groups = Array.from(root.querySelectorAll("[data-s]"), (group) => [group, ...spanOf(group.dataset.s, last)]);
  return (step) => {
    for (const [group, from, to] of groups) {
      const on = step >= from && step <= to;
      // of many steps, the marks are a comment until they are seen
      if (on && group.firstChild?.nodeType === Node.COMMENT_NODE) group.innerHTML = group.firstChild.data;
      group.classList.toggle("on", on);
    }
  };
}

/**
 * The elements of a player by the names of its parts, and functions that change their look.
 * @param {Element} root
 * @param {object} data all that the page says of the figure
 */
export function viewOf(root, data) {
  const parts = {};
  for (const part of root.querySelectorAll("[data-part]")) parts[part.dataset.part] = part;
  const { at, bar, figure, play, scrub, sum } = parts;
  const showGroups = groupsOf(root, data.steps - 1);
  const longest = data.sums.reduce((one, other) => other.length > one.length ? other : one, "");
  return {
    ...parts,
    show(step) {
      showGroups(step);
      scrub.value = step;
      scrub.setAttribute("aria-valuetext", at.textContent = data.at.replace("{n}", ((data.numbers?.[step] ?? step) + 1).toLocaleString("en")));
      typeset(sum, textOf(step, data));
      figure.dataset.step = step + 1;
    },
    // leave room for the longest sum, so that nothing below it moves
    fit(step) {
      if (!longest || sum.classList.contains("said")) return;
      sum.style.minHeight = "";
      typeset(sum, longest);
      sum.style.minHeight = `${sum.offsetHeight}px`;
      typeset(sum, textOf(step, data));
    },
    showPlaying(on) {
      bar.className = `bar ${on ? "playing" : "standing"}`;
      play.title = play.dataset[on ? "pause" : "play"];
      play.setAttribute("aria-label", play.title);
      for (const element of [at, sum]) element.setAttribute("aria-live", on ? "off" : "polite");
    },
  };
}
