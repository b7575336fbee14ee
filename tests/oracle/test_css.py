"""The player obeys rules as browsers do."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

from oracle.css import shown_at

BROWSERS = """<svg xmlns="http://www.w3.org/2000/svg"><style>
.a>g{visibility:hidden;animation:4s step-end infinite}.a>.p{visibility:visible}
@keyframes x{0%{visibility:hidden}50%,to{visibility:visible}}
@media(prefers-reduced-motion:reduce){.a>g{animation:none!important}}</style>
<g class="a"><g id="1"/><g id="2" class="p"/><g id="3" style="animation-name:x"/>
<g id="4" class="p" style="animation-name:x;animation-delay:-1s"/></g>
<g id="5"/></svg>"""


def test_the_player_obeys_rules_as_browsers_do():
    def shown(time, media=()):
        root = ElementTree.fromstring(shown_at(BROWSERS, Fraction(time), media))
        return {element.get("id"): element.get("visibility") for element in root.iter() if element.get("id")}

    still = {"1": "hidden", "2": "visible", "5": None}
    assert shown(0) == {**still, "3": "hidden", "4": "hidden"}
    assert shown(1) == {**still, "3": "hidden", "4": "visible"}
    assert shown("1.9") == shown(1) and shown("5.9") == shown(1)
    assert shown(2) == {**still, "3": "visible", "4": "visible"}
    assert shown(3) == {**still, "3": "visible", "4": "hidden"}
    assert shown(0, ["prefers-reduced-motion:reduce"]) == {**still, "3": "hidden", "4": "visible"}
