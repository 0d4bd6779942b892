"""What differs inside of a member of the payload: pure functions, one module for each kind of file.

A rule says only what it knows. Where a kind of file has an order of cause and consequence, findings
come in that order.
"""
