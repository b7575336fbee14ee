import assert from "node:assert/strict";
import { test } from "node:test";

import { figureIn, hashOf } from "../../../convanim/publish/page/address.mjs";
import { buttonOf, modeOf, nextMode } from "../../../convanim/publish/page/modes.mjs";
import { figureOf } from "../../../convanim/publish/page/rows.mjs";
import { countLine, hasAll, wordsOf } from "../../../convanim/publish/page/search.mjs";
import { SYNONYMS, withSynonyms } from "../../../convanim/publish/page/synonyms.mjs";

const NAMES = ["dilation", "a'b & c", "100%", "ünï", "#figure:x", "a/b?c", "</script>", "x y"];

test("each figure's address leads to it", () => {
  for (const name of NAMES) assert.equal(figureIn(hashOf(name)), name);
});

test("another address asks for no figure", () => {
  const others = ["", "#", "#figure:", "#figure", "#collection-1", "#x#figure:dilation", "#figure:%", "#figure:%E0%A4"];
  for (const hash of others) assert.equal(figureIn(hash), "", hash);
});

test("words are looked for in any case and in any order", () => {
  assert.deepEqual(wordsOf("  Transposed\tSTRIDE "), ["transposed", "stride"]);
  assert.deepEqual(wordsOf("  "), []);
  assert.ok(hasAll("a stride, transposed", ["transposed", "stride"]) && hasAll("anything", []));
  assert.ok(!hasAll("a stride", ["transposed", "stride"]));
});

test("quotation marks and commas are no words, and a plural finds the singular", () => {
  assert.deepEqual(wordsOf("'same', \"U-Net\" “x”"), ["same", "u-net", "x"]);
  assert.ok(hasAll("a stamp", ["stamps"]) && hasAll("two stamps", ["stamps"]) && !hasAll("a stamp", ["steps"]));
  assert.ok(!hasAll("a ga", ["gas"]), "short words have no plural");
});

test("a text has the words that mean the same, and a text of something else hasn't", () => {
  const text = withSynonyms("dilation a dilated kernel");
  assert.ok(text.startsWith("dilation a dilated kernel ") && hasAll(text, ["atrous"]) && !hasAll(text, ["vgg"]));
  assert.equal(withSynonyms("xyz"), "xyz");
});

test("synonyms are in lower case, once each, and no pattern remembers where it was", () => {
  const words = SYNONYMS.flatMap(([typed]) => typed.split(", "));
  assert.deepEqual(words, words.map((word) => word.toLowerCase()));
  assert.equal(new Set(words).size, words.length);
  assert.ok(SYNONYMS.every(([, pattern]) => !pattern.global && !pattern.sticky));
});

test("the count is said after a search alone", () => {
  assert.deepEqual([0, 1, 2].map((n) => countLine(n, ["x"])), ["No figures", "1 figure", "2 figures"]);
  assert.equal(countLine(7, []), "");
});

test("the button goes through all colours and says them", () => {
  const modes = ["system", "light", "dark"];
  assert.deepEqual(modes.map(nextMode), ["light", "dark", "system"]);
  const labels = modes.map((mode) => buttonOf(mode).label);
  assert.deepEqual(labels, ["Colours: as the system", "Colours: light", "Colours: dark"]);
  assert.equal(new Set(modes.map((mode) => buttonOf(mode).sign)).size, 3);
});

test("a mode that isn't known is the system's", () => {
  for (const name of [null, undefined, "", "blue", "constructor"]) assert.equal(modeOf(name), "system");
  assert.equal(modeOf("dark"), "dark");
});

test("a figure of another page is found by all of its texts, and has the names of its files", () => {
  const row = ["a'b & c", "A title", "input 5x5, stride 2", "flat clear  convolution mine", 40, 30, "#fff"];
  const first = figureOf(row, 1, ".svg"), third = figureOf(row, 3, ".gif");
  assert.deepEqual([first.file, first.details], ["a'b%20%26%20c.svg", "details.js"]);
  assert.deepEqual([third.file, third.details], ["a'b%20%26%20c.gif", "details-3.js"]);
  assert.ok(hasAll(first.text, ["a'b", "title", "stride", "flat", "mine", "步幅"]) && !hasAll(first.text, ["40"]));
  assert.deepEqual([first.width, first.height, first.ground], [40, 30, "#fff"]);
});
