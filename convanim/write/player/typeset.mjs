/** Letters with indices as in print: italic, and below the line. `_typeset` in html.py does the same in Python. */

const MARKED = /([\u{1d44e}-\u{1d467}]|[\u2080-\u2089]+(?:,[\u2080-\u2089]+)*)/u;

/**
 * The pieces of a text: an element's name and the text inside of it, or "" and a text without an element.
 * @param {string} text
 * @returns {[string, string][]}
 */
export function piecesOf(text) {
  return text.split(MARKED).map((part, n) =>
    n % 2 ? [part < "\u2090" ? "sub" : "i", part.normalize("NFKC")] : ["", part]);
}

/**
 * Put a text into an element, in place of the text that was there.
 * @param {Element} element
 * @param {string} text
 */
export function typeset(element, text) {
  element.replaceChildren(...piecesOf(text).map(([tag, inside]) =>
    tag ? Object.assign(document.createElement(tag), { textContent: inside }) : inside));
}
