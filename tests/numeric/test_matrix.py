"""The matrix of a convolution: times the input it is the output, and its transpose is that of the transposed
convolution.
"""

from __future__ import annotations

import math

import numpy as np

from convanim import Conv, ConvTranspose, Pool, evaluate, unrolled
from helpers.cases import ALL, VALID, random_cases, whole
from helpers.refusals import refusal
from oracle.arrays import assert_close, assert_exactly, transposed_size


def test_the_matrix_of_the_transpose_is_the_transposed_matrix_for_every_small_size():
    for i, k, s, p, d in VALID:
        conv = Conv((i,), (k,), stride=s, padding=p, dilation=d)
        direct, up = unrolled(conv).dense(), unrolled(conv.transpose()).dense()
        assert_exactly(up, direct.T)


def test_the_matrix_of_the_transpose_is_the_transposed_matrix_also_where_axes_differ(rng):
    for i, k, s, p, d in random_cases(9, 150, largest=5):
        conv, w = Conv(i, k, stride=s, padding=p, dilation=d), whole(rng, k)
        direct, up = unrolled(conv, w), unrolled(conv.transpose(), w)
        assert_exactly(up.dense(), direct.dense().T)
        entries = [sorted(zip(c.rows, c.columns, c.kernel, c.values, strict=True)) for c in (direct, up)]
        assert sorted((r, c, k, v) for c, r, k, v in entries[1]) == entries[0]


def test_transposed_convolutions_with_output_padding_and_crop_have_the_transposed_matrix_of_their_transpose():
    count = 0
    for i, k, s, p, d in ALL:
        for extra in range(s):
            if transposed_size(i, k, s, p, d, extra) > 0:
                up = ConvTranspose((i,), (k,), stride=s, padding=p, dilation=d, output_padding=extra)
                assert_exactly(unrolled(up).dense(), unrolled(up.transpose()).dense().T)
                count += 1
    assert count > 1000


def test_the_matrix_times_the_input_is_the_output(rng):
    for i, k, s, p, d in [
        *[((i,), (k,), (s,), ((p, p),), (d,)) for i, k, s, p, d in VALID],
        *random_cases(10, 100, largest=5),
    ]:
        conv, w = Conv(i, k, stride=s, padding=p, dilation=d), whole(rng, k)
        for op in (conv, conv.transpose()):
            x = whole(rng, op.input_size)
            matrix = unrolled(op, w)
            assert matrix.shape == (math.prod(op.output_size), math.prod(op.input_size))
            assert_exactly(matrix.dense() @ x.ravel(), evaluate(op, x, w).ravel())


def test_convolution_and_its_transpose_are_adjoint(rng):
    for i, k, s, p, d in [*[((i,), (k,), (s,), ((p, p),), (d,)) for i, k, s, p, d in VALID], *random_cases(11, 150)]:
        conv, w = Conv(i, k, stride=s, padding=p, dilation=d), whole(rng, k)
        x, y = whole(rng, conv.input_size), whole(rng, conv.output_size)
        assert (evaluate(conv, x, w) * y).sum() == (x * evaluate(conv.transpose(), y, w)).sum()


def test_the_guides_matrix_is_4_by_16_with_36_values():
    matrix = unrolled(Conv(4, 3))
    rows = [  # section 4.1, w_0,0 written 1, w_0,1 written 2, ... w_2,2 written 9
        [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0],
        [0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0],
        [0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9],
    ]
    assert (
        matrix.shape == (4, 16)
        and len(matrix.values) == len(matrix.rows) == len(matrix.columns) == len(matrix.kernel) == 36
    )
    assert matrix.dense().tolist() == rows
    assert (matrix.values == matrix.kernel + 1).all()
    assert sorted(set(zip(matrix.rows.tolist(), matrix.columns.tolist(), strict=True))) == sorted(
        (r, c) for r, row in enumerate(rows) for c, value in enumerate(row) if value
    )


def test_a_kernel_value_of_zero_stays_in_the_sparse_matrix():
    assert len(unrolled(Conv(4, 3), np.zeros((3, 3), int)).values) == 36


def test_average_pooling_has_a_matrix_and_max_pooling_none(rng):
    for i, k, s, p, d in VALID[::2]:
        if p <= k // 2:
            pool, x = Pool((i,), (k,), stride=s, padding=p, dilation=d, mode="average"), rng.normal(size=i)
            assert_close(unrolled(pool).dense() @ x, evaluate(pool, x))
    assert "not linear" in refusal(lambda: unrolled(Pool(4, 2)))
