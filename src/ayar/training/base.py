"""What a probe drives: a `Task` describes a training, a `Run` is one training under way.

A Task never changes. `task.start(seed)` makes new weights, a new optimizer and a new data order, all owned by the Run,
so that a probe which starts Runs of its own cannot touch anything of its caller. A Run may also stand for live objects
of the user (a range test in mid-training): then the probe works inside `ayar.training.sandbox`, which puts everything
back.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Ability = Literal[
    "momentum", "beta1", "l2", "decoupled", "gradients", "resize", "memory", "isolated", "one_batch", "shuffle"
]
Part = Literal["validation", "training"]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Scores:
    """How good a model is on some rows, in evaluation mode.

    `loss` is the mean over `rows` rows, smaller is better; `error` its standard error (NaN where the task cannot say).
    `metric` is what people quote, such as accuracy, larger is better; None where the loss is all there is.
    """

    loss: float
    rows: int
    error: float = float("nan")
    metric: float | None = None
    metric_name: str = ""


@dataclass(frozen=True)
class Settings:
    """What the user's own code would train with: the default arm of every comparison.

    `lr` is the rate of the first parameter group; `momentum` is beta1 for optimizers of Adam's kind, None without any;
    `weight_decay` is what the optimizer was given, L2 or decoupled as the task's abilities say.
    """

    lr: float
    momentum: float | None = None
    weight_decay: float = 0.0


class Run(ABC):
    """One training under way, one update at a time."""

    @abstractmethod
    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        """One update on the next batch, with the given settings from now on; the batch's loss before the update.

        None leaves a setting as it is. `lr` is the rate of the first group: the others keep their ratios to it.
        A non-finite loss is returned, not raised.
        """

    @abstractmethod
    def validate(self, part: Part = "validation") -> Scores:
        """Score the model as it is, in evaluation mode; changes nothing, no random state either."""

    @abstractmethod
    def state(self) -> Any:
        """A copy of all that decides how this Run goes on: weights, buffers, optimizer, data order, random states."""

    @abstractmethod
    def load(self, state: Any) -> None:
        """Go back to a state of this Run, in place: the same objects, bit for bit the same continuation."""

    @abstractmethod
    def parts(self) -> Mapping[str, bytes]:
        """Everything that `state` covers, by name, as bytes to hash: what a sandbox verifies."""

    def gradient_norms(self, small: int, large: int) -> tuple[float, float]:
        """Squared norms of the mean gradient over `small` and over `large` rows of the data; needs "gradients"."""
        raise NotImplementedError

    def synchronize(self) -> None:  # noqa: B027 - nothing to wait for is the common case
        """Wait until the device has done all it was given: a stop-watch reads right only then."""

    def peak_memory(self) -> int:
        """Most bytes this run has held on its device since it began; needs "memory"."""
        raise NotImplementedError


class Task(ABC):
    """How to train: everything a probe needs to start as many equal trainings as it likes.

    `can` names what the task is able to do; a probe that needs more refuses in words:

        momentum, beta1     `Run.step` takes `momentum`; which of the two it is
        l2, decoupled       `Run.step` takes `weight_decay`; which of the two it is
        gradients           `Run.gradient_norms`
        resize              `resized`
        memory              out of memory is a failure that a probe can recover from, and peak memory is known
        isolated            the task can be sent to a fresh process
        one_batch           `one_batch`
        shuffle             `shuffled`

    `rows` and `validation_rows` are the sizes of the two parts; `validation_rows` is 0 where there is none. `chance` is
    the loss of a model that knows nothing but the labels' frequencies or mean (ln C for C classes), None if unknown.
    """

    name: str
    can: frozenset[Ability]
    batch_size: int
    rows: int
    validation_rows: int
    settings: Settings
    chance: float | None = None
    batch_norm: bool = False
    """Whether layers take statistics over the batch: several small batches are then not one large one."""

    @property
    def steps_per_epoch(self) -> int:
        """Updates that one pass over the rows takes, the last batch smaller than the others."""
        return -(-self.rows // self.batch_size)

    @abstractmethod
    def start(self, seed: int) -> Run:
        """A new training: weights, optimizer, dropout and data order follow from the seed alone."""

    def resized(self, batch_size: int) -> "Task":
        """The same task with another batch size; needs "resize"."""
        raise NotImplementedError

    def isolated(self, probe: Callable[["Task"], Answer]) -> Answer:
        """What `probe(self)` returns, run in a fresh process; needs "isolated".

        Raises:
            Exception: what the probe raised there; `MemoryError` where the system killed the process.
        """
        raise NotImplementedError

    def one_batch(self) -> "Task":
        """The same task with its first batch for all its training data: each step is on it; needs "one_batch"."""
        raise NotImplementedError

    def shuffled(self, seed: int) -> "Task":
        """The same task with the labels of both parts permuted, as `seed` says: nothing to predict; needs "shuffle"."""
        raise NotImplementedError

    def baselines(self) -> Mapping[str, "Task"]:
        """The same training under optimizers that promise to need no learning rate, by name; those at hand.

        They are trained with the rate of their own `settings`, constant, as arms of a comparison.
        """
        return {}
