"""Columns that number or name the rows.

Whole numbers, all different, are an identifier when so many numbers drawn from their range should repeat: n rows in a
range of R numbers make n (n - 1) / (2 R) equal pairs on average, and with 10 or more expected, none happens by chance
once in 20,000 columns. A measurement in a wide range passes, and so does one that repeats. Single words, all different,
are names of rows; texts of several words are not. A counter that rises with the rows passes where folds go by time.
Cost: a sort of each column.
"""

import re
from collections.abc import Iterator

import numpy as np

from ayar.evaluate.leaks.columns import Column
from ayar.evaluate.leaks.findings import LeakFinding
from ayar.evaluate.leaks.material import Material

LEAST_N = 20
_EXPECTED_PAIRS = 10
_NAMED = re.compile(
    r"(^|[_\s.\-])(id|ids|uuid|guid|key|index|idx|row|rownum|unnamed: ?\d+)$|[a-z]I[dD]$", re.IGNORECASE
)
_ADVICE = "leave the column out; if it names what rows share (a patient, a shop), pass it as groups= instead"


def check_identifiers(material: Material) -> Iterator[LeakFinding]:
    """Columns that tell rows apart and nothing else, and columns that by their name tell groups apart."""
    if material.n < LEAST_N or material.columns.sparse:
        return
    for column in material.columns:
        named = material.columns.named and _NAMED.search(column.name) is not None
        counts = column.whole and _is_counter(column)
        if counts and material.by_time and bool(np.all(np.diff(column.values) > 0)):
            continue
        if counts or _is_name(column) or (named and column.whole and column.distinct == material.n):
            what = "a different whole number" if column.levels is None else "a different word"
            yield LeakFinding(
                "identifier",
                f"column {column.name} holds {what} for each of the {material.n} rows"
                + (f", {column.values.min():.0f} to {column.values.max():.0f}" if column.levels is None else ""),
                0.95 if named else 0.8,
                _ADVICE,
                column=column.name,
                numbers={"distinct": column.distinct, "rows": material.n},
            )
        elif named and material.groups is None and _shared_across(material, column):
            yield LeakFinding(
                "identifier",
                f"column {column.name} is named like an identifier, and rows with the same value are on both sides of "
                "folds",
                0.4,
                f"if rows of one {column.name} belong together, pass it as groups= to seal(); else leave it out",
                column=column.name,
                numbers={"distinct": column.distinct, "rows": material.n},
            )


def _is_counter(column: Column) -> bool:
    n = len(column.values)
    span = float(column.values.max() - column.values.min()) + 1
    return span >= n and n * (n - 1) / (2 * span) >= _EXPECTED_PAIRS and column.distinct == n


def _is_name(column: Column) -> bool:
    if column.levels is None or len(column.levels) < len(column.values):
        return False
    words = [len(level.split()) for level in column.levels if isinstance(level, str)]
    return len(words) == len(column.levels) and float(np.mean(words)) <= 1.2


def _shared_across(material: Material, column: Column) -> bool:
    distinct = column.distinct
    if not (material.n / 50 <= distinct < material.n) or distinct < 5:
        return False
    return any(bool(np.isin(column.values[judged], column.values[fit]).any()) for fit, judged in material.folds)
