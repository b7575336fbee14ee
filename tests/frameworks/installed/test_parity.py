"""convanim against PyTorch, Keras, ONNX and JAX on random configurations, and that each of these comparisons can
fail.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import parity
import pytest
from cases import KINDS, full
from draws import EDGE_SHARE, features
from faults import FAULTS, Finding
from parity import FRAMEWORKS, TYPED, Refused
from shrink import shrunk

CHUNKS = 8  # of each framework's configurations, so that the processes have equal work
SLOW_FIRST = ("jax", "keras", "onnx", "torch")
JUDGES = {"PyTorch": "torch", "Keras": "keras", "onnx reference": "onnx", "onnxruntime": "onnx"}
PLAIN = {
    "max": ("torch", "keras", "onnx", "jax"),
    "l2": ("torch", "onnx", "jax"),
    "adaptive": ("torch", "keras", "onnx"),
}


@pytest.fixture(scope="module")
def modules():
    """Each framework's file, made ready when it is asked for."""
    ready = {}
    return lambda name: ready.setdefault(name, parity.framework(name))


@pytest.mark.parametrize(
    ("name", "chunk"), [(name, chunk) for name in (*SLOW_FIRST, *TYPED) for chunk in range(CHUNKS)]
)
def test_sizes_values_and_refusals_are_the_frameworks(name, chunk, counted, request):
    seed, count = (request.config.getoption(option) for option in ("--seed", "--count"))
    report = parity.run(name, seed, range(count * chunk // CHUNKS, count * (chunk + 1) // CHUNKS))
    counted(name, report)
    assert not report.differences, "\n\n".join(report.differences)


# the draw


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_same_seed_draws_the_same_and_another_seed_others(name, modules):
    module = modules(name)
    drawn = [[parity.configuration(module, seed, index) for index in range(50)] for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert parity.configuration(module, 0, 31) == drawn[0][31], "whatever was drawn before"


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_three_thousand_configurations_have_all_that_a_framework_can_say(name, modules):
    module = modules(name)
    configs = [parity.configuration(module, 0, index) for index in range(3000)]
    counts = Counter(feature for config in configs for feature in features(config))
    expected = {
        "1-D",
        "2-D",
        "3-D",
        "stride",
        "dilation",
        "groups",
        "depthwise",
        "bias",
        "padding in numbers",
        "padding valid",
        "padding same_upper",
        "padding with two different sides",
        "output_padding",
        "padding_mode reflect",
    }
    more = {
        "torch": {
            "padding same",
            "padding same_lower",
            "padding causal",
            "padding full",
            "padding half",
            "padding_mode replicate",
            "padding_mode circular",
            "padding_mode symmetric",
            "flip",
            "ceil_mode",
            "count_include_pad=False",
            "divisor_override",
            "output_shape",
        },
        "keras": {"padding causal", "padding_mode symmetric", "flip", "count_include_pad=False"},
        "onnx": {
            "padding same_lower",
            "padding_mode replicate",
            "padding_mode circular",
            "ceil_mode",
            "count_include_pad=False",
            "output_shape",
        },
        "jax": {
            "padding same_lower",
            "padding_mode replicate",
            "padding_mode circular",
            "padding_mode symmetric",
            "flip",
            "ceil_mode",
            "count_include_pad=False",
        },
    }
    assert {feature for feature in expected | more[name] if counts[feature] < 15} == set()
    assert {config["kind"] for config in configs} == {kind for kind in KINDS if name in PLAIN.get(kind, FRAMEWORKS)}
    edges = Counter(config["edge"] for config in configs if "edge" in config)
    assert EDGE_SHARE / 3 < sum(edges.values()) / 3000 < EDGE_SHARE and len(edges) >= 3 and min(edges.values()) >= 4


# what a user types


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("torch_typed", {"padding same", "padding valid", "output_padding", "output_shape", "count_include_pad=False"}),
        ("keras_typed", {"padding same", "padding SAME", "padding valid", "padding causal", "output_padding"}),
        ("onnx_typed", {"padding same_upper", "padding same_lower", "padding valid", "output_padding", "output_shape"}),
        ("jax_typed", {"padding SAME", "padding SAME_LOWER", "padding VALID"}),
        ("numpy_typed", {"padding same", "padding full", "padding valid", "flip"}),
    ],
)
def test_words_are_typed_and_left_out_and_what_is_refused_says_how_to_write_it(name, expected, modules):
    module, refused = modules(name), 0
    configs = [parity.configuration(module, 0, index) for index in range(3000)]
    counts = Counter(feature for config in configs for feature in features(config))
    assert {feature for feature in expected if counts[feature] < 15} == set()
    for word in {word for config in configs for word in config["typed"]} - {"count_include_pad"}:
        assert sum(word in config["typed"] for config in configs) > 600, word
    for case in map(module.case, configs):
        try:
            eval(case.operation, parity.OURS)
        except parity.ConvanimError as error:
            refused += bool(case.instead) and case.says in str(error)
    assert refused > 15


def test_a_refusal_that_doesnt_say_how_to_write_the_word_is_a_difference(modules, monkeypatch):
    module = modules("numpy_typed")
    config = {"typed": (), "filled": "fill", **full({"kind": "convolution", "axes": [{"input": 5, "kernel": 2}]})}
    config |= {"padding": "same", "by": "np.convolve", "flip": True}
    case = module.case(config)
    assert case.says == "padding='same_numpy'" and not next(parity.check(module, [config])).left
    monkeypatch.setattr(module, "case", lambda config: replace(case, says="another word"))
    assert next(parity.check(module, [config])).left


# a word that had another meaning: a framework, a configuration, and the words of our call that change
MEANINGS = {
    "Keras' same is counted": (
        "keras_typed",
        {"kind": "average", "axes": [{"input": 5, "kernel": 3}], "padding": "same", "count_include_pad": False},
        "padding='same'",
        "padding='same', count_include_pad=True",
    ),
    "Keras' output_padding of 0 is as none": (
        "keras_typed",
        {"kind": "transposed", "axes": [{"input": 3, "kernel": 3, "stride": 2}], "padding": "same"},
        ", output_padding=(0,)",
        "",
    ),
    "Keras' output_padding adds to its same": (
        "keras_typed",
        {
            "kind": "transposed",
            "axes": [{"input": 3, "kernel": 3, "stride": 2, "output_padding": 1}],
            "padding": "same",
        },
        "padding='same', output_padding=(1,)",
        "padding=((0, 1),), output_padding=(1,)",
    ),
    "ONNX' output_padding is Keras'": (
        "onnx_typed",
        {
            "kind": "transposed",
            "axes": [{"input": 3, "kernel": 3, "stride": 2, "output_padding": 1}],
            "padding": "same_upper",
        },
        "SAME_UPPER",
        "SAME",
    ),
    "ONNX' output_shape crops the end first": (
        "onnx_typed",
        {"kind": "transposed", "axes": [{"input": 5, "kernel": 3, "stride": 2}], "output_shape": (10,)},
        "stride=(2,)",
        "stride=(2,), padding='same_upper'",
    ),
    "numpy's same is PyTorch's": (
        "numpy_typed",
        {"kind": "convolution", "axes": [{"input": 5, "kernel": 2}], "padding": "same", "by": "np.correlate"},
        "same_numpy",
        "same",
    ),
    "None of an adaptive pooling is 1": (
        "torch_typed",
        {"kind": "adaptive", "axes": [{"input": 5, "windows": 5}, {"input": 6, "windows": 3}], "kept": (True, False)},
        "(None, 3)",
        "(1, 3)",
    ),
}


@pytest.mark.parametrize("meaning", MEANINGS)
def test_each_of_these_meanings_would_be_found_to_be_wrong(meaning, modules, monkeypatch):
    name, config, right, wrong = MEANINGS[meaning]
    module, typed = modules(name), ("stride", "output_padding") if "output_padding" in right + meaning else ("stride",)
    config = {"typed": typed, "filled": "fill", **full(config)}
    for axis in config["axes"]:
        axis["stride"] = axis["stride"] if config["kind"] == "transposed" else 1
    assert not next(parity.check(module, [config])).left
    case = module.case(config)
    assert right in case.operation
    monkeypatch.setattr(module, "case", lambda config: replace(case, operation=case.operation.replace(right, wrong, 1)))
    assert next(parity.check(module, [config])).left


# the comparison can fail


def compared(module, config):
    """Both sides' results of one configuration, and how to compare others in their place."""
    case = module.case(config)
    arrays = case.drawn()
    mine = parity.ours(case, arrays)
    others = {judge: parity.theirs(module, judge, [case], [arrays])[0] for judge in module.JUDGES}
    return mine, others, lambda mine=mine, others=others: parity.judged(module, config, case, mine, others)


def spoiled(value):
    """A result with one cell that is off by a thousandth, and a thousandth of itself."""
    changed = np.array(value, float)
    cell = np.nan_to_num(changed.flat[changed.size // 2], neginf=0)
    changed.flat[changed.size // 2] = cell + 1e-3 + abs(cell) * 1e-3
    return changed


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_wrong_value_size_or_refusal_of_ours_is_a_difference_in_every_kind(name, modules):
    module, seen = modules(name), Counter()
    for index in range(80 if name == "jax" else 400):
        config = parity.configuration(module, 0, index)
        if seen[config["kind"]] >= 4:
            continue
        mine, _, judged = compared(module, config)
        assert not judged().left
        seen[config["kind"]] += 1
        if isinstance(mine, Refused):
            lines = judged(np.zeros((1, *[99] * len(config["axes"])))).left
            assert any(line.startswith("accepted: ") for line in lines.values()), config
            continue
        wrong = {
            "values": spoiled(mine),
            "size": np.concatenate([mine, mine[..., -1:]], -1),
            "refused": Refused("no reason"),
        }
        for sort, value in wrong.items():
            verdict = judged(value)
            assert not verdict.agreeing and not verdict.faults and verdict.left, (sort, config)
            assert any(line.startswith((f"{sort}:", "reason:")) for line in verdict.left.values())
    assert set(seen) >= {kind for kind in KINDS if name in PLAIN.get(kind, FRAMEWORKS)}


# what convanim would compute with a mistake: a configuration that shows it, and the words of our call that change
MISTAKES = {
    "the padding on the wrong side": (
        {"kind": "convolution", "axes": [{"input": 5, "kernel": 2, "before": 1, "after": 2}]},
        "((1, 2),)",
        "((2, 1),)",
    ),
    "same_lower for same_upper": (
        {"kind": "convolution", "axes": [{"input": 5, "kernel": 2}], "padding": "same_upper"},
        "same_upper",
        "same_lower",
    ),
    "a kernel that isn't flipped": (
        {"kind": "convolution", "axes": [{"input": 5, "kernel": 2}], "flip": True},
        "flip=True",
        "flip=False",
    ),
    "a transposed kernel that isn't": (
        {"kind": "transposed", "axes": [{"input": 5, "kernel": 2}]},
        "(2,)",
        "(2,), flip=True",
    ),
    "one cell of padding less": (
        {"kind": "convolution", "axes": [{"input": 5, "kernel": 3, "before": 2, "after": 2}]},
        "padding=(2,)",
        "padding=(1,)",
    ),
    "reflect for replicate": (
        {"kind": "convolution", "axes": [{"input": 4, "before": 1, "after": 1}], "padding_mode": "replicate"},
        "replicate",
        "reflect",
    ),
    "dilation ignored": (
        {"kind": "convolution", "axes": [{"input": 5, "kernel": 2, "dilation": 2}]},
        "dilation=(2,)",
        "dilation=(1,)",
    ),
    "output_padding cropped off": (
        {"kind": "transposed", "axes": [{"input": 3, "kernel": 2, "stride": 2, "output_padding": 1}]},
        "output_padding=(1,)",
        "output_padding=(0,)",
    ),
    "padding counted": (
        {"kind": "average", "axes": [{"input": 4, "kernel": 2, "before": 1, "after": 1}], "count_include_pad": False},
        "count_include_pad=False",
        "count_include_pad=True",
    ),
    "another divisor": (
        {"kind": "average", "axes": [{"input": 2, "kernel": 2}, {"input": 2, "kernel": 2}], "divisor_override": 3},
        "divisor_override=3",
        "divisor_override=4",
    ),
    "the floor for the ceiling": (
        {"kind": "max", "axes": [{"input": 6, "kernel": 3, "stride": 2}], "ceil_mode": True},
        "ceil_mode=True",
        "ceil_mode=False",
    ),
    "the average for the maximum": (
        {"kind": "max", "axes": [{"input": 4, "kernel": 2}]},
        "mode='max'",
        "mode='average'",
    ),
    "one window more": ({"kind": "adaptive", "axes": [{"input": 5, "windows": 3}]}, "(3,)", "(4,)"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_of_these_mistakes_would_be_found(mistake, modules, monkeypatch):
    module = modules("torch")
    config, right, wrong = MISTAKES[mistake]
    config = full(config)
    assert not next(parity.check(module, [config])).left
    case = module.case(config)
    assert right in case.operation
    monkeypatch.setattr(module, "case", lambda config: replace(case, operation=case.operation.replace(right, wrong, 1)))
    assert next(parity.check(module, [config])).left


@pytest.mark.parametrize(
    ("config", "mine"),
    [
        (
            {"kind": "convolution", "axes": [{"input": 3, "before": 3, "after": 3}], "padding_mode": "reflect"},
            "kernel_size=3 is larger than the padded input",
        ),
        ({"kind": "convolution", "axes": [{}], "in_channels": 3, "groups": 2}, "in_channels=3 is too many"),
        ({"kind": "transposed", "axes": [{"output_padding": 1}]}, "stride=0 is out of range"),
    ],
)
def test_a_refusal_for_another_reason_than_pytorchs_is_a_difference(config, mine, modules):
    _, _, judged = compared(modules("torch"), full(config))
    assert not judged().left
    assert judged(Refused(mine)).left["PyTorch"].startswith("reason: ")


# the documented faults


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row.name)
def test_a_listed_fault_is_still_there_and_its_row_hides_nothing_else(row, modules):
    module, config = modules(JUDGES[row.judge]), full(row.example)
    assert row.link.startswith("https://")
    mine, others, judged = compared(module, config)
    assert [fault.name for fault in judged().faults] == [row.name] and not judged().left
    if isinstance(mine, Refused):
        assert judged(Refused("another reason")).left or row.judge != "onnxruntime"
        assert judged(mine, {**others, row.judge: np.full((1, *[9] * len(config["axes"])), 1.0)}).left
        return
    assert judged(spoiled(mine)).left, "a wrong value of ours"
    if len(module.JUDGES) > 1:
        second = next(judge for judge in module.JUDGES if judge != row.judge)
        assert judged(mine, {**others, second: spoiled(mine)}).left.keys() == module.JUDGES.keys(), (
            "a fault needs the other judge's consent"
        )
    elif not isinstance(others[row.judge], Refused):
        assert judged(mine, {row.judge: spoiled(others[row.judge])}).left, "another wrong value than the fault's"
    else:
        assert judged(mine, {row.judge: Refused("RuntimeError: another reason")}).left


@pytest.mark.parametrize("judge", JUDGES)
def test_no_row_explains_a_difference_in_a_plain_configuration(judge, modules):
    module = modules(JUDGES[judge])
    for kind in KINDS:
        for config in (
            {"kind": kind, "axes": [{"input": 4, "kernel": 2, "windows": 1}, {"input": 3, "kernel": 2, "windows": 1}]},
        ):
            if JUDGES[judge] not in PLAIN.get(kind, FRAMEWORKS):
                continue
            config = full(config)
            case = module.case(config)
            mine = parity.ours(case, case.drawn())
            for found, other in (
                ("values: ", spoiled(mine)),
                ("size: ", mine[:, :1]),
                ("accepted: ", Refused("RuntimeError: no")),
            ):
                one = Finding(judge, config, case, found, mine, other, upheld=True)
                assert [row.name for row in FAULTS if row.judge == judge and row.explains(one)] == [], (kind, found)


# a counter-example


def wrong_where_strided(op, x, *rest):
    """A planted fault: one too much in the first cell, where there is a stride of 2 and groups."""
    value = parity.OURS["evaluate"](op, x, *rest)
    if 2 in getattr(op, "stride", ()) and getattr(op, "groups", 1) > 1:
        value = value + np.eye(1, value.size).reshape(value.shape)
    return value


def test_a_counter_example_is_as_small_as_it_gets_and_runs(monkeypatch, tmp_path):
    monkeypatch.setitem(parity.OURS, "evaluate", parity.evaluate)
    monkeypatch.setattr(parity, "evaluate", wrong_where_strided)
    report = parity.run("torch", 0, range(200), most=1)
    assert report.differences
    text = report.differences[0]
    assert "values: 1 of " in text and " differ from PyTorch's" in text
    program = text[text.index("import numpy") :]
    call = next(line for line in program.splitlines() if line.startswith("op = "))
    assert call in (
        "op = Conv((1,), (1,), stride=(2,), in_channels=2, out_channels=2, groups=2)",
        "op = ConvTranspose((1,), (1,), stride=(2,), in_channels=2, out_channels=2, groups=2)",
    )
    file = tmp_path / "counter_example.py"
    file.write_text(program)
    shown = subprocess.run([sys.executable, file], capture_output=True, text=True, check=True).stdout.split()
    assert shown[: len(shown) // 2] == shown[len(shown) // 2 :], "the program's own convanim has no planted fault"


def test_shrinking_stops_where_nothing_simpler_fails():
    config = full(
        {
            "kind": "convolution",
            "axes": [{"input": 7, "kernel": 3, "stride": 3}, {"input": 6, "kernel": 4}],
            "groups": 2,
            "in_channels": 4,
        }
    )
    small = shrunk(
        config,
        lambda other: any(axis["input"] >= 5 for axis in other["axes"]) and other["in_channels"] % other["groups"] == 0,
    )
    assert [(axis["input"], axis["kernel"], axis["stride"]) for axis in small["axes"]] == [(5, 1, 1)]
    assert small["in_channels"] == small["groups"] == 1


def test_the_command_line_prints_the_table_and_tells_by_its_status():
    script = Path(parity.__file__)
    done = subprocess.run(
        [sys.executable, script, "torch", "--seed", "3", "--count", "40"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "| layers | PyTorch |" in done.stdout and "| Differences | - |" in done.stdout, (
        done.stdout + done.stderr
    )
