"""Where it goes: snippets, notebooks, the gallery with its page and server, and the Sphinx directive's recipes.

A new place for a figure is a row of `snippets`. Imports: all rooms above. Libraries: ipywidgets, distributed,
fsspec.
"""
