"""Details of operations: their taps, cells and steps are those of the whole, exhaustively over small sizes."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import pytest

import convanim as ca
from convanim.geometry.detail import OF_WHOLE, Detail, chain_around, detail, outputs_around
from convanim.geometry.operation import Operation

ROWS = [  # one dimension
    ca.Conv(7, 3, stride=2, padding=1, ndim=1),
    ca.Conv(8, 3, stride=2, ndim=1),
    ca.Conv(6, 2, dilation=2, padding=((2, 1),), ndim=1),
    ca.Conv(8, 1, stride=3, ndim=1),
    ca.Conv(6, 3, padding=2, padding_mode="reflect", ndim=1),
    ca.Conv(6, 3, padding=2, padding_mode="circular", stride=2, ndim=1),
    ca.Conv(5, 3, padding=2, padding_mode="replicate", ndim=1),
    ca.ConvTranspose(4, 3, stride=2, padding=1, output_padding=1, ndim=1),
    ca.ConvTranspose(3, 2, stride=3, dilation=2, ndim=1),
    ca.ConvTranspose(4, 2, padding=2, ndim=1),
    ca.Pool(6, 2, ceil_mode=True, padding=1, ndim=1),
    ca.Pool(7, 3, stride=2, ceil_mode=True, ndim=1),
    ca.AdaptivePool(5, 3, ndim=1),
    ca.AdaptivePool(3, 7, ndim=1),
]
PLANES = [
    ca.Conv((5, 6), (3, 2), stride=(1, 2), padding=1),
    ca.ConvTranspose((2, 3), 3, stride=(2, 1), padding=1),
    ca.AdaptivePool((4, 5), (3, 2)),
]


def spans(count):
    """All runs of neighbouring outputs."""
    return list(combinations(range(count + 1), 2))


def same_taps(part, op, *, own):
    """Whether each step of a detail has the whole's taps: the same kernel cells on the same cells, in the same roles.

    An input of its `own` has the shown cells alone.
    """
    firsts = [axis.first - axis.whole.drawn.around[0] for axis in part.axes]
    begins = [shown.start for shown in Detail(op, part.spans).shown] if own else [0] * len(firsts)
    shown = Detail(op, part.spans).shown
    for step in part.steps:
        whole = op.steps[part.number(step.index)]
        for tap, other in zip(step.taps, whole.taps, strict=True):
            source = other.source
            if own and source is not None:
                inside = all(c in cells for c, cells in zip(source, shown, strict=True))
                source = tuple(c - at for c, at in zip(source, begins, strict=True)) if inside else None
            padded = tuple(c - at for c, at in zip(other.padded, firsts, strict=True))
            if (tap.kernel, tap.padded, tap.source, tap.role) != (other.kernel, padded, source, other.role):
                return False
            if not all(0 <= c < axis.extent for c, axis in zip(tap.padded, part.axes, strict=True)):
                return False
    return True


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("op", [*ROWS, *PLANES], ids=repr)
def test_the_taps_of_every_detail_are_those_of_the_whole(op, own):
    for span in product(*(spans(axis.output) for axis in op.axes)):
        part = Detail(op, span, own)
        assert len(part.steps) == len(list(part.steps)) and part.output_size == tuple(b - a for a, b in span)
        assert same_taps(part, op, own=own)
        numbers = [part.number(n) for n in range(len(part.steps))]
        assert numbers == [
            n for n, step in enumerate(op.steps) if all(a <= c < b for c, (a, b) in zip(step.output, span, strict=True))
        ]


def test_another_detail_has_other_taps():
    op = ROWS[0]
    part = Detail(op, ((1, 3),))
    assert not same_taps(part, ca.Conv(7, 3, stride=2, ndim=1), own=False)


@pytest.mark.parametrize("op", ROWS, ids=repr)
def test_the_cells_of_a_detail_have_the_whole_s_kinds_and_it_is_torn_where_they_go_on(op):
    (axis,) = op.axes
    whole = axis.drawn
    for span in spans(axis.output):
        (part,) = Detail(op, (span,)).axes
        cells = range(part.first, part.first + part.extent)
        assert [part.role(n) for n in range(part.extent)] == [whole.role(cell) for cell in cells]
        assert [part.source(n) for n in range(part.extent)] == [whole.source(cell) for cell in cells]
        assert [cells[n] for n in part.units] == [cell for cell in cells if whole.role(cell) == "input"]
        assert [cells[n] for n in part.unread] == [cell for cell in cells if cell in whole.unread]
        assert list(part.shown) == [whole.source(cell) for cell in cells if whole.role(cell) == "input"]
        assert part.torn == (cells.start > 0, cells.stop < whole.extent)
        assert part.torn_output == (span[0] > 0, span[1] < axis.output)
        assert part.padded + part.overhang == part.extent and part.whole is axis and part.drawn is part
        if not part.copies:  # their odd side isn't drawn
            assert {n for n in range(part.extent) if n in part.odd_side} == {
                n for n, cell in enumerate(cells) if cell in whole.odd_side
            }
        bare = part.bare
        assert bare.extent == len(part.shown)
        assert bare.torn == (
            bool(part.shown) and part.shown[0] > 0,
            bool(part.shown) and part.shown[-1] < op.input_size[0] - 1,
        )


def test_a_detail_at_an_end_has_the_rows_that_output_padding_adds_and_the_ones_that_padding_crops():
    op = ca.ConvTranspose(4, 3, stride=2, padding=1, output_padding=1)
    size = op.output_size[0]
    for a, b in spans(size):
        part = Detail(op, ((a, b), (0, size)))
        assert part.output_padding == (int(b == size), 1)
    op = ca.ConvTranspose(4, 3, padding=1)
    size = op.output_size[0]
    for a, b in spans(size):
        assert Detail(op, ((a, b), (0, size))).cropped == ((int(a == 0), int(b == size)), (1, 1))


def test_a_detail_has_every_answer_of_an_operation_from_the_whole_or_from_its_axes():
    own = {name for name in vars(Detail) if not name.startswith("_")}
    along_axes = {"adaptive", "effective_kernel_size", "overhang", "padded_size", "remainder", "shown", "steps"}
    actions = {"transpose", "to_code"}
    asked = {name for name in dir(Operation) if not name.startswith("_")}
    assert asked <= own | along_axes | actions | {*OF_WHOLE}
    op = ca.Conv((9, 8), 3, stride=2, padding=((1, 0), 1), in_channels=2, out_channels=4, bias=True)
    for name in OF_WHOLE:
        assert getattr(Detail(op, ((1, 2), (0, 2))), name) == getattr(op, name)


@pytest.mark.parametrize("op", ROWS, ids=repr)
def test_the_outputs_of_a_detail_are_as_many_as_fit_around_the_wanted_ones(op):
    (axis,) = op.axes

    def fits(a, b, most):
        return b - a <= most and axis.window(b - 1)[1] - axis.window(a)[0] <= most

    for wanted, most in product(spans(axis.output), range(1, 14)):
        start, end = outputs_around(axis, wanted, most)
        assert 0 <= start <= wanted[0] and wanted[1] <= end <= axis.output
        assert fits(start, end, most) or (start, end) == wanted
        assert end == axis.output or not fits(start, end + 1, most)
        assert start == 0 or not fits(start - 1, end, most)
    assert detail(op, [(0, 1)], [99]) is op


def test_details_of_layers_follow_each_other_and_hold_all_that_their_outputs_see():
    chains = [
        [ca.Conv(20, 3, stride=2, padding=1), ca.Pool(10, 2), ca.Conv(5, 3, padding=1)],
        [ca.ConvTranspose(6, 3, stride=2), ca.Conv(13, 3)],
        [ca.Conv(30, 2, ndim=1), ca.Conv(29, 2, dilation=2, ndim=1)],
        [ca.Conv(9, 3, padding=2, padding_mode="circular"), ca.Pool(11, 2)],
    ]
    compared = 0
    for ops in chains:
        size = ops[-1].output_size
        for cell in product(*map(range, size)):
            parts = chain_around(ops, [(c, c + 1) for c in cell], [8] * len(size))
            if parts == tuple(ops):
                continue
            for one, other in pairwise(parts):
                assert one.output_size == other.input_size
            assert all(axis.start <= c < axis.start + axis.output for axis, c in zip(parts[-1].axes, cell, strict=True))
            if ops[0].axes[0].copies:
                continue  # copies of cells beyond the detail are seen too
            first = [range(axis.counted, axis.counted + axis.input) for axis in parts[0].axes]
            for seen in ca.sources(ops, cell):
                assert all(c in own for c, own in zip(seen, first, strict=True))
                compared += 1
    assert compared > 500


def test_layers_of_which_one_reads_nothing_but_padding_have_no_detail():
    ops = [ca.Conv(40, 3, padding=10), ca.Conv(58, 1)]
    assert chain_around(ops, [(0, 1), (0, 1)], [8, 8]) == tuple(ops)
