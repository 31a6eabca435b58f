"""The rows to seal: as many as asked for, of every class, in whole groups, or the newest."""

from typing import Any

import numpy as np
import pytest

from ayar.base.errors import ArgumentError
from ayar.evaluate.holdout import choose_kind, choose_rows, read_size


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("test", "n", "size"), [(0.2, 100, 20), (0.25, 10, 2), (0.001, 10, 1), (7, 10, 7)])
def test_a_share_or_a_number_of_rows_is_read(test: float, n: int, size: int) -> None:
    assert read_size(test, n) == size


@pytest.mark.parametrize("test", [0, 0.0, -1, 1.0, 1.5, True, "0.2", None])
def test_what_is_neither_is_refused_in_words(test: object) -> None:
    with pytest.raises(
        ArgumentError, match=r"expected test= as a share between 0 and 1 or a whole number of rows, got "
    ):
        read_size(test, 10)


@pytest.mark.parametrize(("test", "n"), [(9, 10), (12, 10), (0.99, 20), (1, 2)])
def test_something_is_left_for_development(test: float, n: int) -> None:
    with pytest.raises(ArgumentError, match=r"expected at least 2 rows left to fit, got"):
        read_size(test, n)


@pytest.mark.parametrize(
    ("y", "groups", "times", "kind"),
    [
        (["a", "b"], None, None, "stratified"),
        ([0.1, 0.2], None, None, "random"),
        (["a", "b"], [1, 2], None, "group"),
        (["a", "b"], None, [1, 2], "time"),
    ],
)
def test_the_kind_follows_from_the_data(y: Any, groups: Any, times: Any, kind: str) -> None:
    assert choose_kind(y, groups, times) == kind


def test_groups_and_times_need_a_word() -> None:
    with pytest.raises(
        ArgumentError, match=r"expected groups= or times=, got both; say .* split='group' or split='time'"
    ):
        choose_kind([1, 2], [1, 2], [1, 2])


def test_random_rows_are_exactly_as_many() -> None:
    development, sealed = choose_rows("random", 13, np.arange(40), None, None, rng())
    assert len(sealed) == 13
    assert sorted([*development, *sealed]) == list(range(40))


@pytest.mark.parametrize("size", [4, 7, 20, 33, 96])
def test_classes_are_sealed_in_proportion_and_exactly_as_many(size: int) -> None:
    y = np.repeat([0, 1, 2, 3], [2, 8, 30, 60])
    _, sealed = choose_rows("stratified", size, y, None, None, rng(size))
    taken = np.bincount(y[sealed], minlength=4)
    assert len(sealed) == size
    assert (taken >= 1).all()
    assert (taken < [2, 8, 30, 60]).all()
    if 20 <= size <= 50:
        assert (np.abs(taken - np.array([2, 8, 30, 60]) * size / 100) <= 1).all()


@pytest.mark.parametrize(
    ("labels", "size", "words"),
    [
        (["a", "a", "a", "b"], 2, r"rows of each of the 2 classes on both sides, got 1 of class 'b'"),
        (["a", "a", "b", "b"], 1, r"got 2 of class 'a' and 1 of 4 rows to seal; .* or pass split='random'"),
    ],
)
def test_classes_that_cannot_be_on_both_sides_are_refused_in_words(labels: list[str], size: int, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        choose_rows("stratified", size, labels, None, None, rng())


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_sealed_whole_and_about_as_many(seed: int) -> None:
    groups = rng(seed).integers(30, size=300)
    development, sealed = choose_rows("group", 60, groups, groups, None, rng(seed))
    assert not set(groups[development]) & set(groups[sealed])
    # Off by at most half of the largest group, here about 20 rows.
    assert abs(len(sealed) - 60) <= 10


@pytest.mark.parametrize("seed", range(5))
def test_one_group_of_two_is_sealed_whatever_their_sizes(seed: int) -> None:
    groups = ["a"] * 9 + ["b"]
    development, sealed = choose_rows("group", 8, groups, groups, None, rng(seed))
    assert {len(development), len(sealed)} == {1, 9}


def test_one_group_is_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"expected at least 2 groups, got \['a'\]; leave out groups="):
        choose_rows("group", 2, [1, 2, 3], ["a", "a", "a"], None, rng())


def test_the_newest_rows_are_sealed_and_the_others_come_in_order_of_time() -> None:
    development, sealed = choose_rows("time", 2, np.zeros(5), None, [30, 10, 50, 20, 40], rng())
    assert development.tolist() == [1, 3, 0]
    assert sealed.tolist() == [4, 2]


def test_rows_of_one_moment_are_sealed_together() -> None:
    _, sealed = choose_rows("time", 1, np.zeros(4), None, ["2021", "2022", "2022", "2020"], rng())
    assert sealed.tolist() == [1, 2]


def test_one_moment_for_all_is_refused_in_words() -> None:
    with pytest.raises(
        ArgumentError, match=r"at least 2 rows older than the 1 newest, got 0 before .*pass finer times="
    ):
        choose_rows("time", 1, np.zeros(3), None, [5, 5, 5], rng())


@pytest.mark.parametrize(("kind", "words"), [("group", r"pass groups="), ("time", r"pass times=")])
def test_a_kind_without_its_data_is_refused_in_words(kind: str, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        choose_rows(kind, 1, [1, 2, 3], None, None, rng())
