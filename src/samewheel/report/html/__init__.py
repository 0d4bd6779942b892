"""Results as pages for people: one file each, which needs nothing else, and runs nothing but its own script."""
