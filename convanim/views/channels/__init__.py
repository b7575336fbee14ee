"""The view "channels": a plane for each channel, group by group. `view` has its `draw`, and the other
modules are its parts.
"""
