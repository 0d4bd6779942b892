"""Tests of frameworks that are installed by hand."""
