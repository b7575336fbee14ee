/** Texts to copy, and the choice between several of them. */

/**
 * A new element with a text and properties.
 * @param {string} name
 * @param {string} text
 * @param {object} properties
 * @returns {HTMLElement}
 */
export function made(name, text = "", properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text }, properties);
}

async function copyText(text, button, dialog) {
  try { await navigator.clipboard.writeText(text); } catch {
    // the older way: the text has to be selected inside of the open dialog
    const area = made("textarea", text);
    dialog.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

// the names of the chosen texts by title, from figure to figure
const chosen = {};

/**
 * A box with one of several texts, a list to choose it from, and a button that copies it.
 * @param {string} title
 * @param {Object<string, string>} texts by name
 * @param {HTMLDialogElement} dialog
 * @returns {HTMLElement}
 */
export function choiceOf(title, texts, dialog) {
  const pick = made("select"), text = made("pre", "", { tabIndex: 0 });
  const button = made("button", "Copy", { type: "button" });
  const show = () => { text.textContent = texts[pick.value]; };
  pick.setAttribute("aria-label", title);
  text.setAttribute("aria-label", title);
  text.setAttribute("role", "region");
  pick.append(...Object.keys(texts).map((name) => made("option", name, { value: name })));
  if (chosen[title] in texts) pick.value = chosen[title];
  pick.onchange = () => { chosen[title] = pick.value; show(); };
  button.onclick = () => copyText(texts[pick.value], button, dialog);
  show();
  const bar = made("div", "", { className: "bar" }), box = made("div", "", { className: "copy" });
  bar.append(made("h3", title), pick, button);
  box.append(bar, text);
  return box;
}
