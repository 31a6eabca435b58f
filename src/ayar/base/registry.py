"""Tables of names: a name stands for "module:attribute" and is imported when first looked up.

A table is the only list of its plug-ins: contract tests, documents, the command and benchmarks all read it. Outside
packages add theirs by entry points of the group "ayar.<table>".
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib import import_module
from typing import Any

from ayar.base.errors import UnknownName, did_you_mean


def load(target: str) -> Any:
    """The object that "package.module:attribute" names."""
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


def options_of(plugin: Any) -> dict[str, Any]:
    """The options of a plug-in, a dataclass, that differ from their defaults, as a study records them."""
    return {
        item.name: getattr(plugin, item.name)
        for item in fields(plugin)
        if item.init and getattr(plugin, item.name) != item.default
    }


class Registry(Mapping[str, str]):
    """One table: name to "module:attribute"; looking a name up imports it.

    >>> table = Registry("sampler", "samplers", {"text": "textwrap:shorten"})
    >>> table.get_class("text").__name__
    'shorten'
    >>> table.get_class("txt")
    Traceback (most recent call last):
    ayar.base.errors.UnknownName: no sampler is called 'txt'; did you mean 'text'?
    """

    def __init__(self, thing: str, table: str, entries: Mapping[str, str]) -> None:
        """`thing` is the word for one entry in messages; `table` names the entry-point group "ayar.<table>"."""
        self.thing = thing
        self.table = table
        self._own = dict(entries)

    def _outside(self) -> dict[str, str]:
        from importlib.metadata import entry_points  # tens of milliseconds, for names the table does not hold

        return {point.name: point.value for point in entry_points(group=f"ayar.{self.table}")}

    def __getitem__(self, name: str) -> str:
        if name in self._own:
            return self._own[name]
        outside = self._outside()
        if name in outside:
            return outside[name]
        raise UnknownName(f"no {self.thing} is called {name!r}{did_you_mean(name, [*self._own, *outside])}")

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._outside()

    def __iter__(self) -> Iterator[str]:
        return iter({**self._own, **self._outside()})

    def __len__(self) -> int:
        return len({**self._own, **self._outside()})

    def get_class(self, name: str) -> Any:
        """Import and return what `name` stands for.

        Raises:
            UnknownName: neither the table nor an entry point holds the name.
        """
        return load(self[name])


DOORS: Mapping[str, str] = {
    "arms": "ayar.plots.arms:arms",
    "batch_size": "ayar.plots.batch_size:batch_size",
    "range_test": "ayar.plots.range_test:range_test",
    "paired_runs": "ayar.plots.paired_runs:paired_runs",
    "recipe_page": "ayar.plots.recipe_page:write_recipe",
    "report": "ayar.plots.report:write_report",
    "clues": "ayar.plots.clues:clues",
    "schedule": "ayar.plots.schedule:schedule",
    "study_html": "ayar.plots.notebook:study_html",
    "trial_html": "ayar.plots.notebook:trial_html",
}
"""The named doors upward (`docs/architecture.md`): renderers that lower floors find at call time and hand tables to."""


def door(name: str) -> Any:
    """The renderer behind one of the named doors."""
    return load(DOORS[name])
