"""The help pages: plain text, options and verbs in groups. Typer's own coloured help costs a quarter of a second."""

from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand, TyperGroup

_DEFAULT = {"argument": "Arguments", "option": "Help"}

Rows = Iterable[tuple[str, tuple[str, str]]]
"""(group, (term, description)) each."""


class Verb(TyperCommand):
    """A verb whose options stand in the groups that `rich_help_panel` names."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options, group by group."""
        _write_options(self, ctx, formatter)


class Verbs(TyperGroup):
    """The command, with its verbs in the groups that `rich_help_panel` names."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the verbs, then the options."""
        self.format_commands(ctx, formatter)
        _write_options(self, ctx, formatter)

    def format_commands(self, _ctx: Any, formatter: Any) -> None:
        """Write the verbs, group by group."""
        width = max(map(len, self.commands))
        rows = [
            (_group(verb, "Verbs"), (name.ljust(width), verb.get_short_help_str(formatter.width)))
            for name, verb in self.commands.items()
        ]
        _write(formatter, rows)

    def list_commands(self, _ctx: Any) -> list[str]:
        """The verbs in the order of a day's work, not of the alphabet."""
        return list(self.commands)


def _write_options(command: Any, ctx: Any, formatter: Any) -> None:
    rows = [(param, param.get_help_record(ctx)) for param in command.get_params(ctx)]
    _write(formatter, [(_group(param, _DEFAULT[param.param_type_name]), row) for param, row in rows if row is not None])


def _group(thing: Any, default: str) -> str:
    return getattr(thing, "rich_help_panel", None) or default


def _write(formatter: Any, rows: Rows) -> None:
    groups: dict[str, list[tuple[str, str]]] = {}
    for group, row in rows:
        groups.setdefault(group, []).append(row)
    for group, members in groups.items():
        with formatter.section(group):
            formatter.write_dl(members)
