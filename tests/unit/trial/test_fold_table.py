"""Fold scores as one table."""

import numpy as np
import pytest

from ayar.trial.crossval import FoldPlan
from ayar.trial.fold_table import MOST_FOLDS, FoldTable


def test_it_grows_in_both_directions_and_keeps_what_it_held() -> None:
    table = FoldTable()
    for number in range(40):
        table.put(number, {fold: number + fold / 10.0 for fold in range(number % 7 + 1)}, None)
    assert table.folds == tuple(range(7))
    view = table.view(50)
    assert view.shape == (50, 7)
    assert view[6] == pytest.approx([6.0, 6.1, 6.2, 6.3, 6.4, 6.5, 6.6])
    assert np.isfinite(view).sum() == sum(number % 7 + 1 for number in range(40))
    assert table.row(2) == pytest.approx({0: 2.0, 1: 2.1, 2: 2.2})
    assert table.row(1000) == {}


def test_a_view_is_not_written_to() -> None:
    table = FoldTable()
    table.put(0, {0: 1.0}, None)
    with pytest.raises(ValueError, match="read-only"):
        table.view(1)[0, 0] = 2.0
    table.put(0, {0: 3.0}, None)
    assert table.row(0) == {0: 3.0}


def test_trials_of_one_split_can_be_compared_and_of_two_cannot() -> None:
    table = FoldTable()
    assert table.shared
    table.put(0, {0: 1.0}, FoldPlan(5, split="a"))
    table.put(1, {0: 1.0}, FoldPlan(5, split="a"))
    assert table.shared
    table.put(2, {0: 1.0}, FoldPlan(5, split="b"))
    assert not table.shared


def test_the_overlap_is_that_of_one_repeat() -> None:
    table = FoldTable()
    table.put(0, dict.fromkeys(range(10), 1.0), None)
    assert table.overlap == pytest.approx(1 / 9), "ten folds, as far as one knows"
    table.put(1, dict.fromkeys(range(10), 1.0), FoldPlan(5, 2, "a"))
    assert table.overlap == pytest.approx(1 / 4)
    table.put(2, dict.fromkeys(range(10), 1.0), FoldPlan(1, 10, "a"))
    assert table.overlap == 0.0


def test_labels_without_end_are_no_folds() -> None:
    table = FoldTable()
    table.put(0, {0: 1.0}, None)
    table.put(1, dict.fromkeys(range(MOST_FOLDS + 1), 1.0), None)
    assert table.folds == (0,)
