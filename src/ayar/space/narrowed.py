"""A space narrowed by what somebody found out before the search: ranges, priors, and a point to try first.

Narrowing is a prior, not a wall: `widen=True` keeps the ranges as they were and the priors with them. It is a pure
function of space and findings, so a study that keeps the findings can be narrowed in the same way again.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from ayar.base.errors import SpaceError, did_you_mean
from ayar.space.domains import Choices, Constant, Domain, Float, Int, Normal
from ayar.space.space import Space
from ayar.space.values import is_number


@dataclass(frozen=True)
class Finding:
    """What was found out about one parameter.

    Arguments:
        value: the value to try first.
        low, high: where the best one is believed to be; as wide as the finding is unsure. These are two standard
            deviations of the prior from `value`.
        why: where it comes from, in a few words.
    """

    value: float
    low: float
    high: float
    why: str

    def __post_init__(self) -> None:
        if not all(is_number(item) and math.isfinite(item) for item in (self.value, self.low, self.high)):
            raise SpaceError(f"Finding: expected three finite numbers, got {self.value}, {self.low}, {self.high}")
        if not self.low <= self.value <= self.high:
            raise SpaceError(f"Finding: needs low <= value <= high, got {self.low}, {self.value}, {self.high}")


@dataclass(frozen=True)
class Narrowed:
    """A space, what it was before, and the point to try first; `ayar.minimize` and `create_study` take it as a space.

    `changes` has a row for each finding: name, before, after, why. `findings` are kept so that the same narrowing can
    be made again from `full`.
    """

    space: Space
    point: Mapping[str, Any]
    full: Space
    changes: tuple[Mapping[str, str], ...]
    findings: Mapping[str, Finding]
    widen: bool = False

    @property
    def table(self) -> list[dict[str, str]]:
        """A row for each finding: name, before, after, why."""
        return [dict(row) for row in self.changes]

    def to_dict(self) -> dict[str, Any]:
        """Findings, changes and point as plain values; `narrowed_again` reads it."""
        return {
            "findings": {name: asdict(finding) for name, finding in self.findings.items()},
            "widen": self.widen,
            "point": dict(self.point),
            "changes": self.table,
        }

    def explain(self) -> str:
        """What changed, a line for each parameter, and the point to begin with."""
        lines = [f"{row['name']}: {row['before']} -> {row['after']} ({row['why']})" for row in self.changes]
        first = ", ".join(f"{name}={value:.4g}" for name, value in self.point.items())
        return "\n".join([*lines, f"Try first: {first}." if first else "Nothing was found to try first."])


def narrow(space: Space, findings: Mapping[str, Finding], *, widen: bool = False) -> Narrowed:
    """Narrow the named parameters of `space` to what was found about them.

    Numbers keep the part of their range that lies in the finding's, with a normal prior about the value (of the
    logarithm where the parameter is on a log scale). Choices that are numbers keep the nearest one and those within.
    Where the finding lies outside the range altogether, the range stays, and the prior leans to its nearer end.

    Arguments:
        space: what the user would search.
        findings: parameter's name to what was found.
        widen: keep every range as it was; the priors stay.

    Raises:
        SpaceError: a name that the space has not, or a space that is a list of given points.

    >>> found = narrow(Space({"lr": Float(1e-6, 1.0, log=True)}), {"lr": Finding(0.01, 1e-3, 0.1, "range test")})
    >>> found.space.params["lr"]
    Float(0.001, 0.1, log=True, prior=Normal(mean=0.01, sd=1.151292546497023), default=0.01)
    >>> found.point
    {'lr': 0.01}
    """
    if space.points and findings:
        raise SpaceError("a space that is a list of given points cannot be narrowed; give its parameters' ranges")
    for name in findings:
        if name not in space.params:
            raise SpaceError(f"no parameter is called {name!r}{did_you_mean(name, space.params)}")
    params = dict(space.params)
    changes = []
    for name, finding in findings.items():
        params[name], why = _narrowed(params[name], finding, widen=widen)
        changes.append({"name": name, "before": repr(space.params[name]), "after": repr(params[name]), "why": why})
    made = Space(params, constraints=space.constraints, forbidden=space.forbidden, fixed=space.fixed)
    point = {name: params[name].default for name in findings if _has_default(params[name]) and name not in space.fixed}
    return Narrowed(made, point, space, tuple(changes), dict(findings), widen)


def narrowed_again(space: Space, data: Mapping[str, Any]) -> Narrowed:
    """The narrowing that `Narrowed.to_dict` wrote, of the same space.

    Raises:
        SpaceError: the space has lost a parameter since.
    """
    findings = {name: Finding(**finding) for name, finding in data["findings"].items()}
    return narrow(space, findings, widen=bool(data["widen"]))


def _has_default(domain: Domain) -> bool:
    return is_number(domain.default)


def _narrowed(domain: Domain, finding: Finding, *, widen: bool) -> tuple[Domain, str]:
    if isinstance(domain, Float | Int):
        return _number(domain, finding, widen=widen)
    if isinstance(domain, Choices) and not isinstance(domain, Constant) and all(map(is_number, domain.choices)):
        return _choice(domain, finding, widen=widen)
    return domain, f"{finding.why}; left as it is: not a number"


def _number(domain: Float | Int, finding: Finding, *, widen: bool) -> tuple[Domain, str]:
    low, high = max(domain.low, finding.low), min(domain.high, finding.high)
    if isinstance(domain, Int):
        low, high = math.ceil(low), math.floor(high)
    outside = low > high
    if outside or widen or domain.step not in {None, 1}:  # steps are counted from the old bounds
        low, high = domain.low, domain.high
    value = min(max(finding.value, low), high)
    change: dict[str, Any] = {"low": low, "high": high, "default": _on_step(domain, value)}
    if low < high:
        change["prior"] = Normal(value, _deviation(domain, finding))
    stays = f"; {finding.value:.4g} lies outside the range, which stays" if outside else ""
    return replace(domain, **change), finding.why + stays


def _on_step(domain: Float | Int, value: float) -> Any:
    """The value of the domain that is nearest."""
    if domain.step is None:
        return float(value)
    return domain.value(domain.tick(min(max(round((value - domain.low) / domain.step), 0), domain.levels - 1)))


def _deviation(domain: Float | Int, finding: Finding) -> float:
    """A quarter of the finding's width, in the unit of the prior."""
    if not domain.log:
        return max((finding.high - finding.low) / 4.0, 1e-12)
    low = max(finding.low, min(domain.low, finding.high / 10.0))
    return max(math.log(finding.high / low) / 4.0, 1e-3)


def _choice(domain: Choices, finding: Finding, *, widen: bool) -> tuple[Domain, str]:
    """The nearest choice and those within the finding; all with weights, the nearest three times as likely."""
    nearest = min(domain.choices, key=lambda choice: abs(choice - finding.value))
    kept = [c for c in domain.choices if widen or c == nearest or finding.low <= c <= finding.high]
    weights = [3.0 if c == nearest else 1.0 for c in kept]
    return type(domain)(kept, when=domain.when, default=nearest, prior=weights), finding.why
