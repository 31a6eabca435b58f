"""The verb `report`."""

from pathlib import Path
from typing import Annotated

import typer

from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.exits import Exit
from ayar.cli.options import Json, Quiet, Storage, Study, Verbose, ended
from ayar.cli.talk import Talk


def report(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="Ends in .html, .md, .json or .txt. [default: NAME.html]",
        ),
    ] = None,
    storage: Storage = None,
    study: Study = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write the study's report, one file that opens offline, and print its path."""

    def work(talk: Talk) -> Exit:
        from ayar.cli.report import report as run

        return run(storage or DEFAULT_STORAGE, study, file, as_json=as_json, talk=talk)

    ended(work, Talk(quiet, verbose))
