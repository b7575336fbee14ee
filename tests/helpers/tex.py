"""Compiles TeX files with the machine's TeX."""

from __future__ import annotations

import shutil
import subprocess


def compiled(folder, name, text=None, runs=1, engine="pdflatex"):
    """The PDF of a TeX file; AssertionError with TeX's own words if it doesn't compile."""
    assert shutil.which(engine) and shutil.which("pdftoppm"), "no TeX or no Poppler: make test-latex installs them"
    if text is not None:
        (folder / f"{name}.tex").write_text(text, encoding="utf-8")
    for _ in range(runs):
        done = subprocess.run(
            [engine, "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    log = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    assert "Overfull" not in log.replace("Overfull \\vbox", "") or text is not None
    return folder / f"{name}.pdf"
