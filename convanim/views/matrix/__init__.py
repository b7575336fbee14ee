"""The view "matrix": the sparse matrix with the input as a row above its columns. `view` has its `draw`, and the other
modules are its parts.
"""
