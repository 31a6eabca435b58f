"""The verb `verify`."""

from pathlib import Path
from typing import Annotated

import typer

from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.exits import Exit
from ayar.cli.options import Json, Quiet, Storage, Study, Verbose, ended
from ayar.cli.talk import Talk


def verify(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The study's Python file; needed only where its space holds functions."),
    ] = None,
    storage: Storage = None,
    study: Study = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check that everything a study says follows from its log; exit code 1 and the first difference if not.

    The chain of its events, their order, what the store keeps beside them, and every proposal, made again from what
    its author had seen and compared bit for bit.
    """

    def work(talk: Talk) -> Exit:
        from ayar.cli.verify import verify as run

        return run(storage or DEFAULT_STORAGE, study, file, as_json=as_json, talk=talk)

    ended(work, Talk(quiet, verbose))
