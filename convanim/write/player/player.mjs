/** Starts the players of a page. */
import { start } from "./start.mjs";

// only new players: a notebook runs this script in another place, or once for several players
for (const root of document.querySelectorAll(".convanim:not([data-ready])")) {
  const data = root.querySelector("script[type='application/json']");
  if (!data) continue;
  root.dataset.ready = "";
  start(root, JSON.parse(data.textContent));
}
