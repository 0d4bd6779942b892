"""A sample whose version is a git tag."""
