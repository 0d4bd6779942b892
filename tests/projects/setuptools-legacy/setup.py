from setuptools import setup

setup(name="sample-legacy", version="1.0", py_modules=["sample_legacy"])
