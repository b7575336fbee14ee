"""Graphs of PyTorch's functions drawn by chance, and the cells that their outputs see, by NaN: where one cell of the
input is NaN, so is what is computed from it. It is an oracle that knows nothing of convanim, nor of any function.
"""

from __future__ import annotations

import itertools
import random
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

MOST_CELLS, MOST_CHANNELS = 14, 8  # of a value, along an axis


def swap(x):
    return torch.relu(x.transpose(1, -1)).transpose(1, -1)


def written(x):
    made = torch.zeros_like(x)
    made[:, :, 1:] = x[:, :, :-1]
    return made


def beside(x, axis, before, after):
    zeros = [x.new_zeros(*x.shape[:axis], n, *x.shape[axis + 1 :]) for n in (before, after)]
    return torch.cat([zeros[0], x, zeros[1]], axis)


# functions of a value x, an axis a, a small number n and two sizes p and q of the axis or of paddings
FUNCTIONS = {
    "pad": lambda x, a, n, p, q: F.pad(x, (p, q)),
    "reflect": lambda x, a, n, p, q: F.pad(x, (p, q) * (x.ndim - 2), mode="reflect"),
    "replicate": lambda x, a, n, p, q: F.pad(x, (p, q) * (x.ndim - 2), mode="replicate"),
    "circular": lambda x, a, n, p, q: F.pad(x, (p, q) * (x.ndim - 2), mode="circular"),
    "crop": lambda x, a, n, p, q: F.pad(x, (-p, q)),
    "slice": lambda x, a, n, p, q: x[(slice(None),) * a + (slice(p, x.shape[a] - q),)],
    "step": lambda x, a, n, p, q: x[(slice(None),) * a + (slice(p, x.shape[a] - q, n + 1),)],
    "narrow": lambda x, a, n, p, q: x.narrow(a, p, x.shape[a] - p - q),
    "part": lambda x, a, n, p, q: torch.split(x, [1, x.shape[a] - 1], a)[n % 2],
    "half": lambda x, a, n, p, q: x.chunk(2, a)[n % 2],
    "zeros": lambda x, a, n, p, q: beside(x, a, p, q),
    "channel": lambda x, a, n, p, q: x[:, :1],
    "glu": lambda x, a, n, p, q: F.glu(x, 1),
    "sum": lambda x, a, n, p, q: x.sum(1, keepdim=True),
    "max": lambda x, a, n, p, q: x.max(1, keepdim=True)[0],
    "gate": lambda x, a, n, p, q: x * torch.sigmoid(x.mean(tuple(range(2, x.ndim)), keepdim=True)),
    "row": lambda x, a, n, p, q: x - x.mean(a, keepdim=True).expand_as(x),
    "swap": lambda x, a, n, p, q: swap(x),
    "unsqueeze": lambda x, a, n, p, q: torch.tanh(x.unsqueeze(a)).squeeze(a),
    "in place": lambda x, a, n, p, q: x.clone().mul_(2).add_(x),
    "written": lambda x, a, n, p, q: written(x),
    "roll": lambda x, a, n, p, q: x.roll(1, a),
    "flip": lambda x, a, n, p, q: x.flip(a),
    "resize": lambda x, a, n, p, q: F.interpolate(x, scale_factor=1 + n / 20),
    "clamp": lambda x, a, n, p, q: torch.clamp(x, min=-x),
    "norm": lambda x, a, n, p, q: F.batch_norm(x, torch.zeros(x.shape[1]).to(x), torch.ones(x.shape[1]).to(x)),
    "flat": lambda x, a, n, p, q: x.flatten(2).view(x.shape),
    "picked": lambda x, a, n, p, q: x.index_select(a, torch.tensor([p, q])),
    "running": lambda x, a, n, p, q: x.cumsum(a),
    "twice": lambda x, a, n, p, q: torch.cat([x, x], a),
    "stack": lambda x, a, n, p, q: torch.stack([x, -x], 1).flatten(1, 2),
    "max pool": lambda x, a, n, p, q: getattr(F, f"max_pool{x.ndim - 2}d")(x, 3, n, 1, ceil_mode=p > 0),
    "average pool": lambda x, a, n, p, q: getattr(F, f"avg_pool{x.ndim - 2}d")(x, 2, n, p),
    "adaptive": lambda x, a, n, p, q: getattr(F, f"adaptive_avg_pool{x.ndim - 2}d")(x, n),
}
JOINS = {
    "add": torch.add,
    "multiply": torch.mul,
    "maximum": torch.maximum,
    "limit": lambda x, y: torch.clamp(x, max=y),
    "between": lambda x, y: torch.lerp(x, y, 0.5),
    "hypot": torch.hypot,  # which convanim doesn't know
    "concatenate": lambda x, y: torch.cat([x, y], 1),
}
LAYERS = {
    "conv": lambda n, p: ("Conv", {"kernel_size": n + 1, "padding": p, "stride": 1 + (p == 0)}),
    "dilated": lambda n, p: ("Conv", {"kernel_size": n, "dilation": 2, "padding": p}),
    "mirrored": lambda n, p: ("Conv", {"kernel_size": 3, "padding": 1, "padding_mode": "reflect"}),
    "up": lambda n, p: ("ConvTranspose", {"kernel_size": n + 1, "stride": 2, "padding": p % 2}),
}


class Graph(nn.Module):
    """Three to eight steps, and a convolution of one cell at the end; `steps` names them."""

    def __init__(self, seed):
        super().__init__()
        self.random = random.Random(seed)
        self.ndim = self.random.choice((1, 2))
        self.size = (9,) if self.ndim == 1 else (7, 6)
        self.in_channels = 2
        self.layers = nn.ModuleList()
        self.plan, self.steps = [], []
        values = [torch.rand(1, 2, *self.size)]
        for _ in range(self.random.randint(3, 8)):
            self.draw(values)
        last = self.layer("Conv", values[-1].shape[1], 1, kernel_size=1)
        self.plan.append(((len(values) - 1,), last))

    def layer(self, kind, channels, out, **words):
        made = getattr(nn, f"{kind}{self.ndim}d")(channels, out, **words)
        self.layers.append(made)
        return made

    def draw(self, values):
        """Add a step, if the drawn one fits the values so far."""
        pick = self.random
        takes = [pick.randrange(max(0, len(values) - 3), len(values))]
        x = values[takes[0]]
        a, n, p, q = pick.randrange(2, x.ndim), pick.randint(1, 2), pick.randint(0, 2), pick.randint(0, 2)
        kind = pick.choice(("layer", "join", "function", "function"))
        name = pick.choice(list({"layer": LAYERS, "join": JOINS, "function": FUNCTIONS}[kind]))
        if kind == "layer":
            stem, words = LAYERS[name](n, p)
            step = self.layer(stem, x.shape[1], n, **words)
        elif kind == "join":
            takes.append(pick.choice([i for i, one in enumerate(values) if one.shape == x.shape]))
            step = JOINS[name]
        else:
            step = partial(FUNCTIONS[name], a=a, n=n, p=p, q=q)
        try:
            with torch.no_grad():
                made = step(*(values[one] for one in takes))
        except (RuntimeError, IndexError):  # it doesn't fit
            return
        if min(made.shape) > 0 and max(made.shape[2:]) <= MOST_CELLS and made.shape[1] <= MOST_CHANNELS:
            values.append(made)
            self.plan.append((tuple(takes), step))
            self.steps.append(f"{name} of {takes}")

    def forward(self, x):
        values = [x]
        for takes, step in self.plan:
            values.append(step(*(values[one] for one in takes)))
        return values[-1]


def seen(model):
    """For each cell of the output, the cells of the input that it is computed from."""
    cells = list(itertools.product(*map(range, model.size)))
    x = torch.rand(len(cells), model.in_channels, *model.size)
    for n, cell in enumerate(cells):
        x[(n, slice(None), *cell)] = float("nan")
    # other suites turn oneDNN off; PyTorch's own convolutions spread NaN over cells that they don't read
    with torch.no_grad(), torch.backends.mkldnn.flags(enabled=True):
        spread = model.eval()(x).isnan().any(1)
    outputs = itertools.product(*map(range, spread.shape[1:]))
    return {one: {cell for n, cell in enumerate(cells) if spread[(n, *one)]} for one in outputs}
