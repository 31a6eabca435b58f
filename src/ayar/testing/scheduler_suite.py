"""What every scheduler must do: inherit `SchedulerSuite`, give yours by the fixture `scheduler`, and run pytest.

    class TestMyScheduler(SchedulerSuite):
        @pytest.fixture
        def scheduler(self):
            return MyScheduler()

Ayar runs it over its own table. Races of a scheduler that claims `folds` are run with bad and good folds.
"""

import copy
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from ayar.base.jsontext import dumps, loads
from ayar.schedulers.base import Action, Decision, Scheduler
from ayar.testing.folds import Told, fold_of
from ayar.trial.crossval import FOLDS, FoldPlan
from ayar.trial.failure import Failure
from ayar.trial.fold import Fold
from ayar.trial.state import State

GOOD = (0.10, 0.12, 0.11, 0.13, 0.09)
"""Losses of the incumbent on its five folds."""
BAD = (0.90, 0.95, 0.92, 0.97, 0.91)
"""Losses of a candidate that no rule lets through."""
BROKEN = Failure("exception", "no luck", type="ValueError")


def folds(losses: Sequence[float], k: int = len(GOOD), split: str = "s", sign: float = 1.0) -> Told:
    """A trial under way that went through as many folds as there are losses; k of them are planned."""
    return Told(
        {"x": 0.5},
        state=State.RUNNING,
        reports=[(i, sign * loss, i) for i, loss in enumerate(losses)],
        attrs={FOLDS: FoldPlan(k, split=split).to_json()},
    )


def whole(losses: Sequence[float], split: str = "s", sign: float = 1.0) -> Told:
    """A complete trial with all its folds."""
    told = folds(losses, len(losses), split, sign)
    return replace(told, state=State.COMPLETE, values=sign * math.fsum(losses) / len(losses))


def decide(scheduler: Scheduler, fold: Fold) -> Decision:
    """The decision on the last trial of a study."""
    return scheduler.decide(fold.setup, fold.history, len(fold.history) - 1)


class SchedulerSuite:
    """The contract of `ayar.schedulers.base.Scheduler`, test by test."""

    @pytest.fixture
    def racing(self, scheduler: Scheduler) -> Scheduler:
        """The scheduler, if it claims to read folds."""
        if not scheduler.capabilities.folds:
            pytest.skip("the scheduler claims nothing about folds")
        return scheduler

    # -- any scheduler ---------------------------------------------------------------------------------------------

    @pytest.mark.parity("N6")
    @pytest.mark.parametrize(
        "before",
        [
            [],
            [Told({"x": 0.1}, 0.3)],
            [Told({"x": 0.1}, state=State.FAILED, failure=BROKEN)],
            [Told({"x": 0.1}, math.inf, reports=[(0, math.inf, 0)])],
            [Told({"x": 0.1}, 0.3, reports=[(0, math.nan, 0), (1, 0.3, 7)])],
            [Told({"x": 0.1}, state=State.PRUNED, reports=[(0, 0.3, 0)])],
            [Told({"x": 0.1}, state=State.RUNNING)],
            [whole(GOOD[:1])],
            [replace(whole(GOOD), attrs={FOLDS: "no plan"})],
        ],
        ids=["empty", "no reports", "failed", "infinite", "NaN", "pruned", "running", "one fold", "odd attribute"],
    )
    @pytest.mark.parametrize("own", [(), (math.nan,), (math.inf,), (1e300, -1e300), BAD[:2], BAD, (*BAD, 1.0, 2.0)])
    def test_it_never_raises_and_gives_a_reason_that_json_holds(
        self, scheduler: Scheduler, before: list[Told], own: tuple[float, ...]
    ) -> None:
        decision = decide(scheduler, fold_of({"x": (0.0, 1.0)}, [*before, folds(own)]))
        assert loads(dumps(dict(decision.note))) == dict(decision.note)
        if decision.action is not Action.CONTINUE:
            assert decision.note["scheduler"]
            assert decision.note["why"]

    @pytest.mark.parity("N6")
    def test_deciding_is_pure_and_repeatable(self, scheduler: Scheduler) -> None:
        trials = [whole(GOOD), folds(BAD[:2])]
        fold = fold_of({"x": (0.0, 1.0)}, trials)
        before = list(fold.history.trials())
        first = decide(scheduler, fold)
        again = decide(copy.deepcopy(scheduler), fold_of({"x": (0.0, 1.0)}, trials))
        assert first == again == decide(scheduler, fold)
        assert list(fold.history.trials()) == before

    @pytest.mark.parity("N6")
    def test_the_first_trial_goes_on(self, scheduler: Scheduler) -> None:
        assert decide(scheduler, fold_of({"x": (0.0, 1.0)}, [folds(BAD[:3])])).action is Action.CONTINUE

    @pytest.mark.parity("N6", "G6")
    @pytest.mark.parametrize("own", [BAD[:1], BAD[:4], GOOD[:3], (0.125, 0.125, 0.2)])
    def test_losses_to_minimise_and_scores_to_maximise_are_judged_alike(
        self, scheduler: Scheduler, own: tuple[float, ...]
    ) -> None:
        down = [whole(GOOD), folds(own)]
        up = [whole(GOOD, sign=-1.0), folds(own, sign=-1.0)]
        decisions = [
            decide(scheduler, fold_of({"x": (0.0, 1.0)}, trials, goals={"v": direction})).action
            for trials, direction in ((down, "minimize"), (up, "maximize"))
        ]
        assert decisions[0] is decisions[1]

    @pytest.mark.parity("N6")
    def test_several_goals_stop_nothing_unless_claimed(self, scheduler: Scheduler) -> None:
        if scheduler.capabilities.several_goals:
            pytest.skip("the scheduler claims several goals")
        goals = {"loss": "minimize", "seconds": "minimize"}
        trials = [replace(whole(GOOD), values=(0.1, 5.0)), folds(BAD[:3])]
        assert decide(scheduler, fold_of({"x": (0.0, 1.0)}, trials, goals=goals)).action is Action.CONTINUE

    # -- folds -----------------------------------------------------------------------------------------------------

    @pytest.mark.parity("N6")
    def test_a_bad_fold_stops_the_rest(self, racing: Scheduler) -> None:
        for count in range(1, len(GOOD)):
            if decide(racing, fold_of({"x": (0.0, 1.0)}, [whole(GOOD), folds(BAD[:count])])).action is Action.STOP:
                return
        pytest.fail("a candidate that is worse on every fold was never stopped")

    @pytest.mark.parity("N6")
    def test_the_better_candidate_goes_on(self, racing: Scheduler) -> None:
        for count in range(1, len(GOOD) + 1):
            fold = fold_of({"x": (0.0, 1.0)}, [whole(BAD), folds(GOOD[:count])])
            assert decide(racing, fold).action is Action.CONTINUE

    @pytest.mark.parity("N6")
    def test_after_the_last_fold_nothing_is_left_to_stop(self, racing: Scheduler) -> None:
        assert decide(racing, fold_of({"x": (0.0, 1.0)}, [whole(GOOD), folds(BAD)])).action is Action.CONTINUE

    @pytest.mark.parity("N6")
    @pytest.mark.parametrize(
        "rival",
        [
            replace(whole(GOOD[:2]), attrs={FOLDS: FoldPlan(5, split="s").to_json()}),
            replace(folds(GOOD[:4]), state=State.PRUNED, values=0.1),
            folds(GOOD),
            replace(whole(GOOD), values=(), state=State.FAILED, failure=BROKEN),
        ],
        ids=["folds are missing", "stopped", "not told", "failed"],
    )
    def test_only_a_complete_trial_with_all_folds_beats_another(self, racing: Scheduler, rival: Told) -> None:
        for count in range(1, len(GOOD)):
            fold = fold_of({"x": (0.0, 1.0)}, [rival, folds(BAD[:count])])
            assert decide(racing, fold).action is Action.CONTINUE

    @pytest.mark.parity("N6")
    def test_a_trial_that_breaks_a_result_constraint_beats_nobody(self, racing: Scheduler) -> None:
        rival = replace(whole(GOOD), metrics={"latency": 20.0})
        fold = fold_of({"x": (0.0, 1.0)}, [rival, folds(BAD[:4])], constraints=["latency <= 10"])
        assert decide(racing, fold).action is Action.CONTINUE

    @pytest.mark.parity("N6")
    def test_no_fold_leaks(self, racing: Scheduler) -> None:
        """Its own folds and complete trials judge a trial: what else runs, or was stopped or failed, is not seen."""
        for own in (BAD[:2], GOOD[:2], (0.125, 0.1)):
            alone = [whole(GOOD), folds(own)]
            among = [
                whole(GOOD),
                replace(folds(GOOD[:1]), state=State.PRUNED, values=0.0),
                replace(folds((0.0, 0.0)), state=State.FAILED, failure=BROKEN),
                folds((0.0, 0.0, 0.0, 0.0)),
                folds(own),
            ]
            found: list[Any] = [decide(racing, fold_of({"x": (0.0, 1.0)}, trials)) for trials in (alone, among)]
            assert found[0] == found[1]

    @pytest.mark.parity("N6")
    def test_reports_without_folds_stop_nothing(self, racing: Scheduler) -> None:
        if racing.capabilities.steps:
            pytest.skip("the scheduler claims steps too")
        own = Told({"x": 0.5}, state=State.RUNNING, reports=[(i, 9.0) for i in range(4)])
        assert decide(racing, fold_of({"x": (0.0, 1.0)}, [whole(GOOD), own])).action is Action.CONTINUE
