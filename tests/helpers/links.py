"""Random links of the explorer."""

from __future__ import annotations

from urllib.parse import quote

from convanim.publish.explorer import controls


def randomly(choose):
    """A link made of the controls: parameters and options at random, few enough that many links can be drawn."""
    rows = controls()
    operation = choose.choice(list(rows["operations"]))
    pairs = [("op", operation)]
    axes = choose.choice([1, 2, 2])
    for row in rows["operations"][operation]:
        needed = row["name"] in ("input_size", "kernel_size", "output_size")
        if not needed and choose.random() < 0.6:
            continue
        most = {"input_size": 9, "output_padding": 1, "padding": 2, "dilation": 2}.get(row["name"], 3)
        if row["name"] in ("output_shape", "in_channels", "out_channels", "groups", "divisor_override"):
            continue
        if row["kind"] in ("cells", "padding"):
            least = 4 if row["name"] == "input_size" else row["least"]
            sizes = [str(choose.randint(least, most)) for _ in range(axes)]
            if row["kind"] == "padding" and choose.random() < 0.4:
                sizes = [f"{choose.randint(0, 2)}:{choose.randint(0, 2)}" for _ in range(axes)]
            text = "x".join(sizes) if choose.random() < 0.7 else sizes[0]
        elif row["kind"] == "switch":
            text = choose.choice(["true", "false", ""])
        else:
            text = choose.choice(row["choices"])
        pairs.append((row["link"], text))
    if axes == 1:
        pairs.append(("ndim", "1"))
    for row in rows["options"]:
        if row["kind"] == "choice" and choose.random() < 0.5:
            pairs.append((row["link"], choose.choice(row["choices"])))
        elif row["kind"] == "switch" and choose.random() < 0.1:
            pairs.append((row["link"], "true"))
    if choose.random() < 0.3:
        pairs.append(("labels", choose.choice(["all", "none", "title,step", "sizes"])))
    choose.shuffle(pairs)
    pairs.sort(key=lambda pair: pair[0] != "op")
    return "&".join(f"{key}={quote(text)}" for key, text in pairs)
