"""What samewheel is tortured with: each module is a recipe of the justfile, and CI runs parts of them as tests."""
