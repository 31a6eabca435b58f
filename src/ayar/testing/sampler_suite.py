"""What every sampler must do: inherit `SamplerSuite`, give your sampler by the fixture `sampler`, and run pytest.

    class TestMySampler(SamplerSuite):
        @pytest.fixture
        def sampler(self):
            return MySampler()

Ayar runs it over its own table. A sampler that only walks spaces it can enumerate (`finite_only`) is tried on those.
"""

import copy
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from ayar.base.jsontext import dumps, loads
from ayar.base.rng import Streams
from ayar.samplers.base import Proposal, Sampler
from ayar.space.space import Space
from ayar.testing.changes import CHANGES, SpaceMove, changed_fold
from ayar.testing.folds import Told, extend, fold_of
from ayar.testing.spaces import FINITE, SPACES
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.state import State

ASKS = 14
"""Beyond every start-up design, so that models are reached."""
BROKEN = Failure("exception", "no luck", type="ValueError")
PLAIN = (bool, int, float, str, tuple, type(None))


def fits(sampler: Sampler, space: Space) -> bool:
    """Whether a sampler claims to search this space."""
    return not sampler.capabilities.finite_only or math.isfinite(space.size)


def loss_of(params: Mapping[str, Any]) -> float:
    """Some smooth loss that any space has: numbers count by their logarithm, words by their length."""
    parts = (math.log1p(abs(v)) if isinstance(v, int | float) else len(str(v)) / 3.0 for v in params.values())
    return sum((part - 0.7) ** 2 for part in parts)


def run(sampler: Sampler, space: Space, count: int, loss: Callable[[Mapping[str, Any]], float] = loss_of) -> list[Told]:
    """`count` trials asked and told one by one; fewer when the space is exhausted."""
    told: list[Told] = []
    while len(told) < count and (found := propose(sampler, fold_of(space, told), len(told))):
        told.append(Told(found[0].params, loss(found[0].params), note=found[0].note))
    return told


def propose(sampler: Sampler, fold: Fold, number: int, count: int = 1) -> list[Proposal]:
    """Proposals for the trials from `number` on."""
    return sampler.propose(fold.setup, fold.history, Streams(fold.setup.seed, number), count)


def key(params: Mapping[str, Any]) -> str:
    """Equal for equal configurations, also between 1, 1.0 and True."""
    return repr(sorted(params.items()))


def assert_fit(space: Space, proposals: Iterable[Proposal]) -> None:
    """Every proposal lies in the space, in native values, with a note that JSON holds."""
    for proposal in proposals:
        assert space.explain(proposal.params) is None, space.explain(proposal.params)
        assert set(proposal.params) == set(space.active(proposal.params))
        assert all(type(value) in PLAIN for value in proposal.params.values()), proposal.params
        assert loads(dumps(dict(proposal.note))) == dict(proposal.note)
        assert proposal.note.get("sampler"), "a note names its sampler"


class SamplerSuite:
    """The contract of `ayar.samplers.base.Sampler`, test by test."""

    @pytest.fixture(params=[*SPACES, *FINITE])
    def space(self, request: pytest.FixtureRequest, sampler: Sampler) -> Space:
        """Each of the shared spaces that the sampler claims."""
        space = {**SPACES, **FINITE}[request.param]
        if not fits(sampler, space):
            pytest.skip("the sampler claims only spaces it can enumerate")
        return space

    @pytest.mark.parity("G1", "VZ3")
    def test_proposals_lie_in_the_space_in_native_values(self, sampler: Sampler, space: Space) -> None:
        told = run(sampler, space, ASKS)
        assert_fit(space, [Proposal(dict(trial.params), trial.note) for trial in told])

    @pytest.mark.parity("G2")
    def test_no_proposal_repeats_a_told_point(self, sampler: Sampler, space: Space) -> None:
        told = run(sampler, space, ASKS)
        assert len({key(trial.params) for trial in told}) == len(told)
        assert len(told) == min(
            ASKS, len(list(space.grid())) if math.isfinite(space.size) and space.size < 100 else ASKS
        )

    @pytest.mark.parity("N12")
    def test_every_proposal_carries_its_reason(self, sampler: Sampler, space: Space) -> None:
        assert all(trial.note.get("why") for trial in run(sampler, space, ASKS))

    @pytest.mark.parity("VZ2")
    def test_proposing_is_pure_and_repeatable(self, sampler: Sampler, space: Space) -> None:
        told = run(sampler, space, 10)
        fold = fold_of(space, told)
        before = list(fold.history.trials())
        first = propose(sampler, fold, len(told))
        again = propose(copy.deepcopy(sampler), fold_of(space, told), len(told))
        assert [(p.params, dict(p.note)) for p in first] == [(p.params, dict(p.note)) for p in again]
        assert list(fold.history.trials()) == before

    @pytest.mark.parity("G4")
    def test_k_asks_pending_give_k_distinct_points(self, sampler: Sampler, space: Space) -> None:
        told = run(sampler, space, 8)
        waiting: list[Told] = []
        for _ in range(5):
            found = propose(sampler, fold_of(space, [*told, *waiting]), len(told) + len(waiting))
            if not found:
                break
            waiting.append(Told(found[0].params, state=State.RUNNING, note=found[0].note))
        points = [key(trial.params) for trial in [*told, *waiting]]
        assert len(set(points)) == len(points)

    @pytest.mark.parity("G4")
    def test_a_batch_equals_single_proposals_with_the_earlier_ones_pending(
        self, sampler: Sampler, space: Space
    ) -> None:
        told = run(sampler, space, 8)
        batch = propose(sampler, fold_of(space, told), len(told), count=3)
        single: list[Told] = []
        for _ in range(len(batch)):
            found = propose(sampler, fold_of(space, [*told, *single]), len(told) + len(single))
            single.append(Told(found[0].params, state=State.RUNNING, note=found[0].note))
        assert [p.params for p in batch] == [trial.params for trial in single]

    @pytest.mark.parametrize("name", FINITE)
    @pytest.mark.parity("G2", "GO7")
    def test_a_finite_space_is_walked_to_its_exact_end(self, sampler: Sampler, name: str) -> None:
        space = FINITE[name]
        told = run(sampler, space, 100)
        assert {key(trial.params) for trial in told} == {key(point) for point in space.grid()}
        assert propose(sampler, fold_of(space, told), len(told)) == []

    def test_repeats_are_allowed_when_asked_for(self, sampler: Sampler) -> None:
        space = FINITE["four"]
        fold = fold_of(space, run(sampler, space, 4), repeats="allow")
        if sampler.capabilities.finite_only:
            pytest.skip("a walk has an end, also with repeats allowed")
        assert_fit(space, propose(sampler, fold, 4))

    @pytest.mark.parity("N9", "TA2")
    def test_constraints_hold_for_every_proposal(self, sampler: Sampler) -> None:
        space = SPACES["constrained"]
        if not fits(sampler, space):
            pytest.skip("the sampler claims only spaces it can enumerate")
        told = run(sampler, space, 10)
        proposals = propose(sampler, fold_of(space, told), len(told), count=40)
        assert len(proposals) == 40
        assert_fit(space, proposals)

    @pytest.mark.parity("TA2")
    def test_a_predicate_acts_at_sampling_time(self, sampler: Sampler) -> None:
        space = Space({"a": (1, 9), "b": (1, 9)}, constraints=[lambda p: (p["a"] + p["b"]) % 2 == 0])
        assert all((trial.params["a"] + trial.params["b"]) % 2 == 0 for trial in run(sampler, space, ASKS))

    def test_fixed_values_are_kept(self, sampler: Sampler) -> None:
        space = SPACES["steps"].fix({"x": 0.5})
        assert {trial.params["x"] for trial in run(sampler, space, 8)} == {0.5}

    @pytest.mark.parametrize(
        "values",
        [
            [],
            [math.inf] * 12,
            [-math.inf, 1.0, 2.0] * 4,
            [3.0] * 12,
            [1e300, -1e300, 0.0] * 4,
            [1.0 + 1e-15 * i for i in range(12)],
        ],
        ids=["empty", "infinite", "minus infinity", "constant", "1e300", "nearly constant"],
    )
    @pytest.mark.parity("G7", "G14")
    def test_odd_values_end_nothing(self, sampler: Sampler, space: Space, values: list[float]) -> None:
        points = [trial.params for trial in run(sampler, space, len(values))]
        told = [Told(point, value) for point, value in zip(points, values, strict=False)]
        if not told and values:
            pytest.skip("nothing to tell")
        proposals = propose(sampler, fold_of(space, told), len(told), count=2)
        assert_fit(space, proposals)

    @pytest.mark.parity("G3", "G14")
    def test_when_every_trial_failed_it_still_proposes(self, sampler: Sampler, space: Space) -> None:
        points = [trial.params for trial in run(sampler, space, 10)]
        told = [Told(point, state=State.FAILED, failure=BROKEN) for point in points]
        assert_fit(space, propose(sampler, fold_of(space, told), len(told)))

    @pytest.mark.parity("G14")
    def test_with_nothing_feasible_it_still_proposes(self, sampler: Sampler) -> None:
        space = SPACES["steps"]
        points = [trial.params for trial in run(sampler, space, 10)]
        told = [Told(point, 1.0, metrics={"latency": 20.0 + i}) for i, point in enumerate(points)]
        fold = fold_of(space, told, constraints=["latency <= 10"])
        assert_fit(space, propose(sampler, fold, len(told)))

    @pytest.mark.parity("G10")
    def test_one_point_told_twice_and_a_foreign_point_harm_nothing(self, sampler: Sampler) -> None:
        space = SPACES["steps"]
        foreign = {"x": 7.5, "n": -30}
        told = run(sampler, space, 10)
        told = [*told, told[0], replace(told[0], values=9.0), Told(foreign, 0.1)]
        assert_fit(space, propose(sampler, fold_of(space, told), len(told), count=2))

    def test_a_pruned_trial_without_a_value_harms_nothing(self, sampler: Sampler, space: Space) -> None:
        told = run(sampler, space, 8)
        cut = [replace(trial, values=(), state=State.PRUNED, reports=[[1, 0.4]]) for trial in told[::2]]
        assert_fit(space, propose(sampler, fold_of(space, [*cut, *told[1::2]]), len(told)))

    def test_several_goals_are_taken(self, sampler: Sampler) -> None:
        space = SPACES["mixed"]
        if not fits(sampler, space):
            pytest.skip("the sampler claims only spaces it can enumerate")
        goals = {"loss": "minimize", "speed": "maximize"}
        told = [Told(t.params, (loss_of(t.params), float(i))) for i, t in enumerate(run(sampler, space, 10))]
        assert_fit(space, propose(sampler, fold_of(space, told, goals=goals), len(told)))

    @pytest.mark.parity("G6")
    def test_minimize_f_and_maximize_minus_f_propose_the_same(self, sampler: Sampler, space: Space) -> None:
        told = run(sampler, space, ASKS)
        turned = [replace(trial, values=-float(trial.values)) for trial in told]  # type: ignore[arg-type]  # one goal
        down = fold_of(space, told, goals={"v": "minimize"})
        up = fold_of(space, turned, goals={"v": "maximize"})
        assert [p.params for p in propose(sampler, down, len(told))] == [
            p.params for p in propose(sampler, up, len(told))
        ]

    # -- a space that changes under the search ---------------------------------------------------------------------

    @pytest.mark.parametrize("change", CHANGES)
    @pytest.mark.parity("N7", "BO5", "RT10")
    def test_after_a_change_of_the_space_the_search_goes_on_in_the_new_one(self, sampler: Sampler, change: str) -> None:
        before, after = CHANGES[change].before, CHANGES[change].after
        if not (fits(sampler, before) and fits(sampler, after)):
            pytest.skip("the sampler claims only spaces it can enumerate")
        told = run(sampler, before, ASKS)
        fold = changed_fold(CHANGES[change], told)
        known = {key(trial.params) for trial in fold.history.trials() if not trial.outside}
        proposals: list[Told] = []
        for _ in range(6):
            found = propose(sampler, fold, len(fold.history))
            if not found:
                break
            again = propose(copy.deepcopy(sampler), changed_fold(CHANGES[change], told, proposals), len(fold.history))
            assert [(p.params, dict(p.note)) for p in again] == [(p.params, dict(p.note)) for p in found], (
                "a search resumed elsewhere goes on alike"
            )
            proposals.append(Told(found[0].params, loss_of(found[0].params), note=found[0].note))
            extend(fold, after, [proposals[-1]])
        assert proposals or not math.isinf(after.size)
        assert_fit(after, [Proposal(dict(trial.params), trial.note) for trial in proposals])
        points = [key(trial.params) for trial in proposals]
        assert not known & set(points), "what was tried before, read in the new space, is not tried again"
        assert len(set(points)) == len(points)

    def test_a_space_that_holds_no_earlier_trial_is_searched_from_the_start(self, sampler: Sampler) -> None:
        change = SpaceMove(Space({"x": [1, 2, 3], "n": (1, 4)}), Space({"x": [4, 5, 6], "n": (1, 4)}))
        told = run(sampler, change.before, 10)
        fold = changed_fold(change, told, [])
        assert not fold.history.inside.any()
        assert_fit(change.after, propose(sampler, fold, len(told), count=2))

    def test_two_thousand_trials_are_borne(self, sampler: Sampler) -> None:
        space = SPACES["one float"] if not sampler.capabilities.finite_only else FINITE["four"]
        told = [
            Told({"x": i / 2_000} if "flag" not in space.params else {"x": "a", "flag": True}, 1.0)
            for i in range(2_000)
        ]
        assert_fit(space, propose(sampler, fold_of(space, told), len(told)))
