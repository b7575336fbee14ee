"""What a cell sees of the input, against inputs of which one cell is changed, against sets that are walked, and against
Araujo's formulas.
"""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from convanim.geometry import AdaptivePool, Conv, ConvTranspose, Pool
from convanim.geometry.parameters import LARGEST
from convanim.geometry.receptive_field import Field, receptive_field, sources
from convanim.numeric.evaluation import evaluate
from helpers.refusals import refusal

# --- oracles


def influences(ops, rng):
    """For every output cell the input cells that change it: each input cell is 1 alone, through kernels of positive
    numbers.
    """
    kernels = [rng.integers(1, 9, op.kernel_size) if isinstance(op, Conv | ConvTranspose) else None for op in ops]
    seen = {cell: set() for cell in np.ndindex(*ops[-1].output_size)}
    for source in np.ndindex(*ops[0].input_size):
        x = np.zeros(ops[0].input_size, int)
        x[source] = 1
        for op, kernel in zip(ops, kernels, strict=True):
            x = evaluate(op, x, kernel)
        for cell in np.argwhere(x):
            seen[tuple(cell.tolist())].add(source)
    return seen


def endless(op, axis, cells):
    """The places that these output cells meet along an axis, as if the input went on without end; from the definitions
    of the kinds.
    """
    if isinstance(op, AdaptivePool):
        i, n = op.input_size[axis], op.output_size[axis]
        return {c for o in cells for c in range(math.floor(Fraction(o * i, n)), math.ceil(Fraction((o + 1) * i, n)))}
    k, s, d, p = op.kernel_size[axis], op.stride[axis], op.dilation[axis], op.pads[axis][0]
    if isinstance(op, ConvTranspose):
        near = range(min(cells, default=0) // s - d * k - 5, max(cells, default=0) // s + d * k + p + 5)
        return {c for c in near if any(c * s + j * d - p in cells for j in range(k))}  # whose stamp covers one of them
    return {o * s + j * d - p for o in cells for j in range(k)}


def field_by_sets(ops, axis):
    """Size, start and end along an axis, from all output cells."""
    spans = []
    for cell in range(ops[-1].output_size[axis]):
        seen = {cell}
        for op in reversed(ops):
            seen = endless(op, axis, seen)
        spans.append((min(seen), max(seen)) if seen else (0, -1))
    return max(b - a + 1 for a, b in spans), *spans[0]


def araujo(rows):
    """Size, jump, first and last cell after layers of (kernel, stride, dilation, padding): equations 2 to 4, for cells
    counted from 0.
    """
    size, jump, start = 1, 1, 0
    for k, s, d, p in rows:
        size, start, jump = size + d * (k - 1) * jump, start - p * jump, jump * s
    return size, jump, start, start + size - 1


def some_layer(draw, size):
    """A layer for this input size; None where the numbers drawn don't fit."""
    many = [lambda low, high: tuple(draw.randint(low, high) for _ in size)] * 3
    number = many[0]
    kind = draw.choice((Conv, Conv, ConvTranspose, Pool, AdaptivePool))
    pads = tuple((draw.randint(0, 2), draw.randint(0, 2)) for _ in size)
    try:
        if kind is AdaptivePool:
            op = AdaptivePool(size, number(1, 7))
        elif kind is Pool:
            op = Pool(
                size,
                number(1, 3),
                stride=number(1, 2),
                dilation=number(1, 2),
                padding=pads,
                mode="average",
                ceil_mode=draw.random() < 0.4,
            )
        elif kind is ConvTranspose:
            op = ConvTranspose(
                size, number(1, 3), stride=number(1, 3), dilation=number(1, 2), padding=pads, flip=draw.random() < 0.3
            )
        else:
            mode = draw.choice(("zeros", "zeros", "reflect", "replicate", "circular", "symmetric"))
            op = Conv(size, number(1, 3), stride=number(1, 2), dilation=number(1, 2), padding=pads, padding_mode=mode)
    except ValueError:
        return None
    return op if math.prod(op.output_size) <= 60 else None


def some_chains(seed, count, ndim):
    """Chains of one to four layers whose kinds and numbers are drawn."""
    draw = random.Random(seed)
    for _ in range(count):
        size, ops = tuple(draw.randint(2, 9 if ndim == 1 else 5) for _ in range(ndim)), []
        for _ in range(draw.randint(1, 4)):
            op = None
            while op is None:
                op = some_layer(draw, size)
            ops.append(op)
            size = op.output_size
        yield ops


def stack(size, rows, ndim=1):
    """The layers of (kernel, stride, dilation, padding), each as wide as the one before it gives."""
    ops = []
    for k, s, d, p in rows:
        ops.append(Conv(size, k, stride=s, dilation=d, padding=p, ndim=ndim))
        size = ops[-1].output_size
    return ops


def test_the_oracles_give_what_is_plain_by_hand():
    rng = np.random.default_rng(0)
    assert influences([Conv((3,), (2,), padding=1)], rng) == {
        (0,): {(0,)},
        (1,): {(0,), (1,)},
        (2,): {(1,), (2,)},
        (3,): {(2,)},
    }
    assert influences([ConvTranspose((2,), (1,), stride=2)], rng) == {(0,): {(0,)}, (1,): set(), (2,): {(1,)}}
    assert endless(ConvTranspose((2,), (3,), stride=2, padding=1), 0, {0, 1}) == {0, 1}
    assert endless(Conv((9,), (2,), stride=2, dilation=3, padding=1), 0, {0, 1}) == {-1, 1, 2, 4}
    assert endless(AdaptivePool((5,), (3,)), 0, {0}) == {0, 1}
    assert araujo([(3, 2, 1, 1), (3, 1, 2, 0)]) == (11, 2, -1, 9)


# --- sources


@pytest.mark.parametrize(("ndim", "count"), [(1, 250), (2, 60), (3, 8)])
def test_the_sources_of_every_cell_are_the_input_cells_that_change_it_through_layers_of_all_kinds(ndim, count):
    rng, nothing = np.random.default_rng(1), 0
    for ops in some_chains(ndim, count, ndim):
        for cell, seen in influences(ops, rng).items():
            assert sources(ops, cell) == seen, (ops, cell)
            nothing += not seen
    assert nothing > 0


def test_the_comparison_of_sources_can_fail():
    rng = np.random.default_rng(2)
    right = influences([Conv((4,), (3,), padding=1)], rng)
    for other in (
        Conv((4,), (3,), padding=1, padding_mode="circular"),
        Conv((4,), (3,), padding=2, dilation=2),
        Conv((4,), (3,), padding=[(0, 2)]),
    ):
        assert any(sources([other], cell) != seen for cell, seen in right.items())


def test_every_small_layer_alone_has_the_sources_of_its_taps():
    for i, k, s, d, p in itertools.product(range(1, 6), range(1, 4), range(1, 4), range(1, 3), range(3)):
        if i + 2 * p <= d * (k - 1):
            continue
        conv = Conv((i,), (k,), stride=s, dilation=d, padding=p)
        for op in (conv, conv.transpose()):
            for step in op.steps:
                assert sources([op], step.output) == {tap.source for tap in step.taps if tap.source is not None}


def test_a_cell_may_be_given_as_a_number_a_sequence_or_an_array():
    ops = [Conv((5,), (2,), dilation=2)]
    for cell in (1, (1,), [1], range(1, 2), np.int8(1), np.array([1]), (np.int64(1),)):
        assert sources(ops, cell) == {(1,), (3,)}
    assert sources([Conv(5, 3), Conv(3, 3)], np.array([0, 0])) == set(itertools.product(range(5), repeat=2))
    assert all(type(c) is int for cell in sources(ops, np.int64(1)) for c in cell)


def test_every_small_transposed_layer_alone_has_the_sources_of_its_stamps():
    for i, k, s, d, p in itertools.product((1, 3), range(1, 5), range(1, 7), range(1, 7), (0, 2)):
        stamps = [{c * s + j * d - p for j in range(k)} for c in range(i)]
        if (i - 1) * s + d * (k - 1) + 1 > 2 * p:
            op = ConvTranspose((i,), (k,), stride=s, dilation=d, padding=p)
            for cell in range(op.output_size[0]):
                assert sources([op], cell) == {(c,) for c, stamp in enumerate(stamps) if cell in stamp}, op


# --- receptive fields


def test_the_field_of_direct_layers_is_araujos_after_every_layer():
    draw = random.Random(3)
    for _ in range(200):
        rows = [
            (draw.randint(1, 4), draw.randint(1, 3), draw.randint(1, 3), draw.randint(0, 3))
            for _ in range(draw.randint(1, 5))
        ]
        fields = receptive_field(stack(2000, rows))
        assert len(fields) == len(rows)
        for n, field in enumerate(fields):
            assert (field.size[0], field.jump[0], field.start[0], field.end[0]) == araujo(rows[: n + 1])


def test_the_field_of_layers_of_all_kinds_is_that_of_the_sets_of_all_output_cells():
    spaced = 0
    for ndim, count in ((1, 300), (2, 60)):
        for ops in some_chains(10 + ndim, count, ndim):
            for n, field in enumerate(receptive_field(ops)):
                rows = [field_by_sets(ops[: n + 1], axis) for axis in range(ndim)]
                assert list(zip(field.size, field.start, field.end, strict=True)) == rows, ops[: n + 1]
                assert field.output_size == ops[n].output_size
            spaced += sum(isinstance(op, ConvTranspose) and max(op.stride) > 1 for op in ops) > 1
    assert spaced > 10


def test_the_jump_is_the_distance_between_neighbours_fields():
    for ops in some_chains(20, 150, 1):
        jump, period = (
            receptive_field(ops)[-1].jump[0],
            math.prod(op.output_size[0] if isinstance(op, AdaptivePool) else op.stride[0] for op in ops),
        )
        seen = [{cell} for cell in (0, period)]
        for op in reversed(ops):
            seen = [endless(op, 0, cells) for cells in seen]
        assert len(seen[0]) == len(seen[1])
        if seen[0]:
            assert min(seen[1]) - min(seen[0]) == pytest.approx(jump * period)


def test_the_field_of_interior_cells_is_the_span_of_their_sources():
    for rows in (
        [(3, 1, 1, 1)] * 3,
        [(3, 2, 1, 1), (3, 2, 1, 1)],
        [(2, 1, 2**n, 0) for n in range(4)],
        [(5, 3, 2, 2), (2, 1, 3, 1)],
    ):
        ops = stack(80, rows)
        field, middle = receptive_field(ops)[-1], ops[-1].output_size[0] // 2
        cells = [c for (c,) in sources(ops, middle)]
        assert (min(cells), max(cells)) == (
            field.start[0] + middle * field.jump[0],
            field.end[0] + middle * field.jump[0],
        )
        assert max(cells) - min(cells) + 1 == field.size[0]


@pytest.mark.parametrize(
    ("name", "size", "rows"),
    [
        ("two 3x3 are one 5x5", 5, [(3, 1, 1, 0)] * 2),  # Simonyan & Zisserman 2015, section 2.3
        ("three 3x3 are one 7x7", 7, [(3, 1, 1, 0)] * 3),
        ("WaveNet, figure 3", 16, [(2, 1, 2**n, 0) for n in range(4)]),
        ("a stack of WaveNet, 1 to 512", 1024, [(2, 1, 2**n, 0) for n in range(10)]),  # section 2.1
        ("Yu & Koltun 2016, figure 1", 15, [(3, 1, 1, 0), (3, 1, 2, 0), (3, 1, 4, 0)]),
        (
            "AlexNet, in Araujo's table",
            195,
            [(11, 4, 1, 0), (3, 2, 1, 0), (5, 1, 1, 2), (3, 2, 1, 0), *[(3, 1, 1, 1)] * 3, (3, 2, 1, 0)],
        ),
        (
            "VGG-16, in Araujo's table",
            212,
            [row for n in (2, 2, 3, 3, 3) for row in (*[(3, 1, 1, 1)] * n, (2, 2, 1, 0))],
        ),
        (
            "ResNet-50 as TF-Slim has it, in Araujo's table",
            483,
            [
                (7, 2, 1, 3),
                (3, 2, 1, 1),
                *[(3, s, 1, 1) for n, last in ((3, 2), (4, 2), (6, 2), (3, 1)) for s in [1] * (n - 1) + [last]],
            ],
        ),
        (
            "MobileNet, in Araujo's table",
            315,
            [(3, 2, 1, 1), *[(3, s, 1, 1) for s in (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)]],
        ),
    ],
)
def test_known_stacks_have_their_known_fields(name, size, rows):
    assert receptive_field(stack(2048, rows, ndim=2))[-1].size == (size, size), name
    assert araujo(rows)[0] == size


def test_up_and_down_again_has_the_field_of_both():
    ops = [Conv((16,), (4,), stride=2, padding=1), ConvTranspose((8,), (4,), stride=2, padding=1)]
    down, up = receptive_field(ops)
    assert (down.size, down.jump, down.start) == ((4,), (2,), (-1,))
    assert (up.size, up.jump, up.output_size) == ((6,), (1,), (16,)), (
        "two neighbours of the lower layer, two cells apart, four wide"
    )
    assert receptive_field([ConvTranspose((5,), (2,), stride=2)])[-1].jump == (0.5,) and receptive_field(
        [AdaptivePool((6,), (4,))]
    )[-1].jump == (1.5,)


def test_a_field_of_nothing_has_size_0():
    nothing = ConvTranspose((2,), (1,), stride=3, padding=[(1, 1)])
    assert [sorted(sources([nothing], cell)) for cell in range(2)] == [[], []]
    (field,) = receptive_field([nothing])
    assert (field.size, field.start, field.end) == ((0,), (0,), (-1,))


def test_cells_between_the_stamps_are_not_taken_for_seen():
    ops = [
        ConvTranspose((3,), (1,), stride=2),
        Conv((5,), (2,), dilation=2, padding=1),
    ]  # reads cells 1 below 0 and 1: zeros between the units
    assert sources(ops, 0) == set() and (receptive_field(ops)[-1].start, receptive_field(ops)[-1].end) == ((0,), (-1,))


def test_layers_that_carry_an_operation_are_read():
    ops = [Conv(7, 3), Conv(5, 3)]
    carried = tuple(SimpleNamespace(op=op, name="layer") for op in ops)
    assert receptive_field(carried) == receptive_field(ops) and sources(carried, (1, 1)) == sources(ops, (1, 1))
    assert receptive_field(ops)[0] == Field(size=(3, 3), jump=(1, 1), start=(0, 0), end=(2, 2), output_size=(5, 5))


# --- sizes without end


def test_fields_of_layers_of_a_billion_cells_are_worked_out_at_once():
    n = LARGEST
    assert receptive_field([Conv(n, n // 2, stride=3, dilation=2)])[-1].size == (2 * (n // 2 - 1) + 1,) * 2
    assert receptive_field([Conv(n, 3, padding=1)] * 50)[-1].size == (101, 101)
    assert receptive_field([ConvTranspose(n, n)])[-1].size == (n, n)
    assert receptive_field([ConvTranspose((n,), (n,), stride=1000)])[-1].size == (n // 1000,)
    assert receptive_field([AdaptivePool((n,), (7,))])[-1].size == (math.ceil(Fraction(n, 7)) + (n % 7 > 1),)
    assert sources([Conv(n, 3, padding=n // 2)], (n // 2,) * 2) == set(itertools.product(range(3), repeat=2))
    assert sources([Conv((5,), (n,), padding=n)], n // 2) == {(c,) for c in range(5)}


@pytest.mark.parametrize(
    "call",
    [
        lambda: receptive_field([ConvTranspose((LARGEST,), (3,), stride=LARGEST)]),
        lambda: receptive_field([ConvTranspose((4,), (LARGEST - 6,), stride=2), Conv((LARGEST,), (3,))]),
        lambda: receptive_field(
            [
                ConvTranspose((LARGEST // 2,), (LARGEST // 2,), stride=2, padding=LARGEST // 4),
                Conv((LARGEST - 2,), (LARGEST // 2,)),
            ]
        ),
        lambda: sources([Conv(LARGEST, LARGEST)], (0, 0)),
        lambda: sources([Conv((LARGEST,), (LARGEST // 2,), padding=1, padding_mode="reflect")], 0),
        lambda: sources([AdaptivePool(10**4, 1)], (0, 0)),
    ],
)
def test_what_would_take_minutes_or_all_memory_is_refused_in_one_line(call):
    assert "cells" in refusal(call)


@pytest.mark.parametrize(
    ("call", "cells"),
    [
        (lambda: sources([AdaptivePool(10, 1)], (0, 0)), 100),
        (lambda: sources([Conv((9,), (3,)), Conv((7,), (3,), padding=1, padding_mode="reflect")], 3), 9),
        (lambda: sources([Conv((9,), (3,), padding=1, padding_mode="circular"), Conv((9,), (4,))], 3), 12),
        (lambda: receptive_field([ConvTranspose((3,), (3,), stride=3), ConvTranspose((9,), (2,), stride=2)]), 12),
        (lambda: receptive_field([ConvTranspose((9,), (8,), stride=2), Conv((24,), (5,))]), 20),
    ],
)
def test_the_most_cells_that_are_looked_through_are_the_limit(call, cells, monkeypatch):
    monkeypatch.setattr("convanim.geometry.seen.MOST_READS", cells)
    assert call()
    monkeypatch.setattr("convanim.geometry.seen.MOST_READS", cells - 1)
    assert f"{cells:,} cells, and at most {cells - 1:,} are looked through" in refusal(call)


# --- refusals


@pytest.mark.parametrize("call", [receptive_field, lambda layers: sources(layers, (0, 0))])
def test_what_is_no_list_of_layers_that_fit_together_is_refused(call):
    for bad in (
        None,
        Conv(5, 3),
        [],
        (),
        3,
        "conv",
        b"",
        {},
        {Conv(5, 3)},
        object(),
        (op for op in [Conv(5, 3)]),
        math.nan,
    ):
        text = refusal(lambda bad=bad: call(bad))
        assert "is not a list of layers" in text or "is not an operation" in text
    for n, bad in ((0, None), (1, "pool"), (2, Conv), (1, [Conv(3, 1)]), (0, 3.5), (1, SimpleNamespace(op=3))):
        layers = [Conv(5, 3), Conv(3, 1), Conv(3, 1)]
        layers[n] = bad
        assert refusal(lambda layers=layers: call(layers)).startswith(f"layer {n + 1} is ")
    assert (
        refusal(lambda: call([Conv(7, 3), Conv(7, 3)]))
        == "layer 2 has input_size=(7, 7), and the previous layer gives (5, 5): they must be the same"
    )
    assert refusal(lambda: call([Conv(5, 3), Conv((3,), 3)])).startswith(
        "layer 2 has input_size=(3,), and the previous layer gives (3, 3)"
    )
    assert refusal(lambda: call([Conv(5, 3), AdaptivePool(3, 2), Pool((2, 3), 2)])).startswith(
        "layer 3 has input_size=(2, 3)"
    )
    deep = [Conv(5, 3, out_channels=4), Pool(3, 1), Conv(3, 1, in_channels=3)]
    assert (
        refusal(lambda: call(deep))
        == "layer 3 has in_channels=3, and 4 channels come from the previous layers: they must be the same"
    )
    call([*deep[:2], Conv(3, 1, in_channels=4), AdaptivePool(3, 1)])


def test_what_is_no_cell_of_the_output_is_refused():
    ops = [Conv((5, 6), 3)]
    assert sources(ops, (2, 3)) == set(itertools.product(range(2, 5), range(3, 6)))
    for bad in (
        None,
        0,
        2.0,
        "00",
        "0",
        b"00",
        (0,),
        (0, 0, 0),
        (3, 0),
        (0, 4),
        (-1, 0),
        (0.0, 0),
        (True, 0),
        (None, 0),
        ((0, 0), 0),
        [[0, 0]],
        ("0", 0),
        math.nan,
        10**6000,
        (10**6000, 0),
        {0: 0},
        {0, 1},
        itertools.count(),
        np.array([0.0, 0.0]),
        np.array(0),
        np.array([[0, 0]]),
        object(),
    ):
        text = refusal(lambda bad=bad: sources(ops, bad))
        assert "is not a cell of the last layer" in text and text.endswith("at most (2, 3)") and len(text) < 200


def test_a_chain_of_thousands_of_layers_has_the_fields_of_the_formula():
    count = 3000  # a field that is worked out anew from the first layer would take minutes here
    fields = receptive_field([Conv(count, 3, padding=1, ndim=1)] * count)
    assert [one.size for one in fields] == [(2 * n + 1,) for n in range(1, count + 1)]
    assert {one.jump for one in fields} == {(1,)} and fields[-1].start == (-count,) and fields[-1].end == (count,)
