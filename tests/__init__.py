"""The tests of samewheel: unit (no process), functional (small projects), integration (real packages)."""
