int maple(void) { return 6; }
