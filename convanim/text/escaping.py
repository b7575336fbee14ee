"""Escaping for places with a syntax of their own: each function makes one line that is read there as plain text."""

from __future__ import annotations

import re
import string
import unicodedata
from urllib.parse import quote

UNSEEN = (
    "Cc",
    "Cf",
    "Co",
    "Cs",
    "Cn",
)  # categories of Unicode that have no shape: controls, marks of direction, halves of surrogates


def readable(text: str) -> str:
    """The text without characters that XML and HTML forbid: control characters, halves of surrogates, noncharacters.

    Tabs and line breaks stay.
    """
    if text.isprintable():
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")  # two halves are one character
    return "".join(
        c for c in whole if c in "\t\n\r" or (unicodedata.category(c) not in ("Cc", "Cs") and ord(c) & 0xFFFE != 0xFFFE)
    )


def one_line(text: str) -> str:
    """The readable text with single blanks where it has any."""
    return readable(" ".join(text.split()))


def visible(text: str) -> str:
    """The text without characters that have no shape: marks of direction and joining, soft hyphens, variation
    selectors.
    """
    return "".join(
        c
        for c in text
        if unicodedata.category(c) != "Cf"
        and not ("\ufe00" <= c <= "\ufe0f" or "\U000e0100" <= c <= "\U000e01ef" or c == "\u034f")
    )


def shown(text: str | None) -> str:
    """A user's title or description without characters that can't be written; "" if none of them is visible."""
    cleaned = readable(text or "").strip()
    return cleaned if visible(cleaned) else ""


def attribute(text: str) -> str:
    """For an attribute of HTML in double quotes, also amid Markdown, and in templates, which braces belong to."""
    import html  # takes as long to import as the rest of this module

    return html.escape(one_line(text)).replace("{", "&#123;").replace("}", "&#125;")


def address(src: str) -> str:
    """A file's name or an address as a URL, percent-encoded. `&` is not escaped for HTML."""
    known = "://" in src or src.startswith(("data:", "//"))
    return quote(src, safe="/:?#[]@!$&'()*+,;=%~-._" if known else "/~-._+,=@")


def directive(src: str) -> str:
    """A file's name or an address as the argument of a directive of reStructuredText or MyST, which leaves out blanks
    that aren't escaped.
    """
    return src.replace("\\", "\\\\").replace(" ", "\\ ")


# what means something in running text of CommonMark, of its dialects, of Pandoc, or in Liquid's templates, which come
# before it; some only beside their like, or before a word
MARKUP = re.compile(r"""[\\`*_{}\[\]#|~$@^"'&<>]|([-=+.])(?=\1)|(?<=([-=+.]))\2|:(?=\S)""")


def markdown(text: str) -> str:
    """For running text of Markdown: references for what may mean something, as dialects differ in their backslashes."""
    return MARKUP.sub(lambda found: f"&#{ord(found[0])};", one_line(text))


def reference(text: str) -> str:
    """For a quoted attribute of Pandoc, Quarto or AsciiDoc, which read HTML's references to characters: so that none
    means something.
    """
    kept = set(" ,.;:-+/=()") | set(string.ascii_letters + string.digits)
    return "".join(c if c in kept or ord(c) > 127 else f"&#{ord(c)};" for c in one_line(text))


def quoted(text: str) -> str:
    """For a string in double quotes of YAML, a directive's option of MyST."""
    import json

    return json.dumps(one_line(text), ensure_ascii=False).replace("`", "\\u0060")


def typst(text: str) -> str:
    """A string of Typst, in which backslash and quote alone mean something."""
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


# what TeX reads as something else, and what pdfLaTeX has no character for but a symbol
TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\symbol{34}",
    "`": r"\textasciigrave{}",
    "\N{MINUS SIGN}": r"\ensuremath{-}",
    "→": r"\ensuremath{\rightarrow}",
    "⇄": r"\ensuremath{\leftrightarrow}",
    "×": r"\ensuremath{\times}",
    "≈": r"\ensuremath{\approx}",
    "∞": r"\ensuremath{\infty}",
    "√": r"\ensuremath{\surd}",
    "Σ": r"\ensuremath{\Sigma}",
    "·": r"\ensuremath{\cdot}",
    "≤": r"\ensuremath{\leq}",
    "≥": r"\ensuremath{\geq}",
    "²": r"\ensuremath{^2}",
    "…": r"\ldots{}",
    "÷": r"\ensuremath{\div}",
    "′": r"\ensuremath{'}",
    "↓": r"\ensuremath{\downarrow}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    **{c: rf"\ensuremath{{_{n}}}" for n, c in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}
JOINED = re.compile("([-,'])(?=\\1)")  # two of them would become a dash or a quotation mark


def tex(text: str) -> str:
    """For running text of LaTeX: nothing in it is a command, a comment, or mathematics."""
    plain = "".join(c for c in one_line(text) if unicodedata.category(c) not in UNSEEN)
    return JOINED.sub(r"\1{}", "".join(TEX.get(c, c) for c in plain))


def script(data: object) -> str:
    """Data as JSON inside of a script element, which nothing in a text can end."""
    import json

    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
