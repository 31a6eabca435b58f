"""The trial an objective holds: its parameters, and the way to report, to ask for more parameters, to leave notes.

It lives in whatever process runs the objective and speaks to the study through a channel of plain JSON. The words
`suggest_*`, `should_prune` and `user_attrs` are borrowed, so an objective written for Optuna runs as it is.
"""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from ayar.base.errors import ArgumentError, SpaceError, shorten
from ayar.base.jsontext import Json, number_to_wire, wrap
from ayar.base.rng import stream, stream_key
from ayar.space.domain import Domain
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.space.wire import domain_to_json, params_to_wire
from ayar.trial.trial import Parameters, Report

Channel = Callable[[dict[str, Any]], Any]
"""Sends one message to the study and returns its reply."""


class LiveTrial(Parameters):
    """A trial under way: a read-only mapping of its active parameters.

    `trial["lr"]` and `f(**trial)` read parameters; `trial.report(value, step)` and `trial.should_prune()` speak to the
    scheduler; `trial.suggest_float("lr", 1e-5, 1e-1, log=True)` defines the space by run.
    """

    def __init__(
        self,
        number: int,
        params: dict[str, Any],
        *,
        space: Space,
        seed: int,
        dynamic: bool,
        channel: Channel,
        fail: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Made by a study.

        Arguments:
            number: the trial's number.
            params: native values; in a define-by-run study those the sampler proposes, used when asked for.
            space: the declared space.
            seed: the study's.
            dynamic: whether the objective defines the space by run.
            channel: where reports go.
            fail: tells the trial failed when a `with trial:` block raises.
        """
        self.number = number
        self.seed = stream_key(seed, number, "trial") % 2**32
        """A seed for the objective, equal for all attempts of this trial: 0 ... 2^32 - 1."""
        self.reports: list[Report] = []
        self.user_attrs: dict[str, Any] = {}
        self._study_seed = seed
        self._space = space
        self._dynamic = dynamic
        self._proposed = params
        self._params = {} if dynamic else dict(params)
        self._asked: dict[str, Domain] = {}
        self._channel = channel
        self._fail = fail
        self._prune = False

    @property
    def params(self) -> dict[str, Any]:
        """Active parameters, native values; in a define-by-run study those asked for so far."""
        return dict(self._params)

    # -- reporting -------------------------------------------------------------------------------------------------

    def report(self, value: float, step: int, fold: int | None = None) -> None:
        """Tell an intermediate value.

        Arguments:
            value: the metric at this step, with the goal's own sign and scale.
            step: how far training is: epochs, iterations, rows; whole and rising.
            fold: which fold of a cross-validation the value belongs to.

        Raises:
            ArgumentError: a value that is no number, or a step that is not whole.
        """
        try:
            point = Report(_whole(step), float(value), None if fold is None else _whole(fold))
        except (TypeError, ValueError):
            raise ArgumentError(
                f"trial.report: expected a number and a whole step, got {shorten(value)}, {shorten(step)}"
            ) from None
        self.reports.append(point)
        reply = self._channel({"report": [point.step, number_to_wire(point.value), point.fold]})
        self._prune = bool(reply and reply.get("prune"))

    def should_prune(self) -> bool:
        """Whether the scheduler wants this trial to end now; then `raise ayar.TrialPruned`."""
        return self._prune

    def set_user_attr(self, name: str, value: Any) -> None:
        """Keep a value that JSON can hold with the trial.

        Raises:
            ArgumentError: JSON cannot hold it.
        """
        wrap(value, f"attribute {name!r}")
        self.user_attrs[name] = value

    # -- define by run ---------------------------------------------------------------------------------------------

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        """A float in [low, high], in steps of `step` from `low`, or uniform in its logarithm."""
        value: float = self._suggest(name, Float(low, high, step=step, log=log))
        return value

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """A whole number in [low, high], in steps of `step`, or uniform in its logarithm."""
        value: int = self._suggest(name, Int(low, high, step=step, log=log))
        return value

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """One of `choices`."""
        return self._suggest(name, Categorical(list(choices)))

    def _suggest(self, name: str, domain: Domain) -> Any:
        if name in self._asked:
            return self._again(name, domain)
        if not self._dynamic and name in self._space.params:
            return self._declared(name, domain)
        own = Space({name: domain})
        value = self._proposed.get(name)
        if name not in self._proposed or not own.contains({name: value}):
            value = self._draw(name, own)
        self._asked[name] = domain
        self._params[name] = value
        return value

    def _again(self, name: str, domain: Domain) -> Any:
        if domain != self._asked[name]:
            raise SpaceError(
                f"parameter {name!r} was asked for twice in trial {self.number} with different domains: first "
                f"{self._asked[name]}, now {domain}; use one domain, or two names"
            )
        return self._params[name]

    def _declared(self, name: str, domain: Domain) -> Any:
        declared = self._space.params[name]
        if not same_values(declared, domain):
            raise SpaceError(
                f"parameter {name!r} is declared as {declared} but asked for as {domain} in trial {self.number}; "
                "make them equal, or leave the declaration out"
            )
        if name not in self._params:
            raise SpaceError(
                f"parameter {name!r} is not active in trial {self.number}: its condition when={declared.when} "
                "does not hold; ask for it only where it does"
            )
        return self._params[name]

    def _draw(self, name: str, own: Space) -> Any:
        codec = own.codec
        uniforms = stream(self._study_seed, self.number, f"suggest|{name}").random((1, len(codec.names)))
        X = codec.from_unit(uniforms)
        return codec.decode(X, codec.activity(X))[0][name]

    def asked(self) -> list[list[Json]]:
        """What was asked for beyond the declared space: [name, domain, value] each, as the log holds it."""
        return [
            [name, domain_to_json(domain), params_to_wire(Space({name: domain}), {name: self._params[name]})[name]]
            for name, domain in self._asked.items()
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._fail is not None:
            self._fail(error)

    def __repr__(self) -> str:
        return f"<trial {self.number} under way {self._params}>"


def _whole(value: Any) -> int:
    number = int(value)
    if number != value:
        raise ValueError(value)
    return number


def same_values(one: Domain, other: Domain) -> bool:
    """Whether two domains hold the same values on the same scale, whatever their conditions and defaults."""
    plain = [
        {k: v for k, v in domain_to_json(d).items() if k not in ("when", "default", "prior")} for d in (one, other)
    ]
    return plain[0] == plain[1]
