"""SVG text: still frames, and one file that plays by CSS alone and stands still for readers who ask for reduced motion.

Looks are presentation attributes, which every reader of SVG knows; classes carry the roles. Shapes that come back are written
once and used by reference. Ids begin with a hash of the content: two figures in one page don't meet, and the same figure is
the same text.
"""

from __future__ import annotations

import hashlib
import math
from functools import cache
from xml.sax.saxutils import escape

from ..scene import Growing, Layer, Line, Marks, Moving, Scene
from ..theme import Theme
from .pen import DEFAULTS, PREFIX, Pen, coloured, number, pair, thousandths, written

MADE_ONCE = 10_000  # steps of a scene whose marks are kept between counting and writing them


def still(scene: Scene, theme: Theme, size: tuple[int, int], step: int) -> str:
    """One step as an SVG document, `size` (width, height) in pixels."""
    layers = [scene.visible(layer, step) for layer in scene.layers]
    pen = Pen(theme, layers)
    body = [pen.marks(marks) for marks in layers]
    return _document(scene, theme, size, pen, [_styles(pen.dark_rules()), *body])


def animated(scene: Scene, theme: Theme, size: tuple[int, int], step_ms: int) -> str:
    """All steps as one SVG document that plays in a loop, `step_ms` milliseconds a step.

    Each step is a group that one shared animation shows for its time, shifted by a negative delay. Without animations (a
    reader's wish, or a program that has none) the poster's step is seen.
    """
    if scene.steps == 1:
        return still(scene, theme, size, 0)
    every = range(scene.steps)
    made = cache(lambda n, step: scene.layers[n].at(step))  # type: ignore[union-attr]
    number_of = {id(layer): n for n, layer in enumerate(scene.layers)}  # a layer's hash is that of all that it holds

    def at(layer: Growing | Moving, step: int) -> Marks:
        return made(number_of[id(layer)], step) if scene.steps <= MADE_ONCE else layer.at(step)

    pen = Pen(theme, (marks for layer in scene.layers for marks in ([layer.marks] if isinstance(layer, Layer) else (at(layer, step) for step in every))))
    lengths: dict[int, str] = {}  # steps that a group is seen -> class of its parent
    body = []
    for layer in scene.layers:
        if isinstance(layer, Layer) and layer.span is None:
            body.append(pen.marks(layer.marks))
        elif isinstance(layer, Layer):
            seen = layer.span or every
            kind = lengths.setdefault(len(seen), f"{PREFIX}k{len(lengths)}")
            body += [f'<g class="{kind}">', _seen(pen.marks(layer.marks), seen, scene, step_ms), "</g>"]
        elif isinstance(layer, Growing):
            body += [pen.marks(at(layer, 0)), f'<g class="{PREFIX}g">', *(_grown(pen.marks(at(layer, step)), step, scene) for step in every[1:]), "</g>"]
        else:
            kind = lengths.setdefault(1, f"{PREFIX}k{len(lengths)}")
            role = pen.most_common(at(layer, scene.poster))
            look = pen.look(role, Line) if role else {}
            body.append(f'<g class="{kind} {pen.named(role, Line)}"{written(look)}>' if role else f'<g class="{kind}">')
            body += [_seen(pen.marks(at(layer, step), DEFAULTS | look, role), range(step, step + 1), scene, step_ms) for step in every]
            body.append("</g>")
    growing = any(isinstance(layer, Growing) for layer in scene.layers)
    rules = _motion(lengths, scene.steps, step_ms) + (_growth(scene.steps, step_ms) if growing else "") + pen.dark_rules()
    return _document(scene, theme, size, pen, [_styles(rules), *body])


def _grown(marks: str, step: int, scene: Scene) -> str:
    """A group that comes in a step and stays."""
    poster = ' class="poster"' if step <= scene.poster else ""
    return f'<g{poster} style="animation-name:{PREFIX}s{step}">{marks}</g>'


def _growth(steps: int, step_ms: int) -> str:
    """The rules by which the groups of a growing layer come, each at its own time, and go together when the loop begins anew."""
    come = "".join(f"@keyframes {PREFIX}s{n}{{0%{{visibility:hidden}}{_share(n, steps)},to{{visibility:visible}}}}" for n in range(1, steps))
    return (f".{PREFIX}g>g{{visibility:hidden;animation:{number(steps * step_ms)}s step-end infinite}}.{PREFIX}g>.poster{{visibility:visible}}{come}"
            f"@media(prefers-reduced-motion:reduce){{.{PREFIX}g>g{{animation:none!important}}}}")


def _seen(marks: str, span: range, scene: Scene, step_ms: int) -> str:
    """A group that is seen during a span of steps."""
    poster = ' class="poster"' if scene.poster in span else ""
    delay = (scene.steps - span.start) % scene.steps * step_ms
    late = f' style="animation-delay:-{number(delay)}s"' if delay else ""
    return f"<g{poster}{late}>{marks}</g>"


def _motion(lengths: dict[int, str], steps: int, step_ms: int) -> str:
    """The rules by which groups are seen for as many steps as their class says."""
    if not lengths:
        return ""
    rules = []
    for length, kind in lengths.items():
        rules.append(
            f".{kind}>g{{visibility:hidden;animation:{kind} {number(steps * step_ms)}s step-end infinite}}"
            f".{kind}>.poster{{visibility:visible}}"
            f"@keyframes {kind}{{0%{{visibility:visible}}{_share(length, steps)}{{visibility:hidden}}}}"
        )
    calm = ",".join(f".{kind}>g" for kind in lengths.values())
    return f"{''.join(rules)}@media(prefers-reduced-motion:reduce){{{calm}{{animation:none}}}}"


def _share(length: int, steps: int) -> str:
    """A number of steps as a share of all, in percent.

    Rounded down, so that a step has gone when the next one comes, at the very moment, which the first picture is; the gap is less
    than a hundred nanoseconds for each minute.
    """
    return f"{math.floor(length / steps * 1e9) / 1e7:.7f}".rstrip("0").rstrip(".") + "%"


def _styles(rules: str) -> str:
    return f"<style>{rules}</style>" if rules else ""


def _document(scene: Scene, theme: Theme, size: tuple[int, int], pen: Pen, body: list[str]) -> str:
    box = [thousandths(v) for v in (scene.box.x, scene.box.y, scene.box.width, scene.box.height)]
    x, y, width, height = map(number, box)
    defs = f"<defs>{''.join(pen.defs)}</defs>" if pen.defs else ""
    lang = f' xml:lang="{scene.lang}"' if scene.lang != "en" else ""
    role = f' class="{PREFIX} background"' if theme.dark else ""
    ground = f'<path{role} fill="{coloured(theme.background)}" d="M{pair(box[0], box[1])}h{width}v{height}h{number(-box[2])}z"/>'
    text = "".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" viewBox="{x} {y} {width} {height}"'
        f'{lang} role="img" aria-labelledby="{PREFIX}t {PREFIX}d">',
        f'<title id="{PREFIX}t">{xml_text(scene.title)}</title><desc id="{PREFIX}d">{xml_text(scene.description)}</desc>',
        "" if theme.transparent else ground,
        defs, *body, "</svg>\n",
    ))
    return text.replace(PREFIX, "c" + hashlib.sha256(text.encode()).hexdigest()[:5])


def xml_text(text: str) -> str:
    """Text for an XML element or attribute: escaped, and without the control characters and half surrogates that XML forbids."""
    allowed = (c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000")
    return escape("".join(allowed), {'"': "&quot;"})
