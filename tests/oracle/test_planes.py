"""The reader of planes refuses what does not consist of cells."""

from __future__ import annotations

import pytest

from convanim.scene import Line
from oracle.planes import Grid, once


def test_parts_of_cells_are_refused():
    grid = Grid("flat", [Line("grid", (((0.0, 0.0), (3.0, 0.0)), ((0.0, 0.0), (0.0, 2.0))))], "grid")
    assert (grid.origin, grid.size) == ((0.0, 0.0), (2.0, 3.0))
    assert grid.covered([[(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]]) == {(0, 0): 1, (0, 1): 1, (1, 0): 1}
    with pytest.raises(AssertionError, match="corners"):
        grid.covered([[(0, 0), (1.5, 0), (1.5, 1), (0, 1)]])
    with pytest.raises(AssertionError):
        grid.covered([[(0, 0), (1, 0), (0, 1), (1, 1)]])
    with pytest.raises(AssertionError, match="overlap"):
        once(grid.covered([[(0, 0), (2, 0), (2, 1), (0, 1)], [(1, 0), (2, 0), (2, 1), (1, 1)]]))
