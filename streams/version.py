"""Which Throughline this is, as dead letters, metrics and `--version` say it."""

from importlib.metadata import PackageNotFoundError, version


def _installed() -> str:
    try:
        return version("throughline")
    except PackageNotFoundError:  # a checkout that is run without being installed
        return "unreleased"


VERSION = _installed()
