"""What columns the files have in common: the majority's names, kinds and shapes; a file that differs is named.

Pure. Numbers of different types meet in the type that holds them all. A column without any value in some file (a
CSV reads it as floats) goes with whatever the others have.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec
import numpy as np

from ayar.base.errors import shorten
from ayar.data.columns import EXACT, Array, Column

H = TypeVar("H", bound=Hashable)


class Field(msgspec.Struct, frozen=True):
    """One column of one file, or of all."""

    name: str
    kind: str
    dtype: str
    shape: tuple[int, ...] = ()
    """Of what stands in one row: () for a number, (28, 28) for a small picture."""


Schema = tuple[Field, ...]
Fields = dict[str, Field]


def schema_of(columns: Mapping[str, Column]) -> Schema:
    """The schema of one file's columns."""
    return tuple(
        Field(name, column.kind, column.values.dtype.str, column.values.shape[1:]) for name, column in columns.items()
    )


def is_large(values: Array) -> bool:
    """Whether there is a whole number that floats cannot hold."""
    return bool(values.size) and (int(values.max()) > EXACT or int(values.min()) < -EXACT)


def agree(schemas: Sequence[Schema], large: Callable[[int, str], bool]) -> tuple[Schema, dict[int, str]]:
    """The common schema, and for each file that does not fit, by its number, what is different about it.

    The order of columns is that of the first file with the majority's names. Ties go to the earlier file.

    Arguments:
        schemas: of each file.
        large: (number of a file, column) -> whether it holds whole numbers beyond 2**53 there; asked only where whole
            numbers would have to become floats.
    """
    if not schemas:
        return (), {}
    names = _most_common(frozenset(field.name for field in schema) for schema in schemas)
    bad = {i: why for i, schema in enumerate(schemas) if (why := _other_names(schema, names))}
    kept = {i: {field.name: field for field in schema} for i, schema in enumerate(schemas) if i not in bad}
    common = []
    for name in next(iter(kept.values())):
        wanted = _wanted([fields[name] for fields in kept.values()])
        wrong = {i: why for i, fields in kept.items() if (why := _difference(fields[name], wanted))}
        bad |= wrong
        kept = {i: fields for i, fields in kept.items() if i not in wrong}
        common.append(wanted)
    joined = []
    for wanted in common:
        field = _joined(wanted, [fields[wanted.name] for fields in kept.values()])
        lost = _losing_digits(field, kept, large)
        bad |= lost
        kept = {i: fields for i, fields in kept.items() if i not in lost}
        joined.append(field)
    return tuple(joined), bad


def _most_common(items: Iterable[H]) -> H:
    return Counter(items).most_common(1)[0][0]


def _other_names(schema: Schema, names: frozenset[str]) -> str:
    own = {field.name for field in schema}
    if own == names:
        return ""
    missing, further = sorted(names - own), sorted(own - names)
    parts = [f"lacks {shorten(missing)}" if missing else "", f"has besides {shorten(further)}" if further else ""]
    return f"other columns than most files: it {' and '.join(part for part in parts if part)}"


def _wanted(fields: Sequence[Field]) -> Field:
    """A field of the commonest kind and shape."""
    filled = [field for field in fields if field.kind != "empty"] or fields
    kind, shape = _most_common((field.kind, field.shape) for field in filled)
    return next(field for field in filled if (field.kind, field.shape) == (kind, shape))


def _difference(field: Field, wanted: Field) -> str:
    if field.kind == "empty" and wanted.kind != "bool" and field.shape == wanted.shape:
        return ""
    if field.kind != wanted.kind:
        said = "no value at all" if field.kind == "empty" else field.kind
        return f"column {field.name!r}: expected {wanted.kind} as in most files, got {said}"
    if field.shape != wanted.shape:
        return f"column {field.name!r}: expected rows of shape {wanted.shape} as in most files, got {field.shape}"
    return ""


def _joined(wanted: Field, fields: Sequence[Field]) -> Field:
    """The field that holds every value of `fields`."""
    if wanted.kind == "text":
        return Field(wanted.name, "text", np.dtype(np.int32).str)
    types = {field.dtype for field in fields if field.kind == wanted.kind} or {wanted.dtype}
    if wanted.kind == "number" and any(field.kind == "empty" for field in fields):
        types.add(np.dtype(np.float64).str)
    joined = np.result_type(*(np.dtype(name) for name in sorted(types)))
    return Field(wanted.name, wanted.kind, joined.str, wanted.shape)


def _losing_digits(field: Field, kept: Mapping[int, Fields], large: Callable[[int, str], bool]) -> dict[int, str]:
    """Files whose large whole numbers would lose digits beside the others' fractions."""
    if field.kind != "number" or np.dtype(field.dtype).kind in "iu":
        return {}
    whole = [i for i, fields in kept.items() if fields[field.name].dtype[1:] in {"i8", "u8"}]
    why = f"column {field.name!r}: whole numbers beyond 2**53 would lose digits beside fractions or gaps of other files"
    return {i: why for i in whole if large(i, field.name)}
