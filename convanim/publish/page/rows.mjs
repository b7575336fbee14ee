/** What the search knows of the figures of all pages: a script for each page, loaded when somebody searches. */
import { loaded } from "./loading.mjs";
import { withSynonyms } from "./synonyms.mjs";

/**
 * The end of the names of a page's files: "" of the first, then "-2".
 * @param {number} part the page's number
 * @returns {string}
 */
const ending = (part) => part === 1 ? "" : `-${part}`;

/**
 * A figure as the search needs it, of a row of a page's script.
 * @param {(string | number)[]} row
 * @param {number} part the number of its page
 * @param {string} shown the suffix of the file that is shown
 * @returns {object}
 */
export function figureOf([name, title, more, words, width, height, ground], part, shown) {
  const text = withSynonyms(`${name} ${words} ${title} ${more}`.toLowerCase());
  const file = encodeURIComponent(name + shown), details = `details${ending(part)}.js`;
  return { name, title, more, width, height, ground, text, file, details };
}

/**
 * A function that gives the figures of all pages by name, in their order. They are loaded at the first call.
 * @param {number} parts how many pages there are
 * @param {string} shown the suffix of the files that are shown
 * @returns {() => Promise<Map<string, object>>}
 */
export function figuresOf(parts, shown) {
  let loading;
  async function all() {
    const numbers = Array.from({ length: parts }, (_, n) => n + 1);
    const rows = await Promise.all(numbers.map((part) => loaded(`search${ending(part)}.js`, "convanimRows")));
    const figures = rows.flatMap((some, n) => some.map((row) => figureOf(row, n + 1, shown)));
    return new Map(figures.map((figure) => [figure.name, figure]));
  }
  return () => loading ||= all();
}
