"""Which conditions are guilty: the same source is built again, with single ones switched."""

from samewheel.attributing.building import attribute

__all__ = ["attribute"]
