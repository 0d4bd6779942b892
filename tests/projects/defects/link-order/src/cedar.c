int cedar(void) { return 2; }
