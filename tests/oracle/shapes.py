"""Convex shapes: hulls, and how far apart they are."""

from __future__ import annotations

import itertools
import math

import numpy as np


def apart(one, other):
    """The distance between two convex shapes along the best of their edges' normals; not above 0 where they meet."""
    best = -math.inf
    for corners in (one, other):
        for (x0, y0), (x1, y1) in itertools.pairwise([*corners, corners[0]]):
            length = math.hypot(x1 - x0, y1 - y0)
            nx, ny = (y1 - y0) / length, (x0 - x1) / length
            a, b = ([nx * x + ny * y for x, y in shape] for shape in (one, other))
            best = max(best, min(a) - max(b), min(b) - max(a))
    return best


def hull(points):
    """The corners of the convex hull, in order (Andrew's monotone chain)."""

    def half(ordered):
        chain = []
        for x, y in ordered:
            while (
                len(chain) > 1
                and (chain[-1][0] - chain[-2][0]) * (y - chain[-2][1])
                - (chain[-1][1] - chain[-2][1]) * (x - chain[-2][0])
                <= 1e-12
            ):
                chain.pop()
            chain.append((x, y))
        return chain[:-1]

    ordered = sorted({(round(x, 9), round(y, 9)) for x, y in points})
    return half(ordered) + half(ordered[::-1])


def corners(boxes):
    return boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]


def overlapping(one, other):
    """(n, m): whether boxes have an area in common."""
    (a, b), (c, d) = ((boxes[:, :2], boxes[:, 2:]) for boxes in (one, other))
    return ((a[:, None] < d[None]) & (c[None] < b[:, None])).all(-1)


def normals(shapes):
    edges = np.roll(shapes, -1, -2) - shapes
    across = np.stack([edges[..., 1], -edges[..., 0]], -1)
    length = np.linalg.norm(across, axis=-1, keepdims=True)
    return np.where(length > 1e-12, across / np.maximum(length, 1e-12), np.array([1.0, 0.0]))


def gaps(shape, others):
    """How far apart a convex shape (p, 2) is from others (n, q, 2), along the best of all edges' normals; not above 0
    where they meet.
    """
    shape, axes = np.asarray(shape, float), normals(np.asarray(shape, float))
    a, b = shape @ axes.T, others @ axes.T
    best = np.maximum(a.min(0) - b.max(1), b.min(1) - a.max(0)).max(-1)
    axes = normals(others)
    a, b = np.einsum("pd,nkd->nkp", shape, axes), np.einsum("nqd,nkd->nkq", others, axes)
    return np.maximum(best, np.maximum(a.min(-1) - b.max(-1), b.min(-1) - a.max(-1)).max(-1))


def crossed(boxes, lines):
    """(n, m): whether segments have a point in a box: no side of the box parts them, and its corners lie on both sides
    of the segment.
    """
    start, along = lines[:, 0], lines[:, 1] - lines[:, 0]
    far = (lines.max(1)[None] < boxes[:, None, :2]).any(-1) | (lines.min(1)[None] > boxes[:, None, 2:]).any(-1)
    from_start = corners(boxes)[:, :, None] - start
    side = along[:, 0] * from_start[..., 1] - along[:, 1] * from_start[..., 0]
    return ~far & ~(side > 0).all(1) & ~(side < 0).all(1)
