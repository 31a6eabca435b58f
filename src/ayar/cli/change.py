"""`ayar change`: settings, space and queue of a study that exists, from words on the command line."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from ayar.base.errors import ArgumentError, AyarError, SpaceError, shorten
from ayar.base.jsontext import loads
from ayar.cli.changes import differences
from ayar.cli.exits import Exit
from ayar.cli.talk import Talk
from ayar.cli.target import chosen_study
from ayar.space.moves_edit import renamed, with_choice, with_parameter, with_range, without, without_choice
from ayar.space.space import Space
from ayar.study.study import Study


@dataclass(frozen=True)
class Wishes:
    """What is to change, as typed."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    widen: tuple[str, ...] = ()
    """NAME=LOW:HIGH each."""
    narrow: tuple[str, ...] = ()
    add_choice: tuple[str, ...] = ()
    """NAME=VALUE each; the value as JSON, else as text."""
    retire_choice: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    """NAME=JSON each: a domain, as a study file has it."""
    retire: tuple[str, ...] = ()
    """NAME=VALUE each, or NAME where the value never mattered."""
    rename: tuple[str, ...] = ()
    """OLD=NEW each."""
    enqueue: tuple[str, ...] = ()
    """A JSON object each."""
    cancel: tuple[int, ...] = ()
    stop: bool = False
    reopen: bool = False
    why: str = ""

    @property
    def space_edits(self) -> bool:
        """Whether the space is to change."""
        return any((self.widen, self.narrow, self.add_choice, self.retire_choice, self.add, self.retire, self.rename))


def change(storage: str, name: str | None, wishes: Wishes, talk: Talk) -> Exit:
    """Change a study; every kind of change is one event, and what changed is printed.

    Arguments:
        storage: the store's address.
        name: the study; None: the only one.
        wishes: what is to change.
        talk: where it goes.
    """
    if wishes.stop and wishes.reopen:
        raise ArgumentError("expected --stop or --reopen, got both")
    points = [_point(text) for text in wishes.enqueue]
    with closing(chosen_study(storage, name)) as study:
        silent = True
        for line in _changed(study, wishes, points):
            talk.tell(f"  {line}" if not silent else f"study {study.name!r} in {storage}\n  {line}")
            silent = False
    if silent:
        raise ArgumentError(
            "expected something to change, such as --max-trials 200 or --widen lr=1e-6:1; see ayar change --help"
        )
    return Exit.DONE


def _changed(study: Study, wishes: Wishes, points: list[dict[str, Any]]) -> Iterator[str]:
    """Make the changes and say each once it is made.

    Those of the space come first: they are the likeliest to be refused, and then nothing changed.
    """
    before = study.setup
    if wishes.space_edits:
        yield from _change_space(study, wishes)
    if wishes.settings:
        study.change(why=wishes.why, **wishes.settings)
        yield from differences(before, study.setup) or ["settings as they were"]
    for point in points:
        yield f"trial {study.enqueue(point)} enqueued: {shorten(point)}"
    for number in wishes.cancel:
        study.cancel(number, why=wishes.why)
        yield f"trial {number} cancelled"
    if wishes.stop:
        yield _stop(study, wishes.why)
    if wishes.reopen:
        yield _reopen(study)


def _stop(study: Study, why: str) -> str:
    if study.stopped is not None:
        return f"ended already, by {study.stopped}"
    study.stop(why=why)
    return "stopped: running trials finish, no further one starts"


def _reopen(study: Study) -> str:
    was = study.stopped
    study.reopen()
    if was is None:
        return "open, as it was"
    return "open again" if study.stopped is None else f"still ended by {was}: give it more budget, or a wider space"


def _change_space(study: Study, wishes: Wishes) -> list[str]:
    if study.setup.dynamic:
        raise ArgumentError("the objective defines the space of this study by run; change it there")
    fill: dict[str, Any] = {}
    space = _edited(study.fold.declared, wishes, fill)
    names = dict(_pair("--rename", text) for text in wishes.rename)
    new = renamed(space, names)
    done = study.change_space(new, rename=names, fill=fill, why=wishes.why)
    return [*done.difference, *str(done).splitlines()]


def _edited(space: Space, wishes: Wishes, fill: dict[str, Any]) -> Space:
    """The space under its old names; `fill` gets what retired parameters are from now on."""
    for option, texts, wider in (("--widen", wishes.widen, True), ("--narrow", wishes.narrow, False)):
        for text in texts:
            name, low, high = _range(option, text)
            space = with_range(space, name, low, high, wider=wider)
    edits: Iterable[tuple[str, tuple[str, ...], Callable[[Space, str, Any], Space]]] = (
        ("--add-choice", wishes.add_choice, with_choice),
        ("--retire-choice", wishes.retire_choice, without_choice),
        ("--add", wishes.add, with_parameter),
    )
    for option, texts, edit in edits:
        for text in texts:
            name, value = _pair(option, text)
            space = edit(space, name, _value(value))
    for text in wishes.retire:
        name, said, value = text.partition("=")
        fill[name] = _value(value) if said else ...
        space = without(space, name)
    return space


def _pair(option: str, text: str) -> tuple[str, str]:
    name, said, value = text.partition("=")
    if not (said and name and value):
        what = {"--rename": "OLD=NEW", "--add": "NAME=JSON"}.get(option, "NAME=VALUE")
        raise ArgumentError(f"{option}: expected {what}, got {text!r}")
    return name, value


def _range(option: str, text: str) -> tuple[str, float, float]:
    name, _, bounds = text.partition("=")
    low, _, high = bounds.partition(":")
    try:
        ends = [int(end) if end.strip().lstrip("+-").isdigit() else float(end) for end in (low, high)]
    except ValueError:
        raise ArgumentError(f"{option}: expected NAME=LOW:HIGH such as lr=1e-6:1, got {text!r}") from None
    return name, ends[0], ends[1]


def _value(text: str) -> Any:
    """JSON where it is that, else the text itself."""
    try:
        return loads(text)
    except AyarError:
        return text


def _point(text: str) -> dict[str, Any]:
    point = _value(text)
    if not isinstance(point, dict):
        raise SpaceError(f"--enqueue: expected a JSON object such as '{{\"lr\": 0.1}}', got {text!r}")
    return point
