"""Texts in every language: names, formulas, descriptions, the contents of cells; and escaping for other formats.

A new language is a file in `lang`. Imports: `geometry`, `numeric`, `scene`.
"""
