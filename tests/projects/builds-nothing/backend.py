"""A backend that says it built a wheel and did not."""


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return "sample_builds_nothing-1.0-py3-none-any.whl"
