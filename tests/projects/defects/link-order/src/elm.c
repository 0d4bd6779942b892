int elm(void) { return 3; }
