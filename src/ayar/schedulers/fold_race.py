"""Fold racing: stop cross-validating a configuration once its first folds say that it will not win.

After each fold the trial is compared with the incumbent, the best trial so far that went through all folds. Take it
where each trial is cross-validated; trials that report no folds go on. Not where folds differ in difficulty by far more
than configurations do and are few: then little is stopped.

x  losses of the trial on its folds so far    y  the incumbent's, on all k folds

| rule | stops when | good for |
|---|---|---|
| forgiving | mean x is worse than the worst single y | few folds; it stops 1 in 20 of those better by half a fold sd |
| wilcoxon | mean (x − y) > 0 and the signed-rank test has p < 0.1 | 10 folds and more, the same for all trials |
| mean | mean x is worse than mean y | rough first cuts; it stops 4 in 10 of those |

Sources: Bergman, Purucker and Hutter 2024, arXiv:2405.03389 (forgiving and "aggressive", here "mean"); Kohavi and John
1995 and Birattari et al. 2002 for racing; the numbers are those of `tests/golden/test_fold_race.py`.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ayar.base.errors import ArgumentError, did_you_mean, shorten
from ayar.numerics.arrays import Floats
from ayar.numerics.signed_rank import signed_rank_p
from ayar.schedulers.base import GO_ON, Action, Capabilities, Decision, Scheduler
from ayar.trial.crossval import FoldPlan, fold_plan, fold_scores
from ayar.trial.history import History
from ayar.trial.setup import Setup
from ayar.trial.state import State

RULES = ("auto", "forgiving", "wilcoxon", "mean")
WILCOXON_FROM = 10
"""Folds from which "auto" takes the Wilcoxon rule: on 5 it can stop before the last one at best."""
P_VALUE = 0.1


@dataclass(frozen=True)
class FoldRace(Scheduler):
    """Stops trials that lose on their first folds of cross-validation; the name in the table is "fold_race".

    Arguments:
        rule: "forgiving", "wilcoxon" or "mean"; "auto" takes forgiving below 10 folds and, where all trials are judged
            on the same folds, Wilcoxon from 10 on.

    >>> FoldRace(rule="forgiven")
    Traceback (most recent call last):
    ayar.base.errors.ArgumentError: fold_race: no rule is called 'forgiven'; did you mean 'forgiving'?
    """

    capabilities: ClassVar[Capabilities] = Capabilities(folds=True)
    rule: str = "auto"

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ArgumentError(
                f"fold_race: no rule is called {shorten(self.rule)}{did_you_mean(str(self.rule), RULES)}"
            )

    @property
    def needs_same_folds(self) -> bool:
        """True of the Wilcoxon rule alone."""
        return self.rule == "wilcoxon"

    def decide(self, setup: Setup, history: History, number: int) -> Decision:
        """Stop where the rule says so, folds are left, and a complete trial has all of them."""
        if len(setup.goals) != 1:
            return GO_ON
        own = fold_scores(history.reports(number))
        plan = fold_plan(history.row(number).attrs)
        rival = incumbent(history, max(len(own), plan.total) if plan is not None else 0)
        if not own or rival is None:
            return GO_ON
        other = history.folds.row(rival)
        if len(own) >= len(other):
            return GO_ON
        rule = self._rule(len(other), plan, fold_plan(history.row(rival).attrs), own.keys() <= other.keys())
        sign = setup.goals[0].sign
        x, y = (sign * np.array(list(scores.values())) for scores in (own, other))
        pairs = np.array([sign * (score - other[fold]) for fold, score in own.items() if fold in other])
        why = _RULES[rule](x, y, pairs, sign, rival)
        if not why:
            return GO_ON
        note = {
            "scheduler": "fold_race", "rule": rule, "why": why, "incumbent": rival, "folds": len(own), "of": len(other)
        }  # fmt: skip
        return Decision(Action.STOP, note)

    def _rule(self, folds: int, plan: FoldPlan | None, other: FoldPlan | None, paired: bool) -> str:
        """The rule to apply; one that pairs folds has no say where the two trials' folds differ."""
        same = paired and (plan is None) == (other is None) and (plan is None or other is None or plan == other)
        if self.rule == "auto":
            return "wilcoxon" if same and folds >= WILCOXON_FROM else "forgiving"
        return "none" if self.rule == "wilcoxon" and not same else self.rule


def incumbent(history: History, folds: int = 0) -> int | None:
    """The best complete trial that went through all folds, `folds` of them or more; None while there is none.

    A trial with missing folds is never one, however good its mean.
    """
    n = len(history)
    counts = np.isfinite(history.folds.view(n)).sum(axis=1)
    losses = history.losses[:, 0]
    able = history.having(State.COMPLETE) & history.inside & history.feasible & np.isfinite(losses) & (counts > 0)
    able &= counts >= max(folds, int(counts.max(initial=0, where=able)))
    return int(np.argmin(np.where(able, losses, np.inf))) if able.any() else None


def _forgiving(x: Floats, y: Floats, _pairs: Floats, sign: float, rival: int) -> str:
    if not x.mean() > y.max():
        return ""
    return f"{_mean(x, sign)} is worse than the worst fold of trial {rival}, {sign * y.max():.6g}"


def _wilcoxon(x: Floats, _y: Floats, pairs: Floats, sign: float, rival: int) -> str:
    p = signed_rank_p(pairs) if pairs.mean() > 0.0 else 1.0
    if p >= P_VALUE:
        return ""
    return f"{_mean(x, sign)} is worse than trial {rival} on the same folds, by {pairs.mean():.3g}, p = {p:.3g}"


def _mean_rule(x: Floats, y: Floats, _pairs: Floats, sign: float, rival: int) -> str:
    if not x.mean() > y.mean():
        return ""
    return f"{_mean(x, sign)} is worse than the mean of trial {rival}, {sign * y.mean():.6g}"


def _mean(x: Floats, sign: float) -> str:
    return f"the mean of {len(x)} fold{'s' if len(x) > 1 else ''}, {sign * x.mean():.6g},"


_RULES = {"forgiving": _forgiving, "wilcoxon": _wilcoxon, "mean": _mean_rule, "none": lambda *_: ""}
"""Rule -> why the trial is stopped, "" where it goes on."""
