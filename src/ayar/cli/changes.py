"""The story of a study's changes, a line each: what changed, when, by whom and why."""

from collections.abc import Iterator
from typing import Any

from ayar.analysis.words import duration_text
from ayar.base.clock import utc_text
from ayar.base.errors import shorten
from ayar.cli.words import ended_text
from ayar.space.moves_words import move_text
from ayar.trial import events as ev
from ayar.trial.fold import Fold
from ayar.trial.setup import Setup


def change_lines(fold: Fold) -> list[str]:
    """One line a change, in order; a stop that a spent budget brought is none."""
    return list(_lines(fold))


def _lines(fold: Fold) -> Iterator[str]:
    known = _settings_at_first(fold)
    for event in fold.changes:
        match event.body:
            case ev.SettingsChanged():
                said = [f"{name} {_text(name, known[name])} -> {_text(name, now)}" for name, now in _items(event.body)]
                known |= event.body.changes
            case ev.SpaceChanged():
                said = [move_text(move) for move in event.body.moves]
            case ev.StudyStopped():
                said = [] if event.body.reason in ("budget", "exhausted") else [ended_text(event.body)]
            case _:
                said = [event.body.reason]
        if said:
            by = f" by {event.body.by}" if event.body.by else ""
            reason = getattr(event.body, "why", "")
            why = f" ({reason})" if reason else ""
            yield f"{utc_text(event.at)}{by}: {'; '.join(said)}{why}"


def _settings_at_first(fold: Fold) -> dict[str, Any]:
    created = fold.created
    return {} if created is None else settings_of(created)


def _items(body: ev.SettingsChanged) -> list[tuple[str, Any]]:
    return list(body.changes.items())


def settings_of(setup: Setup | ev.StudyCreated) -> dict[str, Any]:
    """What `ayar change` may change, as a change holds it."""
    return {
        "sampler": {"name": setup.sampler.name, "options": setup.sampler.options},
        "scheduler": (
            None if setup.scheduler is None else {"name": setup.scheduler.name, "options": setup.scheduler.options}
        ),
        "max_trials": setup.max_trials,
        "max_seconds": setup.max_seconds,
        "max_failures": setup.max_failures,
        "retries": dict(setup.retries),
    }


def _text(name: str, value: Any) -> str:
    if value is None:
        return "none"
    if name in ("sampler", "scheduler"):
        options = value.get("options") or {}
        return str(value["name"]) + (f" {shorten(options)}" if options else "")
    return duration_text(value) if name == "max_seconds" else shorten(value)


def differences(before: Setup, after: Setup) -> list[str]:
    """What differs between two moments' settings, a line each.

    >>> from dataclasses import replace
    >>> from ayar.testing.folds import fold_of
    >>> setup = fold_of({"x": (0.0, 1.0)}, []).setup
    >>> differences(setup, replace(setup, max_trials=50, max_seconds=3600.0))
    ['max_trials: none -> 50', 'max_seconds: none -> 1 h']
    """
    was, now = settings_of(before), settings_of(after)
    return [f"{name}: {_text(name, was[name])} -> {_text(name, now[name])}" for name in was if was[name] != now[name]]
