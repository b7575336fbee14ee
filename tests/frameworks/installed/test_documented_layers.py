"""The documentation's examples that need a framework run as printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGES = sorted((Path(__file__).resolve().parents[3] / "docs").glob("*.md"))


def test_the_examples_that_need_torch_run_as_printed(tmp_path):
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    blocks = re.findall(r"<!-- needs torch -->\n```python\n(.*?)^```", text, re.M | re.S)
    assert len(blocks) == 2
    for block in blocks:
        done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "layer.gif").stat().st_size > 1000
    assert (
        subprocess.run(
            [sys.executable, "-c", block + "\nassert False"], cwd=tmp_path, capture_output=True, check=False
        ).returncode
        == 1
    )
