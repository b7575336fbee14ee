"""The view "dense": a layer of a network, a node for each cell. `view` has its `draw`; the other modules are parts of
it.
"""
