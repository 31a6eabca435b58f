"""What a worker records about where it runs, so that results can be compared and replays judged."""

import getpass
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ayar.base.process import identity

RECORDED = ("ayar", "numpy", "scipy", "msgspec", "sqlalchemy")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide what is proposed."""
    found = {"python": platform.python_version()}
    for package in RECORDED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def environment(executor: str, slots: int) -> dict[str, Any]:
    """Host, process (by which others can see whether it lives), executor, versions; no environment variables."""
    return {
        "host": platform.node(),
        "pid": os.getpid(),
        "identity": identity(),
        "executor": executor,
        "slots": slots,
        "cores": os.cpu_count() or 1,
        "platform": platform.platform(),
        "versions": versions(),
    }


def author(worker: str) -> str:
    """Who changes a study by hand, for people: user@host; the worker's name where nobody is logged in."""
    try:
        return f"{getpass.getuser()}@{platform.node()}"
    except (OSError, KeyError, ImportError):
        return worker
