"""What a run looks like from outside, as plain numbers: for terminals, logs and tests."""

from dataclasses import dataclass, field

from ayar.trial.state import State


@dataclass(frozen=True)
class Progress:
    """One moment of `optimize`; all times in seconds."""

    name: str
    counts: dict[State, int]
    """Trials of the study by state."""
    running: int
    """Attempts that run in this call now."""
    finished: int
    """Trials this call has finished."""
    target: int | None
    """Trials of the study's budget or of this call, whichever ends first; None without a limit."""
    elapsed: float
    proposing: float
    """Time this call spent in samplers."""
    evaluating: float
    """Sum of the attempts' run times."""
    waiting: float
    """Time this call had a free slot and nothing to run."""
    eta: float | None
    """Until the budget is spent, at the rate so far."""
    best: float | None = None
    """Value of the best trial of a study with one goal."""
    best_number: int | None = None
    improved: bool = False
    """Whether the last finished trial is the new best."""
    last: int | None = None
    """Number of the trial that finished last."""
    messages: tuple[str, ...] = field(default=())
    """Things to say once, such as trials taken back."""

    @property
    def rate(self) -> float:
        """Trials finished a second."""
        return self.finished / self.elapsed if self.elapsed > 0 else 0.0
