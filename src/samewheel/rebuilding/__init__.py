"""Published wheels built again from their sources: a plan, one build, and a comparison with what was published."""
