"""Renderers: from a scene and a theme to SVG text (svg.py) or pixels (agg.py)."""
