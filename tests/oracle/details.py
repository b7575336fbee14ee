"""Reads the data of the gallery's page, without running it."""

from __future__ import annotations

import json
import re


def details(text):
    """The data of details.js, without running it."""
    return json.loads(re.fullmatch(r"window\.convanimDetails=(.*);\n", text, re.S)[1])
