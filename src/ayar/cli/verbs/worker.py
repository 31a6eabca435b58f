"""The verb `worker`."""

from pathlib import Path
from typing import Annotated

import typer

from ayar.cli.exits import Exit
from ayar.cli.options import (
    RUN,
    Finish,
    Quiet,
    Storage,
    Study,
    TrialMemory,
    TrialTimeout,
    Verbose,
    Workers,
    ended,
    parser,
)
from ayar.cli.talk import Talk
from ayar.cli.units import seconds


def worker(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The file that the study was started with; it defines the objective."),
    ],
    workers: Workers = None,
    trial_timeout: TrialTimeout = None,
    trial_memory: TrialMemory = None,
    max_idle: Annotated[
        float | None,
        typer.Option(
            parser=parser(seconds),
            metavar="TIME",
            help="Leave after so long without a trial to run. [default: wait]",
            rich_help_panel=RUN,
        ),
    ] = None,
    finish: Finish = False,
    storage: Storage = None,
    study: Study = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Join a study that was started with ayar tune, and run its trials until its budget is spent.

    As many as you like, from any process or machine that reaches the storage; budget and sampler are the study's.
    """
    options = {
        "workers": workers,
        "trial_timeout": trial_timeout,
        "trial_memory": trial_memory,
        "storage": storage,
        "name": study,
    }

    def work(talk: Talk) -> Exit:
        from ayar.cli.worker import worker as run

        return run(file, options, talk, max_idle=max_idle, finish=finish)

    ended(work, Talk(quiet, verbose))
