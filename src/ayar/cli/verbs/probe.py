"""The verb `probe`."""

from pathlib import Path
from typing import Annotated

import typer

from ayar.cli.exits import Exit
from ayar.cli.options import BUDGET, Json, Quiet, Verbose, ended, parser
from ayar.cli.talk import Talk
from ayar.cli.units import amount, whole


def probe(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Python file that defines task.")],
    out: Annotated[
        Path | None,
        typer.Argument(metavar="PAGE", help="Ends in .html, .md, .json or .txt. [default: FILE's name with .html]"),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(parser=parser(whole(1)), metavar="N", help="Length of a full training.", rich_help_panel=BUDGET),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            parser=parser(amount),
            metavar="N",
            help="Full trainings to spend at most. [default: 4]",
            rich_help_panel=BUDGET,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(parser=parser(whole()), metavar="N", help="Of weights and data orders. [default: 0]"),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Read good settings from a few short trainings, and write a page that says why.

    The file defines task, an ayar.training.Task, and may set epochs, budget and seed; options go before them.
    """

    def work(talk: Talk) -> Exit:
        from ayar.cli.probe import probe as run

        return run(file, out, {"epochs": epochs, "budget": budget, "seed": seed}, as_json=as_json, talk=talk)

    ended(work, Talk(quiet, verbose))
