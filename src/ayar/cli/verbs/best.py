"""The verb `best`."""

from typing import Annotated

import typer

from ayar.cli.choices import DEFAULT_STORAGE, Format
from ayar.cli.exits import Exit
from ayar.cli.options import OUTPUT, Json, Quiet, Storage, Study, Verbose, ended, parser
from ayar.cli.talk import Talk
from ayar.cli.units import one_of


def best(
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            parser=parser(one_of(Format)),
            metavar="FORMAT",
            help="The parameters alone, as python, argv or json.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    storage: Storage = None,
    study: Study = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print the best parameters as Python, arguments of a command or JSON; with several goals all of the front."""

    def work(talk: Talk) -> Exit:
        from ayar.cli.best import best as run

        return run(storage or DEFAULT_STORAGE, study, Format.JSON if as_json else form, talk)

    ended(work, Talk(quiet, verbose))
