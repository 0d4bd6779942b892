try:
    from _sample_speedups import answer
except ImportError:

    def answer():
        return 42
