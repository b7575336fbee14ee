/** Starts a player: connects controls, keys, the pointer and the page with the commands. */
import { dragCommand, keyCommand } from "./commands.mjs";
import { commandsOf, playbackOf } from "./playback.mjs";
import { stepIn } from "./steps.mjs";
import { viewOf } from "./view.mjs";

function bindControls(view, player, commands) {
  for (const name of ["restart", "back", "play", "next"]) view[name].onclick = commands[name];
  view.speed.onchange = player.readSpeed;
  view.scrub.oninput = () => commands.go(+view.scrub.value);
  view.scrub.onchange = player.writeHash;
}

function bindKeys(element, commands) {
  element.onkeydown = (event) => {
    const command = keyCommand(event);
    if (!command) return;
    event.preventDefault();
    commands[command]();
  };
}

function bindPointer(figure, commands) {
  let start = null;
  figure.onpointerdown = (event) => {
    if (!event.isPrimary || event.button) return;
    start = event;
    figure.setPointerCapture(event.pointerId);
  };
  figure.onpointerup = (event) => {
    if (!start || !event.isPrimary) return;
    const command = dragCommand(event.clientX - start.clientX, event.clientY - start.clientY);
    start = null;
    commands[command]?.();
  };
  figure.onpointercancel = () => { start = null; };
}

function bindPage(root, view, player, poster) {
  addEventListener("resize", () => view.fit(player.step()));
  // on paper, the step that explains most
  let left = 0;
  addEventListener("beforeprint", () => { left = player.step(); player.show(poster); });
  addEventListener("afterprint", () => player.show(left));
  new IntersectionObserver((found) => { player.seen = found.pop().isIntersecting; }).observe(root);
}

/**
 * Starts the player in an element.
 * @param {Element} root
 * @param {object} data all that the page says of the figure
 * @param {{step?: number, playing?: boolean}} begin where it begins, if not at the first step, and whether it plays
 */
export function start(root, data, begin = {}) {
  const view = viewOf(root, data), last = data.steps - 1;
  const player = playbackOf(view, data), commands = commandsOf(player, view.speed, last);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const asked = () => data.page ? stepIn(location.hash, last) : null;
  bindControls(view, player, commands);
  bindKeys(data.page ? document : root, commands);
  bindPointer(view.figure, commands);
  bindPage(root, view, player, data.poster);
  addEventListener("hashchange", () => { if (asked() !== null) commands.go(asked()); });
  calm.onchange = () => { if (calm.matches) player.run(false); };

  view.bar.hidden = false;
  view.fit(data.poster);
  player.show(asked() ?? begin.step ?? (calm.matches ? data.poster : 0));
  if (begin.playing ?? (asked() === null && !calm.matches)) player.run(true);
  performance.mark("convanim");
  return player;
}
