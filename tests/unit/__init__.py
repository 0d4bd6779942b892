"""One piece at a time: no network, and files only where they are the subject."""
