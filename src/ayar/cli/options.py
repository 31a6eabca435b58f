"""What the verbs' signatures share: options, their readers, and how a verb's body is run."""

import traceback
import warnings
from collections.abc import Callable
from typing import Annotated, Any

import typer

from ayar.base.errors import ArgumentError, AyarError
from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.exits import Exit, exit_of
from ayar.cli.talk import Talk
from ayar.cli.units import seconds, size, whole

BUDGET, RUN, FIRST, WHERE, OUTPUT = "Budget", "Running", "Looking first", "Which study", "Output"

Storage = Annotated[
    str | None,
    typer.Option(
        "--storage",
        envvar="AYAR_STORAGE",
        metavar="ADDRESS",
        help=f"Where studies live: sqlite:///FILE, or a path. [default: {DEFAULT_STORAGE}]",
        rich_help_panel=WHERE,
    ),
]
Study = Annotated[
    str | None,
    typer.Option(
        "--study",
        envvar="AYAR_STUDY",
        metavar="NAME",
        help="Its name; may be left out when the store holds one.",
        rich_help_panel=WHERE,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.", rich_help_panel=OUTPUT)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results and errors only.", rich_help_panel=OUTPUT)]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print tracebacks of errors.", rich_help_panel=OUTPUT)]


def parser(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """A reader of option values whose errors Typer shows with the option's name."""

    def parse(text: str) -> Any:
        try:
            return read(text)
        except ArgumentError as error:
            raise typer.BadParameter(str(error)) from error

    return parse


Workers = Annotated[
    int | None,
    typer.Option(
        parser=parser(whole(-1)),
        metavar="N",
        help="Trials at a time, a process each; -1: one a core.",
        rich_help_panel=RUN,
    ),
]
TrialTimeout = Annotated[
    float | None,
    typer.Option(
        parser=parser(seconds),
        metavar="TIME",
        help="A trial that takes longer is ended, and failed.",
        rich_help_panel=RUN,
    ),
]
TrialMemory = Annotated[
    int | None,
    typer.Option(parser=parser(size), metavar="SIZE", help="Memory a trial may take: 512MB, 8GB.", rich_help_panel=RUN),
]
Finish = Annotated[
    bool,
    typer.Option(
        "--finish",
        help="On Ctrl-C or SIGTERM let running trials finish; else they go back to the queue.",
        rich_help_panel=RUN,
    ),
]


def ended(work: Callable[[Talk], Exit], talk: Talk) -> None:
    """Run a verb's body and end the process with its exit code; an error of ours becomes words."""
    try:
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_place, **_more: talk.complain(f"note: {message}")
            code = work(talk)
    except AyarError as error:
        if talk.verbose:
            traceback.print_exc()
        talk.complain(f"ayar: {error}")
        code = exit_of(error)
    except KeyboardInterrupt:
        talk.complain("left at once; all finished trials are kept")
        code = Exit.INTERRUPTED
    raise typer.Exit(int(code))
