"""Means, ranks and intervals of tuners side by side."""

import math

import numpy as np
import pytest
from benchmarks.compare import Field, critical_difference, duel, field, holm, interval, mean, resampled, trials_to
from benchmarks.results import Played, Scale

UNIT = Scale(0.0, 1.0, "real", False)


def played(peer: str, problem: str, seed: int, *truth: float) -> Played:
    values = np.array(truth)
    return Played("s", problem, peer, seed, 1, None, values, values, np.full(len(values), 0.5))


RUNS = [
    played("a", "p", 0, 0.4, 0.2),
    played("a", "p", 1, 0.6, 0.2),
    played("a", "q", 0, 0.5, 0.5),
    played("a", "r", 0, 0.1, 0.1),
    played("b", "p", 0, 0.3, 0.3),
    played("b", "p", 1, 0.9, 0.1),
    played("b", "q", 0, 0.5, 0.5),
    played("b", "q", 7, 0.0, 0.0),
]
SCALES = {("s", name): UNIT for name in "pqr"}


def both() -> Field:
    found = field(RUNS, SCALES, ["a", "b"])
    assert found is not None
    return found


def test_only_problems_and_seeds_that_all_have_are_compared() -> None:
    found = both()
    assert found.problems == [("s", "p"), ("s", "q")]
    assert found.counts.tolist() == [2, 1]
    assert found.trials == 2
    assert np.isnan(found.regret[:, 1, 1]).all()


def test_tuners_without_a_common_problem_have_no_field() -> None:
    assert field(RUNS, SCALES, ["a", "c"]) is None


def test_the_mean_is_over_seeds_then_over_problems() -> None:
    assert mean(both().at(1)).tolist() == pytest.approx([(0.5 + 0.5) / 2, (0.6 + 0.5) / 2])


def test_ranks_are_by_problem_and_seed_and_ties_share() -> None:
    ranks = both().ranks(1)
    assert ranks[:, 0].tolist() == [[2.0, 1.0], [1.0, 2.0]]
    assert ranks[:, 1, 0].tolist() == [1.5, 1.5]


def test_seconds_are_those_so_far() -> None:
    assert both().spent[0, 0, 0].tolist() == [0.5, 1.0]


def test_a_part_keeps_its_tuners() -> None:
    part = both().only({("s", "q")})
    assert part is not None
    assert part.problems == [("s", "q")]
    assert both().only({("s", "z")}) is None


def test_the_interval_of_a_mean_is_that_of_its_standard_error() -> None:
    # One seed each: the bootstrap over 400 problems must give mean +- 1.96 sd / sqrt(P); five percent for 2,000 rounds.
    values = np.random.default_rng(1).random((1, 400, 1))
    low, high = interval(resampled(values, np.ones(400, dtype=np.intp)))
    assert high[0] - low[0] == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.08)
    assert low[0] < mean(values)[0] < high[0]


def test_paired_differences_have_no_spread_where_there_is_none() -> None:
    values = np.random.default_rng(1).random((1, 30, 4))
    rounds = resampled(np.concatenate([values, values + 0.25]), np.full(30, 4))
    assert np.ptp(rounds[:, 1] - rounds[:, 0]) < 1e-12


def test_seeds_that_are_not_there_are_not_drawn() -> None:
    rounds = resampled(both().at(2), both().counts)
    assert np.isfinite(rounds).all()


def test_a_duel_counts_ties_within_a_thousandth() -> None:
    found = duel(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.2, 0.2005, 0.1, 0.9]))
    assert (found.wins, found.ties, found.losses) == (2, 1, 1)
    assert duel(np.zeros(3), np.zeros(3)).p == 1.0


def test_holm_multiplies_by_how_many_are_left_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_the_critical_difference_is_that_of_the_paper() -> None:
    # Demšar 2006, section 3.2.2: q = 2.569 for four classifiers, fourteen data sets, CD = 1.25.
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=0.005)


def test_a_level_is_reached_where_the_regret_stays_below_it() -> None:
    regret = np.array([[0.5, 0.1, 0.3, 0.1], [0.1, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.3]])
    assert trials_to(regret, 0.2).tolist() == [4.0, 1.0, math.inf]
