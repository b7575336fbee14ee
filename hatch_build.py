"""The package's README, whose links a package index can't follow as they are: it has no files of the repository.

So links and pictures lead to the repository: the Homepage of pyproject.toml, at the tag or branch that GITHUB_REF_NAME
names, which GitHub's workflows set, otherwise at main.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

TARGET = re.compile(r'(\]\(|(?:src|srcset|href)=")(?!https?:|#|mailto:)([^)\s"]+)')


def absolute(text: str, repository: str, ref: str) -> str:
    """README with links to the pages of a repository OWNER/NAME, and to the plain files of its pictures."""

    def target(found: re.Match[str]) -> str:
        before, path = found.groups()
        picture = before.startswith("src")
        place = f"https://raw.githubusercontent.com/{repository}/{ref}" if picture else None
        return f"{before}{place or f'https://github.com/{repository}/blob/{ref}'}/{path}"

    return TARGET.sub(target, text)


class Readme(MetadataHookInterface):
    """Puts README into the metadata."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the key `readme`."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        repository = metadata["urls"]["Homepage"].removeprefix("https://github.com/")
        text = absolute(text, repository, os.environ.get("GITHUB_REF_NAME", "main"))
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
