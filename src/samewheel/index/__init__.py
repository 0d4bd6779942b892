"""The package index: which files a project has there, and the files themselves."""
