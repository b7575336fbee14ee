"""What a first install costs: python tests/benchmarks/install.py dist/convanim-0.1.0-py3-none-any.whl [--write FILE]

Makes an environment that has nothing but Python and pip, installs the wheel, and draws the first GIF. Then each library
is installed by itself, from its file. Prints a table in Markdown, or writes it: what is downloaded, what is on the
disk, and CPU seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

FIRST = 'import convanim as ca; ca.animate(ca.Conv(5, 3, padding=1), theme="clear").save("first.gif")'
PIP = ("-m", "pip", "--disable-pip-version-check", "-qq")
MB = 10**6


def main(wheel: str) -> str:
    """The table."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        python = environment(place / "one")
        whole = timed(python, *PIP, "install", wheel, cwd=place)
        first, again = (timed(python, "-c", FIRST, cwd=place) for _ in range(2))
        told = environment(place / "two"), place / "files"
        timed(told[0], *PIP, "download", "-d", told[1], wheel, cwd=place)
        rows = []
        for file in sorted(told[1].iterdir()):
            before = size(place / "two")
            seconds = timed(told[0], *PIP, "install", "--no-deps", "--no-compile", file, cwd=place)
            rows.append((file.name.split("-")[0], file.stat().st_size, size(place / "two") - before, seconds))
        lines = ["| library | download | on the disk | CPU seconds |", "|---|--:|--:|--:|"]
        for name, downloaded, stored, seconds in sorted(rows, key=lambda row: -row[2]):
            lines.append(f"| {name} | {downloaded / MB:.1f} MB | {stored / MB:.1f} MB | {seconds:.1f} |")
        sums = [sum(row[n] for row in rows) / MB for n in (1, 2)]
        lines.append(f"| all, by one call of pip | {sums[0]:.0f} MB | {sums[1]:.0f} MB | {whole:.1f} |")
        lines.append(f"| the first GIF | | | {first:.1f} |")
        lines.append(f"| the same GIF again | | | {again:.1f} |")
        return "\n".join(lines)


def environment(folder: Path) -> Path:
    """Python in a new environment."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


def timed(*command: str | Path, cwd: Path) -> float:
    """The CPU seconds that a program takes: what else runs on the machine doesn't count."""
    begin = os.times()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run(command, cwd=cwd, env=clean, check=True)
    end = os.times()
    return end.children_user + end.children_system - begin.children_user - begin.children_system


def size(folder: Path) -> int:
    """The bytes of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


if __name__ == "__main__":
    table = main(str(Path(sys.argv[1]).resolve()))
    if sys.argv[2:3] == ["--write"]:
        Path(sys.argv[3]).write_text(f"<!-- `make measured` writes this file. -->\n\n{table}\n", encoding="utf-8")
    else:
        print(table)
