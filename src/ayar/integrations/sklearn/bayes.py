"""`BayesSearchCV`: scikit-optimize's class by the same arguments, so that its scripts change one import.

Not for new scripts: `SearchCV` has scikit-learn's own words, schedulers and storage.
"""

import warnings
from typing import Any, ClassVar

from scipy.optimize import OptimizeResult
from scipy.stats import rankdata
from sklearn.utils.validation import check_is_fitted

from ayar.base.errors import ArgumentError
from ayar.integrations.sklearn.folds import Folds
from ayar.integrations.sklearn.host import CONSTRAINTS, Evaluate, Host
from ayar.integrations.sklearn.loop import Evaluation, search
from ayar.integrations.sklearn.parts import Part, parts_of
from ayar.integrations.sklearn.rows import Searched
from ayar.integrations.sklearn.search import gathered, goal_names, opened
from ayar.integrations.skopt_words import callbacks_of, result_of, sampler_for, wants_stop
from ayar.study.study import Study


class BayesSearchCV(Host):
    """Bayesian search with scikit-optimize's arguments.

    Arguments:
        estimator: what is tuned.
        search_spaces: a dict of dimensions (`Real`, `Integer`, `Categorical`, tuples, lists), a list of dicts, or a
            list of (dict, n); each dict is searched by itself, n or `n_iter` candidates long.
        optimizer_kwargs: `base_estimator` "GP" (the default, `sampler="auto"` here), "RF", "ET", "GBRT" (`tpe` here) or
            "DUMMY" (random), and `acq_func`; other knobs of its models have no counterpart, and a warning says so.
        n_iter: candidates of each dict that names no number.
        n_points: candidates asked for together; more of them keep more processes busy, and learn less from each other.
        scoring, n_jobs, refit, cv, verbose, pre_dispatch, random_state, error_score, return_train_score: as for
            `SearchCV`. A list in a dimension is a list of choices, as scikit-optimize announces for itself; bounds are
            a tuple.
        fit_params: handed to every `fit` of the estimator.
        iid: ignored, as there.

    After `fit`: `optimizer_results_`, one result for each dict, parameters in order of their names.

    Raises (by `fit`):
        NoScore, SpaceError, ArgumentError: as for `SearchCV`.

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> X, y = load_iris(return_X_y=True)
    >>> search = BayesSearchCV(SVC(), {"C": (1e-2, 1e2, "log-uniform")}, n_iter=5, random_state=0).fit(X, y)
    >>> bool(search.best_score_ == -search.optimizer_results_[0].fun)
    True
    """

    _required_parameters = ("estimator", "search_spaces")  # scikit-learn before 1.6 asks for it
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CONSTRAINTS,
        "search_spaces": [dict, list],
        "optimizer_kwargs": [dict, None],
        "fit_params": [dict, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any,
        search_spaces: Any,
        optimizer_kwargs: dict[str, Any] | None = None,
        n_iter: int = 50,
        scoring: Any = None,
        fit_params: dict[str, Any] | None = None,
        n_jobs: int | None = 1,
        n_points: int = 1,
        iid: Any = "deprecated",
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = "raise",
        return_train_score: bool = False,
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
        self.search_spaces = search_spaces
        self.optimizer_kwargs = optimizer_kwargs
        self.n_iter = n_iter
        self.fit_params = fit_params
        self.n_points = n_points
        self.iid = iid
        self.random_state = random_state

    @property
    def total_iterations(self) -> int:
        """Candidates of all dicts together."""
        return sum(part.n_iter or 0 for part in self._parts())

    @property
    def optimizer_results_(self) -> list[OptimizeResult]:
        """A result for each dict: x, fun, x_iters, func_vals, space."""
        check_is_fitted(self, "_results")
        return list(self._results)

    def fit(self, X: Any, y: Any = None, *, groups: Any = None, callback: Any = None, **fit_params: Any) -> Any:
        """Search, then fit the best candidate on all rows.

        Arguments:
            X, y: rows and targets.
            groups: handed to the splitter.
            callback: called with the result after each batch of `n_points`, or several such functions; one that
                returns True ends the search of this dict.
            fit_params: handed to every `fit` of the estimator.

        Returns:
            This search.
        """
        if self.iid != "deprecated":
            warnings.warn("iid is ignored: scores are means over folds", UserWarning, stacklevel=2)
        for word in ("n_iter", "n_points"):
            _check_count(word, getattr(self, word))
        self._callbacks = callbacks_of(callback)
        routed = {**(self.fit_params or {}), **fit_params, **({} if groups is None else {"groups": groups})}
        try:
            super().fit(X, y, **routed)
        finally:
            del self._callbacks
        if self.return_train_score:
            for name in [key for key in self.cv_results_ if key.startswith("mean_train_")]:
                ranks = rankdata(-self.cv_results_[name], method="min").astype(int)
                self.cv_results_[name.replace("mean_", "rank_")] = ranks
        return self

    def _parts(self) -> list[Part]:
        return parts_of(self.search_spaces, self.n_iter, each=True)

    def _search(self, evaluate: Evaluate, folds: Folds) -> Searched:
        kwargs = dict(self.optimizer_kwargs or {})
        surrogate = kwargs.pop("base_estimator", "GP")
        sampler = sampler_for(surrogate, **kwargs)
        judged = Evaluation(evaluate, folds, goal_names(self.scoring, self.refit))
        parts = self._parts()
        settings = {"sampler": "auto" if sampler == "gp" else sampler, "storage": None}
        studies = opened(parts, judged, settings, None, self.random_state)
        for part, study in zip(parts, studies, strict=True):
            for _ in search(study, part, judged, self.n_points):
                if self._callbacks and wants_stop(self._callbacks, _result(study)):
                    break
        self._results = [_result(study) for study in studies]
        self.study_, self.studies_ = studies[0], studies
        return gathered(parts, studies, len(folds.pairs))


def _check_count(word: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ArgumentError(f"{word}: expected a whole number >= 1, got {value!r}")


def _result(study: Study) -> OptimizeResult:
    names = sorted(study.space.names)
    return result_of(study.trials, names, -1.0, space=study.space)
