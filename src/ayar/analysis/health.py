"""Is anything wrong with this study? Checks in words, each with its numbers and what to do.

To add a check: write a function from View to findings in `checks/`, add a line to `CHECKS`, and state its false-alarm
rate on clean studies in the tests.
"""

from collections.abc import Callable

from ayar.analysis.checks import search, space, trials
from ayar.analysis.checks.base import LEVELS, Finding, Findings, View
from ayar.trial.fold import Fold

CHECKS: dict[str, Callable[[View], Findings]] = {
    "opened-again": trials.opened_again,
    "leak": trials.leaked,
    "untold-constraint": trials.untold_constraint,
    "at-bound": space.at_bound,
    "missing-log": space.missing_log,
    "noise": search.noise,
    "duplicates": search.duplicates,
    "failure-spot": trials.failure_spot,
    "fall-backs": search.fell_back,
    "no-effect": space.no_effect,
    "dead-branch": space.dead_branch,
    "too-few": search.too_few,
    "refused": trials.refused,
}
"""Code of the findings -> the check that makes them."""


def findings(source: Fold | View) -> list[Finding]:
    """What the checks found, the most serious first; empty when nothing is wrong.

    >>> from ayar.testing.folds import fold_of
    >>> study = fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 1.0)] * 4)
    >>> [finding.code for finding in findings(study)]
    ['duplicates', 'too-few']
    """
    view = source if isinstance(source, View) else View(source)
    found = [finding for check in CHECKS.values() for finding in check(view)]
    return sorted(found, key=lambda finding: -LEVELS.index(finding.level))
