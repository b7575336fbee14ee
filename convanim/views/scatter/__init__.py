"""The view "scatter": a transposed convolution as stamps that overlap. `view` has its `draw`, and the other
modules are its parts.
"""
