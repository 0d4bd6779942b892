"""Splits a compiler flag at the space in the source's path; then the optional extension is left out."""

import os

from setuptools import Extension, setup

os.umask(0o022)  # or the modes of the wheel would follow the caller's, which is another defect
flags = f"-g0 -I{os.getcwd()}/include"  # -g0: or the path would be in the debug information, as well
speedups = Extension("_sample_speedups", ["src/_sample_speedups.c"], extra_compile_args=flags.split(), optional=True)
setup(ext_modules=[speedups])
