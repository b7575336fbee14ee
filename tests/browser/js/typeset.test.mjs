import assert from "node:assert/strict";
import { test } from "node:test";

import { piecesOf, typeset } from "../../../convanim/write/player/typeset.mjs";

const pieces = (text) => piecesOf(text).filter(([, inside]) => inside);

test("a letter is italic and its indices are below the line", () => {
  assert.deepEqual(pieces("𝑥₀₁·𝑤₂"), [["i", "x"], ["sub", "01"], ["", "·"], ["i", "w"], ["sub", "2"]]);
});

test("indices of more than one digit have commas between them, other commas are text", () => {
  assert.deepEqual(pieces("𝑥₁₀,₁₁,"), [["i", "x"], ["sub", "10,11"], ["", ","]]);
  assert.deepEqual(pieces(",₁, ₂"), [["", ","], ["sub", "1"], ["", ", "], ["sub", "2"]]);
});

test("all letters and digits", () => {
  const letters = Array.from({ length: 26 }, (_, n) => n).filter((n) => n !== 7); // Unicode has no such h
  const plain = letters.map((n) => piecesOf(String.fromCodePoint(0x1d44e + n))[1]);
  assert.deepEqual(plain, letters.map((n) => ["i", String.fromCharCode(97 + n)]));
  assert.deepEqual(pieces("₀₁₂₃₄₅₆₇₈₉"), [["sub", "0123456789"]]);
});

const HOSTILE = [
  "<b>x</b>", "</script><script>alert(1)</script>", "<!--", "&amp; &lt;", "\"q\" 'a'", "${x} {n} `", "$& $1", "",
  "\u2028\u202e", "<img src=x onerror=alert(1)>₁",
];

for (const text of HOSTILE) {
  test(`${JSON.stringify(text)} comes out as text`, () => {
    assert.equal(piecesOf(text).map(([, inside]) => inside).join(""), text.normalize("NFKC"));
    const marked = piecesOf(text).filter(([tag]) => tag);
    assert.ok(marked.every(([tag, inside]) => tag === "sub" && /^[\d,]+$/.test(inside)));
  });
}

test("an element gets texts and two kinds of elements, never HTML", (t) => {
  const made = [];
  globalThis.document = { createElement: (tag) => { made.push(tag); return { tag }; } };
  t.after(() => { delete globalThis.document; });
  const element = { replaceChildren(...children) { this.children = children; } };
  typeset(element, "<b>𝑥₁</b>");
  const [letter, index] = [{ tag: "i", textContent: "x" }, { tag: "sub", textContent: "1" }];
  assert.deepEqual(element.children.filter(Boolean), ["<b>", letter, index, "</b>"]);
  assert.deepEqual(made, ["i", "sub"]);
});
