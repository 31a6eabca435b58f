"""The trial an objective holds: its parameters, and the way to report, to ask for more parameters, to leave notes.

It lives in whatever process runs the objective and speaks to the study through a channel of plain JSON. The words
`suggest_*`, `should_prune` and `user_attrs` are borrowed, so an objective written for Optuna runs as it is.
"""

import inspect
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from ayar.base.errors import ArgumentError, SpaceError, shorten
from ayar.base.jsontext import Json, number_to_wire
from ayar.base.rng import stream, stream_key
from ayar.space.domain import Domain
from ayar.space.domains import Categorical, Float, Int
from ayar.space.space import Space
from ayar.space.wire import domain_to_json, params_from_wire, params_to_wire
from ayar.trial.attribute import attribute
from ayar.trial.events import Lease
from ayar.trial.trial import Parameters, Report

Channel = Callable[[dict[str, Any]], Any]
"""Sends one message to the study and returns its reply."""

_FACT = "ayar."
"""Names of attributes that a scheduler reads begin so."""


def beyond(declared: Space, wire: dict[str, Json]) -> dict[str, Json]:
    """What a proposal in wire form holds beyond the declared parameters."""
    if wire.keys() <= declared.params.keys():
        return {}
    return {name: value for name, value in wire.items() if name not in declared.params}


class LiveTrial(Parameters):
    """A trial under way: a read-only mapping of its active parameters.

    `trial["lr"]` and `f(**trial)` read parameters; `trial.report(value, step)` and `trial.should_prune()` speak to the
    scheduler; `trial.suggest_float("lr", 1e-5, 1e-1, log=True)` defines the space by run.
    """

    def __init__(
        self,
        number: int,
        params: dict[str, Any],
        proposed: dict[str, Json],
        *,
        declared: Space,
        seed: int,
        channel: Channel,
        lease: Lease | None = None,
        leave: "Callable[[LiveTrial, BaseException], bool] | None" = None,
        attempt: int = 1,
    ) -> None:
        """Made by a study.

        Arguments:
            number: the trial's number.
            params: the declared parameters that are active, native values.
            proposed: what was proposed beyond them, in wire form; used when the objective asks for it.
            declared: the space as declared; empty where the objective defines it by run.
            seed: the study's.
            channel: where reports go.
            lease: the right to tell the trial, where it was asked by hand.
            leave: settles the trial when a `with trial:` block raises; whether the exception ends there.
            attempt: which attempt of the trial this is.
        """
        self.number = number
        self.attempt = attempt
        self.reports: list[Report] = []
        self.user_attrs: dict[str, Any] = {}
        self.lease = lease
        self._study_seed = seed
        self._declared = declared
        self.parameters = MappingProxyType(params)
        self._params = params
        self._proposed = proposed
        self._asked: dict[str, tuple[Domain, str]] = {}
        self._channel = channel
        self._leave = leave
        self._prune = False
        self._facts: dict[str, Json] = {}
        """Attributes that a scheduler reads: they go with the next report, others with the outcome."""

    @property
    def seed(self) -> int:
        """A seed for the objective, equal for all attempts of this trial: 0 ... 2^32 - 1."""
        return stream_key(self._study_seed, self.number, "trial") % 2**32

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
        message: dict[str, Any] = {"report": [point.step, number_to_wire(point.value), point.fold]}
        if self._facts:
            message["attrs"], self._facts = self._facts, {}
        reply = self._channel(message)
        self._prune = bool(reply and reply.get("prune"))

    def should_prune(self) -> bool:
        """Whether the scheduler wants this trial to end now; then `raise ayar.TrialPruned`."""
        return self._prune

    def set_user_attr(self, name: str, value: Any) -> None:
        """Keep a value that JSON can hold with the trial.

        Raises:
            ArgumentError: JSON cannot hold it, or it takes more than 64 KB.
        """
        stored = attribute(name, value)  # raises if the log cannot hold it
        self.user_attrs[name] = value
        if name.startswith(_FACT):
            self._facts[name] = stored

    # -- define by run ---------------------------------------------------------------------------------------------

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        """A float in [low, high], in steps of `step` from `low` as far as they fit, or uniform in its logarithm."""
        value: float = self._suggest(name, Float(low, float(_last_step(low, high, step)), step=step, log=log))
        return value

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """A whole number in [low, high], in steps of `step` as far as they fit, or uniform in its logarithm."""
        value: int = self._suggest(name, Int(low, int(_last_step(low, high, step)), step=step, log=log))
        return value

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """One of `choices`."""
        return self._suggest(name, Categorical(list(choices)))

    def _suggest(self, name: str, domain: Domain) -> Any:
        if name in self._asked:
            return self._again(name, domain)
        if name in self._declared.params:
            return self._given(name, domain)
        own = Space({name: domain})
        self._params[name] = self._proposal(name, own) if self._is_proposed(name, own) else self._draw(name, own)
        self._asked[name] = domain, _caller()
        return self._params[name]

    def _proposal(self, name: str, own: Space) -> Any:
        return params_from_wire(own, {name: self._proposed[name]})[name]

    def _is_proposed(self, name: str, own: Space) -> bool:
        """Whether there is a proposal, and the objective's domain holds it: ranges may differ from trial to trial."""
        try:
            return name in self._proposed and own.contains({name: self._proposal(name, own)})
        except SpaceError:
            return False

    def _again(self, name: str, domain: Domain) -> Any:
        first, where = self._asked[name]
        if domain != first:
            raise SpaceError(
                f"parameter {name!r} was asked for twice in trial {self.number} with different domains:\n"
                f"  first {first} at {where}\n  now {domain} at {_caller()}\nuse one domain, or two names"
            )
        return self._params[name]

    def _given(self, name: str, domain: Domain) -> Any:
        declared = self._declared.params[name]
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
            for name, (domain, _) in self._asked.items()
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return error is not None and self._leave is not None and self._leave(self, error)

    def __repr__(self) -> str:
        return f"<trial {self.number} under way {self._params}>"


def _caller() -> str:
    """The objective's line that asks, as "file.py:12"."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return "?" if frame is None else f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


def _whole(value: Any) -> int:
    number = int(value)
    if number != value:
        raise ValueError(value)
    return number


def _last_step(low: float, high: float, step: float | None) -> float | Decimal:
    """The greatest value of the steps within the range, in decimals; what is no range the domain refuses.

    A declared range must be divided by its step; one defined by run ends where the last step fits, as its users expect.
    """
    if step is None or not step > 0 or not low < high or not math.isfinite(high - low):
        return high
    start, unit = Decimal(repr(low)), Decimal(repr(step))
    return start + (Decimal(repr(high)) - start) // unit * unit


def same_values(one: Domain, other: Domain) -> bool:
    """Whether two domains hold the same values on the same scale, whatever their conditions and defaults."""
    plain = [
        {k: v for k, v in domain_to_json(d).items() if k not in ("when", "default", "prior")} for d in (one, other)
    ]
    return plain[0] == plain[1]
