"""Writes options.md, the page of the options of a figure, from their one table: python docs/options.py"""

from pathlib import Path

from convanim.options import documentation_rows

PAGE = """# Options of a figure

Each option is a keyword of `ca.animate` and `ca.figure`, a key of a figure's table in TOML, a flag of the command line
(`step_ms` is `--step-ms`), and an option of the Sphinx directive (`:step-ms:`). `bias` is a value in Python; in TOML it
is the operation's. This page is made from the table in `convanim/options.py` by `docs/options.py`.

| option | values | default | meaning |
|---|---|---|---|
"""


def page() -> str:
    """The text of the page."""
    return PAGE + "".join(f"| {' | '.join(row)} |\n" for row in documentation_rows())


if __name__ == "__main__":
    Path(__file__).with_name("options.md").write_text(page(), encoding="utf-8")
