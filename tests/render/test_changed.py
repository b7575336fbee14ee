"""Where a canvas says that pixels changed: the writers of animations look nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

import convanim as ca
from convanim.views import VIEWS
from helpers.vector_figures import operations
from oracle.gif import decoded, gif_faults

LOOKS = (
    {"theme": "clear", "labels": "all"},
    {"theme": "classic", "reveal": True},
    {"theme": "dark", "background": "transparent", "reveal": True},
    {"theme": "print", "shade": True},
)


def figures(view):
    """One figure of each operation that the view draws, each look in turn."""
    for n, (op, given) in enumerate(operations(ca)):
        try:
            yield ca.animate(
                op, view=view, dpi=40, **LOOKS[n % len(LOOKS)], **(given if VIEWS[view].shows_values else {})
            )
        except ca.ConvanimError:
            continue


def faults(canvas, pictures, order):
    """The steps, drawn in this order, of which a pixel differs from the one before outside of the rectangle told."""
    found, before = [], None
    for step in order:
        now = canvas.draw(step).copy()
        assert (now == pictures[step]).all(), step
        rows, columns = canvas.changed
        assert 0 <= rows.start < rows.stop <= now.shape[0] and 0 <= columns.start < columns.stop <= now.shape[1]
        outside = np.ones(now.shape[:2], bool)
        outside[rows, columns] = False
        if outside.any() if before is None else (now != before).any(-1)[outside].any():
            found.append(step)
        before = now
    return found


@pytest.mark.parametrize("view", VIEWS)
def test_no_pixel_changes_outside_of_the_rectangle_that_the_canvas_tells(view):
    for a in figures(view):
        steps = range(min(len(a), 7))
        pictures = [a.canvas().draw(step).copy() for step in steps]
        order = [*steps, *steps[::-3], *steps[::2], 0, 0]
        assert not faults(a.canvas(), pictures, order)


class Small:
    """A canvas that tells a rectangle that is too small: the upper half of the true one."""

    def __init__(self, canvas):
        self.canvas = canvas

    def draw(self, step):
        return self.canvas.draw(step)

    @property
    def changed(self):
        rows, columns = self.canvas.changed
        return slice(rows.start, (rows.start + rows.stop + 1) // 2), columns


def test_a_rectangle_that_is_too_small_is_found_in_the_canvas_and_in_each_file(tmp_path):
    a = ca.figure("padding_strides")
    canvas, pictures = a.canvas(), [a.frame(step) for step in range(len(a))]
    whole = [canvas.draw(step).copy() for step in range(len(a))]
    assert faults(Small(a.canvas()), whole, range(len(a))) == [*range(len(a))]
    a.save(tmp_path / "right.gif")
    assert not gif_faults(tmp_path / "right.gif", a)
    small = ca.figure("padding_strides")
    object.__setattr__(small, "canvas", lambda: Small(a.canvas()))
    for suffix in (".gif", ".apng", ".webp"):
        small.save(tmp_path / f"small{suffix}")
    assert gif_faults(tmp_path / "small.gif", a)
    frames = decoded(tmp_path / "small.apng", a.size)
    assert any((frame != picture).any() for frame, picture in zip(frames, pictures, strict=True))
