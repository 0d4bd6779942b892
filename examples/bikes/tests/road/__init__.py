"""Tests with real environments."""
