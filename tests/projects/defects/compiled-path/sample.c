const char source[512] = SOURCE;
