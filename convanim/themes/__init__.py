"""How it looks: a style for each role (`theme`), and the themes that come with the package (`table`).

A new theme is a row of `table`. Imports: `scene`.
"""
