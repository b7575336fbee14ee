"""Convolutions by scipy's correlation, by stamping, and by numpy's windows; and comparisons of arrays."""

from __future__ import annotations

import math

import numpy as np
from scipy.signal import correlate


def stuffed(w, dilation):
    """The kernel with zeros between its cells."""
    out = np.zeros([d * (k - 1) + 1 for k, d in zip(w.shape, dilation, strict=True)], w.dtype)
    out[tuple(slice(None, None, d) for d in dilation)] = w
    return out


def by_scipy(x, w, stride, pads, dilation):
    full = correlate(np.pad(x, pads), stuffed(w, dilation), mode="valid", method="direct")
    return full[tuple(slice(None, None, s) for s in stride)]


def by_stamping(x, w, stride, pads, dilation, extra):
    """Every input cell stamps the kernel times its value; then the padding is cropped."""
    rows = list(zip(x.shape, w.shape, stride, dilation, extra, strict=True))
    full = np.zeros([(i - 1) * s + d * (k - 1) + 1 + e for i, k, s, d, e in rows], np.result_type(x, w))
    for cell in np.ndindex(x.shape):
        spot = tuple(slice(c * s, c * s + d * (k - 1) + 1, d) for c, (_, k, s, d, _) in zip(cell, rows, strict=True))
        full[spot] += x[cell] * w
    return full[tuple(slice(p0, n - p1) for n, (p0, p1) in zip(full.shape, pads, strict=True))]


def by_windows(x, kernel, stride, pads, dilation, mode):
    padded = np.pad(x.astype(float), pads, constant_values=-np.inf if mode == "max" else 0)
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach)
    windows = windows[tuple(slice(None, None, s) for s in stride) + tuple(slice(None, None, d) for d in dilation)]
    axes = tuple(range(x.ndim, 2 * x.ndim))
    return windows.max(axes) if mode == "max" else windows.sum(axes) / math.prod(kernel)


def assert_exactly(ours, theirs):
    """Same kind of number, same shape, every value equal."""
    assert ours.dtype.kind == theirs.dtype.kind, (ours.dtype, theirs.dtype)
    assert ours.shape == theirs.shape
    assert (ours == theirs).all()


def assert_close(ours, theirs):
    assert ours.dtype == np.float64 and ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def transposed_size(i, k, s, p, d, extra):
    return (i - 1) * s - 2 * p + d * (k - 1) + extra + 1
