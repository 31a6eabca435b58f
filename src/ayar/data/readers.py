"""Readers: a path in, columns out. By name in `READERS`; any function of a path is a reader as well.

| name | a file is | needs |
|---|---|---|
| csv | a table; arguments are those of `pandas.read_csv` | `data` |
| parquet | a table; arguments are those of `pyarrow.parquet.read_table` | `data` |
| jsonl | one JSON object a line | |
| npy | one array, the column "data", or a structured array | |
| npz | arrays by name | |
| image | one row: the column "image", and "folder", the name of the folder it lies in | `images` |

Nothing that is read is run: arrays of objects are refused.
"""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ayar.base.errors import ArgumentError, DataError, did_you_mean, shorten
from ayar.base.optional import need
from ayar.data.columns import Array

Reader = Callable[..., Any]
"""`reader(path, **arguments)` gives a DataFrame, a mapping of columns, or an array."""


def read_csv(path: Path, **arguments: Any) -> Any:
    """A CSV file as a DataFrame; `arguments` are those of `pandas.read_csv`.

    Raises:
        MissingExtra: pandas is not installed.
    """
    return need("pandas", "data").read_csv(path, **arguments)


def read_parquet(path: Path, **arguments: Any) -> Any:
    """A Parquet file as a table of pyarrow; `arguments` are those of `pyarrow.parquet.read_table`.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    return need("pyarrow.parquet", "data").read_table(path, **arguments)


def read_jsonl(path: Path) -> Mapping[str, Any]:
    """A file of JSON objects, one a line; a key that a line lacks is missing there. Empty lines are passed over.

    Raises:
        DataError: a line that is no JSON object; says which.
    """
    rows = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append(msgspec.json.decode(line, type=dict[str, Any]))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DataError(f"line {number}: expected a JSON object, got {shorten(line)} ({error})") from None
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        raise DataError("no rows")
    return {name: _json_column([row.get(name) for row in rows]) for name in names}


def _json_column(values: list[Any]) -> Any:
    if all(isinstance(value, list) for value in values):
        return values
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def read_npy(path: Path) -> Array:
    """A `.npy` file's array.

    Raises:
        DataError: an array of objects, which would have to be unpickled.
    """
    with path.open("rb") as file:
        return _read_array(file, path.name)


def read_npz(path: Path) -> dict[str, Array]:
    """A `.npz` file's arrays, by name.

    Raises:
        DataError: an array of objects, which would have to be unpickled.
    """
    with zipfile.ZipFile(path) as archive:
        found = {}
        for member in archive.namelist():
            with archive.open(member) as file:
                found[member.removesuffix(".npy")] = _read_array(file, member)
        return found


def _read_array(file: Any, name: str) -> Array:
    try:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
    except ValueError as error:
        raise DataError(f"{name}: expected an array of numbers or text in NumPy's format: {error}") from None


def read_image(path: Path, mode: str = "RGB", size: tuple[int, int] | None = None) -> dict[str, Any]:
    """A picture as one row: "image" of shape (height, width, channels) or (height, width), "folder" the folder's name.

    Arguments:
        path: any format that Pillow reads.
        mode: Pillow's name of the channels, such as "RGB" or "L".
        size: (width, height) to scale to; None keeps the size, which all pictures must then share.

    Raises:
        MissingExtra: Pillow is not installed.
    """
    with need("PIL.Image", "images").open(path) as picture:
        image = picture.convert(mode)
        array = np.asarray(image if size is None else image.resize(size))
    return {"image": array[None], "folder": [path.parent.name]}


READERS: dict[str, Reader] = {
    "csv": read_csv,
    "parquet": read_parquet,
    "jsonl": read_jsonl,
    "npy": read_npy,
    "npz": read_npz,
    "image": read_image,
}
"""Readers by name."""


def find_reader(reader: object) -> Reader:
    """The reader of that name, or the function itself.

    Raises:
        ArgumentError: no such name, or neither a name nor a function.
    """
    if isinstance(reader, str):
        if reader not in READERS:
            raise ArgumentError(f"ManyFiles: no reader is called {reader!r}{did_you_mean(reader, READERS)}")
        return READERS[reader]
    if callable(reader):
        return reader
    raise ArgumentError(
        f"ManyFiles: expected reader= as one of {', '.join(READERS)} or a function of a path, got {shorten(reader)}"
    )
