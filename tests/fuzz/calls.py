"""Python calls: all public functions, each parameter and option."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import strategies as st

from convanim.frameworks import FRAMEWORKS
from convanim.geometry import OPERATIONS
from convanim.geometry.padding import PADDINGS
from convanim.geometry.parameters import Parameter, parameters
from convanim.option_kinds import Option
from convanim.options import OPTIONS
from convanim.publish.snippets import EMBEDS
from convanim.themes.theme import KEYS, ROLES, Theme
from convanim.write import FORMATS

from .case import Case
from .values import array, mostly, odd, per_axis, real, text, whole

THEME = [one.name for one in fields(Theme)]
Source = st.SearchStrategy[str]
SUFFIXES = [suffix for suffix in FORMATS if suffix not in (".mp4", ".webm")]  # those need a program beside


def cases() -> st.SearchStrategy[Case]:
    """A program that makes an operation and asks something of it."""
    return st.one_of(*(strategy.map(Case) for strategy in (drawn(), drawn(), drawn(), asked(), asked(), others())))


# --- operations


def operation() -> Source:
    return st.sampled_from(sorted(OPERATIONS)).flatmap(_operation)


def _operation(name: str) -> Source:
    kind = OPERATIONS[name]
    needed = {word: parameters(kind)[word] for word in list(parameters(kind))[:2]}
    rest = {word: value(word, one) for word, one in parameters(kind).items() if word not in needed}
    rest["ndim"] = mostly(whole(1, 3), 3)
    sizes = st.tuples(mostly(per_axis(whole(1, 6)), 25), mostly(per_axis(whole(1, 3)), 25))
    return st.tuples(sizes, _some(rest, 3)).map(lambda row: f"ca.{kind.__name__}({', '.join([*row[0], *row[1]])})")


def value(word: str, one: Parameter) -> Source:
    """A value of a parameter."""
    if one.kind == "switch":
        return mostly(st.sampled_from(["True", "False"]))
    if one.kind == "choice":
        return mostly(st.sampled_from([repr(choice) for choice in one.choices]))
    if one.kind == "count":
        return mostly(whole(1, 4))
    numbers = per_axis(whole(0 if one.kind == "padding" else one.least, 3))
    if one.kind == "padding":
        pairs = st.lists(st.tuples(whole(0, 2), whole(0, 2)).map(lambda p: f"({p[0]}, {p[1]})"), min_size=1, max_size=2)
        names = st.sampled_from([repr(name) for name in PADDINGS])
        return mostly(st.one_of(numbers, names, pairs.map(lambda rows: f"[{', '.join(rows)}]")))
    return mostly(numbers)


def _some(known: dict[str, Source], most: int) -> st.SearchStrategy[list[str]]:
    """A few keywords with their values."""
    return st.lists(st.sampled_from(sorted(known)), unique=True, max_size=most).flatmap(
        lambda names: st.tuples(*(known[name].map(f"{name}={{}}".format) for name in names)).map(list)
    )


# --- figures


def options() -> st.SearchStrategy[list[str]]:
    return _some({name: _option(name, row) for name, row in OPTIONS.items()}, 4)


def _option(name: str, row: Option) -> Source:
    usual = {
        "switch": st.sampled_from(["True", "False"]),
        "text": text(),
        "number": st.sampled_from(["20", "37.5", "1", "150"])
        if name == "dpi"
        else st.sampled_from(["0.1", "1", "0.02"]),
        "colour": st.sampled_from(["'transparent'", "'#123456'", "'#f00'", "'red'", "'#12345g'"]),
        "array": array(),
        "labels": st.lists(st.sampled_from([*row.choices, "x", ""]), max_size=3).map(
            lambda names: repr(names if len(names) != 1 else names[0])
        ),
        "steps": st.sampled_from(["'all'", "4", "'36'", "'0,2'", "'0:9:2'", "[0, 1]", "[3]", "range(2)", "'1:'", "[]"]),
        "focus": st.sampled_from(
            ["'auto'", "'off'", "False", "1", "4", "'3x5'", "(2, 6)", "[3]", "'x'", "0", "()", "None"]
        ),
        "theme": theme(),
    }.get(row.kind)
    if row.kind == "choice":
        usual = st.sampled_from([repr(choice) for choice in row.choices])
    if row.kind == "count":
        usual = whole(0, 300) if name in ("width", "step_ms", "hold_ms", "fps") else whole(0, 4)
    assert usual is not None, row.kind
    return mostly(usual, 8)


def theme() -> Source:
    """A name, or a table of changes."""
    names = st.sampled_from([repr(name) for name in OPTIONS["theme"].choices])
    look = st.dictionaries(
        st.sampled_from(["fill", "stroke", "hatch", "hatch_stroke", "width", "dash", "opacity", "colormap", "x"]),
        mostly(st.sampled_from(["'#123456'", "'none'", "1", "0.5", "'viridis'", "[1, 2]", "''"]), 3),
        max_size=2,
    ).map(_table)
    keys = st.sampled_from(["base", "dark", "background", "labels", "name", "x", *list(ROLES)[:12]])
    rows = st.dictionaries(keys, st.one_of(look, look, names, mostly(text(), 2)), max_size=3).map(_table)
    return st.one_of(names, names, rows)


def _table(rows: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key!r}: {one}" for key, one in rows.items()) + "}"


def drawn() -> Source:
    """A figure, and one of the ways out of it."""
    subject = st.one_of(operation(), operation(), layers(), mostly(operation(), 2))
    step = mostly(st.one_of(whole(0, 9), st.just("'poster'"), st.just("None")), 6)
    suffix = mostly(st.sampled_from(SUFFIXES), 30)
    path = st.one_of(
        suffix.map(lambda one: f"'x{one}'" if one.startswith(".") else one),
        suffix.map(lambda one: f"'x_{{step:03d}}{one}'" if one.startswith(".") else one),
        mostly(text(), 2),
    )
    ways = st.one_of(
        st.tuples(path, step).map(lambda row: f"a.save({row[0]}, step={row[1]})"),
        path.map(lambda one: f"a.save({one})"),
        step.map(lambda one: f"a.frame({one})"),
        step.map(lambda one: f"a.svg({one}).encode()"),
        step.map(lambda one: f"a.equation({one})"),
        st.tuples(st.sampled_from([*EMBEDS, "x"]), mostly(text(), 3)).map(lambda row: f"a.embed({row[0]!r}, {row[1]})"),
        st.tuples(
            mostly(st.one_of(whole(0, 7), st.just("[0, 1]")), 3), mostly(whole(0, 4), 3), mostly(whole(16, 400), 3)
        ).map(lambda row: f"a.storyboard({row[0]}, columns={row[1]}, width={row[2]}).save('x.png')"),
        st.sampled_from(["a.html()", "repr(a), a.alt, a.formula, a.size, len(a)", "a._repr_mimebundle_()"]),
    )
    return st.tuples(subject, options(), ways).map(
        lambda row: f"a = ca.animate({', '.join([row[0], *row[1]])})\n{row[2]}"
    )


def layers() -> Source:
    """A list of layers that may fit together."""
    return st.lists(operation(), max_size=3).map(lambda ops: f"[{', '.join(ops)}]")


# --- questions


def asked() -> Source:
    """An operation, and a question about its sizes, its code or its values."""
    cell = mostly(st.lists(whole(0, 3), max_size=3).map(lambda row: f"({', '.join(row)}{',' * (len(row) == 1)})"), 5)
    field = st.sampled_from(["input_size", "kernel_size", "stride", "padding", "dilation", "output_padding"])
    questions = st.one_of(
        st.sampled_from(
            [
                "repr(op), op.output_size, op.padded_size, op.remainder, op.overhang, op.macs, op.parameters",
                "op.steps[0]",
                "op.transpose()",
                "[step.taps for step in op.steps]",
                "ca.unrolled(op)",
                "ca.receptive_field([op])",
                "{op: 1}[op]",
                "ca.explore(op)",
            ]
        ),
        mostly(st.sampled_from([repr(name) for name in FRAMEWORKS]), 8).map(lambda one: f"op.to_code({one})"),
        mostly(array(), 4).map(lambda one: f"ca.unrolled(op, {one}).dense()"),
        st.tuples(mostly(array(1, 6), 6), mostly(array(1, 3), 6), mostly(real(), 3)).map(
            lambda row: f"ca.evaluate(op, {', '.join(row)})"
        ),
        st.tuples(layers(), cell).map(lambda row: f"ca.sources([op, *{row[0]}], {row[1]})"),
        layers().map(lambda one: f"ca.receptive_field([op, *{one}])"),
        st.tuples(field, odd()).map(
            lambda row: f"replace(op, **{{{row[0]!r}: {row[1]}}}) if {row[0]!r} in op.__dataclass_fields__ else 0"
        ),
    )
    return st.tuples(operation(), questions).map(lambda row: f"op = {row[0]}\n{row[1]}")


def others() -> Source:
    """The functions that take no operation."""
    names = mostly(st.sampled_from(["'padding_strides'", "'dilation'", "'full_padding_no_strides_transposed'"]), 3)
    return st.one_of(
        st.tuples(names, options()).map(lambda row: f"ca.figure({', '.join([row[0], *row[1]])}).svg(0)"),
        st.tuples(odd()).map(lambda row: f"ca.figures({row[0]})"),
        st.tuples(odd(), odd()).map(lambda row: f"ca.gallery([{row[0]}], {row[1]})"),
        odd().map(lambda one: f"ca.receptive_field({one})"),
        st.tuples(odd(), odd()).map(lambda row: f"ca.sources({row[0]}, {row[1]})"),
        odd().map(lambda one: f"ca.unrolled({one})"),
        st.tuples(odd(), odd()).map(lambda row: f"ca.evaluate({row[0]}, {row[1]})"),
        odd().map(lambda one: f"ca.explore({one})"),
        odd().map("ca.from_onnx({})".format),
        st.tuples(st.sampled_from(KEYS), odd()).map(lambda row: f"ca.Style(**{{{row[0]!r}: {row[1]}}})"),
        st.tuples(st.sampled_from(THEME), odd()).map(
            lambda row: (
                f"theme = replace(ca.THEMES['dark'], **{{{row[0]!r}: {row[1]}}})\n"
                "ca.animate(ca.Conv(3, 2), theme=theme).svg(0)"
            )
        ),
        st.tuples(odd(), odd(), odd()).map(lambda row: f"ca.animate(ca.Imported({', '.join(row)}), dpi=20).svg(0)"),
        odd().map("ca.animate(ca.Imported('x', ca.Conv(3, 2), {}), view='flat', dpi=20).svg(0)".format),
    )
