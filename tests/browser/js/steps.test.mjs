import assert from "node:assert/strict";
import { test } from "node:test";

import { cellAt, clamp, following, hashOf, spanOf, stepIn } from "../../../convanim/write/player/steps.mjs";

test("a wish outside of the figure is its first or last step", () => {
  assert.deepEqual([-3, 0, 4, 8, 9, Infinity].map((wish) => clamp(wish, 8)), [0, 0, 4, 8, 8, 8]);
});

test("the first step follows the last", () => {
  assert.deepEqual([0, 1, 7, 8].map((step) => following(step, 8)), [1, 2, 8, 0]);
  assert.equal(following(0, 0), 0);
});

test("an address names a step as readers count", () => {
  assert.deepEqual(["#step=1", "#step=9", "#a=b&step=3"].map((hash) => stepIn(hash, 8)), [0, 8, 2]);
});

test("a step that there isn't is the nearest one", () => {
  const large = `#step=${"9".repeat(400)}`;
  assert.deepEqual(["#step=0", "#step=10", large].map((hash) => stepIn(hash, 8)), [0, 8, 8]);
});

test("another address asks for no step", () => {
  for (const hash of ["", "#", "#step", "#step=", "#step=x", "#step=-1", "#mystep=3", "#figure:step=3", "step=3"]) {
    assert.equal(stepIn(hash, 8), null, hash);
  }
});

test("each step's address leads to it", () => {
  for (let step = 0; step < 20; step++) assert.equal(stepIn(hashOf(step), 19), step);
});

test("a group is seen in one step, in several, or from one on", () => {
  assert.deepEqual(["0", "3", "3-5", "0-0", "3-", "0-"].map((text) => spanOf(text, 8)),
    [[0, 0], [3, 3], [3, 5], [0, 0], [3, 8], [0, 8]]);
});

test("steps go through the cells of the output row by row", () => {
  const sizes = [2, 3, 4], cells = [];
  for (let a = 0; a < 2; a++) for (let b = 0; b < 3; b++) for (let c = 0; c < 4; c++) cells.push([a, b, c]);
  assert.deepEqual(cells.map((_, step) => cellAt(step, sizes)), cells);
  assert.deepEqual(sizes, [2, 3, 4], "the sizes stay as they are");
  assert.deepEqual([cellAt(5, [7]), cellAt(0, [])], [[5], []]);
});
