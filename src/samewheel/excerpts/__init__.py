"""What people look at in two wheels: all members, lines side by side, and the sections of libraries."""

from samewheel.excerpts.reading import read_excerpts
from samewheel.excerpts.values import Excerpts, Kind, Line, Part, Section, Seen, Side, Text

__all__ = ["Excerpts", "Kind", "Line", "Part", "Section", "Seen", "Side", "Text", "read_excerpts"]
