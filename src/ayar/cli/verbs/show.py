"""The verb `show`."""

from typing import Annotated

import typer

from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.exits import Exit
from ayar.cli.options import Json, Quiet, Storage, Study, Verbose, ended, parser
from ayar.cli.talk import Talk
from ayar.cli.units import whole


def show(
    trial: Annotated[
        int | None,
        typer.Argument(parser=parser(whole(0)), metavar="TRIAL", help="A trial's number, to see its story."),
    ] = None,
    storage: Storage = None,
    study: Study = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Show a store's studies, one study as it stands, or the story of one trial."""

    def work(talk: Talk) -> Exit:
        from ayar.cli.show import show as run

        return run(storage or DEFAULT_STORAGE, study, trial, as_json=as_json, talk=talk)

    ended(work, Talk(quiet, verbose))
