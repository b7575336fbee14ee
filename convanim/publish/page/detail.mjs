/** The dialog that tells all of one figure. */
import { figureIn, hashOf } from "./address.mjs";
import { choiceOf, made } from "./copying.mjs";

/**
 * A function that gives what a file tells of its figures, by name: the file is loaded at the first call.
 * @returns {(src: string) => Promise<object>} of the file, a script that sets window.convanimDetails
 */
function loader() {
  const loading = {};
  return (src) => loading[src] ||= new Promise((done, failed) => {
    const script = made("script", "", { src });
    script.onload = () => done(window.convanimDetails);
    script.onerror = failed;
    document.head.append(script);
  });
}

function fileLink(name, suffix, href) {
  const item = made("li"), link = made("a", suffix, { href, download: name + suffix });
  link.setAttribute("aria-label", `Save ${name}${suffix}`);
  item.append(link);
  return item;
}

function fill(dialog, card, name, { formula, facts, code, embed, files }) {
  const inside = (selector) => dialog.querySelector(selector);
  const image = inside(".big img"), picture = card.querySelector("img");
  inside("#detail-title").textContent = card.querySelector("h3").textContent;
  image.width = picture.getAttribute("width");
  image.height = picture.getAttribute("height");
  image.alt = picture.alt;
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
 * @returns {(name: string) => Promise<void>}
 */
export function openerOf(dialog, details) {
  const load = loader();
  const cardOf = (name) => document.getElementById(`figure:${name}`);

  async function open(name) {
    const card = cardOf(name);
    if (!card) return;
    const all = await load(card.dataset.details || details);
    if (!all?.[name]) return;
    fill(dialog, card, name, all[name]);
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    if (location.hash !== hashOf(name)) history.pushState(null, "", hashOf(name));
  }

  function follow() {
    const name = figureIn(location.hash);
    if (name && cardOf(name)) open(name);
    else if (dialog.open) dialog.close();
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
