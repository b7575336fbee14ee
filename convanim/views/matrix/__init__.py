"""The view "matrix": the sparse matrix times the input as one column. `view` has its `draw`; the other modules are
parts of it.
"""
