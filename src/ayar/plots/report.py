"""A study's report as one file: HTML that opens offline, Markdown or JSON, by the name of the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ayar.analysis.progress import counts, time_split
from ayar.analysis.words import duration_text, number_text
from ayar.base.clock import utc_text
from ayar.base.errors import ArgumentError, NoTrial
from ayar.base.jsontext import dumps
from ayar.base.version import __version__
from ayar.plots.cards import cards_to_json
from ayar.plots.contents import report_cards
from ayar.plots.page import Head, page
from ayar.plots.plain import cards_to_markdown, cards_to_text
from ayar.plots.source import as_fold
from ayar.trial.best import best_number, front_numbers
from ayar.trial.fold import Fold
from ayar.trial.state import State


def write_report(source: Any, path: str | Path, *, storage: str = "") -> Path:
    """Write the report of a study.

    Arguments:
        source: a Study or a Fold.
        path: ends in .html, .md, .json or .txt, and so says the format. An HTML report is one file that loads nothing;
            without plotly it has tables but no pictures, and says what adds them.
        storage: the study's address, for the commands at the end; without a password.

    Returns:
        The path written.

    Raises:
        ArgumentError: another ending, or not a study.
        OSError: the file cannot be written.

    >>> import tempfile
    >>> from ayar.testing.folds import fold_of
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write_report(fold_of({"x": (0.0, 1.0)}, [({"x": 0.5}, 1.0)]), folder + "/study.md")
    ...     written.read_text().splitlines()[0]
    '# study'
    """
    target = Path(path)
    render = _FORMATS.get(target.suffix.lower())
    if render is None:
        raise ArgumentError(f"report: expected a file ending in {', '.join(_FORMATS)}, got {str(path)!r}")
    text = render(as_fold(source), storage)
    # Exactly these bytes: the page's policy holds hashes of its scripts.
    target.write_bytes(text.encode("utf-8", "replace"))
    return target


def html_report(fold: Fold, storage: str = "") -> str:
    """The report as one HTML page."""
    head = Head(
        name=fold.setup.name,
        tiles=tuple(_tiles(fold)),
        moment=_moment(fold),
        made_from=f"{fold.head:,} events of the study's log",
        version=__version__,
    )
    return page(head, report_cards(fold, storage=storage))


def json_report(fold: Fold, storage: str = "") -> str:
    """The cards as JSON."""
    cards = cards_to_json(report_cards(fold, storage=storage))
    return dumps({"study": fold.setup.name, "ayar": __version__, "events": fold.head, "cards": cards}) + "\n"


def markdown_report(fold: Fold, storage: str = "") -> str:
    """The cards as Markdown."""
    return cards_to_markdown(fold.setup.name, report_cards(fold, storage=storage))


def text_report(fold: Fold, storage: str = "") -> str:
    """The cards as plain text."""
    return cards_to_text(report_cards(fold, storage=storage))


_FORMATS: dict[str, Callable[[Fold, str], str]] = {
    ".html": html_report,
    ".md": markdown_report,
    ".json": json_report,
    ".txt": text_report,
}


def _tiles(fold: Fold) -> list[tuple[str, str]]:
    states = counts(fold)
    tiles = [_best_tile(fold), ("Complete trials", f"{states.get(State.COMPLETE, 0):,}")]
    bad = states.get(State.FAILED, 0)
    pruned = states.get(State.PRUNED, 0)
    tiles += [("Pruned", f"{pruned:,}")] if pruned else []
    tiles += [("Failed", f"{bad:,}")] if bad else []
    return [*tiles, ("Time in trials", duration_text(time_split(fold).evaluating))]


def _best_tile(fold: Fold) -> tuple[str, str]:
    goals = fold.setup.goals
    try:
        if len(goals) > 1:
            return "Trials on the front", f"{len(front_numbers(fold.history)):,}"
        value = fold.history.values[best_number(fold.history), 0]
    except NoTrial:
        return f"Best {goals[0].name}", "none yet"
    return f"Best {goals[0].name}", number_text(float(value))


def _moment(fold: Fold) -> str:
    """When the last trial was told, from the log: the same log gives the same file."""
    told = [row.told_at for row in (fold.history.row(i) for i in range(len(fold.history))) if row.told_at is not None]
    if not told:
        return "no trial finished yet"
    return f"last result {utc_text(max(told))}"
