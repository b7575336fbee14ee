"""What is said: names, formulas, descriptions, cell texts, in every language, and escaping for the formats that take text.

A new language is a file in `lang`. Imports: `geometry`, `numeric`, `scene`.
"""
