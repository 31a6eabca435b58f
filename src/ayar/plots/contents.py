"""What a report says: one card for each thing people ask, in their order. A report never fails; a card may."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ayar.analysis.checks.base import View
from ayar.base.errors import NoTrial
from ayar.plots.cards import Card
from ayar.plots.part_again import again
from ayar.plots.part_asked import asked
from ayar.plots.part_course import course, failed, health, trials
from ayar.plots.part_mattered import mattered
from ayar.plots.part_winner import winner
from ayar.trial.fold import Fold


def report_cards(fold: Fold, *, storage: str = "") -> list[Card]:
    """All cards of the report on a study.

    Arguments:
        fold: the study.
        storage: its address without a password, for the commands in the last card; what is no URL is left out.

    >>> from ayar.testing.folds import fold_of
    >>> [card.key for card in report_cards(fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 1.0)]))]
    ['asked', 'winner', 'mattered', 'went', 'failed', 'health', 'trials', 'again']
    """
    view = View(fold)
    makers: dict[str, tuple[str, Callable[[], Card]]] = {
        "asked": ("What was asked", partial(asked, fold)),
        "winner": ("The winner, and how sure we are", partial(winner, fold)),
        "mattered": ("What mattered", partial(mattered, view)),
        "went": ("How the search went", partial(course, fold)),
        "failed": ("What failed, and why", partial(failed, fold)),
        "health": ("Health", partial(health, view)),
        "trials": ("All trials", partial(trials, fold)),
        "again": ("The winner again", partial(again, fold, storage)),
    }
    return [replace(guarded(make), key=key, title=title) for key, (title, make) in makers.items()]


def guarded(make: Callable[[], Card]) -> Card:
    """The card; where it cannot be made, one that says why."""
    try:
        return make()
    except NoTrial as error:
        return Card(f"No winner yet: {str(error).partition(chr(10))[0]}.", level="warning")
    except Exception as error:  # a report of an odd study must still show its other cards
        return Card(f"This card could not be made: {type(error).__name__}: {error}", level="error")
