/** Data beside the page: a page that is a file may load scripts, and nothing else. */
import { made } from "./copying.mjs";

/**
 * The value of window that a script sets.
 * @param {string} src the script's file
 * @param {string} name the value's name
 * @returns {Promise<any>}
 */
export const loaded = (src, name) => new Promise((done, failed) => {
  const script = made("script", "", { src });
  script.onload = () => done(window[name]);
  script.onerror = failed;
  document.head.append(script);
});
