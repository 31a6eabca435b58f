"""Card: which parameters mattered, and what each does."""

from functools import partial

from ayar.analysis.checks.base import View
from ayar.analysis.importance import Importance, importance
from ayar.analysis.words import count_text, listed, percent_text
from ayar.plots.cards import Card, Picture
from ayar.plots.importances import importance_bars
from ayar.plots.parallel import parallel_coordinates
from ayar.plots.slices import slice_panel
from ayar.plots.tables import importance_table

_MOST_SLICES = 9
_MUCH = 0.1


def mattered(view: View) -> Card:
    """Importance as table and picture, slices of the most important parameters, parallel coordinates."""
    found = importance(view.fold) if view.importance is None else view.importance
    if not found.shares:
        return Card(f"Nothing to weigh yet: {found.why}.", level="note")
    top = [f"{item.name} ({percent_text(item.share)})" for item in found.shares if item.share >= _MUCH]
    sentence = (
        f"{listed(top)} mattered most for {found.goal}."
        if top
        else f"No parameter alone mattered much for {found.goal}."
    )
    return Card(
        sentence,
        level="ok" if found.reliable else "note",
        text=_how(found),
        table=importance_table(found),
        legend="Along each parameter: one dot a trial, the best in orange, the model's average as line with its band.",
        pictures=tuple(_pictures(view, found)),
    )


def _how(found: Importance) -> tuple[str, ...]:
    method = (
        f"Method: {found.method}. 100 % means that nothing else matters; interactions count for each partner, so "
        f"shares may add up to more. Bars span what {count_text(found.trials, 'trial')} leave open. A conditional "
        "parameter is judged among the configurations that have it."
    )
    trust = "" if found.reliable else " That is too little to trust the order."
    model = f"The model predicts {percent_text(found.explained)} of the variation of trials it has not seen.{trust}"
    return method, model


def _pictures(view: View, found: Importance) -> list[Picture]:
    fold = view.fold
    slices = [
        Picture(f"slice-{place}", f"Results along {item.name}", partial(slice_panel, fold, item.name, view.model))
        for place, item in enumerate(found.shares[:_MOST_SLICES], 1)
    ]
    others = [importance(fold, goal) for goal in range(1, len(fold.setup.goals))]
    bars = [
        Picture(f"importance-{place}", f"Share of the variation of {each.goal}", partial(importance_bars, each))
        for place, each in enumerate((found, *others), 1)
    ]
    return [*bars, *slices, Picture("parallel", "One line a trial", partial(parallel_coordinates, fold))]
