/** The state of a player: the step that is on, whether it plays, and the commands that change this. */
import { clamp, hashOf } from "./steps.mjs";
import { advance, atRate } from "./time.mjs";

/**
 * A player that stands still at the poster.
 * @param {object} view as `viewOf` makes it
 * @param {object} data all that the page says of the figure
 */
export function playbackOf(view, data) {
  let clock = { step: data.poster, since: 0, plays: 0, rate: 1 }, frame = 0;
  const player = {
    playing: false,
    seen: true,
    step: () => clock.step,
    show: (step) => view.show(clock.step = step),
    rewind() {
      clock.plays = 0;
      player.show(0);
    },
    run(on) {
      view.showPlaying(player.playing = on);
      cancelAnimationFrame(frame);
      if (!on) return;
      if (clock.step === data.steps - 1 && data.loop) player.rewind();
      clock.since = performance.now();
      frame = requestAnimationFrame(tick);
    },
    pause() {
      player.run(false);
      player.writeHash();
    },
    // only a page with one player has the step in its address
    writeHash() {
      if (!data.page) return;
      try { history.replaceState(null, "", hashOf(clock.step)); } catch { /* no address, or too many changes */ }
    },
    readSpeed() { clock = atRate(clock, performance.now(), +view.speed.value); },
  };
  function tick(now) {
    frame = requestAnimationFrame(tick);
    const { step } = clock;
    clock = player.seen ? advance(clock, now, data) : { ...clock, since: now };
    if (clock.step !== step) view.show(clock.step);
    if (clock.ended) player.pause();
  }
  return player;
}

/**
 * The commands of a player, by the names that keys and buttons have for them.
 * @param {object} player as `playbackOf` makes it
 * @param {HTMLSelectElement} speed
 * @param {number} last the last step
 */
export function commandsOf(player, speed, last) {
  const go = (step) => {
    player.run(false);
    player.show(clamp(step, last));
  };
  const turn = (step) => {
    go(step);
    player.writeHash();
  };
  const change = (by) => {
    speed.selectedIndex = clamp(speed.selectedIndex + by, speed.length - 1);
    player.readSpeed();
  };
  return {
    go,
    play: () => player.playing ? player.pause() : player.run(true),
    restart: () => { player.rewind(); player.run(true); },
    back: () => turn(player.step() - 1),
    next: () => turn(player.step() + 1),
    first: () => turn(0),
    last: () => turn(last),
    faster: () => change(1),
    slower: () => change(-1),
  };
}
