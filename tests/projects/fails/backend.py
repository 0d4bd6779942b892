"""A backend that raises."""


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    raise RuntimeError("the frobnicator is missing")
