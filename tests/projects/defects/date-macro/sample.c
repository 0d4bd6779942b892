const char *built(void) { return __DATE__; }
