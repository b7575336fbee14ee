"""The inside of a page: filled templates, and scripts and style sheets without their comments and blanks.

Sources are files of the package, named by their path, such as "write/player/player.mjs". They are read strictly: a
form that this module does not understand is a ValueError, never a script that means something else.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template

ROOT = __package__.partition(".")[0]
# a comment that has its lines to itself, in modules and in style sheets
COMMENT = re.compile(r"^ *(?://[^\n]*|/\*(?:(?!\*/).)*\*/) *$", re.MULTILINE | re.DOTALL)
ENDS_ELEMENT = re.compile(r"</(?:script|style)|<!--", re.IGNORECASE)

IMPORT = re.compile(r'import \{ (\w+(?:, \w+)*) \} from "(\.\.?/[\w./-]+)";')
DECLARATION = re.compile(r"(?:(export) )?(?:async function|function|const|let|class) (\w+)\b.*")
STARTS_DECLARATION = re.compile(r"(?:export|import|async|function|const|let|var|class)\b")
# A regular expression follows "= ", ", ", ": " or "("; a division stands between blanks.
TOKEN = re.compile(
    r"""(?P<literal>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`"""
    r"""|(?:(?<=[=,:] )|(?<=\())/(?![/*])(?:\\.|\[(?:\\.|[^]\\])*\]|[^/[\\])+/\w*)"""
    r"""|(?P<comment>/\*.*?\*/|//.*)|(?P<blank> +)|(?P<word>\w+)|(?P<sign>.)"""
)
DIVISION = re.compile(r"(?<=[\w)\]] )/(?= )")
TIGHT = frozenset("(){}[];,:?=<>!&|*+-/%")  # signs that need no blank beside them

RULE = re.compile(r"[^{};:]+,|[^{};]+ \{|[\w-]+: [^{};]+;|\}")  # a line of a style sheet
# a blank that a line of a style sheet does not need, or a quoted text, which is kept
NEEDLESS = re.compile(r'("[^"]*")|(?<=[,:>]) +| +(?=[>!{])|(?<=@media) +(?=\()')


def filled(name: str, **places: str) -> str:
    """The template `name` with texts in its $places."""
    return Template(_source(name)).substitute(places)


@cache
def inlined(name: str) -> str:
    """The text for a script element or a style element: `name` is a module (.mjs) or a style sheet (.css).

    A module comes with all modules that it imports, in a scope of its own: nothing that it defines is seen outside.
    Raises ValueError for a source that is not in the form that this module understands.
    """
    text = KINDS[posixpath.splitext(name)[1]](name)
    if found := ENDS_ELEMENT.search(text):
        raise ValueError(f"{name}: {found[0]} ends the element that the text is in")
    return text


@dataclass(frozen=True, slots=True)
class _Module:
    """A module of a script: its code, the names that it defines and exports, and the source of each name it imports."""

    code: tuple[str, ...]
    defined: tuple[str, ...]
    exported: frozenset[str]
    imported: Mapping[str, str]


def _script(name: str) -> str:
    """The module `name`, after the modules that it imports, as one function that is called at once."""
    modules = _with_imports(name)
    owners: dict[str, str] = {}
    for source, module in modules.items():
        for word in module.defined:
            if word in owners:
                raise ValueError(f"{source}: {word} is defined in {owners[word]} too")
            owners[word] = source
        for word, origin in module.imported.items():
            if word not in modules[origin].exported:
                raise ValueError(f"{source}: {origin} exports no {word}")
    lines = [line for module in modules.values() for line in module.code]
    return _joined(["(()=>{", '"use strict";', *lines, "})();"])


def _with_imports(name: str, users: tuple[str, ...] = ()) -> dict[str, _Module]:
    """A module and those that it imports, directly or not, by name: each one after its own imports."""
    if name in users:
        raise ValueError(f"{name} imports itself through {', '.join(users[users.index(name) + 1 :]) or 'no other'}")
    module = _parsed(name)
    found: dict[str, _Module] = {}
    for source in module.imported.values():
        found |= _with_imports(source, (*users, name))
    return found | {name: module}


def _parsed(name: str) -> _Module:
    """The module `name`, read line by line: what begins at the margin is a declaration of the module."""
    code: list[str] = []
    defined: list[str] = []
    exported: set[str] = set()
    imported: dict[str, str] = {}
    for number, line in _lines(name):
        place = f"{name}, line {number}"
        if found := IMPORT.fullmatch(line):
            source = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[2]))
            imported |= dict.fromkeys(found[1].split(", "), source)
            continue
        if found := DECLARATION.fullmatch(line):
            defined.append(found[2])
            if found[1]:
                exported.add(found[2])
                line = line.removeprefix("export ")
        elif STARTS_DECLARATION.match(line):
            raise ValueError(f"{place}: an unknown form of import, export or declaration: {line}")
        if re.search(r"\b(?:import|export)\b", line):
            raise ValueError(f"{place}: an import or export inside of a line: {line}")
        code.append(_squeezed(line.strip(), place))
    return _Module(tuple(code), tuple(defined), frozenset(exported), imported)


def _squeezed(code: str, place: str) -> str:
    """A line of a module without comments, and without blanks that separate nothing. `place` is for error messages."""
    found: list[str] = []
    before, blank = "", False  # the sign before, "" if it is a word or a literal; whether blanks follow it
    for token in TOKEN.finditer(code):
        kind, text = token.lastgroup, token[0]
        if kind in ("comment", "blank"):
            blank = True
            continue
        if text in ('"', "'", "`") or (kind == "literal" and text.count("${") != text.count("}") and text[0] == "`"):
            raise ValueError(f"{place}: a text that does not end in its line, or a template in a template: {code}")
        if text == "/" and not DIVISION.match(code, token.start()):
            raise ValueError(f"{place}: neither a division between blanks nor a known regular expression: {code}")
        after = text if kind == "sign" else ""
        tight = before in TIGHT or after in TIGHT
        found.append(" " + text if blank and found and (not tight or before == after) else text)
        before, blank = after, False
    return "".join(found)


def _joined(lines: Iterable[str]) -> str:
    """The lines of a script as text, without needless ends of statements; a line's end stays where it may be one."""
    text = ""
    for line in filter(None, lines):
        text = text.rstrip(";,") if line[0] == "}" else text
        text += line if not text or text[-1] in ";,{([=>&|?:" or line[0] in "})]" else f"\n{line}"
    return text


def _style_sheet(name: str) -> str:
    """The rules of a style sheet: each line of it is part of a selector, one declaration, or a bracket."""
    found: list[str] = []
    for number, line in _lines(name):
        code = line.strip()
        if not RULE.fullmatch(code):
            raise ValueError(f"{name}, line {number}: neither a selector nor one declaration: {code}")
        found.append(NEEDLESS.sub(lambda blank: blank[1] or "", code))
    text = "".join(found)
    if text.count("{") != text.count("}"):
        raise ValueError(f"{name}: a bracket is open, or closed twice")
    return text.replace(";}", "}")


def _lines(name: str) -> Iterator[tuple[int, str]]:
    """The lines of a source with their numbers, without comments and empty lines."""
    text = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), _source(name))
    return ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())


@cache
def _source(name: str) -> str:
    return resources.files(ROOT).joinpath(*name.split("/")).read_text(encoding="utf-8")


KINDS = {".mjs": _script, ".css": _style_sheet}
