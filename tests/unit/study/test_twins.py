"""Define-by-run proposals that would run a known trial again."""

import numpy as np

from ayar.samplers.base import Proposal
from ayar.study.study import Study
from ayar.study.twins import twins, without_twin
from unit.study.studies import study


def by_run() -> Study:
    made = study(None)

    def objective(trial: object) -> float:
        model = trial.suggest_categorical("model", ["flat", "deep"])  # type: ignore[attr-defined]
        depth = trial.suggest_int("depth", 1, 4) if model == "deep" else 0  # type: ignore[attr-defined]
        return float(depth)

    made.enqueue({"model": "flat"})
    made.enqueue({"model": "deep", "depth": 2})
    made.optimize(objective, n_trials=2)
    return made


def test_a_proposal_that_holds_all_a_trial_asked_for_is_its_twin() -> None:
    made = by_run()
    codec = made.space.codec
    X, _ = codec.encode([{"model": model, "depth": depth} for model in ("flat", "deep") for depth in (1, 2)])
    assert twins(codec, made.history, X).tolist() == [True, True, False, True]


def test_without_trials_there_are_no_twins() -> None:
    made = study()
    X = np.array([[0.5, 0.0]])
    assert twins(made.space.codec, made.history, X).tolist() == [False]


def test_a_twin_gives_way_to_a_draw_and_the_note_says_why() -> None:
    made = by_run()
    given = Proposal({"model": "flat", "depth": 3}, {"sampler": "gp"})
    found = without_twin(made.setup, made.history, given, 2)
    assert found.params["model"] == "deep"
    assert found.params["depth"] != 2
    assert found.note == {
        "sampler": "gp", "why": "the model's proposal would have run a known trial again; drawn at random instead"
    }  # fmt: skip
    assert without_twin(made.setup, made.history, given, 2) == found, "replay finds the same"


def test_a_new_proposal_stays() -> None:
    made = by_run()
    given = Proposal({"model": "deep", "depth": 3}, {"sampler": "gp"})
    assert without_twin(made.setup, made.history, given, 2) is given


def test_where_every_place_is_known_the_proposal_stays() -> None:
    made = by_run()
    for depth in (1, 3, 4):
        made.add({"model": "deep", "depth": depth}, 0.5)
    given = Proposal({"model": "flat", "depth": 3}, {"sampler": "gp"})
    assert without_twin(made.setup, made.history, given, 9) is given
