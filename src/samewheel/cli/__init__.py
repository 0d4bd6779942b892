"""The command line: one module per command, which parses, calls the library, renders and returns an exit code."""
