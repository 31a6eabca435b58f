"""The disciplined recipe: read good settings from a few short trainings, within a budget, and say what they are worth.

    sanity → batch size → learning rate → momentum → weight decay → learning rate again, if those moved → confirmation

Each stage has a share of the budget (`account.SHARES`), is shortened to fit, and is left out, in words, where even a
short form does not fit or the task lacks what it takes. Super-convergence is not promised; a safe, explained rate is.
Source: Smith 2018, A disciplined approach to neural network hyper-parameters, arXiv:1803.09820.
"""

from collections.abc import Callable

from ayar.base.errors import ArgumentError
from ayar.training.account import Account
from ayar.training.arms import ArmScores, Comparison
from ayar.training.base import Settings, Task
from ayar.training.chart import CYCLED, Chart
from ayar.training.confirming import confirm, verdict
from ayar.training.first_epochs import first_clues
from ayar.training.metered import MeteredTask
from ayar.training.recipe import Recipe
from ayar.training.sanity import Sanity
from ayar.training.schedule import Schedule, positive, whole
from ayar.training.schedules import Constant
from ayar.training.stages import (
    check_after,
    check_before,
    find_batch,
    find_decay,
    find_momentum,
    find_rate,
    retest_rate,
)


def disciplined(
    task: Task, epochs: int, budget: float = 4.0, seed: int = 0, *, say: Callable[[str], None] | None = None
) -> Recipe:
    """Read the training of a task and recommend a schedule and settings for `epochs` epochs of it.

    Arguments:
        task: what to train. It is never changed.
        epochs: length of the full training that the recipe is for.
        budget: full trainings to spend at most, all stages together; above 0.
        seed: of weights and data orders; the same seed gives the same recipe, save where time is measured.
        say: called with a line when a stage is done.

    Raises:
        ArgumentError: `epochs` is not a whole number of at least 1, or `budget` is not above 0.
    """
    full = whole(epochs, "epochs", 1)
    budget = positive(budget, "budget")
    if not isinstance(task, Task):
        raise ArgumentError(
            f"task: expected an ayar.training.Task, got {type(task).__name__}; ayar.integrations makes Tasks of "
            "PyTorch, Keras and scikit-learn models, ayar.training.NumpyTask of plain arrays"
        )
    steps = full * task.steps_per_epoch
    account = Account(budget, steps * min(task.batch_size, task.rows), steps, say or _silent)
    metered = MeteredTask(task, account.meter)
    chart = Chart(metered, metered, full, seed, account)
    chart.momentum = CYCLED if chart.takes_momentum else None

    sanity = _read(chart)
    why = ""

    def confirmed() -> tuple[Comparison | None, str]:
        nonlocal why
        told, why = confirm(chart)
        return told, why

    told = account.run("confirmation", confirmed)
    return _recipe(chart, sanity, told, verdict(told, why))


def _read(chart: Chart) -> Sanity:
    """All stages but the last; the chart holds what they found."""
    run = chart.account.run
    checks = list(run("sanity", lambda: check_before(chart)) or [])
    run("batch size", lambda: find_batch(chart))
    run("learning rate", lambda: find_rate(chart))
    checks += run("shuffled labels", lambda: check_after(chart)) or []
    run("momentum", lambda: find_momentum(chart))
    run("weight decay", lambda: (None, find_decay(chart)[1] or retest_rate(chart)))
    return Sanity(tuple(checks))


def _recipe(chart: Chart, sanity: Sanity, told: Comparison | None, said: str) -> Recipe:
    default = chart.default.settings
    best = None if told is None else told.best
    schedule, settings = _of_arm(chart, best)
    size = chart.default.batch_size if best is not None and best.kind in {"default", "baseline"} else None
    return Recipe(
        task=chart.task.name,
        epochs=chart.epochs,
        seed=chart.seed,
        batch_size=size or chart.task.batch_size,
        schedule=schedule,
        settings=settings,
        default=default,
        winner="recipe" if best is None else best.name,
        verdict=said if sanity.passed else f"A sanity check failed; mend that first. {said}",
        sanity=sanity,
        probes=dict(chart.probes),
        confirmation=told,
        spend=chart.account.spend(),
        reasons=tuple(chart.reasons),
        clues=() if told is None else tuple(first_clues(told, chart.task.chance)),
        known=chart.known,
    )


def _of_arm(chart: Chart, best: ArmScores | None) -> tuple[Schedule, Settings]:
    """Schedule and settings of the best arm; of the recipe where nothing was compared."""
    default = chart.default.settings
    if best is not None:
        schedule, decay = best.schedule, best.weight_decay
    elif chart.lr is not None:
        schedule, decay = chart.cycle(chart.lr, chart.momentum), chart.weight_decay
    else:
        return Constant(chart.steps, default.lr), default
    lr = schedule.at(schedule.peak).lr
    return schedule, Settings(lr, default.momentum, default.weight_decay if decay is None else decay)


def _silent(_: str) -> None:
    """Say nothing."""
