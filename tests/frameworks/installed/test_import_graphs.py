"""Graphs drawn by chance are imported with the cells that they see, or the warning says that they aren't."""

from __future__ import annotations

from collections import Counter

import pytest
from code_import import recorded
from drawn_graphs import Graph, seen

import convanim as ca
from convanim.frameworks import from_torch, torch_calls, torch_functions
from convanim.frameworks.torch_names import JOINS

pytestmark = pytest.mark.filterwarnings("ignore")  # what a framework warns about is its own matter; ours are recorded

COUNT = 60  # graphs of a part
SAID = ("the chain is broken", "the first layer", "not through a layer", "after the last layer")


def judged(model):
    """ "right", "said" where the warning tells of something that isn't understood, or "silent"."""
    found, lines = recorded(from_torch, model, input_size=model.size)
    said = any(text in line for text in SAID for line in lines)
    if isinstance(found, ca.Network) and (found.breaks or sum(node.kind == "input" for node in found.nodes) > 1):
        return "said" if said else "silent"
    right = all(ca.sources(found, cell) == cells for cell, cells in seen(model).items())
    return "right" if right else "said" if said else "silent"


@pytest.mark.parametrize("part", range(2))
def test_no_graph_is_wrong_without_a_word(part, request):
    seed = request.config.getoption("--seed", default=0)
    counts = Counter()
    for n in range(COUNT):
        model = Graph(f"{seed} {part} {n}")
        verdict = judged(model)
        counts[verdict] += 1
        assert verdict != "silent", model.steps
    assert counts["right"] > COUNT / 4 and counts["said"] > COUNT / 10


def whole_steps(name, kind, size, parts, sliced=torch_functions.sliced):
    return sliced(name, kind, size, [slice(part.start, part.stop) for part in parts])


def first_part(calls, name, args, kwargs, made, takes):
    return torch_functions._same(calls, name, args, kwargs, made, takes[:1])


FAULTS = {
    "flip": lambda patch: patch.setitem(torch_functions.HANDLERS, "flip", torch_functions._same),
    "branch": lambda patch: [patch.setitem(torch_functions.HANDLERS, name, first_part) for name in JOINS],
    "step": lambda patch: patch.setattr(torch_functions, "sliced", whole_steps),
    "unknown": lambda patch: patch.setattr(torch_calls.Calls, "unknown", lambda calls, name, takes, made: takes[0]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_graphs_show_a_fault(fault, monkeypatch):
    FAULTS[fault](monkeypatch)
    verdicts = []
    for n in range(4 * COUNT):
        try:
            verdicts.append(judged(Graph(f"fault {n}")))
        except ca.ConvanimError:
            verdicts.append("refused")
        if verdicts[-1] in ("silent", "refused"):
            return
    raise AssertionError(Counter(verdicts))
