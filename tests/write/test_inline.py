"""Scripts and style sheets for pages, made from modules and readable sources: the same tokens, and no surprise."""

from __future__ import annotations

import re

import pytest
from pygments.lexers import CssLexer, JavascriptLexer
from pygments.token import Comment, Whitespace

import convanim as ca
from convanim.write import inline
from convanim.write.inline import inlined

PAGES = ["write/player/player.mjs", "publish/page/page.mjs"]
STYLES = ["write/player/player.css", "write/player/page.css", "publish/page/page.css"]


@pytest.fixture
def sources(monkeypatch):
    """A dict of sources by name, in the place of the package's files."""
    files = {}
    monkeypatch.setattr(inline, "_source", files.__getitem__)
    inlined.cache_clear()
    yield files
    inlined.cache_clear()


def tokens(lexer, text):
    """The tokens of a text, as pygments reads it, without comments and blanks, and without needless ends."""
    found = [(kind, value) for kind, value in lexer.get_tokens(text) if kind not in Comment]
    joined = "\0".join(value for kind, value in found if kind is not Whitespace and value.strip())
    return re.sub(r"[;,]\0(?=\})", "", joined).split("\0")


def modules(name, seen=None):
    """The sources of a module and of all that it imports, each after its imports."""
    seen = {} if seen is None else seen
    source = inline._source(name)
    folder = name.rpartition("/")[0]
    for other in re.findall(r'from "\./(.*)";', source):
        if f"{folder}/{other}" not in seen:
            modules(f"{folder}/{other}", seen)
    seen[name] = re.sub(r"^import .*\n|^export ", "", source, flags=re.MULTILINE)
    return seen


@pytest.mark.parametrize("name", PAGES)
def test_a_script_has_the_tokens_of_its_modules_and_no_others(name):
    one = "(() => {\n'use strict';\n".replace("'", '"') + "\n".join(modules(name).values()) + "\n})();"
    assert len(modules(name)) > 4
    assert tokens(JavascriptLexer(), inlined(name)) == tokens(JavascriptLexer(), one)
    assert len(inlined(name)) < 0.75 * len(one)


@pytest.mark.parametrize("name", STYLES)
def test_a_style_sheet_has_the_tokens_of_its_source_and_no_others(name):
    source = inline._source(name)
    assert tokens(CssLexer(), inlined(name)) == tokens(CssLexer(), source)
    assert "\n" not in inlined(name) and len(inlined(name)) < 0.9 * len(source)
    assert all(line.count(";") <= 1 for line in source.splitlines()), "one declaration a line"


def test_modules_come_after_their_imports_each_once_and_in_one_scope(sources):
    sources["a/top.mjs"] = 'import { one } from "./one.mjs";\nimport { two } from "../b/two.mjs";\none(two);\n'
    sources["a/one.mjs"] = (
        'import { two } from "../b/two.mjs";\n\n/** Says it.\n * @param x\n */\n'
        "export function one(x) {\n  say(x, two);\n}\n"
    )
    sources["b/two.mjs"] = "// a number\nexport const two = 1 + 1;\n"
    wanted = '(()=>{"use strict";const two=1+1;function one(x){say(x,two)}\none(two)})();'
    assert inlined("a/top.mjs") == wanted


LINES = {
    "const a = b / 2 / c;": "const a=b/2/c;",
    "f(/[/ ] x/g, / /);": "f(/[/ ] x/g,/ /);",
    "f(a + +b, a - -b, a + ++b, a - b);": "f(a+ +b,a- -b,a+ ++b,a-b);",
    'return "a  b" + `${c ? "d" : e}  f`;': 'return "a  b"+`${c ? "d" : e}  f`;',
    "f('it''s  // no', \"/* \\\" */\"); // a comment": "f('it''s  // no',\"/* \\\" */\");",
    "try { f(); } catch { /* nothing */ }": "try{f();}catch{}",
    "for (const a of [...b].reverse()) if (a in c && !d) f(a ?? 1, a ? .5 : 1);": (
        "for(const a of[...b].reverse())if(a in c&&!d)f(a??1,a?.5:1);"
    ),
    "const { a, b = 1 } = await f(new X);": "const{a,b=1}=await f(new X);",
}


@pytest.mark.parametrize("line", LINES)
def test_blanks_go_where_they_separate_nothing(line, sources):
    sources["x.mjs"] = f"function f() {{\n  {line}\n}}\n"
    assert inlined("x.mjs") == f'(()=>{{"use strict";function f(){{{LINES[line].removesuffix(";")}}}}})();'


def test_a_line_that_may_end_a_statement_keeps_its_end(sources):
    sources["x.mjs"] = "function f() {\n  a = b\n  ++c\n  if (d) {\n    e();\n  }\n  [f].map(g)\n}\n"
    assert "a=b\n++c\nif(d){e()}\n[f].map(g)}" in inlined("x.mjs")


REFUSED = {
    'import f from "./b.mjs";': "unknown form",
    'import * as b from "./b.mjs";': "unknown form",
    'import { b as c } from "./b.mjs";': "unknown form",
    "import { b } from './b.mjs';": "unknown form",
    'import { b } from "fs";': "unknown form",
    'import "./b.mjs";': "unknown form",
    'import { b,\n  c } from "./b.mjs";': "unknown form",
    "export default 3;": "unknown form",
    'export { b } from "./b.mjs";': "unknown form",
    "export { f };": "unknown form",
    "var a = 3;": "unknown form",
    "const { a, b } = c;": "unknown form",
    'f(import("./b.mjs"));': "inside of a line",
    'function f() {\n  import { b } from "./b.mjs";\n}': "inside of a line",
    'import { none } from "./b.mjs";': "exports no none",
    'import { hidden } from "./b.mjs";': "exports no hidden",
    'import { b } from "./b.mjs";\nconst b = 2;': "b is defined in b.mjs too",
    'import { b } from "./b.mjs";\nfunction hidden() {\n}': "hidden is defined in b.mjs too",
    'import { again } from "./c.mjs";': "x.mjs imports itself through c.mjs",
    "f(`a\n  b`);": "does not end in its line",
    'f("a);': "does not end in its line",
    "f(`a${b ? `c` : d}`);": "template in a template",
    "return /a b/.test(c);": "known regular expression",
    "const a = b/c;": "known regular expression",
    "f('</script>');": "ends the element",
    "f('<!--');": "ends the element",
}


@pytest.mark.parametrize("source", REFUSED)
def test_a_module_that_is_not_understood_is_refused(source, sources):
    sources["x.mjs"] = source
    sources["b.mjs"] = "export const b = 1;\nconst hidden = 2;\n"
    sources["c.mjs"] = 'import { f } from "./x.mjs";\nexport const again = f;\n'
    with pytest.raises(ValueError, match=REFUSED[source]):
        inlined("x.mjs")


def test_a_style_sheet_without_its_blanks(sources):
    sources["x.css"] = (
        "/* all of it,\n   over lines */\n.a,\n.b :hover, .c > p {\n  /* { */\n  --on: #fff;\n"
        '  font: 1px/2 "A,  B", x, y;\n  width: calc(1px + 2px) !important;\n}\n\n'
        "@media (max-width: 9px) {\n  p::after {\n    margin: 0 -1px;\n  }\n}\n"
    )
    assert inlined("x.css") == (
        '.a,.b :hover,.c>p{--on:#fff;font:1px/2 "A,  B",x,y;width:calc(1px + 2px)!important}'
        "@media(max-width:9px){p::after{margin:0 -1px}}"
    )


@pytest.mark.parametrize(
    "source",
    ["a { b: c; }", "a {\n  b: c; d: e;\n}", "a {\n  b: c\n}", "a {\n", "a {\n}\n}", "x {\n  b: '</style>';\n}"],
)
def test_a_style_sheet_that_is_not_understood_is_refused(source, sources):
    sources["x.css"] = source
    with pytest.raises(ValueError, match=r"x\.css"):
        inlined("x.css")


def test_formulas_have_no_letters_or_indices_to_typeset():
    for lang in ("en", "zh"):
        for op in (ca.Conv((5, 6), 3, padding=1), ca.ConvTranspose(3, 3, stride=2), ca.AdaptivePool(7, 3)):
            assert not re.search("[\U0001d44e-\U0001d467₀-₉]", "".join(ca.animate(op, lang=lang).formula))
    assert all(
        not re.search("[\U0001d44e-\U0001d467₀-₉]", "".join(one.animate().formula)) for one in ca.figures().values()
    )
