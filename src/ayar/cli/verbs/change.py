"""The verb `change`."""

from typing import Annotated, Any

import typer

from ayar.cli.choices import DEFAULT_STORAGE
from ayar.cli.exits import Exit
from ayar.cli.options import BUDGET, Quiet, Storage, Study, Verbose, ended, parser
from ayar.cli.talk import Talk
from ayar.cli.units import amount, seconds, whole

SEARCH, SPACE, QUEUE = "Search", "What may be tried", "Queue and end"


def change(
    max_trials: Annotated[
        int | None,
        typer.Option(parser=parser(whole(0)), metavar="N", help="Trials of the whole study.", rich_help_panel=BUDGET),
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option(parser=parser(seconds), metavar="TIME", help="90, 30m, 8h.", rich_help_panel=BUDGET),
    ] = None,
    max_failures: Annotated[
        float | None,
        typer.Option(
            parser=parser(amount), metavar="N", help="A count; below 1 a share of the trials.", rich_help_panel=BUDGET
        ),
    ] = None,
    sampler: Annotated[
        str | None, typer.Option(metavar="NAME", help="How trials are chosen from now on.", rich_help_panel=SEARCH)
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What stops trials early from now on; none: nothing.", rich_help_panel=SEARCH
        ),
    ] = None,
    widen: Annotated[
        list[str] | None, typer.Option(metavar="NAME=LOW:HIGH", help="A wider range.", rich_help_panel=SPACE)
    ] = None,
    narrow: Annotated[
        list[str] | None, typer.Option(metavar="NAME=LOW:HIGH", help="A narrower range.", rich_help_panel=SPACE)
    ] = None,
    add_choice: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="One more choice.", rich_help_panel=SPACE)
    ] = None,
    retire_choice: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A choice no longer tried.", rich_help_panel=SPACE)
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=JSON",
            help='A new parameter, as a study file has it; its "default" is what the objective used so far.',
            rich_help_panel=SPACE,
        ),
    ] = None,
    retire: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=VALUE]",
            help="A parameter no longer tuned: VALUE is what the objective uses now; without it, it never mattered.",
            rich_help_panel=SPACE,
        ),
    ] = None,
    rename: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="Another name.", rich_help_panel=SPACE)
    ] = None,
    enqueue: Annotated[
        list[str] | None, typer.Option(metavar="JSON", help="A point to try next.", rich_help_panel=QUEUE)
    ] = None,
    cancel: Annotated[
        list[int] | None,
        typer.Option(parser=parser(whole(0)), metavar="TRIAL", help="Take a waiting trial out.", rich_help_panel=QUEUE),
    ] = None,
    stop: Annotated[
        bool, typer.Option("--stop", help="Start no further trial; running ones finish.", rich_help_panel=QUEUE)
    ] = False,
    reopen: Annotated[
        bool, typer.Option("--reopen", help="Hand out trials again after a stop.", rich_help_panel=QUEUE)
    ] = False,
    why: Annotated[
        str, typer.Option(metavar="TEXT", help="Kept with the change.", show_default=False, rich_help_panel=QUEUE)
    ] = "",
    storage: Storage = None,
    study: Study = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Change a study, also while workers run it; ayar show tells what was changed.

    Earlier trials are read in the new space: those outside it are kept, and neither best nor learned from. Options that
    name a parameter may be given several times, and make one change together. All that a file changes is taken from
    there by ayar tune FILE --accept-space.
    """
    given = {
        "max_trials": max_trials,
        "max_seconds": max_seconds,
        "max_failures": max_failures,
        "sampler": sampler,
        "scheduler": scheduler,
    }
    settings: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if scheduler == "none":
        settings["scheduler"] = None

    def work(talk: Talk) -> Exit:
        from ayar.cli.change import Wishes
        from ayar.cli.change import change as run

        wishes = Wishes(
            settings=settings,
            widen=tuple(widen or ()),
            narrow=tuple(narrow or ()),
            add_choice=tuple(add_choice or ()),
            retire_choice=tuple(retire_choice or ()),
            add=tuple(add or ()),
            retire=tuple(retire or ()),
            rename=tuple(rename or ()),
            enqueue=tuple(enqueue or ()),
            cancel=tuple(cancel or ()),
            stop=stop,
            reopen=reopen,
            why=why,
        )
        return run(storage or DEFAULT_STORAGE, study, wishes, talk)

    ended(work, Talk(quiet, verbose))
