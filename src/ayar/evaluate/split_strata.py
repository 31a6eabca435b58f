"""Whole groups, and every class in proportion: groups of patients whose labels are uneven, say."""

from dataclasses import dataclass

import numpy as np

from ayar.base.errors import ArgumentError, shorten
from ayar.evaluate.labels import encode
from ayar.evaluate.rows import Rows
from ayar.evaluate.split import Folds, from_parts, need_folds


@dataclass(frozen=True)
class StratifiedGroupKFold:
    """k parts of whole groups in which each class has about its share: no group is on both sides.

    Groups in which the classes are most uneven go first (ties in random order), each to the part that it leaves most
    even: least Σ (rows of the class in the part / rows of the class)², over classes and parts. Groups are not cut, so
    few large groups give uneven parts.

    Arguments:
        k: number of folds, at least 2; there must be as many groups.

    >>> y, groups = [0, 1, 0, 1], ["a", "a", "b", "b"]
    >>> StratifiedGroupKFold(2).split(y, groups, np.random.default_rng(0))[0]
    (array([2, 3]), array([0, 1]))
    """

    k: int = 5

    def __post_init__(self) -> None:
        need_folds(self.k, "StratifiedGroupKFold")

    def split(self, y: Rows, groups: Rows | None, rng: np.random.Generator) -> Folds:
        """Folds of the rows of `y`, its classes balanced as far as whole groups allow.

        Raises:
            ArgumentError: no groups, a missing group or label, fewer groups than folds.
        """
        if groups is None:
            raise ArgumentError("StratifiedGroupKFold: expected groups, one a row, got none; pass groups= to seal()")
        names, codes = encode(groups, "groups")
        classes, labels = encode(y, "y")
        if len(codes) != len(labels):
            raise ArgumentError(
                f"StratifiedGroupKFold: expected one group a row, got {len(codes)} for {len(labels)} rows"
            )
        if len(names) < self.k:
            raise ArgumentError(
                f"StratifiedGroupKFold: expected at least k={self.k} groups, got {len(names)}: {shorten(names)}; "
                "lower k"
            )
        counts = np.zeros((len(names), len(classes)))
        np.add.at(counts, (codes, labels), 1.0)
        share = counts / counts.sum(axis=0)
        order = rng.permutation(len(names))
        order = order[np.argsort(-share[order].std(axis=1), kind="stable")]
        filled = np.zeros((self.k, len(classes)))
        rows = np.zeros(self.k)
        part = np.empty(len(names), dtype=np.intp)
        for group in order:
            # What the sum of squares grows by; of equal parts the one with the fewest rows.
            growth = ((filled + share[group]) ** 2 - filled**2).sum(axis=1)
            chosen = int(np.lexsort((rows, np.round(growth, 12)))[0])
            part[group] = chosen
            filled[chosen] += share[group]
            rows[chosen] += counts[group].sum()
        return from_parts(part[codes], self.k)
