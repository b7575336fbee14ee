/** The dialog that tells all of one figure. */
import { figureIn, hashOf } from "./address.mjs";
import { choiceOf, made } from "./copying.mjs";
import { loaded } from "./loading.mjs";

function fileLink(name, suffix, href) {
  const item = made("li"), link = made("a", suffix, { href, download: name + suffix });
  link.setAttribute("aria-label", `Save ${name}${suffix}`);
  item.append(link);
  return item;
}

function fill(dialog, card, name, { formula, facts, code, embed, files, alt }) {
  const inside = (selector) => dialog.querySelector(selector);
  const image = inside(".big img"), picture = card.querySelector("img");
  inside("#detail-title").textContent = card.querySelector("h3").textContent;
  image.width = picture.getAttribute("width");
  image.height = picture.getAttribute("height");
  image.alt = alt || picture.alt;
  image.src = picture.dataset.src;
  inside(".big").style.cssText = card.querySelector(".picture").style.cssText;
  inside(".formula").replaceChildren(...formula.map((line) => made("p", line)));
  inside(".facts").replaceChildren(...facts.flatMap(([fact, value]) => [made("dt", fact), made("dd", value)]));
  inside(".copies").replaceChildren(choiceOf("Put it into", embed, dialog), choiceOf("Code", code, dialog));
  inside(".files").replaceChildren(...files.map(([suffix, href]) => fileLink(name, suffix, href)));
}

/**
 * A function that opens the figure of a name. The page's address follows what is open, and what is open follows it.
 * @param {HTMLDialogElement} dialog
 * @param {string} details the file that tells of figures whose cards name no other
 * @param {(name: string) => HTMLElement | null | Promise<HTMLElement | undefined>} cardOf
 * @returns {(name: string) => Promise<void>}
 */
export function openerOf(dialog, details, cardOf) {
  const told = {};
  let asked = "";

  async function open(name) {
    asked = name;
    const card = await cardOf(name);
    const file = card?.dataset.details || details;
    const all = card && await (told[file] ||= loaded(file, "convanimDetails"));
    if (asked !== name) return; // another one was asked for meanwhile
    if (!all?.[name]) { dialog.close(); return; }
    fill(dialog, card, name, all[name]);
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    if (location.hash !== hashOf(name)) history.pushState(null, "", hashOf(name));
  }

  function follow() {
    const name = figureIn(location.hash);
    if (name) open(name);
    else { asked = ""; dialog.close(); }
  }

  dialog.querySelector(".close").onclick = () => dialog.close();
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  dialog.onclose = () => {
    dialog.querySelector(".big img").removeAttribute("src");
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  };
  addEventListener("popstate", follow);
  follow();
  return open;
}
