"""Splits against scikit-learn 1.9: equal indices where nothing is random, equal sizes where parts are drawn."""

import numpy as np
import pytest
from sklearn import model_selection

from ayar.evaluate.split import GroupKFold, KFold, StratifiedKFold, TimeSplit


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(("n", "k"), [(10, 2), (10, 3), (17, 5), (7, 7)])
def test_parts_in_order_are_those_of_sklearn_kfold(n: int, k: int) -> None:
    ours = KFold(k, shuffle=False).split(range(n), None, rng())
    for (fit, judged), (fit_2, judged_2) in zip(ours, model_selection.KFold(k).split(np.zeros(n)), strict=True):
        assert fit.tolist() == fit_2.tolist()
        assert judged.tolist() == judged_2.tolist()


@pytest.mark.parametrize(("n", "k", "gap"), [(12, 2, 0), (13, 3, 0), (40, 5, 3), (11, 4, 1)])
def test_stretches_are_those_of_sklearn_time_series_split(n: int, k: int, gap: int) -> None:
    ours = TimeSplit(k, gap).split(range(n), None, rng())
    theirs = model_selection.TimeSeriesSplit(k, gap=gap).split(np.zeros(n))
    for (fit, judged), (fit_2, judged_2) in zip(ours, theirs, strict=True):
        assert fit.tolist() == fit_2.tolist()
        assert judged.tolist() == judged_2.tolist()


@pytest.mark.parametrize("k", [2, 3, 5])
def test_groups_fill_parts_of_the_sizes_of_sklearn_group_kfold(k: int) -> None:
    groups = rng().zipf(1.7, size=300).clip(max=25)
    ours = GroupKFold(k).split(groups, groups, rng())
    theirs = model_selection.GroupKFold(k).split(groups, groups, groups)
    assert sorted(len(judged) for _, judged in ours) == sorted(len(judged) for _, judged in theirs)


@pytest.mark.parametrize("k", [2, 3, 5, 10])
def test_classes_are_balanced_as_in_sklearn_stratified_kfold(k: int) -> None:
    y = np.repeat(["a", "b", "c"], [13, 40, 101])
    ours = StratifiedKFold(k).split(y, None, rng())
    theirs = list(model_selection.StratifiedKFold(k, shuffle=True, random_state=0).split(y, y))
    for label in np.unique(y):
        assert sorted(np.sum(y[part] == label) for _, part in ours) == sorted(
            np.sum(y[part] == label) for _, part in theirs
        )
