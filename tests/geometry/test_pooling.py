"""Pooling against PyTorch's own lines on its output size, and against windows that are walked cell by cell."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random

import numpy as np
import pytest

from convanim.geometry import ADAPTIVE_MODES, POOL_MODES, AdaptivePool, Pool
from convanim.geometry.axis import AdaptiveAxis, Axis
from convanim.geometry.parameters import LARGEST
from convanim.numeric import divisors, values
from convanim.numeric.evaluation import evaluate
from convanim.numeric.matrix import unrolled
from helpers.refusals import refusal

# --- oracles


def div_rtn(x, y):
    """PyTorch's `div_rtn`: C's division, which cuts towards zero, then one less where the rest has the other sign."""
    q = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
    r = x - q * y
    return q - 1 if r != 0 and (r < 0) != (y < 0) else q


def pooling_output_shape(input_size, kernel_size, pad_l, pad_r, stride, dilation, ceil_mode):
    """PyTorch's `pooling_output_shape_pad_lr`, line by line (aten/src/ATen/native/Pool.h)."""
    output_size = (
        div_rtn(
            input_size + pad_l + pad_r - dilation * (kernel_size - 1) - 1 + (stride - 1 if ceil_mode else 0), stride
        )
        + 1
    )
    if (
        ceil_mode and (output_size - 1) * stride >= input_size + pad_l
    ):  # ensure that the last pooling starts inside the image
        output_size -= 1
    return output_size


@dataclasses.dataclass(frozen=True)
class Case:
    """One axis of a pooling; `cells(o)` are the places under the window of an output cell, counted from the first input
    cell.
    """

    i: int
    k: int
    s: int
    d: int
    before: int
    after: int
    ceil: bool

    @property
    def output(self):
        return pooling_output_shape(self.i, self.k, self.before, self.after, self.s, self.d, self.ceil)

    def cells(self, o):
        return [o * self.s + j * self.d - self.before for j in range(self.k)]

    def on_padded(self, cell):
        return -self.before <= cell < self.i + self.after

    @property
    def allowed(self):
        w = len(range(self.d * (self.k - 1) + 1))
        return max(self.before, self.after) < w and self.output >= 1


CASES = [
    case
    for case in itertools.starmap(
        Case, itertools.product(range(1, 7), range(1, 5), range(1, 5), (1, 2), range(3), range(3), (False, True))
    )
    if case.allowed
]


def pool_of(cases, **words):
    """The operation of these axes; padding as pairs, which may be more than half of the kernel."""
    i, k, s, d = ([getattr(case, name) for case in cases] for name in "iksd")
    return Pool(
        i,
        k,
        stride=s,
        dilation=d,
        padding=[(case.before, case.after) for case in cases],
        ceil_mode=cases[0].ceil,
        **words,
    )


def pooled(x, cases, mode="max", count_include_pad=True, divisor_override=None):
    """The pooling of an array, window by window and cell by cell; None for an average over nothing."""
    out = np.empty([case.output for case in cases], object)
    for o in np.ndindex(*out.shape):
        places = list(itertools.product(*(case.cells(c) for case, c in zip(cases, o, strict=True))))
        inside = [float(x[place]) for place in places if all(0 <= c < n for c, n in zip(place, x.shape, strict=True))]
        on_padded = [place for place in places if all(case.on_padded(c) for case, c in zip(cases, place, strict=True))]
        count = divisor_override or len(on_padded if count_include_pad else inside)
        if mode == "max":
            out[o] = max(inside, default=-math.inf)
        elif mode == "l2":
            out[o] = math.sqrt(sum(value**2 for value in inside))
        else:
            out[o] = sum(inside) / count if count else None
    return out


def assert_close(ours, theirs):
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    np.testing.assert_allclose(ours.astype(float), theirs.astype(float), rtol=1e-12, atol=1e-12)


def test_the_comparison_of_pooled_values_can_fail():
    right = np.array([1.0, 2.0])
    for wrong in (
        np.array([1.0, 2.0 + 1e-9]),
        np.array([1.0]),
        np.array([1.0, -math.inf]),
        np.array([1.0, None], object),
    ):
        with pytest.raises(AssertionError):
            assert_close(right, wrong)
    assert_close(right, right.copy())


def test_the_oracles_give_numbers_worked_by_hand():
    assert [div_rtn(x, 2) for x in (-3, -2, -1, 0, 1, 3)] == [-2, -1, -1, 0, 0, 1] and div_rtn(3, -2) == -2
    x = np.array([1, 2, 3, 4, 5, 6])
    hangs_over = Case(6, 3, 2, 1, 0, 0, True)  # 1 2 3, 3 4 5, 5 6 and nothing
    assert pooled(x, [hangs_over], "max").tolist() == [3, 5, 6]
    assert pooled(x, [hangs_over], "average").tolist() == [2, 4, 5.5]
    padded = Case(3, 3, 2, 1, 1, 1, False)
    assert pooled(x[:3], [padded], "average").tolist() == [1, 5 / 3]
    assert pooled(x[:3], [padded], "average", count_include_pad=False).tolist() == [1.5, 2.5]
    assert pooled(x[:3], [padded], "average", divisor_override=2).tolist() == [1.5, 2.5]
    assert pooled(x[:3], [padded], "l2").tolist() == [math.sqrt(5), math.sqrt(13)]
    assert (
        Case(5, 2, 2, 1, 1, 1, True).output == 3
        and Case(4, 1, 3, 1, 0, 0, True).output == 2
        and Case(3, 1, 3, 1, 0, 0, True).output == 1
    )


# --- sizes


def test_the_output_size_of_every_small_pooling_is_that_of_pytorchs_lines():
    dropped = hanging = 0
    for case in CASES:
        pool = pool_of([case])
        assert pool.output_size == (case.output,), case
        room = case.i + case.before + case.after - case.d * (case.k - 1) - 1
        dropped += case.ceil and case.output <= math.ceil(room / case.s)
        hanging += case.ceil and case.output > math.floor(room / case.s) + 1
    assert dropped > 20 and hanging > 100


def test_no_window_of_ceil_mode_starts_in_the_padding_at_the_end_that_torch_allows():
    for case in CASES:
        if case.ceil and max(case.before, case.after) <= case.k // 2:
            last = pool_of([case]).steps[-1].taps[0]
            assert last.padded[0] < case.before + case.i


def test_ceil_mode_lets_a_window_stand_on_an_input_that_is_smaller_than_the_kernel():
    assert "larger than the padded input" in refusal(lambda: Pool((2,), (3,), stride=2))
    assert (
        Pool((2,), (3,), stride=2, ceil_mode=True).output_size
        == (1,)
        == (pooling_output_shape(2, 3, 0, 0, 2, 1, True),)
    )
    assert evaluate(Pool((2,), (3,), stride=2, ceil_mode=True, mode="average"), [1, 2]).tolist() == [1.5]
    for k, s in itertools.product(range(1, 9), range(1, 6)):
        size = pooling_output_shape(2, k, 0, 0, s, 1, True)
        if size < 1:
            assert "larger than the padded input" in refusal(
                lambda k=k, s=s: Pool((2,), (k,), stride=s, ceil_mode=True)
            )
        else:
            assert Pool((2,), (k,), stride=s, ceil_mode=True).output_size == (size,)


# --- values


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("max", {}),
        ("l2", {}),
        ("average", {}),
        ("average", {"count_include_pad": False}),
        ("average", {"divisor_override": 3}),
        ("average", {"divisor_override": 1, "count_include_pad": False}),
    ],
)
def test_every_small_pooling_is_that_of_its_windows(mode, words):
    rng, refused = np.random.default_rng(1), 0
    for case in CASES[:: 1 if mode == "average" else 2]:
        x = rng.integers(-9, 10, case.i)
        theirs = pooled(x, [case], mode, **words)
        pool = pool_of([case], mode=mode, **words)
        if None in theirs:
            text = refusal(lambda pool=pool, x=x: evaluate(pool, x))
            assert text.startswith(
                f"the window of output cell ({theirs.tolist().index(None)},) has no cell that counts"
            )
            refused += 1
        else:
            assert_close(evaluate(pool, x), theirs)
    assert (refused > 0) == (words == {"count_include_pad": False})


def some_cases(seed, count):
    draw = random.Random(seed)
    while count:
        n, ceil = draw.randint(1, 3), draw.random() < 0.5
        cases = [dataclasses.replace(draw.choice(CASES), ceil=ceil) for _ in range(n)]
        if all(case.allowed for case in cases):
            count -= 1
            yield cases


def test_pooling_of_one_to_three_dimensions_with_channels_is_that_of_its_windows():
    rng = np.random.default_rng(2)
    for cases in some_cases(2, 60):
        x = rng.normal(size=(2, *(case.i for case in cases)))
        for mode, words in (("max", {}), ("l2", {}), ("average", {}), ("average", {"count_include_pad": False})):
            theirs = np.stack([pooled(one, cases, mode, **words) for one in x])
            if None not in theirs:
                ours = evaluate(pool_of(cases, mode=mode, **words), x)
                assert_close(ours, theirs)
                assert_close(evaluate(pool_of(cases, mode=mode, **words), x[1]), theirs[1])


def test_whole_numbers_stay_whole_in_a_maximum_and_become_floats_in_the_others():
    x = np.array([2**53 + 1, -5, 7])
    kinds = {mode: evaluate(Pool((3,), (2,), stride=1, padding=1, mode=mode), x).dtype for mode in POOL_MODES}
    assert kinds == {"max": np.int64, "average": np.float64, "l2": np.float64}
    assert evaluate(Pool((3,), (2,), stride=1, padding=1), x).tolist() == [2**53 + 1, 2**53 + 1, 7, 7]


def test_a_maximum_over_padding_alone_is_minus_infinity_and_the_others_are_whole():
    pool = Pool((1,), (2,), stride=1, padding=[(3, 2)], dilation=3)
    assert evaluate(pool, [5]).tolist() == [5, -math.inf, -math.inf]
    assert evaluate(dataclasses.replace(pool, mode="l2"), [5]).tolist() == [5, 0, 0]
    assert evaluate(dataclasses.replace(pool, mode="average"), [5]).tolist() == [2.5, 0, 0]
    text = refusal(lambda: evaluate(dataclasses.replace(pool, mode="average", count_include_pad=False), [5]))
    assert (
        text.startswith("the window of output cell (1,) has no cell that counts") and "count_include_pad=True" in text
    )
    assert evaluate(
        dataclasses.replace(pool, mode="average", count_include_pad=False, divisor_override=2), [5]
    ).tolist() == [2.5, 0, 0]


@pytest.mark.parametrize("name", ["SAME", "same", "same_upper", "SAME_UPPER"])
def test_same_of_keras_tensorflow_and_onnx_does_not_count_the_padding_unless_it_is_told_to(name):
    rng = np.random.default_rng(3)
    assert evaluate(Pool(2, 3, stride=3, padding=name, mode="average"), np.ones((2, 2))).tolist() == [[1]]
    for i, k, s in itertools.product(range(1, 9), range(1, 5), range(1, 4)):
        x, total = rng.normal(size=i), max((math.ceil(i / s) - 1) * s + k - i, 0)
        pool = Pool((i,), (k,), stride=s, padding=name, mode="average")
        counted = Pool((i,), (k,), stride=s, padding=name, mode="average", count_include_pad=True)
        assert set(divisors(counted)) == {k} and counted == dataclasses.replace(pool, count_include_pad=True)
        windows = [range(max(o * s - total // 2, 0), min(o * s - total // 2 + k, i)) for o in range(math.ceil(i / s))]
        assert_close(evaluate(pool, x), np.array([x[list(window)].mean() for window in windows]))


def test_the_divisors_are_the_counts_of_the_windows():
    for case in CASES[::3]:
        for both in (True, False):
            counts = [
                sum(case.on_padded(c) if both else 0 <= c < case.i for c in case.cells(o)) for o in range(case.output)
            ]
            if all(counts):
                assert divisors(pool_of([case], mode="average", count_include_pad=both)) == counts
    assert divisors(Pool(4, 2, mode="average")) == [4] * 4
    assert divisors(Pool(4, 2)) == [1] * 4


@pytest.mark.parametrize("words", [{}, {"count_include_pad": False}, {"divisor_override": 7}])
def test_the_matrix_of_average_pooling_times_the_input_is_its_output(words):
    rng = np.random.default_rng(4)
    for cases in [*([case] for case in CASES[::5]), *some_cases(5, 25)]:
        x = rng.normal(size=[case.i for case in cases])
        theirs, pool = pooled(x, cases, "average", **words), pool_of(cases, mode="average", **words)
        if None in theirs:
            assert "no cell that counts" in refusal(lambda pool=pool: unrolled(pool))
        else:
            matrix = unrolled(pool)
            assert matrix.shape == (theirs.size, x.size)
            assert_close(matrix.dense() @ x.ravel(), theirs.ravel())


def test_a_maximum_and_a_root_have_no_matrix():
    for pool in (Pool(4, 2), Pool(4, 2, mode="l2"), AdaptivePool(4, 2, mode="max")):
        assert "not linear" in refusal(lambda pool=pool: unrolled(pool))


def test_the_values_of_a_figure_say_what_the_padding_counts_as():
    assert values(Pool(4, 3, padding=1)).padding == -math.inf and values(Pool(4, 3, padding=1, mode="l2")).padding == 0
    assert values(Pool(4, 3, padding=1, mode="average")).padding == 0
    assert values(Pool(4, 3, padding=1, mode="average", count_include_pad=False)).padding is None
    assert len(values(AdaptivePool(5, 3)).output) == 9


def test_a_root_of_squares_too_large_for_float64_is_refused():
    for most in ([1.7e308, 1.7e308], [-1.7e308, 1.7e308]):
        assert "too large" in refusal(lambda most=most: evaluate(Pool((2,), (2,), mode="l2"), most))
    assert evaluate(Pool((2,), (2,), mode="l2"), [1.7e308, 1e300]).tolist() == [1.7e308]


# --- taps and cells that no window reads


def test_the_taps_of_every_small_pooling_say_what_they_stand_on():
    for case in CASES[::3]:
        steps = pool_of([case]).steps
        assert len(steps) == case.output
        for o, step in enumerate(steps):
            rows = []
            for j, cell in enumerate(case.cells(o)):
                role = "input" if 0 <= cell < case.i else "padding" if case.on_padded(cell) else "overhang"
                rows.append(((j,), (cell + case.before,), (cell,) if role == "input" else None, role))
            assert [(tap.kernel, tap.padded, tap.source, tap.role) for tap in step.taps] == rows, case


def test_a_cell_that_hangs_over_on_one_axis_hangs_over_whatever_it_is_on_the_other():
    pool = Pool((5, 4), 2, padding=((0, 0), (1, 1)), ceil_mode=True)
    roles = {tap.padded: tap.role for step in pool.steps for tap in step.taps}
    assert pool.overhang == (1, 0) and pool.output_size == (3, 3)
    assert {cell: role for cell, role in roles.items() if cell[0] == 5} == {
        (5, column): "overhang" for column in range(6)
    }
    assert roles[0, 0] == "padding" and roles[0, 1] == "input"


def test_remainder_overhang_and_unread_are_those_of_the_cells_that_are_read():
    gaps = 0
    for case in CASES:
        axis = pool_of([case]).axes[0]
        read = {cell + case.before for o in range(case.output) for cell in case.cells(o)}
        padded = set(range(case.i + case.before + case.after))
        assert axis.remainder == len([cell for cell in padded if cell > max(read)])
        assert axis.overhang == (max(read) - max(padded) if max(read) > max(padded) else 0)
        assert axis.unread == sorted(padded - read)
        gaps += len(axis.unread) > axis.remainder
    assert gaps > 100


@pytest.mark.parametrize(
    ("axis", "unread", "remainder", "overhang"),
    [
        (Axis(6, 3, stride=2), [5], 1, 0),
        (Axis(6, 3, stride=2, ceil_mode=True), [], 0, 1),
        (Axis(7, 3, stride=2), [], 0, 0),
        (Axis(7, 1, stride=3), [1, 2, 4, 5], 0, 0),
        (Axis(8, 2, dilation=2, stride=3), [1, 4, 6, 7], 2, 0),
        (Axis(5, 2, stride=4, ceil_mode=True), [2, 3], 0, 1),
        (Axis(3, 2, stride=3, before=1, after=1), [2], 0, 0),
        (Axis(4, 2, stride=3, before=1, after=1, ceil_mode=True), [2, 5], 1, 0),
    ],
)
def test_cells_that_no_window_reads_by_hand(axis, unread, remainder, overhang):
    assert (axis.unread, axis.remainder, axis.overhang) == (unread, remainder, overhang)


def test_the_odd_side_is_what_one_side_of_the_padding_has_more_than_the_other():
    for i, before, after in itertools.product(range(1, 4), range(5), range(5)):
        line = ["before"] * before + ["input"] * i + ["after"] * after
        for _ in range(min(before, after)):  # take a pair of cells away until one side has none
            line[line.index("before")] = line[len(line) - 1 - line[::-1].index("after")] = "paired"
        odd = [cell for cell, what in enumerate(line) if what in ("before", "after")]
        axis = Axis(i, 1, before=before, after=after)
        assert len(axis.odd_side) == len(odd)
        if after > before:
            assert list(axis.odd_side) == list(range(before + i + before, before + i + after)), "the outermost cells"
        else:
            assert list(axis.odd_side) == list(range(before - after)), "the outermost cells"
    assert list(Axis(6, 3, stride=2, before=0, after=1).odd_side) == [6] and list(Axis(4, 2, before=1).odd_side) == [0]


# --- adaptive


def adaptive_windows(i, n):
    """PyTorch's start_index and end_index, in floats as the documentation of AdaptiveAvgPool has them."""
    return [range(math.floor(o * i / n), math.ceil((o + 1) * i / n)) for o in range(n)]


def test_every_adaptive_window_up_to_40_is_that_of_the_formula_and_the_kernel_is_the_largest():
    for i, n in itertools.product(range(1, 41), repeat=2):
        axis, windows = AdaptiveAxis.over(i, n), adaptive_windows(i, n)
        assert [axis.taps(o) for o in range(n)] == windows
        assert axis.kernel == axis.effective_kernel == max(map(len, windows)), (i, n)
        assert (axis.output, axis.padded, axis.remainder, axis.overhang, axis.unread) == (n, i, 0, 0, [])


def test_every_small_adaptive_pooling_is_that_of_its_windows():
    rng = np.random.default_rng(6)
    for i, n in itertools.product(range(1, 11), repeat=2):
        x = rng.integers(-9, 10, i)
        for mode, of in (("average", np.mean), ("max", np.max)):
            ours = evaluate(AdaptivePool((i,), (n,), mode=mode), x)
            assert_close(ours, np.array([of(x[list(window)]) for window in adaptive_windows(i, n)]))
            assert ours.dtype == (np.int64 if mode == "max" else np.float64)


def test_adaptive_pooling_of_two_and_three_dimensions_with_channels_is_that_of_its_windows():
    draw, rng = random.Random(7), np.random.default_rng(7)
    for _ in range(40):
        dims = draw.randint(2, 3)
        i, n = (tuple(draw.randint(1, 6) for _ in range(dims)) for _ in "in")
        x = rng.normal(size=(2, *i))
        windows = list(itertools.product(*(adaptive_windows(a, b) for a, b in zip(i, n, strict=True))))
        for mode, of in (("average", np.mean), ("max", np.max)):
            theirs = [[of(one[np.ix_(*map(list, window))]) for window in windows] for one in x]
            assert_close(evaluate(AdaptivePool(i, n, mode=mode), x), np.array(theirs).reshape(2, *n))
        assert_close(unrolled(AdaptivePool(i, n)).dense() @ x[0].ravel(), evaluate(AdaptivePool(i, n), x[0]).ravel())


def test_adaptive_pooling_that_divides_evenly_is_plain_pooling():
    for n, times in itertools.product(range(1, 5), range(1, 5)):
        x = np.random.default_rng(8).normal(size=(n * times, n * times))
        for mode in ADAPTIVE_MODES:
            assert_close(
                evaluate(AdaptivePool(n * times, n, mode=mode), x), evaluate(Pool(n * times, times, mode=mode), x)
            )


def test_the_taps_of_adaptive_pooling_are_the_cells_of_its_windows():
    pool = AdaptivePool((5, 4), (3, 3))
    for step in pool.steps:
        rows, columns = (list(adaptive_windows(i, 3)[o]) for i, o in zip((5, 4), step.output, strict=True))
        assert [tap.source for tap in step.taps] == list(itertools.product(rows, columns))
        assert [tap.kernel for tap in step.taps] == list(itertools.product(range(len(rows)), range(len(columns))))
        assert all(tap.role == "input" and tap.padded == tap.source for tap in step.taps)
    assert pool.kernel_size == (3, 2) and pool.padding == (0, 0) and pool.pads == ((0, 0),) * 2
    assert AdaptivePool(3, 5).output_size == (5, 5) and AdaptivePool(3, 5).kernel_size == (2, 2)


def test_none_along_an_axis_of_adaptive_pooling_is_the_inputs_size():
    assert AdaptivePool((5, 6), (None, 3)) == AdaptivePool((5, 6), (5, 3))
    assert AdaptivePool(7, (2, None)).output_size == (2, 7) and AdaptivePool(4, [None]).output_size == (4,)
    assert AdaptivePool((5, 6, 7), (None, None, 2)).output_size == (5, 6, 2)
    assert refusal(lambda: AdaptivePool((5, 6, 7), (None, 3))).startswith("output_size is for 2 axes, input_size for 3")
    assert refusal(lambda: AdaptivePool(5, None)).startswith("output_size=None is not a whole number")


def test_adaptive_windows_over_a_billion_cells_are_worked_out_at_once():
    pool = AdaptivePool(LARGEST, LARGEST - 1)
    assert pool.kernel_size == (2, 2) and len(pool.steps[-1].taps) == 4 and pool.remainder == (0, 0)


# --- refusals


def test_what_is_for_the_average_is_refused_for_the_others():
    for mode in ("max", "l2"):
        for words in ({"count_include_pad": False}, {"divisor_override": 2}):
            text = refusal(lambda mode=mode, words=words: Pool(5, 3, mode=mode, **words))
            assert text.startswith(f"{next(iter(words))} is for the average") and f"this is {mode} pooling" in text
    assert refusal(lambda: AdaptivePool(5, 3, mode="l2")) == "unknown mode 'l2': Expected one of average, max"
    assert "did you mean 'average'" in refusal(lambda: AdaptivePool(5, 3, mode="averag"))


def test_pooling_has_no_bias():
    for pool in (Pool(4, 2), AdaptivePool(4, 2)):
        assert "has no bias" in refusal(lambda pool=pool: evaluate(pool, np.ones((4, 4)), bias=[1]))
        assert "has no kernel" in refusal(lambda pool=pool: evaluate(pool, np.ones((4, 4)), np.ones((2, 2))))


def test_windows_that_need_more_memory_than_there_is_are_refused_in_one_line(monkeypatch):
    monkeypatch.setattr(
        "convanim.numeric.refusals.MOST_BYTES", 2000
    )  # as if it was little, so that a failure does no harm
    pool = Pool((5,), (1000,), stride=1, padding=500)
    assert pool.output_size == (6,)
    assert "GB" in refusal(lambda: evaluate(pool, np.ones(5)))
    assert "GB" in refusal(lambda: unrolled(dataclasses.replace(pool, mode="average")))
    assert evaluate(dataclasses.replace(pool, kernel_size=5, padding=2), np.ones(5)).tolist() == [1] * 5
