int pine(void) { return 8; }
