"""The examples of documents, and the letters of the pictures that they show."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from convanim.render.glyphs import letters
from convanim.scene import Group, Text, moved
from helpers.processes import child_environment

EXAMPLE = re.compile(r"(<!-- needs torch -->\n)?^```(python|sh)\n(.*?)^```", re.M | re.S)


def blocks(text: str) -> list[tuple[str, str]]:
    """The Python and shell blocks of a document, but those that need a framework (`make test-frameworks` runs them)."""
    return [(kind, block) for needs, kind, block in EXAMPLE.findall(text) if not needs]


def run(kind: str, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A block as a reader runs it, with `convanim` on the path; a shell stops at the first failure."""
    tools = folder / ".bin"
    tools.mkdir(exist_ok=True)
    script = tools / "convanim"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m convanim "$@"\n')
    script.chmod(0o755)
    environment = child_environment(PATH=f"{tools}{os.pathsep}{os.environ['PATH']}")
    command = [sys.executable, "-c", text] if kind == "python" else ["sh", "-ec", text]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def leaves(marks: Any) -> list[Any]:
    """All marks, those of groups where they are placed."""
    return [
        one for mark in marks for one in (leaves(moved(mark.marks, *mark.at)) if isinstance(mark, Group) else [mark])
    ]


def smallest_letter(figure: Any, kind: str, shown: int) -> float:
    """The size in pixels of the smallest letters of a figure's labels where its picture is `shown` pixels wide, or
    high; infinite without labels.
    """
    a = figure.animate()
    marks = [mark for layer in a.scene.layers for mark in leaves(layer.seen(0))]
    sizes = [
        letter.size for mark in marks if isinstance(mark, Text) and mark.role == "label" for letter in letters(mark)
    ]
    across = {"width": a.scene.box.width, "height": a.scene.box.height}[kind]
    return min(sizes, default=math.inf) * shown / across
