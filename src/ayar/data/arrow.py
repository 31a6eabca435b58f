"""A pack as one file of Arrow IPC, which pandas, Polars, DuckDB and others read as it is.

It is one record batch without compression, so every column is contiguous, and is read like any other block: by mapping
the file at the column's offset. pyarrow is needed to build it, not to read it. Truth values are stored as bytes; a
column of pictures as lists of fixed size; text as a dictionary.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ayar.base.errors import ArgumentError
from ayar.base.optional import need
from ayar.data.columns import Array
from ayar.data.layout import Written
from ayar.data.manifest import Block, PackedColumn

FILE = "columns.arrow"


def to_arrow(folder: Path, written: Written, words: dict[str, list[str]]) -> Written:
    """Put blocks of one column each into one file of Arrow, and remove them.

    Arguments:
        folder: where the blocks are.
        written: what they hold.
        words: of each column of text.

    Raises:
        MissingExtra: pyarrow is not installed.
        ArgumentError: a type of number that Arrow does not know.
        OSError: the disk is full.
    """
    pa = need("pyarrow", "data")
    arrays = []
    for column in written.columns:
        block = written.blocks[column.block]
        values = np.memmap(folder / block.file, block.dtype, "r", block.offset, block.shape)
        arrays.append(_arrow_array(pa, column, values, words))
    batch = pa.record_batch(arrays, names=[column.name for column in written.columns])
    with pa.OSFile(str(folder / FILE), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    blocks = [_placed(block, offset) for block, offset in zip(written.blocks, _offsets(pa, folder), strict=False)]
    for block in written.blocks[:-1]:
        (folder / block.file).unlink()
    return Written(written.columns, (*blocks, written.blocks[-1]))


def _placed(block: Block, offset: int) -> Block:
    return Block(FILE, offset, block.dtype, block.shape)


def _arrow_array(pa: Any, column: PackedColumn, values: Array, words: dict[str, list[str]]) -> Any:
    flat = values.reshape(-1)
    plain = flat.view(np.uint8) if flat.dtype == np.bool_ else flat
    try:
        kind = pa.from_numpy_dtype(plain.dtype)
    except (pa.ArrowNotImplementedError, pa.ArrowTypeError):
        raise ArgumentError(
            f"ManyFiles: Arrow has no type for column {column.name!r} of {values.dtype}; use format='npy'"
        ) from None
    missing = flat < 0 if column.kind == "text" else None
    valid = None if missing is None or not missing.any() else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    array = pa.Array.from_buffers(kind, len(flat), [valid, pa.py_buffer(plain)])
    if column.kind == "text":
        return pa.DictionaryArray.from_arrays(array, pa.array(words[column.name], pa.large_string()), safe=False)
    for size in reversed(values.shape[1:]):
        array = pa.FixedSizeListArray.from_arrays(array, size)
    return array


def _offsets(pa: Any, folder: Path) -> list[int]:
    """Where in the file each column's values begin."""
    with pa.memory_map(str(folder / FILE)) as source:
        start = source.read_buffer(1).address
        source.seek(0)
        batch = pa.ipc.open_file(source).get_batch(0)
        return [_innermost(column).buffers()[-1].address - start for column in batch.columns]


def _innermost(array: Any) -> Any:
    if hasattr(array, "indices"):
        return array.indices
    while hasattr(array, "flatten") and hasattr(array.type, "list_size"):
        array = array.values
    return array
