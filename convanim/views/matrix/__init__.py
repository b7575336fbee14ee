"""The view "matrix": the sparse matrix times the input as one column. `view` has its `draw`, and the other
modules are its parts.
"""
