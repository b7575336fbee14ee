"""The view "im2col": windows as columns of a matrix, times the kernel as a row. `view` has its `draw`; the other
modules are parts of it.
"""
