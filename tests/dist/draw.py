"""Run by a fresh Python that has convanim from a distribution: draws a figure in every format into the current folder.

Prints where the package was imported from, and the files with the figure's size, as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import convanim as ca

conv = ca.Conv(input_size=4, kernel_size=3, padding=1, stride=2)
a = ca.animate(conv, view="flat", seed=3, theme="clear")
files = [str(path) for suffix in ca.FORMATS for path in a.save(f"figure{suffix}")]
files += [str(path) for path in a.save("step_{step}.png")]
command = [str(Path(sys.executable).with_name("convanim"))]
said = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
shell = [*command, "draw", *"conv -i 4 -k 3 -p 1 -s 2 --view flat --seed 3 --theme clear -o shell.gif".split()]
subprocess.run(shell, check=True, capture_output=True)
listed = subprocess.run([*command, "list"], capture_output=True, text=True, check=True).stdout
print(
    json.dumps(
        {
            "from": ca.__file__,
            "version": [version("convanim"), ca.__version__, said.split()[-1]],
            "files": files,
            "size": a.size,
            "steps": len(a),
            "listed": len(listed.splitlines()),
        }
    )
)
