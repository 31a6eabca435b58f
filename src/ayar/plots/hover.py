"""What a point of a picture says when it is pointed at."""

from collections.abc import Iterable

from ayar.analysis.axes import labelled
from ayar.analysis.words import number_text
from ayar.plots.style import safe
from ayar.trial.fold import Fold

_MOST_LINES = 12


def hover_texts(fold: Fold, numbers: Iterable[int]) -> list[str]:
    """One text a trial: number, state, values, parameters."""
    return [_text(fold, int(number)) for number in numbers]


def _text(fold: Fold, number: int) -> str:
    row = fold.history.row(number)
    values = ", ".join(
        f"{goal.name} {number_text(value, 6)}" for goal, value in zip(fold.setup.goals, row.values, strict=False)
    )
    lines = [f"trial {number} · {row.state}{f' · {values}' if values else ''}"]
    shown = list(labelled(fold.setup.space, row.params or {}).items())
    lines += [f"{name} = {value}" for name, value in shown[:_MOST_LINES]]
    if len(shown) > _MOST_LINES:
        lines.append(f"and {len(shown) - _MOST_LINES} more")
    return "<br>".join(safe(line, 90) for line in lines)
