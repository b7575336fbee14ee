"""The view "stack": layers above each other. `view` has its `draw`; the other modules are parts of it."""
