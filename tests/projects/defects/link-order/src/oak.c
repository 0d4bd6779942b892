int oak(void) { return 7; }
