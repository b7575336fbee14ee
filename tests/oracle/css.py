"""A small player of the style sheets of animated SVGs: which elements are seen at a time."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree


def blocks(text):
    """(what stands before the braces, what in them) of each block of a style sheet."""
    found, at = [], 0
    while (start := text.find("{", at)) >= 0:
        depth, end = 1, start + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        found.append((text[at:start].strip(), text[start + 1 : end - 1]))
        at = end
    assert not text[at:].strip(), text[at:]
    return found


def declarations(text):
    return dict(tuple(part.split(":", 1)) for part in text.split(";") if part)


class StyleSheet:
    """The rules of a style sheet, in their order: `always`, of each @media, and the @keyframes, name -> [(share,
    declarations)].
    """

    def __init__(self, text):
        self.always, self.media, self.keyframes = [], {}, {}
        for head, body in blocks(text):
            if head.startswith("@keyframes "):
                stops = [(stop, declarations(look)) for several, look in blocks(body) for stop in several.split(",")]
                self.keyframes[head.split()[1]] = [
                    (Fraction(stop.replace("to", "100%").removesuffix("%")) / 100, look) for stop, look in stops
                ]
            elif head.startswith("@media"):
                self.media.setdefault(re.search(r"\((.*)\)", head)[1].replace(" ", ""), []).extend(self.rules(body))
            else:
                self.always += self.rules(f"{head}{{{body}}}")

    @staticmethod
    def rules(text):
        return [(selector, declarations(body)) for head, body in blocks(text) for selector in head.split(",")]


def matches(selector, element, parents):
    """Whether an element is one that a selector means: .a.b, tag, and > between."""
    *above, own = selector.split(">")
    tag, *classes = own.split(".")
    if tag not in ("", element.tag.split("}")[1]) or not set(classes) <= set(element.get("class", "").split()):
        return False
    return not above or (element in parents and matches(">".join(above), parents[element], parents))


def cascaded(rules, element, parents):
    """The declarations that hold for an element: the important ones, then those of its own style, then those of the
    strongest selectors.
    """
    found = {}
    ranked = [
        (len(re.findall(r"\.", selector)), len(re.findall(r"(?:^|>)[a-z]", selector)), n, body)
        for n, (selector, body) in enumerate(rules)
        if matches(selector, element, parents)
    ]
    own = declarations(element.get("style", ""))
    for *rank, body in [*sorted(ranked, key=lambda one: one[:3]), (9, 9, 9, own)]:
        for key, value in body.items():
            strength = (value.endswith("!important"), rank)
            if key == "animation":  # sets its parts: the time, and the name or none
                words = value.removesuffix("!important").split()
                name = next((word for word in words if not re.match(r"[\d.]+s$|step-end$|infinite$", word)), "none")
                parts = {
                    "animation-duration": next((word for word in words if re.match(r"[\d.]+s$", word)), "0s"),
                    "animation-name": name,
                    "animation-delay": "0s",
                    "steps": "step-end" in words and "infinite" in words,
                }
            else:
                parts = {key: value.removesuffix("!important")}
            for part, given in parts.items():
                if part not in found or found[part][0] <= strength:
                    found[part] = strength, given
    return {key: value for key, (_, value) in found.items()}


def seconds(text):
    return Fraction(text.removesuffix("s"))


def shown_at(text, time, media=()):
    """The SVG as it is seen at a time, in seconds: still, with a visibility for each element that has rules for it."""
    root = ElementTree.fromstring(text)
    parents = {child: parent for parent in root.iter() for child in parent}
    style = root.find("{*}style")
    sheet = StyleSheet(style.text)
    rules = [*sheet.always, *(rule for one in media for rule in sheet.media[one])]
    parents[style].remove(style)
    for element in root.iter():
        held = cascaded(rules, element, parents)
        element.attrib.pop("style", None)
        visible = held.get("visibility")
        if held.get("animation-name", "none") != "none":
            assert held["steps"] is True
            whole = seconds(held["animation-duration"])
            share = (time - seconds(held["animation-delay"])) % whole / whole
            frames = sheet.keyframes[held["animation-name"]]
            assert frames[0][0] == 0
            visible = max((one for one in frames if one[0] <= share), key=lambda one: one[0])[1]["visibility"]
        if visible:
            element.set("visibility", visible)
    return ElementTree.tostring(root, encoding="unicode").replace("ns0:", "").replace("xmlns:ns0", "xmlns")
