import assert from "node:assert/strict";
import { test } from "node:test";

import { advance, atRate, duration } from "../../../convanim/write/player/time.mjs";

const TIMING = { steps: 4, step_ms: 100, hold_ms: 50, loop: 0 };
const clock = (changes = {}) => ({ step: 0, since: 1000, plays: 0, rate: 1, ...changes });

/** The clock after all of these times. */
const after = (start, times, timing) => times.reduce((found, now) => advance(found, now, timing), start);

test("the last step is held", () => {
  assert.deepEqual([0, 1, 2, 3].map((step) => duration(step, TIMING)), [100, 100, 100, 150]);
});

test("a step is on until its time is over", () => {
  const steps = [1000, 1099.9, 1100, 1199, 1200, 1300, 1449, 1450].map((now) => advance(clock(), now, TIMING).step);
  assert.deepEqual(steps, [0, 0, 1, 1, 2, 3, 3, 0]);
});

test("a step begins when the one before it ends, so that late frames don't add up", () => {
  const late = after(clock(), [1130, 1260], TIMING);
  assert.deepEqual([late.step, late.since], [2, 1200]);
  const times = Array.from({ length: 1000 }, (_, n) => 1000 + 17 * (n + 1));
  const found = after(clock(), times, TIMING);
  assert.equal(found.since, 1000 + 450 * 37 + 300, "37 rounds of 450 ms have passed, and three steps");
  assert.equal(found.step, 3);
});

test("several short steps can end within one frame", () => {
  const found = advance(clock(), 1000 + 16.7, { ...TIMING, step_ms: 4, hold_ms: 0 });
  assert.deepEqual([found.step, found.since], [0, 1016]);
});

test("after a long pause the step begins anew", () => {
  const found = advance(clock({ step: 2 }), 999_999, TIMING);
  assert.deepEqual([found.step, found.since, found.ended], [2, 999_999, false]);
  const short = advance(clock({ step: 2 }), 1000 + 1200, TIMING);
  assert.notEqual(short.since, 2200, "two steps and a second are no long pause");
});

test("without a loop it never ends", () => {
  const times = Array.from({ length: 500 }, (_, n) => 1000 + 100 * (n + 1));
  const found = after(clock(), times, TIMING);
  assert.deepEqual([found.ended, found.plays], [false, 0]);
});

for (const loop of [1, 2, 3]) {
  test(`played ${loop} times it stays at the last step`, () => {
    const timing = { ...TIMING, loop };
    const end = 1000 + 450 * loop;
    const times = Array.from({ length: 45 * loop }, (_, n) => 1000 + 10 * n);
    const before = after(clock(), times, timing);
    assert.deepEqual([before.step, before.ended, before.plays], [3, false, loop - 1]);
    const found = advance(before, end, timing);
    assert.deepEqual([found.step, found.ended, found.plays], [3, true, loop]);
  });
}

test("the speed divides all times", () => {
  for (const rate of [0.25, 0.5, 1, 2, 4]) {
    const steps = [0, 99, 100, 200, 300, 449, 450].map((ms) => advance(clock({ rate }), 1000 + ms / rate, TIMING).step);
    assert.deepEqual(steps, [0, 0, 1, 2, 3, 3, 0], `rate ${rate}`);
  }
});

test("at another speed the same share of the step has passed", () => {
  const half = clock({ since: 1000 });
  const faster = atRate(half, 1050, 4);
  assert.deepEqual([faster.rate, faster.step, (1050 - faster.since) * 4], [4, 0, 50]);
  assert.equal(advance(faster, 1050 + 12, TIMING).step, 0);
  assert.equal(advance(faster, 1050 + 12.5, TIMING).step, 1);
  assert.deepEqual(atRate(atRate(half, 1050, 4), 1050, 1), half, "and back");
});

test("clocks are not changed", () => {
  const start = Object.freeze(clock());
  advance(start, 1450, TIMING);
  atRate(start, 1450, 2);
  assert.deepEqual(start, clock());
});
