"""Nested cross-validation is honest: at chance without signal, groups apart in both loops, cost first, resumed."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold

import ayar
from ayar.base.errors import ArgumentError
from ayar.evaluate import nested_cv
from ayar.evaluate.nested_result import Nested, OuterFold

SPACE = {f"w{i}": (-1.0, 1.0) for i in range(6)}


class Weights:
    """A line through nought with given weights: nothing is learned, so a search can only be lucky."""

    def __init__(self, **weights: float) -> None:
        self.weights = np.array(list(weights.values()))

    def fit(self, X: Any, y: Any) -> None:
        self.fitted = set(X[:, -1])

    def predict(self, X: Any) -> Any:
        assert not self.fitted & set(X[:, -1]), "a group on both sides"
        return (X[:, : len(self.weights)] @ self.weights > 0).astype(int)


def build(params: dict[str, Any]) -> Weights:
    return Weights(**params)


def noise(seed: int, n: int = 100) -> tuple[Any, Any, Any]:
    """Rows without signal in groups of four; the last column is the group."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n // 4), 4)
    return np.column_stack([rng.normal(size=(n, 6)), groups]), rng.integers(2, size=n), groups


def search(**settings: Any) -> Any:
    return partial(ayar.maximize, space=SPACE, sampler="random", seed=0, **settings)


@pytest.mark.slow
@pytest.mark.parity("N21")
def test_without_signal_it_sits_at_chance_and_optimism_is_positive() -> None:
    """20 data sets of 100 rows: the mean has a standard error of 0.012; false alarm 1 in 100."""
    scores, inner = [], []
    for seed in range(20):
        X, y, groups = noise(seed)
        found = nested_cv(
            search(), X, y, build=build, max_trials=25, cv=4, inner_cv=3, groups=groups, seed=seed, watch=None
        )
        scores.append(found.score)
        inner.append(found.inner)
        assert found.optimism > 0, seed
    assert abs(np.mean(scores) - 0.5) < 0.03
    assert np.mean(inner) > 0.56


@pytest.mark.parity("N21")
def test_groups_reach_both_loops() -> None:
    """`Weights.predict` fails on a group that it was fitted on; the sides are counted here once more."""
    X, y, groups = noise(0)
    sides: list[tuple[set[Any], int]] = []

    def fit(model: Any, rows: Any, labels: Any) -> None:
        model.fit(rows, labels)
        sides.append((set(rows[:, -1]), len(labels)))

    found = nested_cv(search(), X, y, build=build, max_trials=2, cv=4, inner_cv=3, groups=groups, fit=fit, watch=None)
    assert len(sides) == 4 * (2 * 3 + 1)
    outer = [rows for rows, size in sides if size > 60]
    assert len(outer) == 4
    for fold, whole in zip(found.folds, outer, strict=True):
        assert fold.n_train + fold.n_test == 100
        inside = [rows for rows, size in sides if size <= 60 and rows < whole]
        assert inside, "inner folds stay within the outer one"


def test_time_runs_forward_in_both_loops() -> None:
    n = 90
    X = np.column_stack([np.random.default_rng(0).normal(size=(n, 6)), np.arange(n)])[::-1]
    y = (np.arange(n) // 3) % 2

    class Forward(Weights):
        def predict(self, rows: Any) -> Any:
            assert rows[:, -1].min() > max(self.fitted)
            return super().predict(rows)

    found = nested_cv(
        search(), X, y, build=lambda params: Forward(**params), max_trials=2, cv=3, inner_cv=2,
        times=X[:, -1], watch=None,
    )  # fmt: skip
    assert [fold.n_train for fold in found.folds] == [24, 46, 68]


def test_the_cost_is_said_first_and_each_fold_as_it_ends() -> None:
    X, y, groups = noise(1)
    said: list[str] = []
    found = nested_cv(search(), X, y, build=build, max_trials=2, cv=3, inner_cv=2, groups=groups, watch=said.append)
    assert said[0] == "nested cross-validation: 3 searches of 2 trials of 2 folds: at most 15 fits (3 x (2 x 2 + 1))"
    assert said[1].startswith("outer fold 0: 0.")
    assert said[-1] == str(found)


def test_it_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    X, y, groups = noise(2)
    storage = f"sqlite:///{tmp_path / 'nested.db'}"
    given: Any = {"build": build, "max_trials": 3, "cv": 3, "inner_cv": 2, "groups": groups, "seed": 5}

    class Stop(Exception):
        pass

    def leave(line: str) -> None:
        if line.startswith("outer fold 1"):
            raise Stop

    with pytest.raises(Stop):
        nested_cv(search(storage=storage), X, y, **given, watch=leave)
    assert ayar.list_studies(storage) == ["nested-0", "nested-1"]
    again = nested_cv(search(storage=storage), X, y, **given, watch=None)
    assert again.to_dict() == nested_cv(search(), X, y, **given, watch=None).to_dict()
    openings = ayar.load_study(storage, "nested-0").records("evaluate.seal_opened")
    assert len(openings) == 1, "an outer fold is judged once"


def test_a_search_of_sklearn_is_copied_and_gets_the_groups() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    y = (X[:, 0] + rng.normal(size=120) > 0).astype(int)
    groups = np.repeat(np.arange(30), 4)
    own = GridSearchCV(LogisticRegression(), {"C": [0.01, 1.0]}, cv=GroupKFold(3))
    found = nested_cv(own, X, y, groups=groups, cv=4, watch=None)
    assert not hasattr(own, "best_params_")
    assert 0.6 < found.score < 0.9
    assert {fold.params["C"] for fold in found.folds} <= {0.01, 1.0}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"build": None}, r"nested_cv: expected search as a function .* with build= and max_trials=, .* got"),
        ({"max_trials": None}, r"nested_cv: expected search as a function"),
        ({"groups": [1, 2]}, r"expected as many rows in each, got {'X': 100, 'y': 100, 'groups': 2}"),
        ({"cv": 1}, r"expected a whole number k >= 2 of folds, got k=1"),
        ({"cv": "group"}, r"GroupKFold: expected groups, one a row, got none"),
    ],
)
def test_wrong_arguments_are_refused_in_words(given: dict[str, Any], words: str) -> None:
    X, y, _ = noise(0)
    with pytest.raises(ArgumentError, match=words):
        nested_cv(search(), X, y, **{"build": build, "max_trials": 2, "watch": None, **given})


FOLDS = tuple(
    OuterFold(i, score, inner, params, 80, 20)
    for i, (score, inner, params) in enumerate(
        [
            (0.80, 0.85, {"C": 1.0, "kernel": "rbf", "degree": 2}),
            (0.82, 0.86, {"C": 1.5, "kernel": "rbf"}),
            (0.78, 0.87, {"C": 30.0, "kernel": "poly"}),
        ]
    )
)


def test_score_interval_optimism_and_stability_are_reported() -> None:
    found = Nested("accuracy", "maximize", FOLDS)
    assert found.score == pytest.approx(0.8)
    assert found.optimism == pytest.approx(0.06)
    low, high = found.interval or (0.0, 0.0)
    assert low < 0.8 < high
    assert Nested("error", "minimize", FOLDS).optimism == pytest.approx(-0.06)
    by_name = {item.name: item for item in found.stability}
    assert by_name["C"].usual == 1.5
    assert by_name["C"].share == pytest.approx(2 / 3)
    assert (by_name["kernel"].usual, by_name["kernel"].folds) == ("rbf", 3)
    assert by_name["degree"].folds == 1
    assert Nested("accuracy", "maximize", FOLDS, (0.0, 0.81)).interval == (low, 0.81)
    text = found.explain()
    assert "nested accuracy 0.8 (95 % interval" in text
    assert "the searches' own scores, 0.86 in the mean, flatter by 0.06" in text
    assert "outer fold 2: 0.78, the search told 0.87 for C=30, kernel='poly'" in text
    assert "C: 1.5, 1 to 30, 67 % of 3 folds agree" in text
    assert found.to_dict()["folds"][2]["params"] == {"C": 30.0, "kernel": "poly"}
