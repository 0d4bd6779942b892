int alder(void) { return 0; }
