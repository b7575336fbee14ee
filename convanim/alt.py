"""Words in place of a figure, for those who don't see it."""

from __future__ import annotations

from .scene import Scene


def text(scene: Scene) -> str:
    """The title of a figure and its description, which says what moves over what, the sizes, and what comes of it."""
    title = scene.title.rstrip()
    return f"{title}{'' if title.endswith(('.', '!', '?', '。')) else '.'} {scene.description}"
