"""The view "im2col": windows as columns of a matrix, times the kernel as a row. `view` has its `draw`, and the other
modules are its parts.
"""
