"""Splits beyond k parts: groups with classes, hold-out, given parts, repeats, a guest's; and what they refuse."""

from typing import Any

import numpy as np
import pytest
from sklearn import model_selection

from ayar.base.errors import ArgumentError
from ayar.evaluate import CrossValidation, seal
from ayar.evaluate.split import KFold, Split, TimeSplit
from ayar.evaluate.split_parts import HoldOut, PredefinedSplit, RepeatedSplit
from ayar.evaluate.split_strata import StratifiedGroupKFold
from ayar.evaluate.split_table import check_classes, check_folds, read_split


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def patients() -> tuple[Any, Any]:
    """Uneven groups, each mostly of one class."""
    groups = np.repeat(np.arange(40), rng(1).integers(3, 12, size=40))
    y = (rng(2).random(len(groups)) < np.where(groups % 4 == 0, 0.9, 0.1)).astype(int)
    return y, groups


@pytest.mark.parametrize("k", [2, 3, 5])
def test_whole_groups_and_classes_in_proportion_as_even_as_sklearns(k: int) -> None:
    y, groups = patients()

    def unevenness(folds: Any) -> float:
        return max(abs(float(y[judged].mean() - y.mean())) for _, judged in folds)

    ours = StratifiedGroupKFold(k).split(y, groups, rng())
    check_folds(ours, groups)
    assert sorted(np.concatenate([judged for _, judged in ours]).tolist()) == list(range(len(y)))
    theirs = model_selection.StratifiedGroupKFold(k, shuffle=True, random_state=0).split(y, y, groups)
    assert unevenness(ours) <= unevenness(theirs) + 0.03


@pytest.mark.parametrize(
    ("split", "y", "groups", "words"),
    [
        (StratifiedGroupKFold(3), [0, 1], None, r"expected groups, one a row, got none; pass groups= to seal"),
        (StratifiedGroupKFold(3), [0, 1], [1, 2], r"expected at least k=3 groups, got 2: \[1, 2\]; lower k"),
        (HoldOut(1.5), [0, 1, 0], None, r"HoldOut: expected share= as a share between 0 and 1 .* got 1.5"),
        (HoldOut(0.5, "clas"), [0, 1] * 9, None, r"expected one of random, stratified, .* got kind='clas'"),
        (HoldOut(0.5, "group"), [0, 1] * 9, None, r"needs a group for every row, got none"),
        (PredefinedSplit([0, 1]), [0, 1, 0], None, r"one whole number for each of 3 development rows, got 2"),
        (PredefinedSplit([-1, -1]), [0, 1], None, r"expected parts to judge, numbered from 0, got -1 alone"),
        (RepeatedSplit(TimeSplit(2)), range(9), None, r"expected a split that draws at random, got TimeSplit"),
    ],
)
def test_what_cannot_be_split_is_refused_in_words(split: Split, y: Any, groups: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        split.split(np.array(y), groups, rng())


def test_hold_out_takes_the_share_by_class_by_group_or_the_last_rows() -> None:
    y, groups = patients()
    [(fit, judged)] = HoldOut(0.25).split(y, None, rng())
    assert abs(len(judged) / len(y) - 0.25) < 0.01
    assert abs(y[judged].mean() - y.mean()) < 0.01
    for kind in ("auto", "stratified_group"):
        folds = HoldOut(0.25, kind).split(y, groups, rng())
        check_folds(folds, groups)
        assert 0.15 < len(folds[0][1]) / len(y) < 0.35
    [(fit, judged)] = HoldOut(10, "time").split(y, None, rng())
    assert fit.max() < judged.min()
    assert len(judged) == 10


def test_three_parts_to_fit_to_choose_and_to_test_are_apart() -> None:
    y = np.arange(100) % 2
    data = seal(np.arange(100).reshape(-1, 1), y, test=0.2)
    objective = CrossValidation(lambda params: None, data, cv=HoldOut(0.25))
    [(fit, validation)] = objective.folds
    assert (len(fit), len(validation), data.n_test) == (60, 20, 20)
    assert not np.intersect1d(fit, validation).size


def test_repeats_draw_anew() -> None:
    folds = RepeatedSplit(KFold(4), 3).split(range(40), None, rng())
    assert len(folds) == 12
    assert folds[0][1].tolist() != folds[4][1].tolist()
    counts = np.bincount(np.concatenate([judged for _, judged in folds]))
    assert (counts == 3).all()


def test_predefined_parts_are_those_of_sklearn() -> None:
    part = np.array([0, 1, -1, 1, 0, 2])
    ours = PredefinedSplit(part).split(range(6), None, rng())
    for (fit, judged), (fit_2, judged_2) in zip(ours, model_selection.PredefinedSplit(part).split(), strict=True):
        assert (fit.tolist(), judged.tolist()) == (fit_2.tolist(), judged_2.tolist())


def test_a_splitter_of_sklearn_gives_its_own_folds_and_gets_the_groups() -> None:
    y, groups = patients()
    theirs = model_selection.StratifiedGroupKFold(4, shuffle=True, random_state=3)
    ours = read_split(theirs).split(y, groups, rng())
    for (fit, judged), (fit_2, judged_2) in zip(ours, theirs.split(y, y, groups), strict=True):
        assert (fit.tolist(), judged.tolist()) == (np.sort(fit_2).tolist(), np.sort(judged_2).tolist())


def test_a_splitter_that_draws_other_folds_each_time_is_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"expected the same folds from KFold\(.*got others; give it a random_state"
    ):
        read_split(model_selection.KFold(3, shuffle=True)).split(np.arange(30), None, rng())


def test_a_fold_with_one_class_to_fit_on_is_refused() -> None:
    y = np.repeat([0, 1], 30)
    with pytest.raises(ArgumentError, match=r"fold 1: expected rows of two classes .* got 30 rows all of class 0"):
        check_classes([(np.arange(60), np.arange(0)), (np.arange(30), np.arange(30, 60))], y)
    with pytest.raises(ArgumentError, match=r"use StratifiedKFold or StratifiedGroupKFold"):
        CrossValidation(lambda params: None, seal(np.arange(60), y, times=np.arange(60), test=5))


def test_time_folds_of_rows_that_may_be_unsorted_are_refused() -> None:
    y = np.arange(60) % 2
    with pytest.raises(ArgumentError, match=r"in order of time for TimeSplit.* may be unsorted; pass times= to seal"):
        CrossValidation(lambda params: None, seal(np.arange(60), y), cv=TimeSplit(3))


def test_sealing_by_groups_and_classes_keeps_both() -> None:
    y, groups = patients()
    data: Any = seal(np.arange(len(y)), y, groups=groups, split="stratified_group", test=0.25)
    assert data.kind == "stratified_group"
    assert abs(float(np.mean(data.y)) - float(y.mean())) < 0.05
    assert set(np.unique(data.groups)) < set(groups.tolist())
    check_folds(CrossValidation(lambda params: None, data, cv=3).folds, data.groups)
