/** The page's colours: light, dark, or as the system has them. */

const SIGNS = { system: "◐", light: "☀", dark: "☾" };
const MODES = Object.keys(SIGNS);

/**
 * The mode of a name; the system's if there is no mode of this name.
 * @param {string | null | undefined} name
 * @returns {string}
 */
export const modeOf = (name) => MODES.includes(name) ? name : "system";

/**
 * The mode that the button leads to.
 * @param {string} mode
 * @returns {string}
 */
export const nextMode = (mode) => MODES[(MODES.indexOf(mode) + 1) % MODES.length];

/**
 * The sign on the button, and the button's name.
 * @param {string} mode
 * @returns {{sign: string, label: string}}
 */
export function buttonOf(mode) {
  return { sign: SIGNS[mode], label: `Colours: ${mode === "system" ? "as the system" : mode}` };
}

/**
 * Lets a button switch the page's colours, which are remembered.
 * @param {HTMLButtonElement} button
 */
export function chooseColours(button) {
  const { dataset } = document.documentElement;
  const stored = () => { try { return localStorage.getItem("convanim-mode"); } catch { return null; } };
  function show(mode) {
    if (mode === "system") delete dataset.mode; else dataset.mode = mode;
    const { sign, label } = buttonOf(mode);
    button.textContent = sign;
    button.setAttribute("aria-label", label);
    try { localStorage.setItem("convanim-mode", mode); } catch { /* not remembered */ }
  }
  show(modeOf(stored()));
  button.onclick = () => show(nextMode(modeOf(dataset.mode)));
}
