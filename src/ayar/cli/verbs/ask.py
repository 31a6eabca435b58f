"""The verb `ask`."""

from typing import Annotated

import typer

from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.exits import Exit
from ayar.cli.options import RUN, Quiet, Storage, Study, Verbose, ended, parser
from ayar.cli.talk import Talk
from ayar.cli.units import seconds


def ask(
    worker: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Who asks: the same name gets its unfinished trial back.", rich_help_panel=RUN
        ),
    ] = None,
    lease: Annotated[
        float | None,
        typer.Option(
            parser=parser(seconds),
            metavar="TIME",
            help="After so long without a tell the trial goes to somebody else. [default: 1h]",
            rich_help_panel=RUN,
        ),
    ] = None,
    storage: Storage = None,
    study: Study = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print the next trial to evaluate as one line of JSON: study, trial, token, attempt, seed, params.

    For loops in a shell or any language: while trial=$(ayar ask); do ...; ayar tell N --token T --value V; done. Ends
    with code 4 when the study hands out no more.
    """

    def work(talk: Talk) -> Exit:
        from ayar.cli.by_hand import ask as run

        return run(storage or DEFAULT_STORAGE, study, talk, worker=worker, lease_s=lease or 3600.0)

    ended(work, Talk(quiet, verbose))
