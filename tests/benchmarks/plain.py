"""The benchmark's opponent: the 36-frame figure of the guide as one would write it with plain matplotlib.

The guide's arbitrary_padding_no_strides (input 5, kernel 4, padding 2) with patches drawn anew in each frame,
FuncAnimation and PillowWriter, at 150 dpi and the original's 495 x 542 pixels.

    python plain.py OUT.gif            writes the figure
    python plain.py OUT.gif --inside   writes it and prints the CPU seconds that took after the imports
"""

from __future__ import annotations

import sys
import time

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.patches import Polygon

INPUT, PADDING, KERNEL = 5, 2, 4
PADDED = INPUT + 2 * PADDING
OUTPUT = PADDED - KERNEL + 1
BASE02, BASE03, BLUE, CYAN = "#073642", "#002b36", "#268bd2", "#2aa198"
THICK, THIN = 0.797, 0.3985


def at(x, y, up=0.0):
    """A point of a plane, `up` cells above the lower one."""
    return x - 0.7 * y, 0.5 * x + 0.65 * y + up


def rectangle(ax, x, y, width, height, up=0.0, **style):
    corners = [at(x, y, up), at(x + width, y, up), at(x + width, y + height, up), at(x, y + height, up)]
    ax.add_patch(Polygon(corners, closed=True, **style))


def draw(ax, step):
    ax.clear()
    ax.axis("off")
    ax.set_xlim(-0.7 * PADDED - 0.75, PADDED + 0.75)
    ax.set_ylim(-0.75, PADDED + 1 + 1.15 * OUTPUT + 0.75)
    up = PADDED + 1
    row, column = divmod(step, OUTPUT)
    top = PADDED - row - KERNEL
    for y in range(PADDED):
        for x in range(PADDED):
            rectangle(ax, x, y, 1, 1, fill=False, edgecolor=BASE03, linewidth=THICK, linestyle=(0, (3.75, 3.75)))
    for y in range(PADDING, PADDING + INPUT):
        for x in range(PADDING, PADDING + INPUT):
            rectangle(ax, x, y, 1, 1, facecolor=BLUE, edgecolor=BASE03, linewidth=THICK)
    for y in range(top, top + KERNEL):
        for x in range(column, column + KERNEL):
            rectangle(ax, x, y, 1, 1, facecolor=BASE02, alpha=0.4)
            rectangle(ax, x, y, 1, 1, fill=False, edgecolor=BASE03, linewidth=THICK)
    out = OUTPUT - 1 - row
    for dx in (0, 1):
        for dy in (0, 1):
            start, end = at(column + dx * KERNEL, top + dy * KERNEL), at(column + dx, out + dy, up)
            ax.plot([start[0], end[0]], [start[1], end[1]], color="black", linewidth=THIN)
    for y in range(OUTPUT):
        for x in range(OUTPUT):
            rectangle(ax, x, y, 1, 1, up, facecolor=CYAN, edgecolor=BASE03, linewidth=THICK)
    rectangle(ax, column, out, 1, 1, up, facecolor=BASE02, alpha=0.4)
    rectangle(ax, column, out, 1, 1, up, fill=False, edgecolor=BASE03, linewidth=THICK)


def main(path):
    figure = plt.figure(figsize=(495 / 150, 542 / 150), dpi=150)
    ax = figure.add_axes((0, 0, 1, 1))
    FuncAnimation(figure, lambda step: draw(ax, step), frames=OUTPUT * OUTPUT, init_func=lambda: None).save(
        path, writer=PillowWriter(fps=1), dpi=150
    )
    plt.close(figure)


if __name__ == "__main__":
    started = time.process_time()
    main(sys.argv[1])
    if "--inside" in sys.argv:
        print(time.process_time() - started)
