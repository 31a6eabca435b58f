"""Nothing seen in fitting is used in judging; every row is judged once; classes, groups and time are kept."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ayar.base.errors import ArgumentError
from ayar.evaluate.split import (
    Folds,
    GivenSplit,
    GroupKFold,
    KFold,
    Split,
    StratifiedKFold,
    TimeSplit,
)
from ayar.evaluate.split_table import check_folds, read_split

Labels = NDArray[np.intp]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def y() -> Labels:
    return np.repeat([0, 1, 2], [11, 23, 40])


@pytest.fixture
def groups() -> Labels:
    return rng(1).integers(12, size=74)


@pytest.mark.parametrize("split", [KFold(4), KFold(4, shuffle=False), StratifiedKFold(4), GroupKFold(4)], ids=repr)
def test_every_row_is_judged_exactly_once(split: Split, y: Labels, groups: Labels) -> None:
    folds = split.split(y, groups, rng())
    assert sorted(np.concatenate([judged for _, judged in folds])) == list(range(74))
    for fit, judged in folds:
        assert sorted([*fit, *judged]) == list(range(74))


@pytest.mark.parametrize("split", [KFold(4), StratifiedKFold(4), GroupKFold(4), TimeSplit(4)], ids=repr)
def test_equal_generators_give_equal_folds(split: Split, y: Labels, groups: Labels) -> None:
    assert flat(split.split(y, groups, rng(5))) == flat(split.split(y, groups, rng(5)))


@pytest.mark.parametrize("split", [KFold(4), StratifiedKFold(4)], ids=repr)
def test_other_generators_give_other_folds(split: Split, y: Labels) -> None:
    assert flat(split.split(y, None, rng(5))) != flat(split.split(y, None, rng(6)))


def flat(folds: Folds) -> list[list[int]]:
    return [side.tolist() for fold in folds for side in fold]


@pytest.mark.parametrize("k", [2, 3, 5, 7, 11])
def test_stratified_classes_and_sizes_are_balanced_within_one(k: int, y: Labels) -> None:
    parts = [judged for _, judged in StratifiedKFold(k).split(y, None, rng(k))]
    for label in range(3):
        counts = [int(np.sum(y[part] == label)) for part in parts]
        assert max(counts) - min(counts) <= 1
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_stratified_takes_text_labels() -> None:
    folds = StratifiedKFold(2).split(["a", "b", "a", "b"], None, rng())
    assert [len(judged) for _, judged in folds] == [2, 2]


def test_no_group_is_on_both_sides(y: Labels, groups: Labels) -> None:
    for fit, judged in GroupKFold(4).split(y, groups, rng()):
        assert not set(groups[fit]) & set(groups[judged])


def test_time_judges_only_what_comes_after_the_gap(y: Labels) -> None:
    judged_so_far = -1
    for fit, judged in TimeSplit(4, gap=3).split(y, None, rng()):
        assert fit.max() + 4 == judged.min()
        assert judged.min() > judged_so_far
        judged_so_far = judged.max()
    assert judged_so_far == 73


@pytest.mark.parametrize("split", [KFold, StratifiedKFold, GroupKFold, TimeSplit])
@pytest.mark.parametrize("k", [1, 0, 2.5, True, "5"])
def test_a_wrong_number_of_folds_is_refused_in_words(split: Any, k: object) -> None:
    with pytest.raises(ArgumentError, match=rf"{split.__name__}: expected a whole number k >= 2 of folds, got k="):
        split(k)


@pytest.mark.parametrize(
    ("split", "y", "groups", "words"),
    [
        (KFold(5), [1, 2, 3], None, r"expected at least k=5 rows, got 3; lower k"),
        (
            StratifiedKFold(3),
            ["a", "a", "a", "b", "b"],
            None,
            r"at least k=3 rows of every class, got 2 of class 'b' \(2 classes in 5 rows\)",
        ),
        (StratifiedKFold(2), [0.0, 1.0, np.nan], None, r"y: expected a value for every row, got 1 missing of 3"),
        (GroupKFold(2), [1, 2], None, r"expected groups, one a row, got none; pass groups= to seal"),
        (GroupKFold(3), [1, 2, 3], ["a", "b", "b"], r"at least k=3 groups, got 2: \['a', 'b'\]; lower k"),
        (GroupKFold(2), [1, 2, 3], ["a", "b"], r"one group a row, got 2 for 3 rows"),
        (GroupKFold(2), [1, 2], ["a", None], r"groups: expected a value for every row, got 1 missing"),
        (TimeSplit(5), [1, 2, 3], None, r"before the first of k=5 stretches and a gap of 0, got 3 rows"),
        (TimeSplit(2, gap=4), range(9), None, r"a gap of 4, got 9 rows; lower k or gap"),
    ],
)
def test_data_that_cannot_be_split_is_refused_in_words(split: Split, y: Any, groups: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        split.split(y, groups, rng())


def test_a_negative_gap_is_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"gap >= 0 of rows, got gap=-1"):
        TimeSplit(5, gap=-1)


def test_given_folds_are_taken_as_they_are() -> None:
    folds = GivenSplit([([0, 1], [2]), (np.array([2, 0]), [1])]).split([7, 8, 9], None, rng())
    assert flat(folds) == [[0, 1], [2], [0, 2], [1]]


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], r"expected a list of pairs .*list\(splitter\.split\(X, y\)\)"),
        ([[0, 1, 2]], r"expected a list of pairs"),
        ([([0], [])], r"fold 0: expected row numbers on both sides, got \[\]"),
        ([([0], [0.5])], r"fold 0: expected row numbers on both sides"),
        ([([0], [3])], r"fold 0: expected row numbers 0 to 2, got 3 to 3; count the development rows"),
        ([([0], [1]), ([-1], [1])], r"fold 1: expected row numbers 0 to 2, got -1 to -1"),
    ],
)
def test_given_folds_that_are_none_are_refused_in_words(pairs: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        GivenSplit(pairs).split([7, 8, 9], None, rng())


def test_a_row_on_both_sides_is_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"fold 0: expected no row on both sides, got 1, the first is 1"):
        check_folds(GivenSplit([([0, 1], [1, 2])]).split([7, 8, 9], None, rng()), None)


def test_a_group_on_both_sides_is_refused_in_words() -> None:
    folds = KFold(2, shuffle=False).split(range(4), None, rng())
    with pytest.raises(ArgumentError, match=r"no group on both sides, got 1, the first is 'b'; use cv=GroupKFold\(\)"):
        check_folds(folds, ["a", "b", "b", "c"])


@pytest.mark.parametrize(
    ("cv", "kind", "wanted"),
    [
        (5, "random", KFold(5)),
        (3, "stratified", StratifiedKFold(3)),
        (4, "group", GroupKFold(4)),
        (4, "time", TimeSplit(4)),
        ("stratified", "random", StratifiedKFold(5)),
        (TimeSplit(3, gap=2), "random", TimeSplit(3, gap=2)),
    ],
)
def test_a_split_is_read_from_a_number_a_name_or_a_record(cv: object, kind: str, wanted: Split) -> None:
    assert read_split(cv, kind) == wanted


def test_a_split_is_read_from_index_pairs() -> None:
    assert read_split(iter([([0], [1])])) == GivenSplit([([0], [1])])


@pytest.mark.parametrize(
    ("cv", "words"),
    [
        ("stratifed", r"cv: no split is called 'stratifed'; did you mean 'stratified'"),
        (2.5, r"cv: expected a number of folds, one of random, stratified, group, stratified_group, time, .* got 2.5"),
        (1, r"KFold: expected a whole number k >= 2"),
    ],
)
def test_a_cv_that_says_nothing_is_refused_in_words(cv: object, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        read_split(cv)
