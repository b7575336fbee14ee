"""Which cell of a plane takes part in a product: the rules by which a page finds the cells that meet."""

from __future__ import annotations

from ...geometry import Operation
from ...geometry.axis import rows_and_columns
from ...scene import MeasuredPlane

Rule = str | tuple[str, str]

# A rule names what a plane's cells are: places along the axes, or an index of all of them in a row or in a column.
# "padded": cells of the drawn input; "source": of the input itself; "output"; "kernel"; "tap": the kernel as it meets
# the input; "reversed_tap": as it is stamped onto the output. "only" is the one row of a plane that has no more.
RULES: dict[str, Rule] = {
    "output": "output",
    "hidden": "output",
    "stamps": "output",
    "kernel": "kernel",
    "flipped_kernel": "tap",
    "matrix": ("output_index", "source_index"),
    "columns_of_windows": ("tap_index", "output_index"),
}
# of the kernel beside planes of these roles
KERNELS: dict[str, Rule] = {"columns_of_windows": ("only", "tap_index"), "stamps": "reversed_tap"}


def rules(measured: tuple[MeasuredPlane, ...], op: Operation) -> list[Rule | None]:
    """The rule of each plane of a figure, None for a plane in which a page can't find cells.

    >>> from convanim import Conv, animate
    >>> op = Conv(5, 3, padding=1)
    >>> rules(animate(op, view="matrix").scene.measured, op)
    ['padded', 'output', ('output_index', 'source_index')]
    """
    kernel = next((KERNELS[one.role] for one in measured if one.role in KERNELS), None)
    return [kernel if one.role == "kernel" and kernel else _rule(one, op) for one in measured]


def _rule(measured: MeasuredPlane, op: Operation) -> Rule | None:
    role, size = measured.role, measured.size
    if measured.op not in (None, op):  # beside its transpose, which reads what the other writes
        return {"input": "output", "output": "source"}.get(role)
    if role == "input":
        drawn = tuple(axis.drawn.extent for axis in op.axes)
        return "padded" if size == rows_and_columns(drawn, 1) else "source"
    if role == "output" and size != rows_and_columns(op.output_size, 1):
        return ("only", "output_index")  # all outputs in a row
    return RULES.get(role)


def shift(measured: MeasuredPlane, op: Operation) -> tuple[int, int]:
    """How many rows and columns of a plane come before the first cell that its rule counts.

    Beside its convolution, a transposed one's output is drawn as the other's input, with padding around it.
    """
    other = measured.op
    if other in (None, op) or measured.role != "input" or not measured.padded:
        return 0, 0
    return rows_and_columns(tuple(before for before, _ in other.pads), 0)
