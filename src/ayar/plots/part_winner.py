"""Card: the winner and how sure we are, or the front of several goals."""

from functools import partial

from ayar.analysis.axes import labelled
from ayar.analysis.front import front
from ayar.analysis.recommend import recommend
from ayar.analysis.score import Score, recorded, score
from ayar.analysis.words import count_text, listed
from ayar.base.errors import NoTrial
from ayar.evaluate.confirm import CONFIRMED, read_confirmed
from ayar.plots.cards import Card, Code, Picture
from ayar.plots.fronts import pareto_front
from ayar.plots.tables import front_table
from ayar.trial.fold import Fold


def winner(fold: Fold) -> Card:
    """The best trial with its honest score; with several goals the front.

    Raises:
        NoTrial: no complete, feasible trial.
    """
    if len(fold.setup.goals) > 1:
        return _front_card(fold)
    found = score(fold)
    return Card(
        found.sentence,
        level="error" if found.openings > 1 else "ok",
        facts=tuple(_score_facts(found)),
        text=(*_how_sure(found), *_expected(fold), *_confirmed(fold)),
        codes=(Code("Its parameters", _lines(labelled(fold.setup.space, found.trial.params))),),
    )


def _score_facts(found: Score) -> list[tuple[str, str]]:
    how = f"{found.folds}-fold CV" if found.folds else "Search"
    facts = [(f"{how} {found.metric}", found.search.text)]
    if found.test is not None:
        facts.append((f"Test {found.metric}", found.test.text))
    if found.gap is not None:
        facts.append(("Gap, test less CV", f"{found.gap:+.4g}"))
    if found.openings:
        facts.append(("Test set opened", "once" if found.openings == 1 else f"{found.openings} times"))
    return facts


def _how_sure(found: Score) -> list[str]:
    lines = []
    if found.search.low is not None:
        lines.append(
            "Brackets hold the 95 % interval. The winner was picked because it scored best, so its search score is on "
            "average too good; the gap to the test score shows by how much this time."
        )
    else:
        lines.append("One value without an interval: repeat it, or use cross-validation, to learn how sure it is.")
    if found.openings > 1:
        why = f" Last reason: {found.reason}." if found.reason else ""
        lines.append(f"The test set was opened {found.openings} times, so its score is no longer honest.{why}")
    elif found.sealed:
        lines.append("The test set is still sealed: objective.open_test(study) opens it, once.")
    return lines


def _expected(fold: Fold) -> list[str]:
    """What all trials together say is best, where values are noisy and the winner may have been lucky."""
    try:
        found = recommend(fold)
    except NoTrial as error:
        return [f"No trial can be recommended: {error}"]
    if not found.noisy:
        return []
    (trial,) = found.trials
    place = ", ".join(f"{name}={value}" for name, value in labelled(fold.setup.space, trial.params).items())
    return [f"Told values are noisy. By all trials together the best is {found.sentence}: {place}."]


def _confirmed(fold: Fold) -> list[str]:
    """What running the best few again said, the last time."""
    told = recorded(fold, CONFIRMED)
    return [f"Run again on new splits or seeds: {read_confirmed(told[-1])}."] if told else []


def _lines(params: dict[str, str]) -> str:
    width = max(map(len, params), default=0)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in params.items())


def _front_card(fold: Fold) -> Card:
    trials = front(fold)
    names = listed([goal.name for goal in fold.setup.goals])
    sentence = f"{count_text(len(trials), 'trial')} that no other beats in every goal ({names})."
    picture = Picture("front", f"The front in {names}", partial(pareto_front, fold))
    return Card(sentence, table=front_table(fold, trials), pictures=(picture,))
