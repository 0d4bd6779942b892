"""Real packages from the index."""
