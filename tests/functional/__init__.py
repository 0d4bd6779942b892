"""Whole commands on small projects."""
