"""A matrix of columns of several types, put together once in a file of the pack.

Whoever needs it first writes it beside the columns, under another name until it is whole; all others map it. Two that
start together write the same, and the later takes the place of the earlier.
"""

import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from ayar.data.columns import Array
from ayar.data.manifest import Block
from ayar.data.versions import map_block

ROWS = 8192
"""Written at a time."""


def matrix(folder: Path, names: Sequence[str], columns: Sequence[Array]) -> Array:
    """(n, d) matrix of `columns`, mapped; a copy if the folder cannot be written.

    Arguments:
        folder: of the pack.
        names: of the columns; they name the file.
        columns: (n,) values each.
    """
    kind = np.result_type(*(column.dtype for column in columns))
    digest = blake2b("\0".join((kind.str, *names)).encode(), digest_size=8).hexdigest()
    path = folder / f"matrix-{digest}.npy"
    shape = len(columns[0]), len(columns)
    header = {"descr": kind.str, "fortran_order": False, "shape": shape}
    if not path.exists():
        try:
            _write(path, header, columns, kind)
        except OSError:
            # A read-only folder or a full disk: this process keeps a copy of its own.
            return np.column_stack([column.astype(kind, copy=False) for column in columns])
    return map_block(folder, Block(path.name, path.stat().st_size - _size(shape, kind), kind.str, shape))


def _size(shape: tuple[int, int], kind: "np.dtype[np.generic]") -> int:
    return shape[0] * shape[1] * kind.itemsize


def _write(path: Path, header: dict[str, object], columns: Sequence[Array], kind: "np.dtype[np.generic]") -> None:
    temporary = path.with_name(f"{path.name}.{os.urandom(6).hex()}")
    try:
        with temporary.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            for start in range(0, len(columns[0]), ROWS):
                rows = np.column_stack([column[start : start + ROWS] for column in columns]).astype(kind, copy=False)
                file.write(np.ascontiguousarray(rows).data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
