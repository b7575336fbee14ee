/** Connects the page of a gallery: figures that play while they are seen, the search, the colours, and the dialog. */
import { openOnClick, player } from "./cards.mjs";
import { openerOf } from "./detail.mjs";
import { chooseColours } from "./modes.mjs";
import { countLine, focusOnSlash, hasAll, wordsOf } from "./search.mjs";
import { withSynonyms } from "./synonyms.mjs";

function searchIn(cards) {
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
}

const cards = [...document.querySelectorAll(".card")];
const dialog = document.getElementById("detail");
cards.forEach(player());
searchIn(cards);
focusOnSlash(document.getElementById("search"), dialog);
chooseColours(document.getElementById("mode"));
const data = JSON.parse(document.getElementById("data").textContent);
const open = openerOf(dialog, data.details, (name) => document.getElementById(`figure:${name}`));
for (const card of cards) openOnClick(card, open);
