/** Connects the page of a gallery: figures that play while they are seen, the search, the colours, and the dialog. */
import { openerOf } from "./detail.mjs";
import { buttonOf, modeOf, nextMode } from "./modes.mjs";
import { countLine, hasAll, wordsOf } from "./search.mjs";
import { withSynonyms } from "./synonyms.mjs";

// a figure is loaded when it comes near, plays while it is seen, and is put away afterwards
function playWhileSeen(cards) {
  const watch = new IntersectionObserver((found) => {
    for (const { target, isIntersecting } of found) {
      if (!isIntersecting) target.removeAttribute("src");
      else if (!target.hasAttribute("src")) target.src = target.dataset.src;
    }
  }, { rootMargin: "40px" });
  for (const card of cards) watch.observe(card.querySelector("img"));
}

function searchIn(cards, dialog) {
  const search = document.getElementById("search"), count = document.getElementById("count");
  const texts = cards.map((card) => withSynonyms(`${card.dataset.words} ${card.textContent}`.toLowerCase()));
  search.oninput = () => {
    const words = wordsOf(search.value);
    cards.forEach((card, n) => { card.hidden = !hasAll(texts[n], words); });
    for (const section of document.querySelectorAll("main section")) {
      section.hidden = !section.querySelector(".card:not([hidden])");
    }
    count.textContent = countLine(cards.filter((card) => !card.hidden).length, words);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || dialog.open || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    search.focus();
  });
}

function chooseColours(button) {
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

function openOnClick(card, open) {
  const link = card.querySelector("h3 a");
  const opened = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.focus();
    open(card.dataset.name);
  };
  for (const part of [link, card.querySelector(".picture"), card.querySelector("p")]) part.onclick = opened;
}

const cards = [...document.querySelectorAll(".card")];
const dialog = document.getElementById("detail");
playWhileSeen(cards);
searchIn(cards, dialog);
chooseColours(document.getElementById("mode"));
const open = openerOf(dialog, JSON.parse(document.getElementById("data").textContent).details);
for (const card of cards) openOnClick(card, open);
