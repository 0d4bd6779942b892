"""Rebuilds of many wheels: what to rebuild, where results go, and how they are judged."""
