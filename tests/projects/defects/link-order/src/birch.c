int birch(void) { return 1; }
