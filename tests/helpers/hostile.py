"""Titles that would be code, markup or the end of something in one of the places that figures go to; several test files
share them.
"""

from __future__ import annotations

HOSTILE = [
    '<script>alert("x")</script>',
    "</title></svg><script>alert(1)</script>",
    "]](x) ![y](javascript:alert(1))",
    "a) b] c} d> e\" f' g`h``i",
    "100 % of #1 & $2$ ^3 _4_ ~5 \\6",
    "\\input{/etc/passwd} \\end{figure} \\write18{x}",
    "two\n\nlines\n.. raw:: html\n\n   <b>x</b>",
    ":title: no",
    "{{< include x >}} {% x %} {{ x }} <% x %>",
    "&lt;b&gt; &amp;amp; &#60;",
    "עברית \u202eRTL\u202c \u200fend",
    "```{raw} html\n<b>x</b>\n```",
    '#eval("1") #image("/etc/passwd") $x$ @cite <label>',
    "-- --- ... '' ,, << >> :smile: www.example.com https://example.com",
    "*a* **b** __c__ ~~d~~ ==e== |f|g|",
    "中文标题 𝑥₁ − × → ≈ ∞ é",
    "--> <!-- ]]> <?php ?>",
]


def lined(text):
    """A text on one line, as places have it that know no others."""
    return " ".join(text.split())
