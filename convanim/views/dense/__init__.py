"""The view "dense": a layer of a network, a node for each cell. `view` has its `draw`, and the other
modules are its parts.
"""
