"""Where measured data lie: the folder named by the environment variable AYAR_BENCH_DATA. None are copied here."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

VARIABLE = "AYAR_BENCH_DATA"

Arrays = dict[str, np.ndarray[Any, Any]]


class MissingDataError(RuntimeError):
    """A suite needs data, or a package, that is not here; the message says which."""


def path(*parts: str) -> Path:
    """A file of the data folder.

    Raises:
        MissingDataError: the variable is not set, or the file is not there.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        raise MissingDataError(f"this suite reads measured data: set {VARIABLE} to the folder that holds {parts[0]}/")
    found = Path(folder, *parts)
    if not found.exists():
        raise MissingDataError(f"{VARIABLE}={folder} has no {'/'.join(parts)}")
    return found


def arrays(*parts: str) -> Arrays:
    """The arrays of an .npz file, by name."""
    with np.load(path(*parts)) as file:
        return {name: file[name] for name in file.files}


def read_json(*parts: str) -> Any:
    """A JSON file."""
    return json.loads(path(*parts).read_text())
