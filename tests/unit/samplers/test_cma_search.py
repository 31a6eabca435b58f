"""What a CMA-ES reads from a history: generations, late and foreign trials, failures, constraints, runs."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import ayar
from ayar.numerics.arrays import Floats
from ayar.samplers.cma_search import Options, Search
from ayar.samplers.cmaes import CMAES
from ayar.space.domains import Float
from ayar.space.space import Space
from ayar.testing.folds import Told, fold_of
from ayar.trial.failure import Failure
from ayar.trial.state import State
from unit.samplers.study import run

PLANE = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)})
POPULATION, SIGMA = 6, CMAES().sigma
BROKEN = Failure("exception", "no luck", type="ValueError")


def bowl(params: Mapping[str, Any]) -> float:
    return float((params["x"] - 0.7) ** 2 + (params["y"] - 0.2) ** 2)


def trials(count: int, loss: Callable[[Mapping[str, Any]], Any] = bowl, **settings: Any) -> list[Told]:
    return run(PLANE, CMAES(POPULATION), loss, count, **settings)


def read(told: Sequence[Told], restarts: str = "ipop", **settings: Any) -> Search:
    fold = fold_of(PLANE, told, **settings)
    search = Search(fold.setup, 0, Options(POPULATION, SIGMA, restarts))
    search.read(fold.history)
    return search


def state(search: Search) -> list[Any]:
    g = search.model.gaussian
    return [g.mean.tolist(), g.sigma, g.C.tolist(), g.p_c.tolist(), search.generation]


def moved(search: Search, before: Search) -> Floats:
    return np.asarray(search.model.gaussian.mean - before.model.gaussian.mean)


def test_every_population_of_told_trials_is_a_generation() -> None:
    told = trials(15)
    assert [trial.note["generation"] for trial in told] == [0] * 6 + [1] * 6 + [2] * 3
    assert [read(told[:n]).generation for n in (5, 6, 11, 12, 15)] == [0, 1, 1, 2, 2]


def test_reading_bit_by_bit_gives_the_state_of_reading_at_once() -> None:
    told = trials(40)
    fold = fold_of(PLANE, told[:0])
    search = Search(fold.setup, 0, Options(POPULATION, SIGMA, "ipop"))
    for n in range(41):
        # One history that grows: the search is handed a longer copy each time, as only its trials count.
        search.read(fold_of(PLANE, told[:n]).history)
    assert state(search) == state(read(told))


def test_it_learns_from_the_draws_themselves() -> None:
    told = trials(6)
    before, after = read(told[:5]), read(told)
    V = np.array([before.draws.of(number)[0].points.V[number % 32] for number in range(6)])
    order = np.argsort([bowl(trial.params) for trial in told], kind="stable")
    strategy = before.model.strategy
    expected = strategy.weights[:3] @ (V[order][:3] - 0.5)
    assert moved(after, before) == pytest.approx(expected)


def test_a_cancelled_trial_was_never_there() -> None:
    told = trials(7)
    cancelled = [replace(told[0], values=(), state=State.CANCELLED), *told[1:]]
    assert read(cancelled[:6]).generation == 0
    assert read(cancelled).generation == 1


def test_a_trial_of_an_earlier_generation_counts_with_the_point_it_tried() -> None:
    told = trials(12)
    # Trials 6 to 11 stand in as asked of generation 0 and told late.
    late = [replace(trial, note={**trial.note, "generation": 0}) for trial in told]
    after, before = read(late), read(late[:6])
    points = np.array([[trial.params["x"], trial.params["y"]] for trial in told[6:]])
    points = before.model.gaussian.shortened(points)
    order = np.argsort([bowl(trial.params) for trial in told[6:]], kind="stable")
    expected = before.model.strategy.weights[:3] @ (points[order][:3] - before.model.gaussian.mean)
    assert after.generation == 2
    assert moved(after, before) == pytest.approx(expected)


def test_draws_of_another_seed_or_space_count_with_the_points_they_tried() -> None:
    told = trials(6)
    elsewhere = [replace(trial, params={"x": 0.5 * trial.params["x"], "y": 0.5}) for trial in told]
    after, before = read(elsewhere), read(elsewhere[:5])
    points = np.array([[trial.params["x"], trial.params["y"]] for trial in elsewhere])
    points = before.model.gaussian.shortened(points)
    order = np.argsort([trial.values for trial in elsewhere], kind="stable")
    assert moved(after, before) == pytest.approx(before.model.strategy.weights[:3] @ (points[order][:3] - 0.5))


def test_the_best_foreign_trial_takes_the_worst_members_place_if_it_beats_all() -> None:
    told = trials(6)
    good, poor = Told({"x": 0.7, "y": 0.2}, -1.0), Told({"x": 0.1, "y": 0.9}, 9.0)
    first = told[:1]  # a proposal first, or the foreign ones would be a warm start
    assert state(read([*first, poor, *told[1:]])) == state(read([*first, poor, poor, *told[1:]]))
    plain, helped = read([*first, poor, *told[1:]]), read([*first, good, *told[1:]])
    target = np.array([0.7, 0.2])
    assert np.linalg.norm(helped.model.gaussian.mean - target) < np.linalg.norm(plain.model.gaussian.mean - target)
    assert helped.generation == plain.generation == 1


def test_failed_trials_rank_last() -> None:
    def loss(params: Mapping[str, Any]) -> float | None:
        return None if params["x"] > 0.5 else bowl(params)

    told = trials(6, loss)
    assert any(trial.state is State.FAILED for trial in told)
    search = read(told)
    assert search.generation == 1
    assert search.model.gaussian.mean[0] < 0.5


def test_a_generation_that_failed_teaches_nothing_and_counts() -> None:
    told = trials(6, lambda _: None)
    before, after = read(told[:5]), read(told)
    assert after.generation == 1
    assert state(after)[:4] == state(before)[:4]


def test_what_breaks_a_result_constraint_ranks_after_what_keeps_it_and_by_how_much() -> None:
    def told(excess: Sequence[float]) -> Search:
        found = [
            replace(trial, values=-float(i), metrics={"latency": 10.0 + excess[i]}) for i, trial in enumerate(trials(6))
        ]
        return read(found, constraints=["latency <= 10"])

    def ranks(losses: Sequence[float]) -> Search:
        return read([replace(trial, values=loss) for trial, loss in zip(trials(6), losses, strict=True)])

    # Kept by 0 and 1 with losses 0 and −1; the others are ordered by their excess, not by their loss.
    assert state(told([0, 0, 5, 4, 3, 2])) == state(ranks([1, 0, 5, 4, 3, 2]))


def test_a_trial_cut_short_counts_with_its_last_value_or_as_failed() -> None:
    told = trials(6)
    cut = [replace(told[0], state=State.PRUNED), replace(told[1], state=State.PRUNED, values=()), *told[2:]]
    failed = [told[0], replace(told[1], values=(), state=State.FAILED, failure=BROKEN), *told[2:]]
    assert state(read(cut)) == state(read(failed))


# -- the start ---------------------------------------------------------------------------------------------------------


def grid(count: int) -> list[Told]:
    points = [{"x": 0.05 + 0.9 * (i % 6) / 5, "y": 0.05 + 0.9 * (i // 6) / 5} for i in range(count)]
    return [Told(point, bowl(point)) for point in points]


def test_trials_from_before_the_first_proposal_are_its_start() -> None:
    best = sorted(grid(36), key=lambda trial: float(trial.values))[:3]  # type: ignore[arg-type]  # one goal
    mean = np.mean([[trial.params["x"], trial.params["y"]] for trial in best], axis=0)
    assert read(grid(36)).model.gaussian.mean == pytest.approx(mean)
    assert read(grid(36)).model.gaussian.sigma < SIGMA


def test_trials_from_after_the_first_proposal_are_not() -> None:
    asked = trials(1)
    assert read([*asked, *grid(36)]).model.gaussian.mean.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("state_of_first", [State.RUNNING, State.COMPLETE])
def test_the_start_is_the_same_before_and_after_the_first_proposal_is_told(state_of_first: State) -> None:
    before = grid(12)
    proposal = run(PLANE, CMAES(POPULATION), bowl, 1)[0]
    first = replace(proposal, state=state_of_first, values=() if state_of_first is State.RUNNING else 0.3)
    search = read([*before, first, *grid(36)])
    assert search.model.gaussian.mean.tolist() == read(before).model.gaussian.mean.tolist()


# -- runs --------------------------------------------------------------------------------------------------------------


def flat(count: int, restarts: str) -> list[Told]:
    """Trials of a study of constant losses; a study, since it reads its history once."""
    study = ayar.create_study(PLANE, sampler=CMAES(POPULATION, restarts=restarts), seed=0)
    for _ in range(count):
        study.tell(study.ask(), 1.0)
    return [Told(trial.parameters, 1.0, note=trial.note) for trial in study.trials]


@pytest.mark.parity("OP3")
def test_a_run_on_flat_losses_ends_and_one_of_double_population_begins_elsewhere() -> None:
    told = flat(130, "ipop")
    search = read(told)
    assert search.stopped == "the losses were flat"
    assert search.run == 1
    assert search.model.strategy.population == 2 * POPULATION
    runs = [trial.note["run"] for trial in told]
    assert runs == sorted(runs)
    assert told[-1].note["why"].endswith("of run 1; in the run before, the losses were flat")
    # 10 + ⌈30 · 2 / 6⌉ generations were flat.
    assert runs.count(0) == 20 * POPULATION


def test_without_restarts_the_distribution_stays_where_it_ended() -> None:
    told = flat(200, "none")
    search, before = read(told, "none"), read(told[:125], "none")
    assert search.stopped == before.stopped == "the losses were flat"
    assert search.model is not before.model
    assert state(search)[:4] == state(before)[:4]
    assert {trial.note["run"] for trial in told} == {0}
    assert told[-1].note["why"].endswith("which learns no more: the losses were flat")


def test_trials_of_a_run_that_is_over_no_longer_count() -> None:
    told = flat(122, "ipop")
    late = Told({"x": 0.9, "y": 0.9}, 0.0, note={**told[0].note})
    assert state(read([*told, late])) == state(read(told))


def test_small_runs_of_bipop_end_with_their_share() -> None:
    told = flat(1_000, "bipop")
    runs = Counter(trial.note["run"] for trial in told)
    # The first run and a large one end by themselves; half of the large one's trials are left for small ones.
    assert runs[0] == 20 * POPULATION
    assert runs[1] == 15 * 2 * POPULATION
    assert runs[2] == -(-runs[1] // 2 // POPULATION) * POPULATION
    assert "it had had its share of the trials" in told[sum(runs[i] for i in range(3))].note["why"]
