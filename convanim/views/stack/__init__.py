"""The view "stack": layers above each other. `view` has its `draw`, and the other modules are its parts."""
