/** Connects a page of a large gallery, which has several: the search finds the figures of all of them. */
import { cardOf, openOnClick, player } from "./cards.mjs";
import { openerOf } from "./detail.mjs";
import { chooseColours } from "./modes.mjs";
import { figuresOf } from "./rows.mjs";
import { countLine, focusOnSlash, hasAll, wordsOf } from "./search.mjs";

const AT_ONCE = 60; // cards that are added at a time: those after them come when the last one is near

// shows cards of figures, more of them as a reader goes down
function shelf(list, use) {
  let rest = [];
  const watch = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) add();
  }, { rootMargin: "800px" });
  function add() {
    watch.disconnect();
    const cards = rest.slice(0, AT_ONCE).map(cardOf);
    rest = rest.slice(AT_ONCE);
    list.append(...cards);
    cards.forEach(use);
    if (rest.length) watch.observe(list.lastElementChild);
  }
  return (figures) => {
    list.replaceChildren();
    rest = figures;
    add();
  };
}

function searchInAll(search, figures, use) {
  const count = document.getElementById("count"), found = document.getElementById("found");
  const others = document.querySelectorAll("main section:not(#found), .pager");
  const show = shelf(found.querySelector("ul"), use);
  let asked = 0;
  search.onfocus = () => figures().catch(() => {});
  search.oninput = async () => {
    const words = wordsOf(search.value), turn = ++asked;
    let all = new Map();
    if (words.length) {
      count.textContent = "Searching";
      try { all = await figures(); } catch {
        count.textContent = "The files of the search are missing: search.js and those like it belong beside the page.";
        return;
      }
      if (turn !== asked) return;
    }
    const some = [...all.values()].filter(({ text }) => hasAll(text, words));
    for (const other of others) other.hidden = words.length > 0;
    found.hidden = !some.length;
    show(some);
    count.textContent = countLine(some.length, words);
  };
}

const dialog = document.getElementById("detail"), search = document.getElementById("search");
const data = JSON.parse(document.getElementById("data").textContent);
const figures = figuresOf(data.parts, data.shown);

async function find(name) {
  const here = document.getElementById(`figure:${name}`);
  if (here) return here;
  const figure = (await figures()).get(name);
  return figure && cardOf(figure);
}

const play = player();
chooseColours(document.getElementById("mode"));
const open = openerOf(dialog, data.details, find);
function use(card) {
  play(card);
  openOnClick(card, open);
}
document.querySelectorAll(".card").forEach(use);
searchInAll(search, figures, use);
focusOnSlash(search, dialog);
