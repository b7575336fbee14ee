"""The Sphinx extension `convanim.sphinx`: a directive that draws a figure, for reStructuredText and MyST.

    .. convanim:: conv
       :input-size: 5x7
       :kernel-size: 3
       :stride: 2

Web pages show the animation, EPUBs and PDFs the poster, and builders without pictures the alternative text. Drawn files
are stored beside the doctrees. Their names depend on the content of the figures, so a second build draws nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from . import __version__
from .errors import ConvanimError, expected_one_of, short_repr
from .publish.directive import Recipe, is_file, spelt
from .text.escaping import attribute
from .write import FORMATS, literal

# the suffix for each MIME type; a builder lists its supported types, the best first
SUFFIXES = {"image/svg+xml": ".svg", "application/pdf": ".pdf", "image/png": ".png"}
STILL = ("epub",)  # HTML builders that need still pictures
LENGTH = re.compile(r"(?=.*[1-9])(\d+(?:\.\d+)?|\.\d+) ?(%|em|ex|in|cm|mm|pt|pc)")  # docutils' units
PIXELS = re.compile(r"([+-]?\d+)(?: ?px)?")


def _align(argument: str) -> str:
    found: str = directives.choice(argument, ("left", "center", "right"))
    return found


OWN = {
    "align": _align,
    "alt": directives.unchanged,
    "caption": directives.unchanged,
    "class": directives.class_option,
    "file": directives.unchanged,
    "name": directives.unchanged,
    "player": directives.flag,
}  # options of the directive itself


class OptionSpec(dict[str, Any]):
    """The directive's options. Unknown options are accepted here, so that the directive can report them with their
    line.
    """

    def __missing__(self, name: str) -> Any:
        return directives.unchanged


class Placeholder(nodes.General, nodes.Element):  # type: ignore[misc]
    """A figure before drawing: the builder that writes the page determines the format."""


class ResponsiveImage(nodes.image):  # type: ignore[misc]
    """An image of a web page. It loads lazily, reserves its space, and is never wider than the page."""


class Convanim(SphinxDirective):  # type: ignore[misc]
    """`.. convanim:: NAME`: an operation, with parameters as options, or a figure of the package or a TOML file."""

    required_arguments = 1
    has_content = True
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = OptionSpec(OWN)

    def run(self) -> list[Any]:
        """The figure's node, or an error if drawing fails."""
        texts = {name.replace("-", "_"): value for name, value in self.options.items() if name not in OWN}
        try:
            defaults = dict(self.config.convanim_options)
            usual, own = _page_width(defaults), _page_width(texts)
            page_width = own or ("" if "width" in texts else usual)
            recipe = self._recipe(texts, defaults)
            animation = recipe.animate()
            for path in recipe.files():
                self.env.note_dependency(path)
        except ConvanimError as error:
            return [self.state.document.reporter.error(f"convanim: {error}", line=self._line(str(error), texts))]
        place = Placeholder(
            "",
            recipe=recipe,
            digest=recipe.digest(animation),
            alt=self.options.get("alt") or animation.alt,
            size=animation.size,
            page_width=page_width,
            player="player" in self.options,
            classes=list(self.options.get("class", ())),
        )
        self.set_source_info(place)
        return self._figure(place)

    def _recipe(self, texts: dict[str, str], defaults: dict[str, Any]) -> Recipe:
        """The figure that the directive describes; paths are relative to the document."""
        subject = self.arguments[0].strip()
        known = Recipe.options(subject)
        for name in texts:
            if name not in known:
                raise expected_one_of("option", spelt(name), sorted([*map(spelt, known), *map(spelt, OWN)]))
        source = self.options.get("file", "")
        _, path = self.env.relfn2path(source) if source else ("", "")
        for name, value in texts.items():
            if is_file(name, value):
                _, texts[name] = self.env.relfn2path(value.strip())
        return Recipe.of(subject, texts, path, defaults)

    def _line(self, message: str, names: Iterable[str]) -> int:
        """The line of the option that a message names first, or the directive's line if it names none."""
        found: dict[int, str] = {}
        for name in names:
            forms = (spelt(name), f"{name}=", f"unknown {name} ", f"{name} has ", f"the {name} ")
            found |= {message.find(form): name for form in forms if form in message}
        if not found:
            return int(self.lineno)
        name = found[min(found)]
        starts = spelt(name), f":{name}:"
        lines = [line.strip() for line in self.block_text.splitlines()]
        return int(self.lineno) + next((n for n, line in enumerate(lines) if line.startswith(starts)), 0)

    def _figure(self, place: Placeholder) -> list[Any]:
        """The placeholder alone, or in a figure with the caption and the legend from the directive's content."""
        align, body = self.options.get("align"), self.parse_content_to_nodes() if self.content else []
        captions: list[Any] = []
        if "caption" in self.options:
            texts, messages = self.state.inline_text(self.options["caption"], self.lineno)
            captions = [nodes.caption(self.options["caption"], "", *texts), *messages]
        elif body and isinstance(body[0], nodes.paragraph):
            captions = [nodes.caption(body[0].rawsource, "", *body.pop(0).children)]
        if not captions and not body:
            place["align"] = align
            self.add_name(place)
            return [place]
        figure = nodes.figure("", place, *captions, **({"align": align} if align else {}))
        self.set_source_info(figure)
        if body:
            figure += nodes.legend("", *body)
        self.add_name(figure)
        return [figure]


def _page_width(options: dict[str, Any]) -> str:
    """Remove a page width such as "50%" or "8cm" from the options and return it. A width in pixels stays in the
    options, and "" is returned.
    """
    width = options.get("width")
    if not isinstance(width, str):
        return ""
    if (found := LENGTH.fullmatch(width.strip())) is not None:
        del options["width"]
        return "".join(found.groups())
    if (pixels := PIXELS.fullmatch(width.strip())) is None:
        raise ConvanimError(
            f"{spelt('width')} {short_repr(width)}: write pixels such as 300, or a measure of the page such as 50% or"
            " 8cm"
        )
    options["width"] = pixels[1]
    return ""


def draw(app: Any, document: Any, docname: str) -> None:
    """Replace each placeholder of a page by an image or the player, before a builder writes the page.

    Figures without a drawn file are drawn now.
    """
    page = app.builder.format == "html" and app.builder.name not in STILL
    for place in list(document.findall(Placeholder)):
        try:
            drawn = (
                nodes.raw("", _player(place), format="html")
                if page and place["player"]
                else _image(app, docname, place, moving=page)
            )
        except ConvanimError as error:  # too large for this format, or the file can't be written
            logging.getLogger(__name__).error(f"convanim: {error}", location=place)
            drawn = _alternative(place)
        place.replace_self(drawn)


def _player(place: Placeholder) -> str:
    """The player, as wide as the directive says."""
    player: str = place["recipe"].animate().html()
    return f'<div style="width: {place["page_width"]}">{player}</div>' if place["page_width"] else player


def _alternative(place: Placeholder) -> Any:
    """The alternative text, instead of a figure."""
    return nodes.paragraph("", f"[{place['alt']}]", ids=place["ids"], names=place["names"])


def _image(app: Any, docname: str, place: Placeholder, *, moving: bool) -> Any:
    """The node of an image. Draws its file if the file doesn't exist."""
    kind = next((kind for kind in app.builder.supported_image_types if SUFFIXES.get(kind) in FORMATS), None)
    if kind is None:  # the builder supports no pictures
        return _alternative(place)
    path = Path(
        app.env.doctreedir, "convanim", f"convanim-{place['digest']}{'' if moving else '-still'}{SUFFIXES[kind]}"
    )
    if not path.exists():
        place["recipe"].animate().save(literal(path), step=None if moving and SUFFIXES[kind] == ".svg" else "poster")
    app.env.images.add_file(docname, str(path))
    make = ResponsiveImage if app.builder.format == "html" else nodes.image
    image = make(
        "",
        uri=str(path),
        candidates={kind: str(path)},
        alt=place["alt"],
        classes=place["classes"],
        ids=place["ids"],
        names=place["names"],
    )
    if make is ResponsiveImage:
        image["size"], image["page_width"] = place["size"], place["page_width"]
    else:  # the height follows
        image["width"] = place["page_width"] or f"{place['size'][0]}px"
    if place.get("align"):
        image["align"] = place["align"]
    return image


def show(translator: Any, node: ResponsiveImage) -> None:
    """Write an image's tag into a page."""
    builder = translator.builder
    name = builder.images.get(node["uri"], node["uri"])
    classes = " ".join(["convanim", *node["classes"], *([f"align-{node['align']}"] if "align" in node else [])])
    ids = f' id="{html.escape(node["ids"][0])}"' if node["ids"] else ""
    own = f"width: {node['page_width']}; " if node["page_width"] else ""
    (width, height), alone = node["size"], "" if isinstance(node.parent, nodes.figure) else "; display: block"
    translator.body.append(
        f'<img{ids} class="{html.escape(classes)}" src="{html.escape(f"{builder.imgpath}/{quote(name)}")}"'
        f' width="{width}" height="{height}" alt="{attribute(node["alt"])}" loading="lazy" decoding="async"'
        f' style="{own}max-width: 100%; height: auto{alone}" />\n'
    )


def depart(translator: Any, node: ResponsiveImage) -> None:
    """Do nothing: <img> has no end tag."""


def setup(app: Any) -> dict[str, Any]:
    """Add the directive to Sphinx. `convanim_options` in conf.py sets default options for all figures."""
    app.add_config_value("convanim_options", {}, "env")
    app.add_node(Placeholder)
    app.add_node(ResponsiveImage, html=(show, depart))
    app.add_directive("convanim", Convanim)
    app.connect("doctree-resolved", draw)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
