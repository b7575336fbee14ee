/** The search: which figures have all words that a reader asks for. */

/**
 * The words of a query, in lower case and without quotation marks and commas.
 * @param {string} query
 * @returns {string[]}
 */
export const wordsOf = (query) => query.toLowerCase().split(/[\s,"'`“”‘’„]+/).filter(Boolean);

/**
 * Whether each word is somewhere in a text, in the singular too.
 * @param {string} text in lower case
 * @param {string[]} words
 * @returns {boolean}
 */
export const hasAll = (text, words) => words.every((word) => text.includes(word)
  || (word.length > 3 && word.endsWith("s") && text.includes(word.slice(0, -1))));

/**
 * The line that says how many figures were found; nothing without a search.
 * @param {number} found
 * @param {string[]} words
 * @returns {string}
 */
export function countLine(found, words) {
  if (!words.length) return "";
  return `${found || "No"} ${found === 1 ? "figure" : "figures"}`;
}

/**
 * Lets the key / lead to the search.
 * @param {HTMLInputElement} search
 * @param {HTMLDialogElement} dialog where a reader may type it
 */
export function focusOnSlash(search, dialog) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || dialog.open || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    search.focus();
  });
}
