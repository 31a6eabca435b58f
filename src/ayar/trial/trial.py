"""A trial as it stands in the history: frozen, and a mapping of its active parameters."""

from collections.abc import ItemsView, Iterator, KeysView, Mapping
from typing import Any, NamedTuple

import msgspec

from ayar.base.errors import ArgumentError, did_you_mean
from ayar.base.registry import door
from ayar.space.vector import entries
from ayar.trial.failure import Failure
from ayar.trial.state import State


class Report(NamedTuple):
    """One intermediate value."""

    step: int
    value: float
    fold: int | None = None


class Parameters:
    """What a live and a recorded trial share: `trial["lr"]`, `f(**trial)`, `len`, `in`, `for`.

    `trial["x"]` of a vector, whose entries are the parameters x[0], x[1], ..., is the list of their values.
    Not a full `Mapping`: `values` are a trial's results here, as its users expect.
    """

    __slots__ = ()

    parameters: Mapping[str, Any]
    """Active parameters, native values; not to be written to."""

    @property
    def params(self) -> dict[str, Any]:
        """Active parameters, native values: a copy."""
        return dict(self.parameters)

    def __getitem__(self, name: str) -> Any:
        params = self.parameters
        if name in params:
            return params[name]
        if vector := entries(name, params):
            return vector
        raise KeyError(f"no active parameter {name!r}{did_you_mean(name, params)}")

    def __contains__(self, name: object) -> bool:
        return name in self.parameters

    def __iter__(self) -> Iterator[str]:
        return iter(self.parameters)

    def __len__(self) -> int:
        return len(self.parameters)

    def keys(self) -> KeysView[str]:
        """Names of the active parameters."""
        return self.parameters.keys()

    def items(self) -> ItemsView[str, Any]:
        """(name, value) of the active parameters."""
        return self.parameters.items()

    def get(self, name: str, default: Any = None) -> Any:
        """The parameter's value, or `default` while it is inactive."""
        return self.parameters.get(name, default)


class Trial(Parameters, msgspec.Struct, frozen=True, eq=False, gc=False):
    """One trial: parameters, outcome and how it came about."""

    number: int
    state: State
    parameters: Mapping[str, Any]
    values: tuple[float, ...] = ()
    """One a goal, in the goals' order; empty until told."""
    sd: tuple[float, ...] = ()
    """Standard error of each value, where the objective knew it."""
    metrics: Mapping[str, float] = {}
    """Constraint metrics by name."""
    reports: tuple[Report, ...] = ()
    """Intermediate values of the last attempt."""
    attrs: Mapping[str, Any] = {}
    failure: Failure | None = None
    note: Mapping[str, Any] = {}
    """The sampler's reasons."""
    decision: Mapping[str, Any] = {}
    """What a scheduler decided, under "action", and why; empty where it let the trial go on."""
    seen: int | None = None
    """The last event the proposal was based on; None for a trial that was not proposed."""
    attempts: int = 0
    worker: str | None = None
    seconds: float | None = None
    """How long the objective ran."""
    overhead: float = 0.0
    """Seconds the proposal took."""
    peak_bytes: int | None = None
    output: str = ""
    asked_at: int | None = None
    """Microseconds since 1970 UTC."""
    told_at: int | None = None
    source: Mapping[str, Any] = {}
    """Where an added or enqueued trial came from."""
    as_asked: Mapping[str, Any] | None = None
    """The parameters that the objective got, where changes of the space made others of them; None: as they stand."""
    outside: str = ""
    """Why it lies outside the space since that changed; such a trial is kept, and neither best nor learned from."""

    @property
    def value(self) -> float | None:
        """The value of a study with one goal; None until told.

        Raises:
            ArgumentError: the study has several goals; read `values`.
        """
        if len(self.values) > 1:
            raise ArgumentError(f"trial {self.number} has {len(self.values)} values; read trial.values")
        return self.values[0] if self.values else None

    def __eq__(self, other: object) -> bool:
        """Equal when every field is."""
        if not isinstance(other, Trial):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__struct_fields__)

    def __hash__(self) -> int:
        return hash((self.number, self.state, self.values))

    def __repr__(self) -> str:
        outcome = f" {self.values[0]:.6g}" if len(self.values) == 1 else f" {self.values}" if self.values else ""
        return f"<Trial {self.number} {self.state}{outcome} {self.params}>"

    def _repr_html_(self) -> str:
        html: str = door("trial_html")(self)
        return html
