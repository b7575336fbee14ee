"""What is said in place of a figure: true for every view and operation, by arithmetic that shares nothing with the
package.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

import convanim as ca
from convanim.geometry import OPERATIONS
from convanim.text.alt import MOST_VALUES
from convanim.views import VIEWS
from convanim.views import refusal as reason
from helpers.figures import drawn
from helpers.operations import some, subjects

VALUED = [view for view, row in VIEWS.items() if row.shows_values]
SAID = {
    "en": re.compile(r" The output(?P<about>, rounded,)? is (?P<rows>[^a-z]+)\.$"),
    "zh": re.compile(r"输出(?:为| (?P<about>≈)) (?P<rows>[^一-鿿]+)。$"),
}
BETWEEN = {"en": "; ", "zh": "；"}


def told(a):
    """The output that an alternative text tells, as an array, and whether it says that it is rounded; None where it
    tells none.
    """
    lang = a.scene.lang
    found = SAID[lang].search(a.alt)
    if found is None:
        return None
    cells = [
        [float(cell.replace("−", "-").replace("∞", "inf")) for cell in row.split(" ")]
        for row in found["rows"].split(BETWEEN[lang])
    ]
    return np.array(cells), bool(found["about"])


def by_windows(op, x, w):
    """The output by plain loops over padded arrays, of zeros as padding, for one channel of a convolution or its
    transpose.
    """
    out = np.zeros(op.output_size)
    taps = list(np.ndindex(*op.kernel_size))
    if isinstance(op, ca.ConvTranspose):
        before = [pad if isinstance(pad, int) else pad[0] for pad in op.padding]
        weights = np.flip(w) if op.flip else w
        for cell in np.ndindex(*op.input_size):
            for tap in taps:
                at = tuple(
                    c * s + k * d - p for c, s, k, d, p in zip(cell, op.stride, tap, op.dilation, before, strict=True)
                )
                if all(0 <= a < n for a, n in zip(at, out.shape, strict=True)):
                    out[at] += x[cell] * weights[tap]
        return out
    pads = [(pad, pad) if isinstance(pad, int) else pad for pad in op.padding]
    padded = np.pad(
        x,
        pads,
        mode={"zeros": "constant", "replicate": "edge", "circular": "wrap"}.get(op.padding_mode, op.padding_mode),
    )
    weights = np.flip(w) if op.flip else w
    for cell in np.ndindex(*out.shape):
        for tap in taps:
            out[cell] += (
                padded[tuple(c * s + k * d for c, s, k, d in zip(cell, op.stride, tap, op.dilation, strict=True))]
                * weights[tap]
            )
    return out


SMALL = [(1,), (3,), (5,), (6,), (1, 1), (2, 3), (3, 3), (4, 4), (4, 6)]
FEW = [
    op
    for name in ("conv", "transpose")
    for size in SMALL
    if math.prod((op := some(name, size)).output_size) <= MOST_VALUES and len(op.pads) == len(size)
]


@pytest.mark.parametrize("lang", SAID)
@pytest.mark.parametrize("view", VALUED)
def test_the_result_is_told_where_a_figure_shows_numbers_and_is_that_of_plain_loops(view, lang):
    count = 0
    for n, op in enumerate(FEW):
        if reason(view, op):
            continue
        rng = np.random.default_rng(n)
        x, w = rng.integers(-4, 9, op.input_size), rng.integers(-2, 3, op.kernel_size)
        a = ca.animate(op, view=view, input=x, kernel=w, lang=lang)
        output, about = told(a)
        assert not about and output.shape == (op.output_size if len(op.output_size) == 2 else (1, *op.output_size)), (
            a.alt
        )
        assert np.array_equal(output.reshape(op.output_size), by_windows(op, x, w)), (op, a.alt)
        count += 1
    assert count >= 5


def test_the_comparison_with_plain_loops_sees_one_wrong_value():
    op = ca.Conv(4, 3)
    x, w = np.arange(16).reshape(4, 4), np.ones((3, 3), int)
    a = ca.animate(op, view="flat", input=x, kernel=w)
    assert np.array_equal(told(a)[0], by_windows(op, x, w))
    texts = replace(a.labelling.texts, output=("45.0", "54.0", "81.0", "91.0"))
    assert not np.array_equal(told(replace(a, labelling=replace(a.labelling, texts=texts)))[0], by_windows(op, x, w))


@pytest.mark.parametrize(
    ("mode", "reduce"), [("max", np.max), ("average", np.mean), ("l2", lambda cells: math.sqrt((cells**2).sum()))]
)
def test_poolings_tell_their_result_rounded_where_it_is(mode, reduce):
    x = np.arange(16).reshape(4, 4) ** 2 % 11
    output, about = told(ca.animate(ca.Pool(4, 2, mode=mode), view="flat", input=x))
    exact = np.array([[reduce(x[r : r + 2, c : c + 2]) for c in (0, 2)] for r in (0, 2)])
    assert np.allclose(output, exact, atol=0.051)
    assert about == (not np.allclose(output, exact, atol=1e-12)) and about == (mode == "l2")


def test_no_result_is_told_without_numbers_with_symbols_of_many_cells_or_of_layers():
    op = ca.Conv(4, 3)
    assert told(ca.animate(op)) is None
    assert told(ca.animate(op, symbols=True)) is None
    assert told(ca.animate(ca.Conv(6, 3), seed=1)) is not None
    assert told(ca.animate(ca.Conv(7, 3), seed=1)) is None
    assert told(ca.animate([op, ca.Conv(2, 2)])) is None


def test_the_description_in_an_svg_is_without_the_result():
    a = ca.animate(ca.Conv(4, 3), seed=1)
    assert a.alt.startswith(f"{a.scene.title}. {a.scene.description} The output is ")
    assert f">{a.scene.description}</desc>" in a.svg(0)


def test_a_storyboard_tells_the_result_too():
    a = ca.animate(ca.Conv(4, 3), seed=1)
    assert np.array_equal(told(a.storyboard(2))[0], told(a)[0])


def test_titles_end_with_one_stop_in_the_language_of_the_figure():
    assert (
        ca.animate(ca.Conv(4, 3), lang="zh").alt.count("。") >= 2
        and ". " not in ca.animate(ca.Conv(4, 3), lang="zh").alt
    )
    for title, begin in [
        ("Ends.", "Ends. A window"),
        ("Ends?", "Ends? A window"),
        ("Ends", "Ends. A window"),
        ("Ends  ", "Ends. A window"),
    ]:
        assert ca.animate(ca.Conv(4, 3), title=title).alt.startswith(begin)


def output_sizes(op):
    """The output's size by the formulas of PyTorch's documentation."""
    if isinstance(op, ca.AdaptivePool):
        return op.output_size
    rows = zip(op.input_size, op.kernel_size, op.stride, op.pads, op.dilation, strict=True)
    if isinstance(op, ca.ConvTranspose):
        return tuple(
            (i - 1) * s - sum(p) + d * (k - 1) + extra + 1
            for (i, k, s, p, d), extra in zip(rows, op.output_padding, strict=True)
        )
    ceil = getattr(op, "ceil_mode", False)
    found = []
    for i, k, s, p, d in rows:
        spare = i + sum(p) - d * (k - 1) - 1
        size = -(-spare // s) + 1 if ceil else spare // s + 1
        found.append(size - 1 if ceil and (size - 1) * s >= i + p[0] else size)
    return tuple(found)


NUMBER = r"(\d+(?:x\d+)*)"
# what each description says of sizes, as a pattern with the places of numbers, and those numbers worked out here
USUAL = rf"over an input of {NUMBER}.*In {NUMBER} steps? it computes the output of {NUMBER}"


def usual(op):
    return [size(op.input_size), str(math.prod(output_sizes(op))), size(output_sizes(op))]


def inner_outer(op):
    small, large = (
        (op.input_size, output_sizes(op)) if isinstance(op, ca.ConvTranspose) else (output_sizes(op), op.input_size)
    )
    return [size(small), size(large)] * 2


def size(cells):
    return "x".join(map(str, cells))


WHOLE = {
    "scatter": (
        rf"cell of an input of {NUMBER},.* kernel of {NUMBER}, .*onto the output of {NUMBER}:.*stride of {NUMBER} ",
        lambda op: [size(op.input_size), size(op.kernel_size), size(output_sizes(op)), size(op.stride)],
    ),
    "pair": (
        (
            rf"its output of {NUMBER} reads the cells of its input of {NUMBER} .*input of {NUMBER}, is spread over the"
            rf" same window of an output of {NUMBER}\."
        ),
        inner_outer,
    ),
    "channels": (
        (
            rf"channels \({NUMBER}, each of {NUMBER} cells\).*\({NUMBER}, each of {NUMBER}\), in groups"
            rf" \({NUMBER}\).*kernel of {NUMBER} "
        ),
        lambda op: [
            str(op.in_channels),
            size(op.input_size),
            str(op.out_channels),
            size(output_sizes(op)),
            str(op.groups),
            size(op.kernel_size),
        ],
    ),
    "stack": (rf"an input of {NUMBER} at the bottom, above it: {NUMBER}((?: → {NUMBER})*)", None),
}
MORE = {
    "matrix": (rf"matrix of {NUMBER} cells", lambda op: [f"{math.prod(output_sizes(op))}x{math.prod(op.input_size)}"]),
    "dense": (
        rf"input \(in all {NUMBER}\) and of the output \(in all {NUMBER}\)",
        lambda op: [str(math.prod(op.input_size)), str(math.prod(output_sizes(op)))],
    ),
    "im2col": (
        rf"row \(1x{NUMBER}\) times the windows as columns \({NUMBER}\) is the output as a row \(1x{NUMBER}\)",
        lambda op: [
            str(math.prod(op.kernel_size)),
            f"{math.prod(op.kernel_size)}x{math.prod(output_sizes(op))}",
            str(math.prod(output_sizes(op))),
        ],
    ),
}


def wrong_sizes(view, op, a):
    """What an alternative text says of sizes and steps that isn't so."""
    layers, description = op if isinstance(op, tuple) else (op,), a.scene.description
    if view == "stack":
        found = re.search(WHOLE["stack"][0], description)
        said, true = (
            [found[1], *re.findall(NUMBER, found[2] + found[3])],
            [size(layers[0].input_size), *(size(output_sizes(one)) for one in layers)],
        )
        return [(said, true)] if said != true else []
    patterns = [WHOLE[view]] if view in WHOLE else [(USUAL, usual), *([MORE[view]] if view in MORE else [])]
    wrong = []
    for pattern, numbers in patterns:
        found = re.search(pattern, description)
        said = list(found.groups()) if found else None
        wrong += [(said, numbers(op))] if said != numbers(op) else []
    return wrong


STEPS = {
    "scatter": lambda op: math.prod(op.input_size),
    "channels": lambda op: op.out_channels * math.prod(output_sizes(op)),
    "pair": lambda op: math.prod(op.input_size if isinstance(op, ca.ConvTranspose) else output_sizes(op)),
}


@pytest.mark.parametrize("view", VIEWS)
def test_title_and_description_say_the_sizes_and_steps_of_every_view_and_operation(view):
    count = 0
    for op in subjects(view)[::3]:
        a = drawn(op, view=view)
        last = op[-1] if isinstance(op, tuple) else op
        assert len(a) == STEPS.get(view, lambda op: math.prod(output_sizes(op)))(last), op
        assert not wrong_sizes(view, op, a), (op, a.alt)
        first = op[0] if isinstance(op, tuple) else op
        assert size(first.input_size) in a.scene.title
        assert a.alt == a.alt.strip() and "  " not in a.alt and "{" not in a.alt
        count += 1
    assert count >= 6


def test_the_check_of_sizes_sees_a_wrong_number_in_every_view():
    for view in VIEWS:
        op = subjects(view)[-1]
        a = drawn(op, view=view)
        numbers = list(re.finditer(r"\d+", a.scene.description))
        spoiled = []
        for number in numbers:
            text = a.scene.description
            changed = f"{text[: number.start()]}{int(number[0]) + 1}{text[number.end() :]}"
            spoiled.append(bool(wrong_sizes(view, op, replace(a, scene=replace(a.scene, description=changed)))))
        assert any(spoiled), view
    assert set(OPERATIONS) == {"conv", "transpose", "pool", "adaptive_pool"}
