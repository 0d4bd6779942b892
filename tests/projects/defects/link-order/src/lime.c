int lime(void) { return 5; }
