"""Columns of all files, one behind the other, written as blocks: `.npy` shards or one file of Arrow.

In `.npy`, columns of one type lie together as a matrix (rows, columns), so that a table of measurements is a matrix
already; a column of pictures is a block of its own. In Arrow every column is contiguous. Both are read by mapping.
Written front to back, never through a map: a full disk is then an error, and not a signal that ends the process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from ayar.data.columns import Array, Column
from ayar.data.manifest import Block, PackedColumn
from ayar.data.schema import Field, Schema
from ayar.data.spool import Source

FILE_NUMBERS = "file.npy"
"""The block of the number of each row's file."""


@dataclass(frozen=True)
class Written:
    """Where everything lies."""

    columns: tuple[PackedColumn, ...]
    blocks: tuple[Block, ...]
    """The last holds the number of each row's file."""


def write_blocks(folder: Path, schema: Schema, sources: Sequence[Source], together: bool = True) -> Written:
    """Write all columns of all files in their order.

    Arguments:
        folder: where.
        schema: what the files agree on.
        sources: the files.
        together: put columns of one type into one block.

    Raises:
        OSError: the disk is full.
    """
    columns, blocks = [], []
    rows = sum(source.rows for source in sources)
    codes: dict[str, _Words] = {}
    for number, fields in enumerate(_grouped(schema, together)):
        for field in fields:
            if field.kind == "text":
                codes[field.name] = _write_words(folder / f"words-{len(codes)}.json", field.name, sources)
        alone = len(fields) == 1
        shape = (rows, *fields[0].shape) if alone else (rows, len(fields))
        block = _begin(folder, f"block-{number}.npy", fields[0].dtype, shape)
        with (folder / block.file).open("ab") as file:
            for source in sources:
                parts = [_fitted(source.column(field.name), field, codes.get(field.name)) for field in fields]
                _append(file, parts[0] if alone else np.column_stack(parts))
        blocks.append(block)
        columns += [_packed(field, number, None if alone else i, codes) for i, field in enumerate(fields)]
    blocks.append(_write_file_numbers(folder, sources, rows))
    order = {field.name: i for i, field in enumerate(schema)}
    return Written(tuple(sorted(columns, key=lambda column: order[column.name])), tuple(blocks))


def _grouped(schema: Schema, together: bool) -> list[list[Field]]:
    groups: dict[object, list[Field]] = {}
    for field in schema:
        key = (field.kind, field.dtype) if together and not field.shape else field.name
        groups.setdefault(key, []).append(field)
    return list(groups.values())


@dataclass(frozen=True)
class _Words:
    file: str
    code: dict[str, int]


def _write_words(path: Path, name: str, sources: Sequence[Source]) -> _Words:
    """All different words of a column, sorted."""
    found: set[str] = set()
    for source in sources:
        found.update(source.column(name).words)
    words = sorted(found)
    path.write_bytes(msgspec.json.encode(words))
    return _Words(path.name, {word: i for i, word in enumerate(words)})


def _packed(field: Field, block: int, place: int | None, codes: dict[str, _Words]) -> PackedColumn:
    words = codes[field.name].file if field.name in codes else ""
    return PackedColumn(field.name, field.kind, block, place, words)


def _begin(folder: Path, name: str, dtype: str, shape: tuple[int, ...]) -> Block:
    with (folder / name).open("wb") as file:
        header = {"descr": dtype, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        return Block(name, file.tell(), dtype, shape)


def _fitted(column: Column, field: Field, words: _Words | None) -> Array:
    """The column in the type that all files agreed on."""
    if words is not None:
        if column.kind == "empty":
            return np.full(len(column.values), -1, dtype=np.int32)
        lookup = np.array([*(words.code[word] for word in column.words), -1], dtype=np.int32)
        return np.asarray(lookup[column.values])
    if column.kind == "empty" and field.kind in {"moment", "span"}:
        return np.full(len(column.values), "NaT", dtype=field.dtype)
    return column.values.astype(field.dtype, copy=False)


def _append(file: object, values: Array) -> None:
    file.write(np.ascontiguousarray(values).reshape(-1).view(np.uint8).data)  # type: ignore[attr-defined]


def _write_file_numbers(folder: Path, sources: Sequence[Source], rows: int) -> Block:
    block = _begin(folder, FILE_NUMBERS, np.dtype(np.int32).str, (rows,))
    with (folder / block.file).open("ab") as file:
        for number, source in enumerate(sources):
            _append(file, np.full(source.rows, number, dtype=np.int32))
    return block
