"""What options may be and default to; here, so that help need not load what the verbs load."""

from enum import StrEnum

DEFAULT_STORAGE = "sqlite:///ayar.db"
"""The store of verbs that are given none: in the current folder."""


class Format(StrEnum):
    """How the best parameters are written."""

    PYTHON = "python"
    ARGV = "argv"
    JSON = "json"
