"""The verb `tell`."""

from typing import Annotated

import typer

from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.exits import Exit
from ayar.cli.options import Quiet, Storage, Study, Verbose, ended, parser
from ayar.cli.talk import Talk
from ayar.cli.units import whole

RESULT = "Result"


def tell(
    trial: Annotated[
        int | None, typer.Argument(parser=parser(whole(0)), metavar="TRIAL", help="The trial's number.")
    ] = None,
    value: Annotated[
        str | None,
        typer.Option(
            metavar="VALUE", help='A number, or JSON: \'{"loss": 0.3, "latency": 12}\'.', rich_help_panel=RESULT
        ),
    ] = None,
    token: Annotated[
        int | None,
        typer.Option(
            parser=parser(whole(1)),
            metavar="N",
            help="The token that ayar ask printed: a trial that went to another worker is not told.",
            rich_help_panel=RESULT,
        ),
    ] = None,
    state: Annotated[
        str, typer.Option(metavar="STATE", help="complete, pruned or failed.", rich_help_panel=RESULT)
    ] = "complete",
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why it failed.", show_default=False, rich_help_panel=RESULT)
    ] = "",
    params: Annotated[
        str | None,
        typer.Option(
            metavar="JSON", help="Add a trial with these parameters that was never asked for.", rich_help_panel=RESULT
        ),
    ] = None,
    storage: Storage = None,
    study: Study = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Tell the result of a trial that ayar ask handed out; telling the same again is harmless."""

    def work(talk: Talk) -> Exit:
        from ayar.cli.by_hand import Told
        from ayar.cli.by_hand import tell as run

        return run(storage or DEFAULT_STORAGE, study, Told(trial, token, value, state, reason, params), talk)

    ended(work, Talk(quiet, verbose))
