"""A sampler, given by name or as an object, as the study records it."""

from ayar.base.errors import ArgumentError, shorten
from ayar.base.jsontext import wrap
from ayar.samplers import SAMPLERS
from ayar.samplers.base import Sampler, options_of
from ayar.trial.events import Plugin


def plugin_of(sampler: str | Sampler) -> Plugin:
    """Name in the table and options.

    Raises:
        UnknownName: no sampler has this name. ArgumentError: neither a name nor a sampler of the table.
    """
    if isinstance(sampler, str):
        SAMPLERS[sampler]
        return Plugin(sampler)
    target = f"{type(sampler).__module__}:{type(sampler).__qualname__}"
    name = next((name for name, entry in SAMPLERS.items() if entry == target), None)
    if name is None:
        raise ArgumentError(
            f"sampler: expected a name ({', '.join(SAMPLERS)}) or one of their objects, got {shorten(sampler)}; "
            "register your own by an entry point of the group 'ayar.samplers'"
        )
    return Plugin(name, wrap(options_of(sampler), "sampler options"))
