"""JSON Schemas (2020-12) of all that samewheel writes for other programs, made from the values themselves."""
