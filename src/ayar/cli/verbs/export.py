"""The verb `export`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.exits import Exit
from ayar.cli.options import OUTPUT, WHERE, Quiet, Storage, Verbose, ended
from ayar.cli.talk import Talk


def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; -: standard output, as without.")
    ] = None,
    storage: Storage = None,
    study: Annotated[
        list[str] | None,
        typer.Option(
            "--study",
            metavar="NAME",
            help="Its name, again for each of several; may be left out when the store holds one.",
            rich_help_panel=WHERE,
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every study of the store.", rich_help_panel=WHERE)] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="The trials as a table, in place of the log.", rich_help_panel=OUTPUT)
    ] = False,
    salvage: Annotated[
        bool,
        typer.Option(
            "--salvage",
            help="Of a damaged store: what is whole, and in words what is not there.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write a study's whole log as JSON lines, the same bytes each time; `ayar import` reads it back."""

    def work(talk: Talk) -> Exit:
        from ayar.cli import export as run

        place, given = storage or DEFAULT_STORAGE, os.environ.get("AYAR_STUDY")
        names = study or ([given] if given else [])
        to = None if file == Path("-") else file
        if salvage:
            return run.export_salvage(place, names, to, talk=talk)
        write = run.export_csv if as_csv else run.export_log
        return write(place, run.all_names(place) if every else names, to, talk=talk)

    ended(work, Talk(quiet, verbose))
