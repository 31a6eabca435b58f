"""The race drops who is beaten beyond doubt; the verdict names a winner, or a tie and the cheapest."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import pytest

from ayar.evaluate.confirm import Candidate, Confirmed, Plan, racing, verdict


def plan(k: int = 3, repeats: int = 3, folds: int = 5, ratio: float = 0.25, workers: int = 1) -> Plan:
    candidates = tuple(Candidate(i, {"x": i}, 0.95 - 0.01 * i, 2.0 + i) for i in range(k))
    return Plan(candidates, repeats, "maximize", "accuracy", folds, ratio, workers)


def judged(rounds: Mapping[int, Sequence[Sequence[float]]], given: Plan | None = None) -> Confirmed:
    seconds = {number: 10.0 - number for number in rounds}
    return verdict(given or plan(len(rounds)), rounds, seconds, np.random.default_rng(0))


CLEAR: dict[int, list[list[float]]] = {
    0: [[0.80, 0.82, 0.81, 0.79, 0.80]],
    1: [[0.90, 0.93, 0.91, 0.89, 0.90]],
    2: [[0.60, 0.62, 0.63, 0.61, 0.60]],
}


def test_the_cost_is_said_in_runs_and_seconds() -> None:
    assert (plan().runs, plan().seconds) == (9, 27.0)
    assert plan(workers=3).seconds == 9.0
    assert str(plan()) == (
        "confirming the best 3: at most 9 runs of the objective (5 folds each, up to 3 rounds), about 27 s of work if "
        "none is dropped"
    )


def test_the_race_begins_with_all_and_drops_whom_the_leader_beats() -> None:
    assert racing(plan(), {}) == [0, 1, 2]
    assert racing(plan(), CLEAR) == [1]
    even = {i: [list(np.random.default_rng(i).normal(0.9, 0.02, 5))] for i in range(3)}
    assert racing(plan(), even) == [0, 1, 2]


def test_who_missed_a_round_is_out_of_the_race() -> None:
    assert racing(plan(), {0: [[0.9] * 5, [0.8] * 5], 1: [[0.9] * 5], 2: [[0.9] * 5, [0.81] * 5]}) == [0, 2]


def test_one_value_a_round_needs_several_rounds() -> None:
    single = plan(folds=1, ratio=0.0)
    rounds = {0: [[0.9]], 1: [[0.1]]}
    assert racing(single, rounds) == [0, 1]
    more: dict[int, list[list[float]]] = {0: [[0.9], [0.91], [0.9]], 1: [[0.1], [0.12], [0.1]]}
    assert racing(single, more) == [0]


def test_less_is_better_where_the_goal_says_so() -> None:
    falling = Plan(plan().candidates, 3, "minimize", "loss", 5, 0.25)
    assert racing(falling, CLEAR) == [2]
    assert verdict(falling, CLEAR, {}, np.random.default_rng(0)).number == 2


def test_a_clear_winner_is_named_with_its_change_of_rank() -> None:
    found = judged(CLEAR)
    assert (found.number, found.tie, found.runs) == (1, False, 3)
    first = found.standings[0]
    assert (first.rank, first.before, first.told) == (1, 2, 0.94)
    assert first.best > 0.97
    assert first.low is not None
    assert first.low < first.score < (first.high or 0.0)
    assert first.score == pytest.approx(0.906, abs=0.01)
    assert [standing.dropped for standing in found.standings] == [False, True, True]
    assert str(found).startswith("confirmed: trial 1 is best with probability ")
    assert "1. trial 1 (was 2): 0.90" in found.explain()
    assert "open the sealed test set, or use nested cross-validation" in found.explain()


def test_a_tie_names_the_cheapest_of_those_left() -> None:
    rng = np.random.default_rng(0)
    found = judged({i: [rng.normal(0.9, 0.02, 5).tolist() for _ in range(2)] for i in range(4)})
    assert found.tie
    assert found.number == 3  # it took the fewest seconds
    assert "cannot be told apart; the cheapest of them is trial 3, accuracy 0." in str(found)


def test_no_interval_reaches_beyond_what_the_metric_can_be() -> None:
    rounds = {0: [[1.0, 0.99, 1.0, 0.9, 1.0]], 1: [[0.99, 1.0, 1.0, 0.98, 0.97]]}
    bounded = msgspec.structs.replace(plan(2), bounds=(0.0, 1.0))
    assert all(standing.high == 1.0 for standing in judged(rounds, bounded).standings)


def test_the_table_and_the_dict_hold_every_candidate() -> None:
    found = judged(CLEAR)
    assert [row["number"] for row in found.table] == [1, 0, 2]
    assert found.to_dict()["standings"][0]["params"] == {"x": 1}
    assert sum(standing.best for standing in found.standings) == pytest.approx(1.0)


@pytest.mark.slow
@pytest.mark.parity("N11")
def test_the_corrected_value_of_the_confirmed_winner_is_nearer_to_the_truth_and_covered() -> None:
    """300 races of equal candidates: the winner's plain mean is too good, the corrected one less (se 0.0007)."""
    plain, corrected, covered = [], [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        common = rng.normal(0.0, 0.01, 15)
        lasting = rng.normal(0.0, 0.01, 5)  # what these rows give a candidate for good, √ρ of a fold's
        scores = 0.9 + lasting[:, None] + common + rng.normal(0.0, 0.02, (5, 15))
        rounds = {i: [scores[i, at : at + 5].tolist() for at in (0, 5, 10)] for i in range(5)}
        best = judged(rounds, plan(5)).standings[0]
        plain.append(scores.mean(axis=1).max() - 0.9)
        corrected.append(best.score - 0.9)
        covered.append((best.low or 0.0) <= 0.9 <= (best.high or 1.0))
    assert np.mean(plain) > 0.01
    assert np.mean(corrected) < 0.6 * np.mean(plain)
    assert np.mean(covered) >= 0.93
