"""The verb `import`."""

from pathlib import Path
from typing import Annotated

import typer

from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.exits import Exit
from ayar.cli.options import WHERE, Quiet, Storage, Study, Verbose, ended
from ayar.cli.talk import Talk


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `ayar export` wrote.")],
    storage: Storage = None,
    study: Study = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name", metavar="NAME", help="What to call it here. [default: as it was]", rich_help_panel=WHERE
        ),
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Make the studies of an exported file in a store, event for event; a taken name is refused.

    A salvaged log is rebuilt from what still fits together, and its last event says what was lost.
    """

    def work(talk: Talk) -> Exit:
        from ayar.cli.import_ import import_log

        return import_log(file, storage or DEFAULT_STORAGE, study, name, talk=talk)

    ended(work, Talk(quiet, verbose))
