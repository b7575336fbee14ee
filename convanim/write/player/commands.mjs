/** Which command a key or a movement of the pointer stands for. The names of commands are those of `commandsOf`. */

const KEYS = {
  " ": "play",
  k: "play",
  r: "restart",
  ArrowLeft: "back",
  ArrowRight: "next",
  Home: "first",
  End: "last",
  "+": "faster",
  "=": "faster",
  "-": "slower",
};

// keys that a control with the focus uses itself
const OWN_KEYS = { BUTTON: / /, SELECT: / |Arrow|Home|End/, INPUT: /Arrow|Home|End/ };

/**
 * The command of a key; nothing for a key that is for the browser, or for the control that has the focus.
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, target: {tagName: string}}} event
 * @returns {string | undefined}
 */
export function keyCommand({ key, ctrlKey, metaKey, altKey, target }) {
  if (!ctrlKey && !metaKey && !altKey && !OWN_KEYS[target.tagName]?.test(key)) return KEYS[key];
}

/**
 * The command of a pointer that moved while it was down: a tap plays or pauses, a drag sideways goes to another step.
 * Other movements have no command.
 * @param {number} across pixels to the right
 * @param {number} down pixels downwards
 * @returns {string | undefined}
 */
export function dragCommand(across, down) {
  if (Math.hypot(across, down) < 12) return "play";
  if (Math.abs(across) > Math.max(30, Math.abs(down))) return across < 0 ? "next" : "back";
}
