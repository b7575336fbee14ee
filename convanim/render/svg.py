"""SVG text: still frames, and one file animated by CSS alone, which is static for readers who prefer reduced motion.

Looks are presentation attributes, which every reader of SVG knows; classes carry the roles. Shapes that come back are
written once and used by reference. Ids begin with a hash of the content: two figures in one page don't meet, and the
same figure is the same text.
"""

from __future__ import annotations

import hashlib
import html
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import count, groupby

from ..progress import Progress, stepwise
from ..scene import AnyLayer, Line, Marks, Scene
from ..text.escaping import readable
from ..themes.theme import Theme
from .svg_marks import DEFAULTS, PREFIX, Pen, coloured, number, pair, thousandths, written

Part = tuple[range, Marks]  # marks, and the span of steps in which they are seen
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
AWAKE = 500  # steps of a page whose marks are all made when it is opened
MADE_ONCE = 10_000  # steps of a scene whose marks are kept between counting and writing them


def still(scene: Scene, theme: Theme, size: tuple[int, int], step: int) -> str:
    """One step as an SVG document, `size` (width, height) in pixels."""
    layers = [layer.seen(step) for layer in scene.layers]
    pen = Pen(theme, layers)
    body = [pen.marks(marks) for marks in layers]
    return _document(scene, theme, size, pen, [_styles(pen.dark_rules()), *body])


def _alone(scene: Scene, theme: Theme, size: tuple[int, int], progress: Progress | None) -> str:
    """The one step of a scene."""
    document = still(scene, theme, size, 0)
    if progress is not None:
        progress(1, 1)
    return document


def stepped(scene: Scene, theme: Theme, size: tuple[int, int], progress: Progress | None = None) -> str:
    """All steps as one SVG document for a script that shows one of them: each group says in `data-s` when it is seen,
    and is if it has the class "on".

    "3" is step 3 alone, "3-5" three of them, and "3-" from then on; the poster's are on. If there are more than AWAKE
    steps, the marks of the others are comments, which the script turns into marks when they are seen.
    """
    if scene.steps == 1:
        return _alone(scene, theme, size, progress)
    at, when = _at(scene, progress), partial(_when, scene=scene)
    pen = Pen(theme, _all(scene, at))
    body = []
    for layer in scene.layers:
        parts = ((span, at(layer, span.start)) for span in layer.spans(scene.steps))
        if layer.static:
            body.append(pen.marks(layer.at(0)))
        elif layer.lasts:
            body += [when(pen.marks(marks), span, stays=layer.stays) for span, marks in parts]
        else:
            body.append(_together(pen, pen.most_common(at(layer, scene.poster)), parts, when))
    # not "visibility": what isn't displayed costs a browser nothing, where 4,096 hidden steps are laid out and passed
    # over in each picture
    rules = f".{PREFIX}s [data-s]{{display:none}}.{PREFIX}s .on{{display:inline}}{pen.dark_rules()}"
    return _document(scene, theme, size, pen, [_styles(rules), f'<g class="{PREFIX}s">', *body, "</g>"])


def _when(marks: str, span: range, scene: Scene, *, stays: bool = False) -> str:
    """A group that a script shows during a span of steps."""
    shown = ' class="on"' if scene.poster in span else ""
    if not shown and scene.steps > AWAKE and "--" not in marks:
        # a browser makes a tree of each mark, seen or not: of 4,096 steps with labels in 9 s, of comments in 1 s
        marks = f"<!--{marks}-->"
    words = f"{span.start}-" if stays else str(span.start) if len(span) == 1 else f"{span.start}-{span.stop - 1}"
    return f'<g{shown} data-s="{words}">{marks}</g>'


def _together(
    pen: Pen, role: str | None, parts: Iterable[Part], seen: Callable[[str, range], str], kind: str = ""
) -> str:
    """A group of parts, each as `seen` writes it. The group carries the look of a role, which the marks inherit."""
    look = pen.look(role, Line) if role else {}
    classes = " ".join(word for word in (kind, pen.named(role, Line) if role else "") if word)
    inside = "".join(seen(pen.marks(marks, DEFAULTS | look, role), span) for span, marks in parts)
    named = f' class="{classes}"' if classes else ""
    return f"<g{named}{written(look)}>{inside}</g>"


def _at(scene: Scene, progress: Progress | None) -> Callable[[AnyLayer, int], Marks]:
    """The marks of a layer's part, made once where they are few: they are counted first, and then written."""
    at, tell = _kept(scene), stepwise(progress, scene.steps)
    if tell is None:
        return at
    calls = count(1)
    # a part is asked for twice, but once where it is static, and the poster's once more for the look of a group
    expected = sum(
        len(layer.spans(scene.steps)) * (1 if layer.static else 2) + (not layer.static and not layer.lasts)
        for layer in scene.layers
    )

    def told(layer: AnyLayer, start: int) -> Marks:
        marks = at(layer, start)
        tell(next(calls), expected)
        return marks

    return told


def _kept(scene: Scene) -> Callable[[AnyLayer, int], Marks]:
    made = cache(lambda n, start: scene.layers[n].at(start))
    number_of = {id(layer): n for n, layer in enumerate(scene.layers)}  # a layer's hash is that of all that it holds
    return lambda layer, start: made(number_of[id(layer)], start) if scene.steps <= MADE_ONCE else layer.at(start)


def _all(scene: Scene, at: Callable[[AnyLayer, int], Marks]) -> Iterator[Marks]:
    """The marks of all parts of all layers."""
    return (at(layer, span.start) for layer in scene.layers for span in layer.spans(scene.steps))


@dataclass(frozen=True, slots=True)
class Timing:
    """When each step is seen, in milliseconds: `step_ms` each, the last one `hold_ms` longer, all of them `loop` times,
    0 for ever.
    """

    steps: int
    step_ms: int
    hold_ms: int = 0
    loop: int = 0

    @property
    def total(self) -> int:
        """The time of all steps once."""
        return self.steps * self.step_ms + self.hold_ms

    def length(self, span: range) -> int:
        """For how long a span of steps is seen."""
        return len(span) * self.step_ms + (self.hold_ms if self.steps - 1 in span else 0)

    def count(self, ahead: int = 0) -> str:
        """How often an animation is played that begins `ahead` of all: it ends amid the last step, and is left so."""
        if not self.loop:
            return "infinite"
        last = self.step_ms + self.hold_ms
        return f"{(self.loop * self.total - last / 2 + ahead) / self.total:.6f}".rstrip("0").rstrip(".")


def animated(
    scene: Scene, theme: Theme, size: tuple[int, int], timing: Timing, progress: Progress | None = None
) -> str:
    """All steps as one SVG document that plays by itself.

    Each step is a group that one shared animation shows for its time, shifted by a negative delay. Without animations
    (a reader's wish, or a program that has none) the poster's step is seen.
    """
    if scene.steps == 1:
        return _alone(scene, theme, size, progress)
    at, seen = _at(scene, progress), partial(_seen, scene=scene, timing=timing)
    pen = Pen(theme, _all(scene, at))
    lengths: dict[int, str] = {}  # milliseconds that a group is seen -> class of its parent
    body = []
    for layer in scene.layers:
        if layer.static:
            body.append(pen.marks(layer.at(0)))
        elif layer.stays:
            body += [pen.marks(at(layer, 0)), f'<g class="{PREFIX}g">']
            body += [_grown(pen.marks(at(layer, step)), step, scene) for step in range(1, scene.steps)]
            body.append("</g>")
        else:
            role = None if layer.lasts else pen.most_common(at(layer, scene.poster))
            for length, spans in groupby(layer.spans(scene.steps), timing.length):
                kind = lengths.setdefault(length, f"{PREFIX}k{len(lengths)}")
                body.append(_together(pen, role, ((span, at(layer, span.start)) for span in spans), seen, kind))
    growing = any(layer.stays for layer in scene.layers)
    rules = _motion(lengths, timing) + (_growth(timing) if growing else "") + pen.dark_rules()
    return _document(scene, theme, size, pen, [_styles(rules), *body])


def _grown(marks: str, step: int, scene: Scene) -> str:
    """A group that comes in a step and stays."""
    poster = ' class="poster"' if step <= scene.poster else ""
    return f'<g{poster} style="animation-name:{PREFIX}s{step}">{marks}</g>'


def _growth(timing: Timing) -> str:
    """The CSS that shows each group of an accumulating layer from its step on, and hides all when the loop starts."""
    come = "".join(
        "@keyframes"
        f" {PREFIX}s{n}{{0%{{visibility:hidden}}{_share(n * timing.step_ms, timing.total)},to{{visibility:visible}}}}"
        for n in range(1, timing.steps)
    )
    return (
        f".{PREFIX}g>g{{visibility:hidden;animation:{number(timing.total)}s step-end {timing.count()}{_left(timing)}}}"
        f".{PREFIX}g>.poster{{visibility:visible}}{come}"
        f"@media(prefers-reduced-motion:reduce){{.{PREFIX}g>g{{animation:none!important}}}}"
    )


def _left(timing: Timing) -> str:
    """What makes an animation that ends stay as it is then."""
    return " forwards" if timing.loop else ""


def _seen(marks: str, span: range, scene: Scene, timing: Timing) -> str:
    """Marks that are seen during a span of steps. All groups share one animation, shifted by a negative delay."""
    poster = ' class="poster"' if scene.poster in span else ""
    ahead = (timing.total - span.start * timing.step_ms) % timing.total
    late = [f"animation-delay:-{number(ahead)}s"] if ahead else []
    ends = [f"animation-iteration-count:{timing.count(ahead)}"] if ahead and timing.loop else []
    style = f' style="{";".join(late + ends)}"' if late else ""
    return f"<g{poster}{style}>{marks}</g>"


def _motion(lengths: dict[int, str], timing: Timing) -> str:
    """The rules by which groups are seen for as long as their class says."""
    if not lengths:
        return ""
    rules = []
    for length, kind in lengths.items():
        rules.append(
            f".{kind}>g{{visibility:hidden;animation:{kind} {number(timing.total)}s step-end"
            f" {timing.count()}{_left(timing)}}}.{kind}>.poster{{visibility:visible}}@keyframes"
            f" {kind}{{0%{{visibility:visible}}{_share(length, timing.total)}{{visibility:hidden}}}}"
        )
    calm = ",".join(f".{kind}>g" for kind in lengths.values())
    return f"{''.join(rules)}@media(prefers-reduced-motion:reduce){{{calm}{{animation:none}}}}"


def _share(length: int, total: int) -> str:
    """A time as a share of all, in percent.

    Rounded down, so that a step has gone when the next one comes, at the very moment, which the first picture is; the
    gap is less than a hundred nanoseconds for each minute.
    """
    return f"{math.floor(length / total * 1e9) / 1e7:.7f}".rstrip("0").rstrip(".") + "%"


def _styles(rules: str) -> str:
    return f"<style>{rules}</style>" if rules else ""


def _document(scene: Scene, theme: Theme, size: tuple[int, int], pen: Pen, body: list[str]) -> str:
    box = [thousandths(v) for v in (scene.box.x, scene.box.y, scene.box.width, scene.box.height)]
    x, y, width, height = map(number, box)
    defs = f"<defs>{''.join(pen.defs)}</defs>" if pen.defs else ""
    lang = f' xml:lang="{scene.lang}"' if scene.lang != "en" else ""
    role = f' class="{PREFIX} background"' if theme.dark else ""
    ground = (
        f'<path{role} fill="{coloured(theme.background)}"'
        f' d="M{pair(box[0], box[1])}h{width}v{height}h{number(-box[2])}z"/>'
    )
    text = "".join(
        (
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" viewBox="{x} {y} {width}'
                f' {height}"{lang} role="img" aria-labelledby="{PREFIX}t {PREFIX}d">'
            ),
            (
                f'<title id="{PREFIX}t">{xml_text(scene.title)}</title><desc'
                f' id="{PREFIX}d">{xml_text(scene.description)}</desc>'
            ),
            "" if theme.transparent else ground,
            defs,
            *body,
            "</svg>\n",
        )
    )
    return text.replace(PREFIX, _name(text))


def _name(text: str) -> str:
    """A capital, which no role has, and three letters or digits for a document: one of 1.2 million names."""
    value = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    first, rest = LETTERS[value % 26].upper(), value // 26
    return first + "".join(LETTERS[rest // 36**n % 36] for n in range(3))


def xml_text(text: str) -> str:
    """Text for an XML element or attribute: escaped, and without the characters that XML forbids."""
    return html.escape(readable(text), quote=False).replace('"', "&quot;")
