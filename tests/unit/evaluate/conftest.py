"""Stand-ins for what `study` hands to this room: a ledger in a list, a trial that writes down its reports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ayar.base.jsontext import dumps, loads
from ayar.trial.goal import Direction, Goal
from ayar.trial.state import State
from ayar.trial.trial import Report, Trial


class ListLedger:
    """Keeps entries as JSON text, as a study's log does; `saved` is what a restart finds."""

    def __init__(self, saved: Sequence[tuple[str, str]] = ()) -> None:
        self.saved = list(saved)

    def record(self, topic: str, data: Mapping[str, Any]) -> None:
        self.saved.append((topic, dumps(data)))

    def records(self, topic: str) -> list[dict[str, Any]]:
        return [loads(text) for found, text in self.saved if found == topic]


class ListStudy(ListLedger):
    """A ledger with a goal and, once `finish` was called, a winner."""

    def __init__(self, direction: Direction = "maximize", saved: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(saved)
        self.setup = SimpleNamespace(goals=(Goal("value", direction),))
        self.best: Any = None

    def finish(self, params: dict[str, Any], scores: Sequence[float], number: int = 7) -> "ListStudy":
        reports = tuple(Report(i, score, i) for i, score in enumerate(scores))
        self.best = Trial(number, State.COMPLETE, params, values=(float(np.mean(scores)),), reports=reports)
        return self


@dataclass
class WritingTrial:
    """Writes down reports; wants to be pruned after `patience` of them."""

    params: dict[str, Any]
    patience: int = 1000
    number: int = 0
    reports: list[tuple[float, int, int | None]] = field(default_factory=list)
    attrs: dict[str, Any] = field(default_factory=dict)

    def keys(self) -> list[str]:
        return list(self.params)

    def __getitem__(self, name: str) -> Any:
        return self.params[name]

    def report(self, value: float, step: int, fold: int | None = None) -> None:
        self.reports.append((value, step, fold))

    def set_user_attr(self, name: str, value: Any) -> None:
        self.attrs[name] = value

    def should_prune(self) -> bool:
        return len(self.reports) >= self.patience


@pytest.fixture
def ledger() -> ListLedger:
    return ListLedger()


@pytest.fixture
def new_study() -> Callable[..., ListStudy]:
    return ListStudy


@pytest.fixture
def new_trial() -> Callable[..., WritingTrial]:
    return WritingTrial
