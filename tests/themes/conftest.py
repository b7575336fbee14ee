"""The themes that ship are the same after each file of tests."""

from __future__ import annotations

import copy

import pytest

import convanim as ca


@pytest.fixture(scope="module", autouse=True)
def shipped_themes_stay_as_they_are():
    before = copy.deepcopy(ca.THEMES)
    yield
    assert before == ca.THEMES
