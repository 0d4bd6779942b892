"""Hourly bike rentals: a model that anybody can train again to the same bytes."""
