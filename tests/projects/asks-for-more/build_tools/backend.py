"""setuptools' backend, which asks for one more distribution and needs it to build."""

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403


def get_requires_for_build_wheel(config_settings=None):
    return [*build_meta.get_requires_for_build_wheel(config_settings), "iniconfig>=2"]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    import iniconfig  # noqa: F401

    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
