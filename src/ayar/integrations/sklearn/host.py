"""The private names of scikit-learn that a search needs, in one place; tested on its oldest and newest version.

`BaseSearchCV` evaluates candidates batch by batch. It would format all results again after each batch, and give up
where every fit of one batch fails. `Host` keeps what the fits returned, formats at the end, and goes on after such a
batch.
"""

import re
import warnings
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils._param_validation import Interval

from ayar.base.errors import ObjectiveFailed
from ayar.integrations.sklearn.folds import Folds
from ayar.integrations.sklearn.rows import Row, Searched, failed_row

Evaluate = Callable[[Sequence[dict[str, Any]], int], list[list[Row]]]
"""(candidates, fold) -> rows of each candidate: of all folds, or of this one where folds are evaluated singly."""

_ALL_FAILED = re.compile(r"\s*All the \d+ fits failed")

CONSTRAINTS: dict[str, Any] = BaseSearchCV._parameter_constraints  # noqa: SLF001 - how searches say what they take
"""What the arguments of every search may be."""

__all__ = ["CONSTRAINTS", "Evaluate", "Host", "Interval", "NoScore"]


class NoScore(ObjectiveFailed, ValueError):
    """No candidate of a search has a score."""


class _State:
    """What one `fit` keeps while it runs; never pickled."""

    def __init__(self, folds: Folds) -> None:
        self.folds = folds
        self.rows: list[Row] = []
        """Of all fits so far, as the base class lists them."""
        self.table: dict[str, Any] = {}
        """What becomes `cv_results_`; filled at the end."""
        self.final = False
        self.fitted: int | None = None
        """A candidate that has a score."""


class Host(BaseSearchCV):  # type: ignore[misc]  # scikit-learn has no types
    """A search that says which candidates to evaluate, and is told what came of them; the rest is scikit-learn's."""

    cv: Any

    @abstractmethod
    def _search(self, evaluate: Evaluate, folds: Folds) -> Searched:
        """Search."""

    def _is_single(self) -> bool:
        """Whether candidates are evaluated fold by fold."""
        return False

    def fit(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Search, then fit the best candidate on all rows (unless `refit=False`).

        Arguments:
            X: rows of features.
            y: targets, or None.
            params: `groups`, `sample_weight` and whatever else the estimator's `fit`, the scorer or the splitter takes.

        Returns:
            This search.

        Raises:
            NoScore: no candidate has a score.
            StudyChanged: `storage` holds a search of this name on other data, folds, scoring or parameters.
        """
        given = self.cv
        folds = Folds(given, y, self.estimator, singly=self._is_single())
        self._state = _State(folds)
        self.cv = folds
        try:
            super().fit(X, y, **params)
            if self._state.fitted is None:
                # Only now: what is wrong with the data, the refit has said best.
                raise NoScore(
                    "expected a score for at least one candidate, got NaN in some fold of each; see split*_test_score "
                    "and the warnings: a metric that is undefined on a fold, or a scorer that fails, "
                    "which error_score='raise' shows"
                )
        finally:
            self.cv = given
            del self._state
        self.n_splits_ = len(folds.pairs)
        return self

    def _run_search(self, evaluate_candidates: Any, *, callback_ctx: Any = None) -> None:
        """Called by the base class with its function that evaluates, and since 1.9 with a context for callbacks."""
        state = self._state
        n_folds = len(state.folds.pairs)
        fits = 1 if state.folds.singly else n_folds
        context = _begun(self, callback_ctx, "search", None)

        def evaluate(candidates: Sequence[dict[str, Any]], fold: int = 0) -> list[list[Row]]:
            state.folds.current = fold
            count = len(candidates) * fits
            batch = _begun(self, context, "batch", count)
            try:
                evaluate_candidates(candidates, **({} if batch is None else {"callback_ctx": batch}))
                rows = state.rows[-count:]
            except ValueError as error:
                if not _ALL_FAILED.match(str(error)):
                    raise
                warnings.warn(str(error), FitFailedWarning, stacklevel=2)
                rows = [failed_row(self.error_score, str(error)) for _ in range(count)]
            _ended(self, batch)
            return [rows[i * fits : (i + 1) * fits] for i in range(len(candidates))]

        found = self._search(evaluate, state.folds)
        if not state.rows:
            # All was in the store already; the base class reads off a fit whether there are several scores.
            evaluate([found.candidates[found.fitted or 0]])
        state.final, state.fitted = True, found.fitted
        with warnings.catch_warnings():
            if found.incomplete_by_design:
                warnings.filterwarnings("ignore", "One or more of the .* scores are non-finite", UserWarning)
            state.table.update(self._format_results(found.candidates, n_folds, found.rows, found.columns))
        _ended(self, context)

    def _format_results(self, candidate_params: Any, n_splits: int, out: Any, more_results: Any = None) -> Any:
        """Keep the rows of a batch; format all candidates once, at the end."""
        if self._state.final:
            return super()._format_results(candidate_params, n_splits, out, more_results)
        self._state.rows = out
        return self._state.table

    def __getstate__(self) -> Any:
        """Without what belongs to this process: the state of a running fit, and the study."""
        state = super().__getstate__()
        return {
            name: value for name, value in state.items() if name not in ("_state", "_callbacks", "study_", "studies_")
        }


def _begun(search: Any, parent: Any, name: str, count: int | None) -> Any:
    """A context below `parent` for `count` fits; None where there are no callbacks."""
    if parent is None:
        return None
    inner = parent.subcontext(task_name=name, max_subtasks=count, sequential_subtasks=count is None)
    return inner.call_on_fit_task_begin(estimator=search)


def _ended(search: Any, context: Any) -> None:
    if context is not None:
        context.call_on_fit_task_end(estimator=search)
