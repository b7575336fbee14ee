import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { commandsOf, playbackOf } from "../../../convanim/write/player/playback.mjs";
import { textOf } from "../../../convanim/write/player/view.mjs";

const DATA = { steps: 9, step_ms: 100, hold_ms: 0, loop: 0, poster: 4, page: true };
let now, frames, hashes;

beforeEach(() => {
  now = 0;
  frames = new Map();
  hashes = [];
  globalThis.performance.now = () => now;
  globalThis.requestAnimationFrame = (draw) => { frames.set(frames.size + 1, draw); return frames.size; };
  globalThis.cancelAnimationFrame = (n) => { if (n) frames.set(n, null); };
  globalThis.history = { replaceState: (state, title, hash) => hashes.push(hash) };
});

/** A player whose view writes down what it is told. */
function started(changes = {}) {
  const told = { steps: [], playing: [] };
  const rates = ["0.25", "0.5", "1", "2", "4"];
  const speed = { length: rates.length, selectedIndex: 2, get value() { return rates[this.selectedIndex]; } };
  const view = { speed, show: (step) => told.steps.push(step), showPlaying: (on) => told.playing.push(on) };
  const player = playbackOf(view, { ...DATA, ...changes });
  return { told, speed, player, commands: commandsOf(player, speed, DATA.steps - 1) };
}

/** The next frame, some time later. */
function frame(ms) {
  now += ms;
  const draw = frames.get(frames.size);
  draw?.(now);
}

test("steps are turned one by one, to the ends, and no further", () => {
  const { told, commands } = started();
  for (const name of ["next", "back", "back", "first", "back", "last", "next"]) commands[name]();
  assert.deepEqual(told.steps, [5, 4, 3, 0, 0, 8, 8]);
  assert.deepEqual(hashes, [6, 5, 4, 1, 1, 9, 9].map((n) => `#step=${n}`));
  assert.ok(told.playing.every((on) => !on), "turning stops");
});

test("a part of another page leaves the address alone", () => {
  const { commands } = started({ page: false });
  commands.next();
  assert.deepEqual(hashes, []);
});

test("an address that can't be changed is no error", () => {
  globalThis.history = { replaceState() { throw new Error("no address"); } };
  const { told, commands } = started();
  commands.next();
  assert.deepEqual(told.steps, [5]);
});

test("it plays from where it is, and pauses there", () => {
  const { told, player, commands } = started();
  commands.play();
  for (let n = 0; n < 5; n++) frame(50);
  assert.deepEqual(told.steps, [5, 6]);
  commands.play();
  frame(500);
  assert.deepEqual([told.steps, told.playing, player.step(), hashes], [[5, 6], [true, false], 6, ["#step=7"]]);
});

test("out of sight it stands still", () => {
  const { told, player, commands } = started();
  commands.play();
  player.seen = false;
  for (let n = 0; n < 20; n++) frame(50);
  assert.deepEqual(told.steps, []);
  player.seen = true;
  frame(100);
  assert.deepEqual(told.steps, [5]);
});

test("played once it ends at the last step, and plays from the start again", () => {
  const { told, commands } = started({ loop: 1 });
  commands.play();
  for (let n = 0; n < 5; n++) frame(100);
  assert.deepEqual([told.steps, told.playing], [[5, 6, 7, 8], [true, false]]);
  assert.deepEqual(hashes, ["#step=9"]);
  commands.play();
  assert.deepEqual(told.steps, [5, 6, 7, 8, 0]);
});

test("restart plays from the first step", () => {
  const { told, commands } = started();
  commands.restart();
  frame(100);
  assert.deepEqual([told.steps, told.playing], [[0, 1], [true]]);
});

test("the speed has a fastest and a slowest", () => {
  const { speed, commands } = started();
  for (let n = 0; n < 9; n++) commands.faster();
  assert.equal(speed.value, "4");
  for (let n = 0; n < 9; n++) commands.slower();
  assert.equal(speed.value, "0.25");
});

test("faster, less time is left of the step", () => {
  const { told, commands } = started();
  commands.play();
  frame(60);
  commands.faster();
  frame(19);
  assert.deepEqual(told.steps, []);
  frame(1);
  assert.deepEqual(told.steps, [5]);
});

test("a step says its sum, or its cell, or nothing", () => {
  assert.equal(textOf(1, { sums: ["a", "b"], cell: "", cells: [1, 2] }), "b");
  assert.equal(textOf(25, { sums: [], cell: "output cell {cell}", cells: [20, 24] }), "output cell (1, 1)");
  assert.equal(textOf(3, { sums: [], cell: "", cells: [] }), "");
});
