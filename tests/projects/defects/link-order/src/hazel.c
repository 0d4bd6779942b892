int hazel(void) { return 4; }
