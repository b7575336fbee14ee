"""The relationships of "A guide to convolution arithmetic for deep learning", each as it is printed, with its
conditions.
"""

from __future__ import annotations

import math


def relationship_1(i, k):
    return (i - k) + 1


def relationship_2(i, k, p):
    return (i - k) + 2 * p + 1


def relationship_3(i, k, p):
    """k = 2n + 1, p = n."""
    return i + 2 * (k // 2) - (k - 1)


def relationship_4(i, k):
    """p = k - 1."""
    return i + (k - 1)


def relationship_5(i, k, s):
    return math.floor((i - k) / s) + 1


def relationship_6(i, k, s, p):
    return math.floor((i + 2 * p - k) / s) + 1


def relationship_7(i, k, s):
    """Pooling."""
    return math.floor((i - k) / s) + 1


def relationship_8(i, k):
    return i + (k - 1)


def relationship_9(i, k, p):
    return i + (k - 1) - 2 * p


def relationship_10(i):
    """k = 2n + 1, p = n."""
    return i


def relationship_11(i, k):
    """p = k - 1."""
    return i - (k - 1)


def relationship_12(i, k, s):
    """The direct convolution's input minus k is a multiple of s."""
    return s * (i - 1) + k


def relationship_13(i, k, s, p):
    """The direct convolution's input plus 2p minus k is a multiple of s."""
    return s * (i - 1) + k - 2 * p


def relationship_14(i, k, s, p, a):
    """a = (direct input + 2p - k) mod s."""
    return s * (i - 1) + a + k - 2 * p


def relationship_15(i, k, s, p, d):
    return math.floor((i + 2 * p - k - (k - 1) * (d - 1)) / s) + 1


def direct_sizes(i, k, s, p, d):
    """The output size by every direct relationship whose conditions hold, by number."""
    sizes = {15: relationship_15(i, k, s, p, d)}
    if d == 1:
        sizes[6] = relationship_6(i, k, s, p)
        if p == 0:
            sizes[5] = relationship_5(i, k, s)
        if s == 1:
            sizes[2] = relationship_2(i, k, p)
            if p == 0:
                sizes[1] = relationship_1(i, k)
            if k % 2 == 1 and p == k // 2:
                sizes[3] = relationship_3(i, k, p)
            if p == k - 1:
                sizes[4] = relationship_4(i, k)
    return sizes


def transposed_sizes(o, i, k, s, p):
    """The transposed output size by every relationship that holds, where the direct one (dilation 1) takes i to o."""
    sizes = {14: relationship_14(o, k, s, p, (i + 2 * p - k) % s)}
    if s == 1:
        sizes[9] = relationship_9(o, k, p)
        if p == 0:
            sizes[8] = relationship_8(o, k)
        if k % 2 == 1 and p == k // 2:
            sizes[10] = relationship_10(o)
        if p == k - 1:
            sizes[11] = relationship_11(o, k)
    if (i + 2 * p - k) % s == 0:
        sizes[13] = relationship_13(o, k, s, p)
        if p == 0:
            sizes[12] = relationship_12(o, k, s)
    return sizes


def disagreements(size, expected):
    """The numbers of the relationships that a size contradicts."""
    return [number for number, value in expected.items() if value != size]


def windows(padded, k, s, d):
    """Every start at which a window fits, found by trying all of them."""
    reach = [j * d for j in range(k)]
    return [start for start in range(0, padded, s) if start + reach[-1] < padded]
