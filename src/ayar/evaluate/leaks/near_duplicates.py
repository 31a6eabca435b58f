"""Rows that are judged while nearly the same row (rounded, jittered, saved twice) is fitted on.

n  rows, equal ones once    s  rows looked at, at most 500    r_k  distance of a row to its k-th nearest
m  dimension that the rows really fill

Nearness alone says nothing: in dense data all rows are near. Where rows lie at random, whatever their density, the
volume within r_1 is a Beta(1, 4) share of that within r_5, and the volume within r_5 a Beta(5, 5) share of that
within r_10. The second gives m (its median is 1/2), and with it the chance of a first neighbour so near:
p ≈ 4 (r_1/r_5)^m. A twin has p < 0.001, lies at less than half of r_5, and its values agree column by column so well
that no pair of the n rows should by chance: n · Π_j (share of rows with a value between the two) < 0.001, which keeps
data with many repeated values quiet. It must also have the same class. Up to four copies of a row are seen.
Long texts are compared instead without case, spaces and punctuation.

Source: volumes between neighbours, Facco et al. 2017, doi 10.1038/s41598-017-11873-y, eq. (1); Beta laws of their
ratios: the volumes are sums of exponentials.
Cost: s · n distances in at most 32 dimensions (more are projected at random), 1 s for 100,000 rows. As rows are
sampled, twins of less than 1 % of a large data set can be missed. Fewer than 5 twins say nothing, as a pair or two are
chance; fewer than 1 % of the rows looked at are a hint.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ayar.base.rng import stream
from ayar.evaluate.leaks.columns import Column, Columns, Floats
from ayar.evaluate.leaks.duplicates import LEAST_ROWS, LEAST_SHARE, count_across
from ayar.evaluate.leaks.findings import LeakFinding, percent
from ayar.evaluate.leaks.material import Material
from ayar.evaluate.rows import Indices

LEAST_N = 30
_SAMPLE, _DISTANCES = 500, 5e7
_DIMENSIONS, _BLOCK = 32, 64
_UNLIKELY = 1e-3
_HALF = 0.5
_COMPARED = 200
_NEAREST = 10
_ADVICE = (
    "look at some of the pairs; if they are one thing twice, drop one or give both the same group: seal(..., groups=)"
)


def check_near_duplicates(material: Material) -> Iterator[LeakFinding]:
    """Rows with a near twin on the other side of a fold."""
    texts = _texts(material.columns)
    if texts is not None:
        yield from _same_words(material, texts)
        return
    _, rows = np.unique(material.hashes, return_index=True)
    if len(rows) < LEAST_N:
        return
    sampled, partners = _twins(material, np.sort(rows))
    if not len(partners):
        return
    at, partner = partners[:, 0], partners[:, 1]
    across = np.zeros(len(at), dtype=np.bool_)
    for fit, judged in material.folds:
        across |= np.isin(at, judged) & np.isin(partner, fit)
    count = int(across.sum())
    if count >= LEAST_ROWS:
        first = partners[across][0]
        yield _finding(count, sampled, f"such as rows {first[0]} and {first[1]}")


def _finding(count: int, looked_at: int, example: str) -> LeakFinding:
    share = count / looked_at
    return LeakFinding(
        "near duplicates",
        f"{count} of {looked_at} rows looked at ({percent(share)}) have a near twin of the same label among the rows "
        f"to fit, {example}: nearer than chance explains",
        0.85 if share > 5 * LEAST_SHARE else 0.7 if share >= LEAST_SHARE else 0.3,
        _ADVICE,
        numbers={"rows": count, "looked_at": looked_at, "share": share},
    )


def _twins(material: Material, rows: Indices) -> tuple[int, NDArray[np.intp]]:
    """(rows looked at, (pairs, 2) rows and their twins), counted in development rows."""
    places = _places(material.columns, rows)
    if places.shape[1] == 0:
        return 0, np.empty((0, 2), dtype=np.intp)
    n = len(rows)
    rng = stream(0, n, "evaluate.near_duplicates")
    sample = np.sort(rng.permutation(n)[: int(np.clip(_DISTANCES / n, 100, _SAMPLE))])
    nearest, distances = _neighbours(places, sample)
    r1, r5, r10 = distances[:, 0], distances[:, 4], distances[:, 9]
    inner = (r5 > 0) & (r10 > r5)
    if not inner.any():
        return 0, np.empty((0, 2), dtype=np.intp)
    m = np.log(2) / np.median(np.log(r10[inner] / r5[inner]))
    ratio = r1 / np.where(r5 > 0, r5, np.inf)
    near = (r5 > 0) & (4 * ratio**m < _UNLIKELY) & (ratio < _HALF)
    pairs = np.stack([rows[sample[near]], rows[nearest[near]]], axis=1)
    return len(sample), pairs[_same_label(material, pairs) & _too_alike(material.columns, pairs, n)]


def _places(columns: Columns, rows: Indices) -> NDArray[np.float32]:
    """(len(rows), at most 32) points: columns in standard deviations, categories at random places."""
    rng = stream(0, columns.d, "evaluate.near_duplicates.projection")
    if columns.sparse:
        projection = rng.normal(size=(columns.d, _DIMENSIONS)).astype(np.float32)
        return np.asarray(columns.X.tocsr()[rows] @ projection, dtype=np.float32)
    project = columns.d > _DIMENSIONS
    places: Any = np.zeros((len(rows), _DIMENSIONS if project else 0), dtype=np.float32)
    for start in range(0, columns.d, _BLOCK):
        block = [_place(columns[j], rows) for j in range(start, min(start + _BLOCK, columns.d))]
        axes = np.stack(block, axis=1).astype(np.float32)
        if project:
            places += axes @ rng.normal(size=(axes.shape[1], _DIMENSIONS)).astype(np.float32)
        else:
            places = np.concatenate([places, axes[:, axes.any(axis=0)]], axis=1)
    return np.asarray(places, dtype=np.float32)


def _place(column: Column, rows: Indices) -> Floats:
    """(len(rows),) values in standard deviations from the mean; zeros where they say nothing."""
    values = column.values[rows]
    if column.levels is not None:
        # Equal levels at one place, other levels elsewhere, the same in every process.
        spots = (column.level_hashes >> np.uint64(11)).astype(np.float64) / 2.0**53
        values = spots[values.astype(np.intp)]
    known = values[np.isfinite(values)]
    deviation = float(known.std()) if len(known) else 0.0
    if deviation == 0 or not np.isfinite(deviation):
        return np.zeros(len(rows))
    standard: Floats = np.where(np.isfinite(values), (values - known.mean()) / deviation, 0.0)
    return standard


def _neighbours(places: NDArray[np.float32], sample: Indices) -> tuple[Indices, Floats]:
    """The nearest other row of each sampled one, and the distances to the ten nearest, ascending."""
    n = len(places)
    norms = np.einsum("ij,ij->i", places, places)
    nearest = np.empty(len(sample), dtype=np.intp)
    distances = np.empty((len(sample), _NEAREST))
    for start in range(0, len(sample), 50):
        part = sample[start : start + 50]
        lines = np.arange(len(part))
        squares = np.full((len(part), -(-n // _NEAREST**2) * _NEAREST**2), np.inf, dtype=np.float32)
        np.subtract(norms, 2 * (places[part] @ places.T), out=squares[:, :n])
        squares[lines, part] = np.inf
        ten = _ten_least(squares).clip(max=n - 1)
        # Again, as differences: the product above loses the digits in which twins differ.
        gaps = places[part][:, None, :].astype(np.float64) - places[ten]
        exact = np.sqrt(np.einsum("ijk,ijk->ij", gaps, gaps))
        order = np.argsort(exact, axis=1, kind="stable")
        distances[start : start + 50] = np.take_along_axis(exact, order, axis=1)
        nearest[start : start + 50] = ten[lines, order[:, 0]]
    return nearest, distances


def _ten_least(squares: NDArray[np.float32]) -> Indices:
    """Columns of the ten least of each line: they lie in the ten blocks with the least minima."""
    lines, width = squares.shape
    size = _NEAREST**2
    least = squares.reshape(lines, width // size, size).min(axis=2)
    count = min(_NEAREST, least.shape[1])
    blocks = np.argpartition(least, count - 1, axis=1)[:, :count]
    columns = (blocks[:, :, None] * size + np.arange(size)).reshape(lines, -1)
    among = np.argpartition(np.take_along_axis(squares, columns, axis=1), _NEAREST - 1, axis=1)[:, :_NEAREST]
    return np.take_along_axis(columns, among, axis=1)


def _same_label(material: Material, pairs: NDArray[np.intp]) -> NDArray[np.bool_]:
    if not material.classes:
        return np.ones(len(pairs), dtype=np.bool_)
    codes = material.targets[0]
    same: NDArray[np.bool_] = codes[pairs[:, 0]] == codes[pairs[:, 1]]
    return same


def _too_alike(columns: Columns, pairs: NDArray[np.intp], n: int) -> NDArray[np.bool_]:
    """Whether values agree, column by column, better than any pair of n rows should."""
    chance = np.full(len(pairs), np.log(n))
    if len(pairs):
        for j in np.unique(np.linspace(0, columns.d - 1, min(_COMPARED, columns.d)).astype(int)):
            chance += np.log(_share_between(columns[int(j)], pairs))
    alike: NDArray[np.bool_] = chance < np.log(_UNLIKELY)
    return alike


def _share_between(column: Column, pairs: NDArray[np.intp]) -> Floats:
    """The share of rows whose value lies between those of each pair, ends included; 1 for different levels."""
    first, second = column.values[pairs[:, 0]], column.values[pairs[:, 1]]
    known = np.isfinite(first) & np.isfinite(second)
    ordered = np.sort(column.values)
    low = np.searchsorted(ordered, np.minimum(first, second), "left")
    high = np.searchsorted(ordered, np.maximum(first, second), "right")
    share = np.where(known, (high - low) / len(ordered), 1.0)
    if column.levels is not None:
        share = np.where(first == second, share, 1.0)
    return np.maximum(share, 1 / len(ordered))


def _texts(columns: Columns) -> list[str] | None:
    """The rows, where they are long texts."""
    if columns.sparse or columns.d != 1:
        return None
    column = columns[0]
    levels = [level for level in column.levels or () if isinstance(level, str)]
    if not levels or float(np.median([len(level) for level in levels])) < 20:
        return None
    return [str(column.levels[int(code)]) for code in column.values] if column.levels else None


def _same_words(material: Material, texts: list[str]) -> Iterator[LeakFinding]:
    """Texts that differ in case, spaces and punctuation only."""
    words = ["".join(letter for letter in text.casefold() if letter.isalnum()) for text in texts]
    table: dict[tuple[str, float], int] = {}
    labels = material.targets[0] if material.classes else np.zeros(len(texts))
    codes = np.array([table.setdefault((word, label), len(table)) for word, label in zip(words, labels, strict=True)])
    exact = material.labelled_hashes
    first_of: dict[int, np.uint64] = {}
    for i, code in enumerate(codes):
        first_of.setdefault(code, exact[i])
    differs = np.zeros(len(table), dtype=np.bool_)
    for i, code in enumerate(codes):
        differs[code] |= exact[i] != first_of[code]
    judged, across = count_across(
        material.folds, lambda fit, rows: np.isin(codes[rows], codes[fit]) & differs[codes[rows]]
    )
    if across >= LEAST_ROWS:
        i = int(np.flatnonzero(differs[codes])[0])
        twin = int(np.flatnonzero((codes == codes[i]) & (exact != exact[i]))[0])
        yield _finding(across, judged, f"such as rows {i} and {twin}, equal but for case, spaces and punctuation")
