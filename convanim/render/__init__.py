"""The renderers: from a scene and a theme to pixels (`agg`), SVG (`svg`), PDF operators (`pdf_marks`) or TikZ (`tikz`).

Imports: `progress`, `scene`, `text`, `themes`. Libraries: numpy, matplotlib.
"""
