"""The command's verbs and their options.

Bodies live in their own files and are imported when a verb runs, so that help stays quick.
"""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from ayar.base.errors import ArgumentError, AyarError
from ayar.base.version import __version__
from ayar.cli.choices import DEFAULT_STORAGE, Format
from ayar.cli.exits import Exit, exit_of
from ayar.cli.help import Verb, Verbs
from ayar.cli.talk import Talk
from ayar.cli.units import amount, one_of, seconds, size, whole

SEARCH, LOOK = "Search", "Look at what was found"
BUDGET, RUN, FIRST, WHERE, OUTPUT = "Budget", "Running", "Looking first", "Which study", "Output"

app = typer.Typer(
    name="ayar",
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

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


def _parser(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """A reader of option values whose errors Typer shows with the option's name."""

    def parse(text: str) -> Any:
        try:
            return read(text)
        except ArgumentError as error:
            raise typer.BadParameter(str(error)) from error

    return parse


def _ended(work: Callable[[Talk], Exit], talk: Talk) -> None:
    """Run a verb's body and end the process with its exit code; an error of ours becomes words."""
    try:
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


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ayar {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Find good hyperparameters, fast, and tell the truth about how good they are.

    Start with: ayar tune FILE.py, a file that defines objective and space. Ctrl-C keeps everything; the same command
    goes on.
    """


@app.command(cls=Verb, rich_help_panel=SEARCH, short_help="Start a study, or go on with it.")
def tune(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A Python file with objective and space."),
    ],
    max_trials: Annotated[
        int | None,
        typer.Option(
            parser=_parser(whole(0)),
            metavar="N",
            help="Trials of the whole study, over all workers.",
            rich_help_panel=BUDGET,
        ),
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(
            parser=_parser(seconds),
            metavar="TIME",
            help="After this long no trial starts: 90, 30m, 8h.",
            rich_help_panel=BUDGET,
        ),
    ] = None,
    max_failures: Annotated[
        float | None,
        typer.Option(
            parser=_parser(amount),
            metavar="N",
            help="More failed trials end the study; below 1 a share of them. [default: 0.5]",
            rich_help_panel=BUDGET,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            parser=_parser(whole(-1)),
            metavar="N",
            help="Trials at a time, a process each; -1: one a core.",
            rich_help_panel=RUN,
        ),
    ] = None,
    sampler: Annotated[
        str | None, typer.Option(metavar="NAME", help="How trials are chosen. [default: auto]", rich_help_panel=RUN)
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            parser=_parser(whole()), metavar="N", help="Of all random choices of a new study.", rich_help_panel=RUN
        ),
    ] = None,
    trial_timeout: Annotated[
        float | None,
        typer.Option(
            parser=_parser(seconds),
            metavar="TIME",
            help="A trial that takes longer is ended, and failed.",
            rich_help_panel=RUN,
        ),
    ] = None,
    trial_memory: Annotated[
        int | None,
        typer.Option(
            parser=_parser(size), metavar="SIZE", help="Memory a trial may take: 512MB, 8GB.", rich_help_panel=RUN
        ),
    ] = None,
    enqueue: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Try the points of this JSON file first.", rich_help_panel=RUN),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the study and its space; run nothing.", rich_help_panel=FIRST)
    ] = False,
    print_trials: Annotated[
        int | None,
        typer.Option(
            parser=_parser(whole(1)),
            metavar="N",
            help="Print the next N proposals; run nothing.",
            rich_help_panel=FIRST,
        ),
    ] = None,
    storage: Storage = None,
    study: Study = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Start the study of a Python file, or go on with it.

    The file defines objective (a function of a trial) and space, and may set direction, goals, constraints, max_trials,
    max_seconds, workers, sampler, seed, name, storage and the other arguments of ayar.minimize; options go before them.
    The study is called like the file, unless it sets a name.
    """
    options = {
        "max_trials": max_trials,
        "max_seconds": max_seconds,
        "max_failures": max_failures,
        "workers": workers,
        "sampler": sampler,
        "seed": seed,
        "trial_timeout": trial_timeout,
        "trial_memory": trial_memory,
        "storage": storage,
        "name": study,
    }

    def work(talk: Talk) -> Exit:
        from ayar.cli.tune import Wishes
        from ayar.cli.tune import tune as run

        return run(file, options, Wishes(dry_run, print_trials, enqueue), talk)

    _ended(work, Talk(quiet, verbose))


@app.command(cls=Verb, rich_help_panel=LOOK, short_help="Show the studies, one study, or one trial.")
def show(
    trial: Annotated[
        int | None,
        typer.Argument(parser=_parser(whole(0)), metavar="TRIAL", help="A trial's number, to see its story."),
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

    _ended(work, Talk(quiet, verbose))


@app.command(cls=Verb, rich_help_panel=LOOK, short_help="Print the best parameters, to copy.")
def best(
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            parser=_parser(one_of(Format)),
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

    _ended(work, Talk(quiet, verbose))


@app.command(cls=Verb, rich_help_panel=LOOK, short_help="Write a report with pictures and health checks.")
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

    _ended(work, Talk(quiet, verbose))


def main() -> None:
    """The entry point of the command."""
    app(prog_name="ayar")
