"""What a build left of its own circumstances in a wheel: one build is enough to see most of what makes two differ.

Each value that the build was given is looked for in every member, in the encodings in which programs write such
values; what the source already said is no leak. Not seen are values that were changed, split or hashed, base64 with
line breaks, and compressed data but gzip and ZIP files.
"""

from samewheel.leaks.finding import find_leaks
from samewheel.leaks.values import sought_values
from samewheel.leaks.wording import leak_warnings, summed_up
from samewheel.patterns import Sought

__all__ = ["Sought", "find_leaks", "leak_warnings", "sought_values", "summed_up"]
