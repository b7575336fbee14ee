"""The view "line": one dimension as on paper. `view` has its `draw`; the other modules are parts of it."""
