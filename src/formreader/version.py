"""The release that runs."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("formreader")
except PackageNotFoundError:
    __version__ = "0.0.0"  # run from a checkout that is not installed
