"""What the tests compare the package with: own arithmetic, and readers of scenes, pictures and files."""
