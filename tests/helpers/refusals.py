"""Refusals: one line that tells something."""

from __future__ import annotations

import pytest

from convanim.errors import ConvanimError


def refusal(make):
    """The line that a refusal says; AssertionError where it isn't one line that tells something."""
    with pytest.raises(ConvanimError) as error:
        make()
    text = str(error.value)
    assert text == text.strip() and len(text.splitlines()) == 1 and len(text) > 15
    return text
