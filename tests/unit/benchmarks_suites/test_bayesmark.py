"""bayesmark, made again."""

from typing import Any

import numpy as np
import pytest
from benchmarks.problems import draw
from benchmarks.suites.bayesmark import DATA, REGRESSION, SPACES, changed, parts, plain

pytest.importorskip("sklearn")

NAMES = [
    f"{model}_{data}_{metric}"
    for model in SPACES
    for data in DATA
    for metric in (("mae", "mse") if data in REGRESSION else ("acc", "nll"))
]


def test_nine_models_on_five_data_sets_with_two_metrics_are_ninety_functions() -> None:
    assert len(set(NAMES)) == 90
    assert sum(changed(name) for name in NAMES) == 12


def test_one_neighbour_on_wine_has_the_published_best_loss() -> None:
    # bayesmark 0.0.8, baseline of 100 x 1: `best` of the loss that tuners see, in single precision.
    _, task = parts("kNN_wine_acc")
    assert task.truth({"n_neighbors": 1, "p": 1}) == pytest.approx(-0.8315271, abs=1e-7)


def test_logits_become_shares() -> None:
    params: dict[str, Any] = {"logit_beta_1": 0.0, "alpha": 0.1, "logit_tol": 2.0}
    assert plain(params) == {"beta_1": 0.5, "alpha": 0.1, "tol": pytest.approx(0.880797)}


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(("iris_nll", "diabetes_mae"))])
def test_every_model_can_be_fitted(name: str) -> None:
    space, task = parts(name)
    params = draw(space, np.random.default_rng(0))
    loss = task.evaluate(params, np.random.default_rng(1)).loss
    assert loss is not None
    assert np.isfinite(loss)
