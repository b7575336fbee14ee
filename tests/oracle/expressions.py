"""Reads printed arithmetic."""

from __future__ import annotations

import math
import re
from fractions import Fraction


def calculated(text):
    """Both sides of a printed formula, worked out by Python: the right side, and what the left side really is."""
    assert re.fullmatch(r"(floor)?[-+*/() 0-9]+ = \d+", text), text
    left, right = text.split(" = ")
    return eval(left, {"__builtins__": {}, "floor": math.floor}), int(right)


def assert_balanced(text):
    left, right = calculated(text)
    assert left == right, text


def worked_out(text, **names):
    """The value of a printed expression, by a reader of its own: + - * /, parentheses, floor and ceil, commas in
    numbers, names; remarks in words left out.
    """
    text = re.sub(r" \((?!\w+ \+)[a-z ]{9,}\)", "", text)
    tokens = re.findall(r"floor|ceil|[a-z]+|[\d,]+|[-+*/()]", text)
    assert "".join(tokens) == text.replace(" ", ""), text

    def factor():
        token = tokens.pop(0)
        if token in ("floor", "ceil"):
            return Fraction(getattr(math, token)(factor()))
        if token == "(":
            value = total()
            assert tokens.pop(0) == ")"
            return value
        return Fraction(names[token] if token in names else int(token.replace(",", "")))

    def term():
        value = factor()
        while tokens and tokens[0] in "*/":
            value = value * factor() if tokens.pop(0) == "*" else value / factor()
        return value

    def total():
        value = term()
        while tokens and tokens[0] in "+-":
            value = value + term() if tokens.pop(0) == "+" else value - term()
        return value

    value = total()
    assert not tokens, text
    return value


def assert_says(text, result):
    """Both sides of the equation are this number."""
    left, right = text.split(" = ")
    assert worked_out(left) == worked_out(right) == result, text
