"""Models tuned as people tune them."""

import numpy as np
import pytest
from benchmarks.problems import draw
from benchmarks.suites.real import TASKS
from benchmarks.suites.scale import read

pytest.importorskip("sklearn")


@pytest.mark.parametrize("name", TASKS)
def test_a_random_configuration_trains_and_has_one_loss(name: str) -> None:
    task = TASKS[name]
    params = draw(task.space, np.random.default_rng(4))
    assert task.loss.evaluate(params, np.random.default_rng(0)).loss == task.loss.truth(params)


def test_the_best_configuration_has_the_best_loss() -> None:
    # Other versions of scikit-learn may differ a little.
    scale = read("real", "svc-breast")
    assert TASKS["svc-breast"].loss.truth(scale["params"]) == pytest.approx(scale["best"], abs=0.005)
