"""Live reading of a training: early signs in the curves of training and validation loss."""

from collections.abc import Iterable
from typing import Any

from ayar.base.errors import ArgumentError, shorten
from ayar.base.registry import door
from ayar.training.clue_curves import Evaluation, read
from ayar.training.clue_rules import Clue, clues_of
from ayar.training.schedule import Schedule


class Clues:
    """Watches the losses of a training and says what they mean, each time with numbers and a next step.

    Seven clues: diverging, unstable, rate too low, underfitting, overfitting, plateau, suspiciously good
    (`training.clue_rules` has their signs). All are relative to the curves' own noise; none rests on fewer than three
    evaluations. A healthy training has none.

    Arguments:
        schedule: the training's learning-rate schedule; its peak and its rates are then known. Validation that rises
            before the peak is no overfitting, and a curve that is flat after annealing is no plateau.
        chance: loss of a model that knows nothing (ln C for C classes): with it underfitting is told from a good end.
        reachable: a training loss that the model is known to reach, such as that of one batch learnt by heart.
        evaluated: whether the training losses given are of evaluation mode (no dropout, the weights as they are then):
            only these can be compared with validation from below.

    >>> clues = Clues()
    >>> for epoch in range(12):
    ...     wobble = 0.01 * (epoch % 2)
    ...     clues.add(epoch, train=2.0 / (1 + epoch), validation=0.4 + 0.03 * abs(epoch - 4) + wobble)
    >>> print(clues.findings[0])  # doctest: +ELLIPSIS
    overfitting at step 4: validation has risen by 0.18, ...
    """

    def __init__(
        self,
        schedule: Schedule | None = None,
        *,
        chance: float | None = None,
        reachable: float | None = None,
        evaluated: bool = False,
    ) -> None:
        """See the class."""
        self._schedule = schedule
        self._chance, self._reachable = chance, reachable
        self._evaluated = evaluated
        self._evaluations: list[Evaluation] = []

    def add(
        self, step: int, *, train: float | None = None, validation: float | None = None, lr: float | None = None
    ) -> None:
        """Take one evaluation in.

        Arguments:
            step: updates or epochs done, rising from call to call; with a schedule, in its steps.
            train: loss on training rows since the last evaluation, or of evaluation mode; None if not measured.
            validation: loss on validation rows.
            lr: the learning rate now; the schedule's if left out.

        Raises:
            ArgumentError: a step that does not rise, or neither loss.
        """
        if self._evaluations and step <= self._evaluations[-1].step:
            raise ArgumentError(f"step must rise: got {shorten(step)} after {self._evaluations[-1].step}")
        if train is None and validation is None:
            raise ArgumentError(f"step {step}: give the training loss, the validation loss, or both")
        if lr is None and self._schedule is not None:
            lr = self._schedule.at(step).lr
        losses = [None if value is None else float(value) for value in (train, validation)]
        self._evaluations.append(Evaluation(int(step), losses[0], losses[1], lr))

    @property
    def findings(self) -> list[Clue]:
        """The clues that the evaluations so far give; none is a good sign."""
        peak = None if self._schedule is None else self._schedule.peak
        training = read(self._evaluations, peak, self._chance, self._reachable)
        return clues_of(training, evaluated=self._evaluated)

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for each evaluation: step, train, validation, lr."""
        return [each._asdict() for each in self._evaluations]

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the evaluations and the findings."""
        return {"evaluations": self.table, "findings": [clue.to_dict() for clue in self.findings]}

    def explain(self) -> str:
        """The findings in words."""
        if not self._evaluations:
            return "Nothing was evaluated yet."
        found = self.findings
        seen = f"{len(self._evaluations)} evaluations up to step {self._evaluations[-1].step}"
        return "\n".join(map(str, found)) if found else f"Nothing stands out in {seen}."

    def plot(self) -> Any:
        """Both losses over the steps with the findings marked, as a Plotly figure; needs the extra `plots`."""
        return door("clues")(self.table, [clue.to_dict() for clue in self.findings])


def clues_of_reports(reports: Iterable[tuple[int, float]], *, sign: float = 1.0, peak: int | None = None) -> list[Clue]:
    """The clues in what a trial reported, taken as validation losses: (step, value) pairs, `sign` −1 for a score.

    >>> clues_of_reports([(step, 0.5 + 0.1 * step) for step in range(9)])
    []
    """
    last = {step: sign * value for step, value in reports}
    evaluations = [Evaluation(step, None, value, None) for step, value in sorted(last.items())]
    return clues_of(read(evaluations, peak, None, None), evaluated=False)
