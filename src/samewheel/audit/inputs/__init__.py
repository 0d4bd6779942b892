"""The files that an audit reads, one module for each format; what they name becomes values, and no code is run."""
