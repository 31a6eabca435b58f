"""`SearchCV`: Ayar behind scikit-learn's words for a search, instead of GridSearchCV, RandomizedSearchCV or halving.

Not for several machines that should share one search: give an objective to `ayar.maximize` for that.
"""

import math
import re
import warnings
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from ayar.base.errors import ArgumentError
from ayar.evaluate.ledger import freeze
from ayar.integrations.sklearn.folds import Folds
from ayar.integrations.sklearn.host import CONSTRAINTS, Evaluate, Host, Interval, NoScore
from ayar.integrations.sklearn.loop import Evaluation, batch_size, search
from ayar.integrations.sklearn.parts import Part, parts_of
from ayar.integrations.sklearn.rows import Searched, has_fitted, searched
from ayar.space.space import Space
from ayar.study.front import resume_study
from ayar.study.study import Study
from ayar.trial.failure import Failure

NO_LIMIT = 1e9
"""So many failed candidates end no search: scikit-learn's users expect all `n_iter`."""


class SearchCV(Host):
    """Search for an estimator's best parameters by cross-validation, with one of Ayar's samplers.

    Arguments, those of RandomizedSearchCV first:
        estimator: what is tuned; a Pipeline's parameters are named `step__parameter`.
        param_distributions: what may be tried: a dict of parameter to bounds `(low, high)`, `(low, high,
            "log-uniform")`, choices `[...]`, a frozen scipy.stats distribution, or a domain such as `ayar.Float(1e-3,
            1e3, log=True, when={"kernel": "rbf"})`; a list of such dicts, of which each candidate comes from one; a
            list of (dict, n), searched one after the other; an `ayar.Space`; see also `default_space`.
        n_iter: how many candidates are tried; None: as many as `max_seconds` allows.
        scoring: a scorer's name, a function (estimator, X, y), or several in a list or dict.
        n_jobs: fits at a time; the result does not depend on it.
        refit: fit the best candidate on all rows at the end; with several scores the name of the one to search by, or
            a function of `cv_results_` that returns the best index (or False): then all scores are searched for their
            front.
        cv: a number of folds, a splitter, or a list of (rows to fit, rows to judge). Folds are drawn once.
        verbose, pre_dispatch: as everywhere in scikit-learn.
        random_state: seed of the search. The estimator and the splitter have their own.
        error_score: the score of a fit that fails; NaN counts the candidate as failed; "raise" ends the search.
        return_train_score: put the scores on the fitted rows into `cv_results_`.
        sampler: a name of Ayar's samplers, or one of their objects.
        scheduler: "fold_race" stops a candidate after a fold that rules it out; such a candidate is never best.
        max_seconds: after so long no candidate starts.
        storage: where the search is kept, such as "sqlite:///search.db"; the same call goes on where it was.
        name: the search's name in its storage.

    After `fit` there are, beside what every search of scikit-learn has: `study_`, the Ayar study (`studies_` where
    pairs (dict, n) make several), and in `cv_results_` the columns `trial_number`, `state` (complete, pruned, failed)
    and `rung`, the number of folds evaluated. A pickled search is without its study; `storage` keeps it.

    Raises (by `fit`):
        NoScore: no candidate has a score. SpaceError: `param_distributions` cannot be read.
        StudyChanged: `storage` holds a search of this name on other data, folds, scoring or parameters.

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> X, y = load_iris(return_X_y=True)
    >>> search = SearchCV(SVC(), {"C": (1e-2, 1e2, "log-uniform")}, n_iter=5, random_state=0).fit(X, y)
    >>> float(search.best_score_) > 0.95
    True
    """

    _required_parameters = ("estimator", "param_distributions")  # scikit-learn before 1.6 asks for it
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CONSTRAINTS,
        "param_distributions": [dict, list, tuple, Space, Mapping],
        "n_iter": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
        "max_seconds": [Interval(Real, 0, None, closed="left"), None],
        "name": [str, None],
    }

    def __init__(
        self,
        estimator: Any,
        param_distributions: Any,
        *,
        n_iter: int | None = 10,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = math.nan,
        return_train_score: bool = False,
        sampler: Any = "auto",
        scheduler: Any = None,
        max_seconds: float | None = None,
        storage: Any = None,
        name: str | None = None,
    ) -> None:
        """See the class."""
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.param_distributions = param_distributions
        self.n_iter = n_iter
        self.random_state = random_state
        self.sampler = sampler
        self.scheduler = scheduler
        self.max_seconds = max_seconds
        self.storage = storage
        self.name = name

    def _is_single(self) -> bool:
        return self.scheduler is not None

    def _search(self, evaluate: Evaluate, folds: Folds) -> Searched:
        if self.n_iter is None and self.max_seconds is None:
            raise ArgumentError("expected a budget, got n_iter=None and max_seconds=None; give one of them")
        settings = {
            "sampler": self.sampler,
            "max_seconds": self.max_seconds,
            "storage": self.storage,
            **({} if self.scheduler is None else {"scheduler": self.scheduler}),
        }
        judged = Evaluation(evaluate, folds, goal_names(self.scoring, self.refit))
        parts = parts_of(self.param_distributions, self.n_iter)
        facts = None if self.storage is None else {**folds.facts(), "metric": _plain(self.scoring), **self._own_facts()}
        studies = opened(parts, judged, settings, self.name, self.random_state, facts)
        for part, study in zip(parts, studies, strict=True):
            size = batch_size(study.setup.sampler.name, folds)
            for _ in search(study, part, judged, size):
                pass
            _say_exhausted(part, study)
        self.study_, self.studies_ = studies[0], studies
        return gathered(parts, studies, len(folds.pairs))

    def _own_facts(self) -> dict[str, Any]:
        return {"estimator": _plain(self.estimator), "error_score": repr(self.error_score)}


_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def _plain(thing: Any) -> str:
    """What `thing` is, alike in every process: its repr in full, without places in memory."""
    text = thing.__repr__(N_CHAR_MAX=100_000) if isinstance(thing, BaseEstimator) else repr(thing)
    return _ADDRESS.sub("", " ".join(text.split()))


def goal_names(scoring: Any, refit: Any) -> tuple[str, ...]:
    """Names of the scores that are searched for.

    One where `refit` names it or there is one; else all, whose front is searched. A function's scores are known by name
    only after a fit: where `refit` does not name one, the first of them counts.
    """
    if isinstance(refit, str):
        return (refit,)
    if scoring is None or isinstance(scoring, str) or callable(scoring):
        return ("score",)
    return tuple(scoring)


def opened(
    parts: list[Part],
    judged: Evaluation,
    settings: Mapping[str, Any],
    name: str | None,
    random_state: Any,
    facts: Mapping[str, Any] | None = None,
) -> list[Study]:
    """A study for each part: new, or the one that the store holds, which must know the same `facts`.

    Raises:
        StudyChanged: that one is about other data, folds, scores or parameters.
    """
    rng = check_random_state(random_state)
    studies = []
    for place, part in enumerate(parts):
        study = resume_study(
            part.space,
            goals=dict.fromkeys(judged.goals, "maximize"),
            seed=int(rng.randint(2**31 - 1)),
            name=_study_name(name, place, len(parts)),
            max_trials=part.n_iter,
            max_failures=NO_LIMIT,
            **settings,
        )
        if facts is not None:
            freeze(study, facts)
        studies.append(study)
    return studies


def _say_exhausted(part: Part, study: Study) -> None:
    tried = len(study.trials)
    if study.stopped == "exhausted" and part.n_iter is not None and tried < part.n_iter:
        text = f"tried {tried} of {part.n_iter} candidates: the space is exhausted, it holds no more"
        warnings.warn(text, UserWarning, stacklevel=5)


def _study_name(name: str | None, place: int, count: int) -> str:
    base = "search" if name is None else name
    return base if count == 1 else f"{base} {place + 1} of {count}"


def gathered(parts: list[Part], studies: list[Study], n_folds: int) -> Searched:
    """What all parts found.

    Raises:
        NoScore: nothing.
    """
    trials = [
        (trial, part.candidate(trial.params))
        for part, study in zip(parts, studies, strict=True)
        for trial in study.trials
        if trial.state.is_final
    ]
    if not any(has_fitted(trial) for trial, _ in trials):
        raise NoScore(_no_score([trial.failure for trial, _ in trials if trial.failure]))
    return searched(trials, n_folds)


def _no_score(failures: Sequence[Failure]) -> str:
    if not failures:
        return "expected at least one candidate within the budget, got none; give more n_iter or max_seconds"
    return (
        f"expected a score for at least one candidate, got none: {len(failures)} of {len(failures)} failed; give "
        f'error_score="raise" to stop at the first. The last one:\n{failures[-1].traceback or failures[-1].headline}'
    )
