"""A sample whose version is a git tag, and whose data files are those that git knows."""
