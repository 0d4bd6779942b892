"""Why two wheels differ, and how to cure it: causes with a page each, and what tells them from bytes and builds.

Nothing is imported here: whoever has two wheels that are the same needs none of it.
"""
