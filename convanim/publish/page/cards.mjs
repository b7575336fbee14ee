/** The cards of figures: what plays, what a click opens, and cards of figures that stand on another page. */
import { made } from "./copying.mjs";

/**
 * A function that watches a card: its figure is loaded when it comes near, plays while it is seen, and is put away
 * afterwards.
 * @returns {(card: HTMLElement) => void}
 */
export function player() {
  const watch = new IntersectionObserver((found) => {
    for (const { target, isIntersecting } of found) {
      if (!isIntersecting) target.removeAttribute("src");
      else if (!target.hasAttribute("src")) target.src = target.dataset.src;
    }
  }, { rootMargin: "40px" });
  return (card) => watch.observe(card.querySelector("img"));
}

/**
 * Lets the parts of a card open its figure.
 * @param {HTMLElement} card
 * @param {(name: string) => void} open
 */
export function openOnClick(card, open) {
  const link = card.querySelector("h3 a");
  const opened = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.focus();
    open(card.dataset.name);
  };
  for (const part of [link, card.querySelector(".picture"), card.querySelector("p")]) part.onclick = opened;
}

/**
 * The card of a figure that the search found.
 * @param {{name: string, title: string, more: string, width: number, height: number, ground: string, file: string,
 * details: string}} figure
 * @returns {HTMLElement}
 */
export function cardOf({ name, title, more, width, height, ground, file, details }) {
  const card = made("li", "", { className: "card" }), picture = made("div", "", { className: "picture" });
  const image = made("img", "", { width, height, alt: title }), heading = made("h3"), line = made("p");
  Object.assign(card.dataset, { name, details });
  image.dataset.src = file;
  picture.style.setProperty("--ground-of", ground);
  picture.append(image);
  heading.append(made("a", title, { href: file }));
  line.append(made("code", name), more ? ` · ${more}` : "");
  card.append(picture, heading, line);
  return card;
}
