"""All files read into memory, as one would without a pack: the other side of every comparison."""

from collections.abc import Sequence

import numpy as np

from ayar.data.build import Read, check_bad, parse
from ayar.data.columns import Array, Column
from ayar.data.manifest import BadFile
from ayar.data.schema import Field, agree, is_large, schema_of


def read_all(paths: Sequence[str], read: Read, max_bad: float) -> dict[str, Array]:
    """Columns of all files, as `Pack` gives them, in this process's own memory.

    Raises:
        DataError: more files than `max_bad` allows cannot be used.
    """
    parsed = [parse(path, read) for path in paths]
    good = [file.columns for file in parsed if file.columns is not None]
    bad = [BadFile(file.fact, file.hash, file.why) for file in parsed if file.columns is None]
    schema, different = agree([schema_of(columns) for columns in good], lambda i, name: is_large(good[i][name].values))
    bad += [BadFile(parsed[i].fact, "", why) for i, why in different.items()]
    check_bad(bad, len(paths), max_bad)
    kept = [columns for i, columns in enumerate(good) if i not in different]
    return {field.name: np.concatenate([_values(columns[field.name], field) for columns in kept]) for field in schema}


def _values(column: Column, field: Field) -> Array:
    if field.kind == "text":
        if column.kind == "empty":
            return np.full(len(column.values), None, dtype=object)
        return np.array([*column.words, None], dtype=object)[column.values]
    if column.kind == "empty" and field.kind in {"moment", "span"}:
        return np.full(len(column.values), "NaT", dtype=field.dtype)
    return column.values.astype(field.dtype, copy=False)
