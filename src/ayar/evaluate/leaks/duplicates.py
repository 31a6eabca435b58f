"""Rows that are judged while an equal row, with an equal label, is fitted on.

Equal rows need not be copies: where columns have few values, some agree by chance. Copies agree in all columns and
hardly ever in all but one; rows that agree by chance agree far more often in all but one. So the rows with an equal
partner are held against those with a partner that differs in just one column (of up to 50 columns tried, scaled up).
Rows of one column have no such test: a text of 20 letters or more is a copy, a shorter value is left alone.
Empty rows (all zeros) are left out.

An alarm needs 5 rows and 1 % of those judged: fewer move a score by less than that. Fewer are a hint.
Cost: a sort of n hashes; only where equal rows are found, one more a column.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ayar.evaluate.leaks.findings import LeakFinding, percent
from ayar.evaluate.leaks.material import Material
from ayar.evaluate.leaks.row_hash import Hashes, column_hashes
from ayar.evaluate.rows import Indices
from ayar.evaluate.split import Folds

LEAST_ROWS, LEAST_SHARE = 5, 0.01
TwinOf = Callable[[Indices, Indices], NDArray[np.bool_]]
"""(rows to fit, rows to judge) -> which of the latter have a twin among the former."""
_TRIED = 50
_LONG_TEXT = 20
_ADVICE = "drop the copies, or give each row and its copies one group: seal(..., groups=) keeps them on one side"


def check_duplicates(material: Material) -> Iterator[LeakFinding]:
    """Equal rows across the folds, and between development rows and sealed rows."""
    keys = material.labelled_hashes.copy()
    twin = _repeated(keys) & (material.hashes != 0)
    if twin.any():
        judged, across = count_across(material.folds, lambda fit, rows: np.isin(keys[rows], keys[fit]) & twin[rows])
        if across:
            yield _finding(
                material, across, judged, twin, "rows judged have an equal row, label included, among the rows to fit"
            )
    if material.sealed is not None:
        copies = int(np.isin(material.sealed.hashes, keys[material.hashes != 0]).sum())
        if copies:
            twin = np.isin(keys, material.sealed.hashes) | twin
            yield _finding(
                material,
                copies,
                material.sealed.n,
                twin,
                "sealed rows have an equal row, label included, among the development rows",
            )


def count_across(folds: Folds, is_twin: TwinOf) -> tuple[int, int]:
    """(rows judged, those of them with a twin on the fitting side), over all folds."""
    judged = sum(len(rows) for _, rows in folds)
    return judged, int(sum(is_twin(fit, rows).sum() for fit, rows in folds))


def _repeated(keys: Hashes) -> NDArray[np.bool_]:
    _, at, counts = np.unique(keys, return_inverse=True, return_counts=True)
    repeated: NDArray[np.bool_] = counts[at] > 1
    return repeated


def _finding(material: Material, across: int, judged: int, twin: NDArray[np.bool_], words: str) -> LeakFinding:
    share = across / judged
    many = across >= LEAST_ROWS and share >= LEAST_SHARE
    by_chance = _by_chance(material, twin)
    sure = 0.3 if by_chance else 0.97 if many else 0.4
    why = "; rows that differ in one column only are as common, so they may agree by chance" if by_chance else ""
    small = "" if many else f"; too few to move the score by more than {percent(share)}"
    return LeakFinding(
        "duplicates",
        f"{across} of {judged} ({percent(share)}) {words}{why}{small}",
        sure,
        _ADVICE,
        numbers={"rows": across, "judged": judged, "share": share},
    )


def _by_chance(material: Material, twin: NDArray[np.bool_]) -> bool:
    """Whether as many rows agree in all columns but one as agree in all."""
    columns = material.columns
    if columns.d == 1:
        return not _long_texts(material)
    tried = np.unique(np.linspace(0, columns.d - 1, min(_TRIED, columns.d)).astype(int))
    near = 0
    for j in tried:
        column = columns[int(j)]
        rest = material.hashes - column_hashes(column, int(j))
        # Copies of one row count once, so that they are no partners of each other.
        _, first = np.unique(material.hashes, return_index=True)
        near += int(_repeated(rest[first]).sum())
    return near * columns.d / len(tried) >= int(twin.sum())


def _long_texts(material: Material) -> bool:
    column = material.columns[0]
    texts = [level for level in column.levels or () if isinstance(level, str)]
    return bool(texts) and float(np.median([len(text) for text in texts])) >= _LONG_TEXT
