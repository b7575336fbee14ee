"""Layers of a scene."""

from __future__ import annotations

import re
from dataclasses import replace

import convanim as ca
from convanim.scene import Layer, Polygon


def test_a_layer_with_a_span_is_seen_in_its_steps_alone_in_pixels_and_in_svg(tmp_path):
    base = ca.animate(ca.Conv(4, 3))
    mark = Polygon("current", (((-1.0, -1.0), (1.0, -1.0), (1.0, -2.0), (-1.0, -2.0)),))
    spanned = replace(base, scene=replace(base.scene, layers=(*base.scene.layers, Layer((mark,), range(1, 3)))))
    changed = [bool((spanned.frame(n) != base.frame(n)).any()) for n in range(4)]
    assert changed == [False, True, True, False]
    assert [spanned.svg(n) != base.svg(n) for n in range(4)] == changed
    (path,) = spanned.save(tmp_path / "spanned.svg")
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"0%\{visibility:visible\}([\d.]+)%", text) == ["25", "50"]  # a step of four, and two of four
    assert re.search(
        r'<g class="[A-Z]\w{3}k1"><g style="animation-delay:-3s">', text
    )  # from the second second on; the poster is the last step
