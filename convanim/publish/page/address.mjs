/** The figure that is open, in the page's address: "#figure:dilation". */

/**
 * The name of the figure that an address asks for; "" if it asks for none.
 * @param {string} hash
 * @returns {string}
 */
export function figureIn(hash) {
  const found = /^#figure:(.*)/.exec(hash);
  try { return found ? decodeURIComponent(found[1]) : ""; } catch { return ""; }
}

/**
 * The end of an address that asks for a figure.
 * @param {string} name
 * @returns {string}
 */
export const hashOf = (name) => `#figure:${encodeURIComponent(name)}`;
