"""The last stage of the recipe: its settings against the defaults, a tuned constant rate, and what else is at hand."""

from ayar.training.arms import Arm, ArmScores, Comparison, compare
from ayar.training.chart import Chart
from ayar.training.schedules import Constant

CONSTANTS = (1.0, 0.3, 0.1)
"""Constant rates to tune over, in shares of the cycle's maximum."""


def confirm(chart: Chart) -> tuple[Comparison | None, str]:
    """Complete short trainings of all arms on the same seeds, as long as the budget allows.

    A third of it tunes the constant rate; the rest is shared by recipe, best constant, default and baselines. Where
    even two epochs an arm do not fit, baselines go first, then the constant.
    """
    default = _default(chart)
    if chart.lr is None:
        return None, "there is no learning rate to confirm."
    ours = chart.arm("recipe", chart.lr, chart.momentum if chart.takes_momentum else None, chart.weight_decay)
    baselines = _baselines(chart)
    tuning = chart.account.left / 3.0 / len(CONSTANTS)
    if tuning * chart.epochs >= 1.0 and chart.share(1, most=1.0) and _room(chart, 3, 3 * tuning):
        constants = compare([_constant(chart, chart.lr * part) for part in CONSTANTS], min(tuning, 0.5), [chart.seed])
        arms = [ours, _arm_of(chart, constants.best), default]
        why = ""
    else:
        arms, why = [ours, default], "the constant rate was left out of the comparison: no room to tune it."
    if baselines and chart.share(len(arms) + len(baselines)):
        arms += baselines
    elif baselines:
        why = f"{why} Baselines were left out: {', '.join(arm.name for arm in baselines)}.".strip()
    seeds = [chart.seed, chart.seed + 1] if chart.account.left / (2 * len(arms)) >= 0.25 else [chart.seed]
    share = chart.share(len(arms) * len(seeds))
    if not share:
        return None, f"two arms of two epochs take more than the {chart.account.left:.2g} full trainings it may take."
    return compare(arms, share, seeds), why


def verdict(told: Comparison | None, why: str) -> str:
    """What was gained over the defaults, in a sentence or two."""
    if told is None:
        return f"Not confirmed: {why}" if why else "Not confirmed."
    default = next(arm for arm in told.arms if arm.kind == "default")
    best, ours = told.best, told.arms[0]
    mean, error = told.difference(default)
    after = f"after {told.share:.2g} of a full training, {len(told.seeds)} seed{'s' if len(told.seeds) > 1 else ''}"
    numbers = f"validation loss {_of(ours)} against {_of(default)} {after} (difference {mean:.3g} ± {error:.2g})"
    said = {
        "better": f"The recipe beat the defaults: {numbers}.",
        "tie": f"Nothing was gained that could be told from noise: {numbers}.",
        "worse": f"The defaults won: {numbers}. Keep them.",
    }[told.verdict(default)]
    if best is ours or best is default:
        return said
    return f"{said} Best of all was {best.name}: {_of(best)}."


def _of(arm: ArmScores) -> str:
    metric = arm.runs[0].scores.metric_name
    return f"{arm.loss:.4g}" if arm.metric is None else f"{arm.loss:.4g} ({metric} {arm.metric:.4g})"


def _room(chart: Chart, arms: int, taken: float) -> bool:
    """Whether so many arms of two epochs fit once `taken` full trainings are gone."""
    return (chart.account.left - taken) / arms * chart.epochs >= 2.0


def _default(chart: Chart) -> Arm:
    task = chart.default
    schedule = Constant(chart.epochs * task.steps_per_epoch, task.settings.lr)
    return Arm(f"default, constant {task.settings.lr:.3g}", "default", task, schedule)


def _constant(chart: Chart, lr: float) -> Arm:
    return Arm(f"constant {lr:.3g}", "constant", chart.task, Constant(chart.steps, lr), chart.weight_decay)


def _arm_of(chart: Chart, scores: ArmScores) -> Arm:
    return Arm(scores.name, scores.kind, chart.task, scores.schedule, scores.weight_decay)


def _baselines(chart: Chart) -> list[Arm]:
    return [
        Arm(name, "baseline", task, Constant(chart.epochs * task.steps_per_epoch, task.settings.lr))
        for name, task in chart.default.baselines().items()
    ]
