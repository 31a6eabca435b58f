"""The verb `tune`."""

from pathlib import Path
from typing import Annotated

import typer

from ayar.cli.exits import Exit
from ayar.cli.options import (
    BUDGET,
    FIRST,
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
from ayar.cli.units import amount, seconds, whole


def tune(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A Python file with objective and space, or a study file with a command."),
    ],
    max_trials: Annotated[
        int | None,
        typer.Option(
            parser=parser(whole(0)),
            metavar="N",
            help="Trials of the whole study, over all workers.",
            rich_help_panel=BUDGET,
        ),
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(
            parser=parser(seconds),
            metavar="TIME",
            help="After this long no trial starts: 90, 30m, 8h.",
            rich_help_panel=BUDGET,
        ),
    ] = None,
    max_failures: Annotated[
        float | None,
        typer.Option(
            parser=parser(amount),
            metavar="N",
            help="More failed trials end the study; below 1 a share of them. [default: 0.5]",
            rich_help_panel=BUDGET,
        ),
    ] = None,
    workers: Workers = None,
    sampler: Annotated[
        str | None, typer.Option(metavar="NAME", help="How trials are chosen. [default: auto]", rich_help_panel=RUN)
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What stops trials early, such as fold_race.", rich_help_panel=RUN),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            parser=parser(whole()), metavar="N", help="Of all random choices of a new study.", rich_help_panel=RUN
        ),
    ] = None,
    trial_timeout: TrialTimeout = None,
    trial_memory: TrialMemory = None,
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Read the file's task first; narrow a new study's space.", rich_help_panel=RUN),
    ] = False,
    accept_space: Annotated[
        bool,
        typer.Option("--accept-space", help="Change the stored study to the file's space.", rich_help_panel=RUN),
    ] = False,
    finish: Finish = False,
    enqueue: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Try the points of this JSON file first.", rich_help_panel=RUN),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Print the study, its space and first commands; run nothing.", rich_help_panel=FIRST
        ),
    ] = False,
    print_trials: Annotated[
        int | None,
        typer.Option(
            parser=parser(whole(1)),
            metavar="N",
            help="Print the next N proposals; run nothing.",
            rich_help_panel=FIRST,
        ),
    ] = None,
    rerun: Annotated[
        int | None,
        typer.Option(
            parser=parser(whole(0)),
            metavar="N",
            help="Run trial N again, outside the study, and compare.",
            rich_help_panel=FIRST,
        ),
    ] = None,
    storage: Storage = None,
    study: Study = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Start the study of a file, or go on with it.

    A Python file defines objective (a function of a trial) and space, and may set direction, goals, constraints,
    max_trials, max_seconds, workers, sampler, scheduler, seed, name, storage and the other arguments of ayar.minimize;
    options go before them.
    A study file (TOML or YAML) has a command in any language in place of the objective; its other keys are the same.
    The study is called like the file, unless it sets a name.
    """
    options = {
        "max_trials": max_trials,
        "max_seconds": max_seconds,
        "max_failures": max_failures,
        "workers": workers,
        "sampler": sampler,
        "scheduler": scheduler,
        "seed": seed,
        "trial_timeout": trial_timeout,
        "trial_memory": trial_memory,
        "storage": storage,
        "name": study,
    }

    def work(talk: Talk) -> Exit:
        from ayar.cli.tune import Wishes
        from ayar.cli.tune import tune as run

        return run(file, options, Wishes(dry_run, print_trials, enqueue, finish, rerun, probe, accept_space), talk)

    ended(work, Talk(quiet, verbose))
