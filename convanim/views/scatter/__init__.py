"""The view "scatter": a transposed convolution as stamps that overlap. `view` has its `draw`; the other modules are
parts of it.
"""
