"""The page of a recipe: what to use, what it is worth, why, what it cost, and the space to search next."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ayar.analysis.checks.base import Finding
from ayar.base.errors import ArgumentError, SpaceError
from ayar.base.jsontext import dumps
from ayar.base.version import __version__
from ayar.plots.cards import Card, Code, Column, Picture, Table, cards_to_json
from ayar.plots.page import Head, page
from ayar.plots.plain import cards_to_markdown, cards_to_text
from ayar.training.recipe import Recipe


def write_recipe(recipe: Recipe, path: str | Path) -> Path:
    """Write the page of a recipe.

    Arguments:
        recipe: what `disciplined` found.
        path: ends in .html, .md, .json or .txt, and so says the format. An HTML page is one file that loads nothing;
            without plotly it has tables but no pictures, and says what adds them.

    Returns:
        The path written.

    Raises:
        ArgumentError: another ending.
        OSError: the file cannot be written.
    """
    target = Path(path)
    render = _FORMATS.get(target.suffix.lower())
    if render is None:
        raise ArgumentError(f"the page of a recipe: expected a file ending in {', '.join(_FORMATS)}, got {str(path)!r}")
    target.write_bytes(render(recipe).encode("utf-8", "replace"))
    return target


def recipe_cards(recipe: Recipe) -> list[Card]:
    """The cards of the page, in the order in which people ask."""
    cards = [_use(recipe), _worth(recipe), _why(recipe), _sane(recipe), _cost(recipe), _next(recipe)]
    return [card for card in cards if card is not None]


def _html(recipe: Recipe) -> str:
    spend = recipe.spend
    tiles = (
        ("Highest learning rate", f"{recipe.settings.lr:.4g}"),
        ("Best arm", recipe.winner),
        ("Full trainings spent", f"{spend.total:.3g} of {spend.budget:g}"),
        ("Steps spent", f"{spend.steps:,}"),
    )
    moment = f"a recipe for {recipe.epochs} epochs, seed {recipe.seed}"
    return page(
        Head(recipe.task, tiles, moment, f"{spend.steps:,} steps of training", __version__), recipe_cards(recipe)
    )


def _json(recipe: Recipe) -> str:
    return dumps({"ayar": __version__, "cards": cards_to_json(recipe_cards(recipe))}) + "\n"


_FORMATS: dict[str, Callable[[Recipe], str]] = {
    ".html": _html,
    ".md": lambda recipe: cards_to_markdown(recipe.task, recipe_cards(recipe)),
    ".json": _json,
    ".txt": lambda recipe: cards_to_text(recipe_cards(recipe)),
}


def _use(recipe: Recipe) -> Card:
    rows = [[row["setting"], _shown(row["default"]), _shown(row["found"])] for row in recipe.table]
    return Card(
        recipe.verdict,
        title="What to use",
        key="use",
        level="ok" if recipe.sanity.passed else "warning",
        text=(recipe.schedule.explain(),),
        table=Table((Column("setting"), Column("default"), Column("found")), rows),
        codes=(Code("In Python", _code(recipe)),),
        pictures=(Picture("schedule", "Learning rate and momentum over the steps", recipe.schedule.plot),),
    )


def _worth(recipe: Recipe) -> Card | None:
    told = recipe.confirmation
    if told is None:
        return None
    columns = (
        Column("arm"),
        Column("loss", numeric=True),
        Column("metric", numeric=True),
        Column("more loss than the recipe", numeric=True),
        Column("±", numeric=True),
        Column("the recipe is"),
    )
    names = ("arm", "loss", "metric", "more_loss", "error", "recipe_is")
    seeds = f"{len(told.seeds)} seed{'s' if len(told.seeds) > 1 else ''}"
    return Card(
        f"Complete trainings of {told.share:.2g} of the full length, {seeds}. The best: {told.best.name}.",
        title="Against the others",
        key="arms",
        text=("Short trainings stand for long ones, and few seeds for many: differences near ± are ties.",),
        table=Table(columns, [[row[name] for name in names] for row in told.table]),
        pictures=(Picture("arms", "Training loss of each arm", recipe.plot),),
        legend="Means over a tenth of each run; the schedule of an arm ends with the line.",
    )


def _why(recipe: Recipe) -> Card:
    pictures = tuple(
        Picture(f"probe-{place}", name.capitalize(), probe.plot)
        for place, (name, probe) in enumerate(recipe.probes.items())
    )
    clues = [f"First epochs, {clue['name']}: {clue['why']}. Next: {clue['advice']}." for clue in recipe.clues]
    return Card(
        f"{len(recipe.reasons)} stages found something." if recipe.reasons else "No stage found anything.",
        title="Why",
        key="why",
        text=(*(f"{reason.stage.capitalize()}. {reason.sentence}" for reason in recipe.reasons), *clues),
        pictures=pictures,
    )


def _sane(recipe: Recipe) -> Card:
    failed = [check for check in recipe.sanity.checks if check.outcome == "failed"]
    return Card(
        f"{len(failed)} of {len(recipe.sanity.checks)} checks failed." if failed else "No check failed.",
        title="Is it sane?",
        key="sanity",
        level="warning" if failed else "ok",
        findings=tuple(Finding(check.name, "warning", check.sentence, check.advice) for check in failed),
        table=Table(
            (Column("check"), Column("outcome"), Column("found")),
            [[check.name, check.outcome, check.sentence] for check in recipe.sanity.checks],
        ),
    )


def _cost(recipe: Recipe) -> Card:
    spend = recipe.spend
    missing = [stage for stage in spend.stages if stage.left_out]
    columns = (Column("stage"), Column("allowed", numeric=True), Column("spent", numeric=True), Column("steps", True))
    return Card(
        spend.explain().partition("\n")[0],
        title="What it cost",
        key="cost",
        text=tuple(
            f"{stage.stage.capitalize()}: {'cut short' if stage.steps else 'left out'}: {stage.left_out}"
            for stage in missing
        ),
        table=Table(
            columns,
            [[stage.stage, stage.allowed, stage.spent, stage.steps] for stage in spend.stages],
            "In full trainings; what a stage leaves goes to those after it.",
        ),
    )


def _next(recipe: Recipe) -> Card:
    try:
        narrowed = recipe.to_space()
    except SpaceError:
        return Card("Nothing was found that a search could build on.", title="Search from here", key="next")
    lines = ",\n".join(f'    "{name}": {domain!r}' for name, domain in narrowed.space.params.items())
    return Card(
        "Ranges about what was found, with priors; the found point is tried first.",
        title="Search from here",
        key="next",
        text=(
            "recipe.to_space(space) does this for a space of yours; widen=True keeps its ranges.",
            "In the terminal: ayar tune FILE --probe.",
        ),
        codes=(Code("The space", f"{{\n{lines},\n}}"), Code("The point to try first", repr(dict(narrowed.point)))),
    )


def _code(recipe: Recipe) -> str:
    held = {name: value for name, value in recipe.schedule.to_dict().items() if name != "kind"}
    kind = type(recipe.schedule).__name__
    arguments = ", ".join(
        f"{name}={tuple(value) if isinstance(value, list) else value!r}" for name, value in held.items()
    )
    return (
        f"from ayar.training import {kind}\n\nschedule = {kind}({arguments})\n"
        f"weight_decay = {recipe.settings.weight_decay!r}\nbatch_size = {recipe.batch_size}"
    )


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return " → ".join(f"{item:g}" for item in (*value, value[0]))
    return "–" if value is None else f"{value:.4g}"
