"""A sampler or scheduler, given by name or as an object, as the study records it."""

from typing import Any

from ayar.base.errors import ArgumentError, shorten
from ayar.base.jsontext import unwrap, wrap
from ayar.base.registry import Registry, options_of
from ayar.samplers import SAMPLERS
from ayar.schedulers import SCHEDULERS
from ayar.schedulers.base import Scheduler
from ayar.trial.events import Plugin


def plugin_of(given: object, table: Registry = SAMPLERS) -> Plugin:
    """Name in the table and options.

    Raises:
        UnknownName: nothing in the table has this name. ArgumentError: neither a name nor an object of the table.
    """
    if isinstance(given, str):
        table[given]
        return Plugin(given)
    target = f"{type(given).__module__}:{type(given).__qualname__}"
    name = next((name for name, entry in table.items() if entry == target), None)
    if name is None:
        raise ArgumentError(
            f"{table.thing}: expected a name ({', '.join(table)}) or one of their objects, got {shorten(given)}; "
            f"register your own by an entry point of the group 'ayar.{table.table}'"
        )
    return Plugin(name, wrap(options_of(given), f"{table.thing} options"))


def scheduler_plugin(given: str | Scheduler | None, goals: int) -> Plugin | None:
    """A scheduler as the study records it; None stays None.

    Arguments:
        given: as for `plugin_of`.
        goals: how many the study has.

    Raises:
        UnknownName, ArgumentError: as `plugin_of`, or a scheduler for one goal in a study with several.
    """
    if given is None:
        return None
    plugin = plugin_of(given, SCHEDULERS)
    if goals > 1 and not scheduler_of(plugin).capabilities.several_goals:
        raise ArgumentError(
            f"scheduler {plugin.name!r} compares trials by one goal, and this study has {goals}; leave scheduler= out"
        )
    return plugin


def scheduler_of(plugin: Plugin) -> Scheduler:
    """The scheduler that a study records."""
    scheduler: Scheduler = make(plugin, SCHEDULERS)
    return scheduler


def make(plugin: Plugin, table: Registry) -> Any:
    """A new object of what a study records."""
    return table.get_class(plugin.name)(**unwrap(plugin.options))
