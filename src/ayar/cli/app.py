"""The command: its verbs, in the order of the help.

Bodies live in their own files and are imported when a verb runs, so that help stays quick.
"""

from collections.abc import Callable
from typing import Annotated

import typer

from ayar.base.version import __version__
from ayar.cli.help import Verb, Verbs
from ayar.cli.verbs.ask import ask
from ayar.cli.verbs.best import best
from ayar.cli.verbs.change import change
from ayar.cli.verbs.doctor import doctor
from ayar.cli.verbs.export import export
from ayar.cli.verbs.import_ import import_
from ayar.cli.verbs.probe import probe
from ayar.cli.verbs.report import report
from ayar.cli.verbs.show import show
from ayar.cli.verbs.tell import tell
from ayar.cli.verbs.tune import tune
from ayar.cli.verbs.verify import verify
from ayar.cli.verbs.worker import worker

SEARCH, LOOK, KEEP = "Search", "Look at what was found", "Keep it, and trust it"

VERBS: tuple[tuple[str, Callable[..., None], str], ...] = (
    (SEARCH, probe, "Read good settings from a few short trainings."),
    (SEARCH, tune, "Start a study, or go on with it."),
    (SEARCH, worker, "Run trials of a study that was started elsewhere."),
    (SEARCH, ask, "Print the next trial, for loops in any language."),
    (SEARCH, tell, "Tell the result of a trial."),
    (SEARCH, change, "Change a study: its budget, its space, its queue."),
    (LOOK, show, "Show the studies, one study, or one trial."),
    (LOOK, best, "Print the best parameters, to copy."),
    (LOOK, report, "Write a report with pictures and health checks."),
    (KEEP, verify, "Check that everything follows from the log."),
    (KEEP, export, "Write a study as JSON lines or CSV; save a damaged one."),
    (KEEP, import_, "Make an exported study in any store."),
    (KEEP, doctor, "Look at this machine and the store, and say what to mend."),
)
"""(panel of the help, verb, its line there)."""

app = typer.Typer(
    name="ayar",
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


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


for panel, verb, line in VERBS:
    app.command(verb.__name__.rstrip("_"), cls=Verb, rich_help_panel=panel, short_help=line)(verb)


def main() -> None:
    """The entry point of the command."""
    app(prog_name="ayar")
