/**
 * How long steps are seen, and which one is on at a time. All times are in milliseconds.
 * @typedef {{steps: number, step_ms: number, hold_ms: number, loop: number}} Timing `loop` is 0 for ever
 * @typedef {{step: number, since: number, plays: number, rate: number, ended?: boolean}} Clock
 *   the step that is on, when it began, how often the last step has ended, the speed, and whether all is played
 */
import { following } from "./steps.mjs";

/**
 * How long a step is seen at speed 1: the last one is held.
 * @param {number} step
 * @param {Timing} timing
 * @returns {number}
 */
export function duration(step, { steps, step_ms, hold_ms }) {
  return step_ms + (step === steps - 1 ? hold_ms : 0);
}

/**
 * The clock at a later time. A step begins when the one before it ends, not when a frame is drawn, so that delays don't
 * add up. After a long pause, as in a tab that was hidden, the step begins anew.
 * @param {Clock} clock
 * @param {number} now
 * @param {Timing} timing
 * @returns {Clock}
 */
export function advance({ step, since, plays, rate }, now, timing) {
  const last = timing.steps - 1;
  const length = () => duration(step, timing) / rate;
  if (now - since > 2 * length() + 1000) since = now;
  while (now - since >= length()) {
    if (step === last && timing.loop && ++plays >= timing.loop) return { step, since, plays, rate, ended: true };
    since += length();
    step = following(step, last);
  }
  return { step, since, plays, rate, ended: false };
}

/**
 * The clock at another speed: the same share of the step has passed.
 * @param {Clock} clock
 * @param {number} now
 * @param {number} rate
 * @returns {Clock}
 */
export function atRate(clock, now, rate) {
  return { ...clock, rate, since: now - (now - clock.since) * clock.rate / rate };
}
