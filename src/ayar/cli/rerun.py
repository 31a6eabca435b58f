"""`ayar tune FILE --rerun N`: one trial again, its value beside the stored one."""

from ayar.base.errors import StudyNotFound
from ayar.base.jsontext import number_from_wire
from ayar.cli.exits import Exit
from ayar.cli.plan import Plan, stored_fold
from ayar.cli.story import failure_text
from ayar.cli.talk import Talk
from ayar.study.rerun import Rerun, rerun
from ayar.study.running import Crew
from ayar.trial.fold import Fold
from ayar.trial.trial import Trial


def run_again(plan: Plan, number: int, talk: Talk) -> Exit:
    """Run a trial of the stored study again, and say what came out; the study stays as it is.

    Raises:
        StudyNotFound: there is no such study yet.
        NoTrial: it has no such trial.
    """
    fold = stored_fold(plan)
    if fold is None:
        raise StudyNotFound(f"expected a study {plan.name!r} in {plan.storage}, found none; --rerun needs its trials")
    again = rerun(fold, plan.objective, number, Crew(**plan.run))
    trial = fold.history.trial(number)
    same = _is_same(trial, again)
    talk.tell(
        "\n".join(
            [f"trial {number} of study {fold.setup.name!r}, run again outside its count", *_rows(fold, trial, again)]
        )
    )
    if again.outcome.failure is not None:
        talk.tell("\n" + failure_text(again.outcome.failure))
    if not same and (again.differences or again.outcome.failure is None):
        talk.tell("\n" + _reasons(again))
    return Exit.DONE if same else Exit.FAILURES


def _is_same(trial: Trial, again: Rerun) -> bool:
    return str(trial.state) == str(again.outcome.state) and [*map(repr, trial.values)] == _values(again)


def _values(again: Rerun) -> list[str]:
    """Compared and printed in full: a last digit is a difference."""
    return [repr(number_from_wire(value)) for value in again.outcome.values]


def _rows(fold: Fold, trial: Trial, again: Rerun) -> list[str]:
    names = ["", "state", *(goal.name for goal in fold.setup.goals)]
    then = ["stored", str(trial.state), *map(repr, trial.values)]
    now = ["again", str(again.outcome.state), *_values(again)]
    length = max(len(then), len(now))
    columns = [[*column, *["–"] * (length - len(column))] for column in (names[:length], then, now)]
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in zip(*columns, strict=True)
    ]


def _reasons(again: Rerun) -> str:
    if not again.differences:
        return (
            "the values differ, and nothing known of the environment does; is everything random in the objective made "
            "from the trial's seed?"
        )
    return "\n".join(
        [
            "what differs of the environment:",
            *(f"  {name}: {then} then, {now} now" for name, then, now in again.differences),
        ]
    )
