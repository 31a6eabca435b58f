"""One trial for all processes of a distributed PyTorch training: rank 0 has it, the others follow."""

from collections.abc import Iterator, Mapping
from typing import Any

from ayar.base.errors import AyarError
from ayar.base.optional import need
from ayar.integrations.watching import Reported

torch_distributed = need("torch.distributed", "torch")


class RankZeroFailed(AyarError):
    """Rank 0 could not report: all ranks raise this instead of waiting for it for ever."""


class TrialOfAllRanks(Mapping[str, Any]):
    """A trial that every rank of a process group can use; rank 0 asks, all ranks hear the same answer.

    Every method but reading parameters is a collective operation: all ranks must call it, in the same order. A decision
    to stop reaches all ranks at the same step, so none waits for one that has left.

    Arguments:
        trial: the running trial on rank 0, None on the others.
        group: the process group; the default one if left out.

    Raises:
        RankZeroFailed: rank 0 failed to report; on rank 0 the cause itself is raised.

    >>> def train(trial):  # on every rank, after torch.distributed.init_process_group
    ...     trial = TrialOfAllRanks(trial if torch.distributed.get_rank() == 0 else None)
    ...     for epoch in range(10):
    ...         loss = 1.0 / (1 + epoch) + trial["lr"]
    ...         trial.report(loss, epoch)
    ...         if trial.should_prune():
    ...             raise ayar.TrialPruned
    """

    def __init__(self, trial: Reported | None, group: Any = None) -> None:
        self._trial = trial
        self._group = group
        self._prune = False
        facts = None if trial is None else (trial.number, dict(getattr(trial, "params", {})))
        self.number, self._params = self._told(facts)

    def report(self, value: float, step: int) -> None:
        """Report rank 0's value; `value` of other ranks is not looked at, so reduce it first where that matters."""
        failure: Exception | None = None
        answer: tuple[bool, str] | None = None
        if self._trial is not None:
            try:
                self._trial.report(value, step)
                answer = (self._trial.should_prune(), "")
            except Exception as error:
                failure, answer = error, (False, f"{type(error).__name__}: {error}")
        prune, broken = self._told(answer)
        if failure is not None:
            raise failure
        if broken:
            raise RankZeroFailed(f"rank 0 could not report step {step} of trial {self.number}: {broken}")
        self._prune = prune

    def should_prune(self) -> bool:
        """Whether the trial is to end now, as rank 0 was told at the last report; no communication."""
        return self._prune

    def _told(self, mine: Any) -> Any:
        """What rank 0 has, on every rank."""
        box = [mine]
        torch_distributed.broadcast_object_list(box, src=0, group=self._group)
        return box[0]

    def __getitem__(self, name: str) -> Any:
        return self._params[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)
