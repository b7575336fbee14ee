"""The view "channels": a plane for each channel, group by group. `view` has its `draw`; the other modules are parts of
it.
"""
