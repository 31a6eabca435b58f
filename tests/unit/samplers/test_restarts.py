"""The runs that follow a run."""

import pytest

from ayar.samplers.restarts import Ended, Run, next_run

FIRST = Ended(Run(10), trials=300)


def test_ipop_doubles_every_time() -> None:
    past = [FIRST]
    for _ in range(4):
        past.append(Ended(next_run("ipop", past, (0.5, 0.5)), trials=400))
    assert [ended.run.population for ended in past] == [10, 20, 40, 80, 160]
    assert {ended.run.step_share for ended in past} == {1.0}


def test_bipop_gives_the_regime_its_turn_that_has_had_fewer_trials() -> None:
    large = Ended(next_run("bipop", [FIRST], (0.5, 0.5)), trials=1_000)
    assert (large.run.population, large.run.large) == (20, True)
    small = Ended(next_run("bipop", [FIRST, large], (0.0, 0.0)), trials=500)
    assert not small.run.large
    assert small.run.most_trials == 500
    still_small = Ended(next_run("bipop", [FIRST, large, small], (0.0, 0.0)), trials=300)
    assert not still_small.run.large
    after = next_run("bipop", [FIRST, large, small, still_small], (0.0, 0.0))
    assert (after.population, after.large, after.most_trials) == (40, True, None)


@pytest.mark.parametrize(("uniforms", "population", "share"), [((0.0, 0.0), 10, 1.0), ((0.9999, 0.5), 79, 0.1)])
def test_small_runs_lie_between_the_first_and_half_the_large_population(
    uniforms: tuple[float, float], population: int, share: float
) -> None:
    past = [FIRST, Ended(Run(160, large=True), trials=900)]
    run = next_run("bipop", past, uniforms)
    assert run.population == population
    assert run.step_share == pytest.approx(share)
