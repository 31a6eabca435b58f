"""scikit-optimize's functions: `gp_minimize`, `forest_minimize`, `gbrt_minimize`, `dummy_minimize`, `use_named_args`.

A script changes one import. Its package is not needed, but its `Real`, `Integer` and `Categorical` are read. What its
models were told by knobs (`n_initial_points`, `xi`, `noise` ...) our samplers decide; a warning names what is ignored.
Not for new scripts: `ayar.minimize` has names, conditions, storage and workers.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from scipy.optimize import OptimizeResult

from ayar.base.errors import ArgumentError, shorten
from ayar.integrations.skopt_words import callbacks_of, result_of, sampler_for, wants_stop
from ayar.integrations.spelling import domain_from
from ayar.samplers.base import Sampler
from ayar.space.space import Space
from ayar.study.front import create_study

Objective = Callable[[list[Any]], float]
Dimensions = Sequence[Any]


def gp_minimize(
    func: Objective,
    dimensions: Dimensions,
    base_estimator: Any = None,
    *,
    n_calls: int = 100,
    acq_func: str = "gp_hedge",
    **rest: Any,
) -> OptimizeResult:
    """Minimise by a Gaussian process (`sampler="gp"`).

    Arguments:
        func: called with a list of values, in the order of `dimensions`; returns a number.
        dimensions: `Real`, `Integer`, `Categorical`, (low, high), (low, high, "log-uniform"), or a list of choices.
        base_estimator: None; no other model can be put in.
        n_calls: calls of `func`, those at `x0` included.
        acq_func: "EI", "PI", "LCB", or "gp_hedge" (here: EI).
        rest: `x0`, a point or several; `y0`, what is known of them already: they are then not called again, and do not
            count; `random_state`, `callback`, `verbose`; other knobs are ignored with a warning.

    Returns:
        x, fun, x_iters, func_vals, space, models (empty), specs; `study` is the Ayar study.

    Raises:
        ArgumentError: y0 without x0, or of another length; a word that scikit-optimize does not know.
        SpaceError: dimensions that cannot be read, or a point outside them.

    >>> found = gp_minimize(lambda x: (x[0] - 0.3) ** 2, [(0.0, 1.0)], n_calls=15, random_state=0)
    >>> len(found.func_vals), round(found.x[0], 1)
    (15, 0.3)
    """
    if base_estimator is not None:
        raise ArgumentError(f"base_estimator: expected None, got {shorten(base_estimator)}; the model is Ayar's own")
    return _minimize(func, dimensions, n_calls, "GP", acq_func, rest)


def forest_minimize(
    func: Objective,
    dimensions: Dimensions,
    base_estimator: Any = "ET",
    *,
    n_calls: int = 100,
    acq_func: str = "EI",
    **rest: Any,
) -> OptimizeResult:
    """Minimise in spaces of many choices, where scikit-optimize takes forests: here by `tpe`.

    Arguments, returns, errors: as for `gp_minimize`; `base_estimator` is "ET" or "RF".
    """
    return _minimize(func, dimensions, n_calls, base_estimator, acq_func, rest)


def gbrt_minimize(
    func: Objective,
    dimensions: Dimensions,
    base_estimator: Any = None,
    *,
    n_calls: int = 100,
    acq_func: str = "LCB",
    **rest: Any,
) -> OptimizeResult:
    """Minimise where scikit-optimize takes boosted trees: here by `tpe`. Otherwise as `forest_minimize`."""
    return _minimize(func, dimensions, n_calls, base_estimator or "GBRT", acq_func, rest)


def dummy_minimize(func: Objective, dimensions: Dimensions, n_calls: int = 100, **rest: Any) -> OptimizeResult:
    """Random search. Arguments, returns, errors: as for `gp_minimize`."""
    return _minimize(func, dimensions, n_calls, "DUMMY", "EI", rest)


def use_named_args(dimensions: Dimensions) -> Callable[[Callable[..., Any]], Callable[[Sequence[Any]], Any]]:
    """A decorator: a function of named arguments becomes one of a list, by the names of the dimensions.

    Raises:
        ArgumentError: a dimension without a name; when called, a list of another length.
    """
    names = [getattr(dimension, "name", None) or "" for dimension in dimensions]
    if not all(names):
        raise ArgumentError(f'use_named_args: expected dimensions with names, got {names}; write Real(..., name="lr")')

    def decorate(func: Callable[..., Any]) -> Callable[[Sequence[Any]], Any]:
        @wraps(func)
        def of_list(x: Sequence[Any]) -> Any:
            if len(x) != len(names):
                raise ArgumentError(f"expected {len(names)} values ({', '.join(names)}), got {len(x)}")
            return func(**dict(zip(names, x, strict=True)))

        return of_list

    return decorate


def _minimize(
    func: Objective, dimensions: Dimensions, n_calls: int, surrogate: Any, acq_func: str, rest: dict[str, Any]
) -> OptimizeResult:
    specs = {"n_calls": n_calls, "base_estimator": surrogate, "acq_func": acq_func, **rest}
    x0, y0, callback, verbose = (rest.pop(word, None) for word in ("x0", "y0", "callback", "verbose"))
    seed = _seed(rest.get("random_state"))
    sampler: str | Sampler = sampler_for(surrogate, acq_func, **rest)
    callbacks = callbacks_of(callback)
    names = _names(dimensions)
    space = Space({name: domain_from(name, spec) for name, spec in zip(names, dimensions, strict=True)})
    points = _points(x0, len(names))
    values = _values(y0, len(points))
    study = create_study(space, sampler=sampler, seed=seed, max_trials=n_calls, max_failures=1e9, repeats="allow")
    for place, point in enumerate(points):
        params = dict(zip(names, point, strict=True))
        if values is None:
            study.enqueue(params)
        else:
            study.add(params, float(values[place]))

    def result() -> OptimizeResult:
        return result_of(study.trials, names, 1.0, space=space, specs=specs, random_state=seed, study=study)

    for call in range(n_calls):
        with study.ask() as live:
            value = float(func([live[name] for name in names]))
            study.tell(live, value)
        if verbose:
            print(f"call {call + 1} of {n_calls}: {value:.6g}")  # noqa: T201 - asked for by verbose=True
        if callbacks and wants_stop(callbacks, result()):
            break
    return result()


def _names(dimensions: Dimensions) -> list[str]:
    if isinstance(dimensions, str) or not isinstance(dimensions, Iterable) or not len(dimensions):
        raise ArgumentError(f"dimensions: expected a list of dimensions, got {shorten(dimensions)}")
    return [getattr(each, "name", None) or f"x{place}" for place, each in enumerate(dimensions)]


def _seed(random_state: Any) -> int | None:
    """A study's seed from a number, a RandomState or a Generator."""
    if random_state is None or isinstance(random_state, int):
        return random_state
    draw = getattr(random_state, "randint", None) or getattr(random_state, "integers", None)
    if draw is None:
        raise ArgumentError(f"random_state: expected a whole number or a RandomState, got {shorten(random_state)}")
    return int(draw(2**31 - 1))


def _points(x0: Any, count: int) -> list[Sequence[Any]]:
    points: list[Any] = [] if x0 is None else list(x0) if isinstance(x0[0], list | tuple) else [x0]
    wrong = next((point for point in points if len(point) != count), None)
    if wrong is not None:
        raise ArgumentError(f"x0: expected points of {count} values, got {shorten(wrong)}")
    return points


def _values(y0: Any, count: int) -> list[float] | None:
    if y0 is None:
        return None
    values = list(y0) if isinstance(y0, Iterable) else [y0]
    if len(values) != count:
        raise ArgumentError(f"y0: expected a value for each of {count} points of x0, got {len(values)}")
    return values
