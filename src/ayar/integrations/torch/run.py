"""A Run of PyTorch objects: one that a `TorchTask` started, or the user's own in the middle of a training."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ayar.base.errors import ArgumentError
from ayar.base.rng import stream
from ayar.integrations.torch.global_state import Randomness
from ayar.integrations.torch.groups import abilities, not_decayed, rates, ratios, set_decay, set_momentum, set_rate
from ayar.integrations.torch.kept import keep, leaves
from ayar.integrations.torch.rows import Rows, moved, row_count, rows_of
from ayar.integrations.torch.scoring import LossFn, Objective, Sums
from ayar.training.base import Part, Run, Scores


@dataclass
class Machine:
    """What a training consists of."""

    model: nn.Module
    optimizers: Sequence[Optimizer]
    objective: Objective
    device: torch.device
    scaler: Any = None
    """A `GradScaler`, with half precision."""
    precision: torch.dtype | None = None
    """What autocast computes in; None is full precision."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What a step does not touch but a user's probe might: schedulers, the user's loader."""


class TorchRun(Run):
    """One training of PyTorch objects; `TorchTask.start` and `TorchRun.live` make it."""

    def __init__(self, machine: Machine, parts: Mapping[Part, Rows], seed: int) -> None:
        self.machine, self.data, self.seed = machine, parts, seed
        self.ratio_of = ratios(machine.optimizers)
        self.exempt = not_decayed(machine.model)
        self.random = Randomness(seed, "training")
        self.epoch = self.place = self.draws = 0
        self._batches: Iterator[Any] | None = None

    @classmethod
    def live(
        cls,
        model: nn.Module,
        optimizer: Optimizer | Sequence[Optimizer],
        loader: Any,
        loss_fn: LossFn,
        *,
        scheduler: Any = None,
        scaler: Any = None,
        validation: Any = None,
        seed: int = 0,
    ) -> Self:
        """A Run of objects in use, to probe from where the training is; use it inside `ayar.training.sandbox`.

        Arguments:
            optimizer: one, or several that step together.
            loader: a DataLoader, a data set or a tuple of tensors; a loader is read for its data set, never iterated.
            loss_fn: `loss_fn(model, batch)`, the mean loss of a batch.
            scheduler: one or several; kept and put back, never stepped.
            validation: rows to score, in any of the forms of `loader`.
            seed: of the order in which the probe meets the rows.
        """
        optimizers = [optimizer] if isinstance(optimizer, Optimizer) else list(optimizer)
        device = next((p.device for p in model.parameters()), torch.device("cpu"))
        beside = {"scheduler": scheduler, "loader": loader, "validation loader": validation}
        machine = Machine(model, optimizers, Objective(loss_fn=loss_fn), device, scaler, beside=beside)
        parts: dict[Part, Rows] = {"training": rows_of(loader, None)}
        if validation is not None:
            parts["validation"] = rows_of(validation, None)
        return cls(machine, parts, seed)

    def step(
        self, *, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None
    ) -> float:
        """One update on the next batch; the batch's loss before it."""
        self._set(lr, momentum, weight_decay)
        m = self.machine
        if not m.model.training:
            m.model.train()
        with self.random.drawn(), torch.enable_grad():
            batch = moved(self._next(), m.device)
            for optimizer in m.optimizers:
                optimizer.zero_grad()
            loss = self._loss(batch)
            (m.scaler.scale(loss) if m.scaler else loss).backward()
            for optimizer in m.optimizers:
                if m.scaler:
                    m.scaler.step(optimizer)
                else:
                    optimizer.step()
            if m.scaler:
                m.scaler.update()
        return float(loss.detach())

    def _set(self, lr: float | None, momentum: float | None, weight_decay: float | None) -> None:
        optimizers, can = self.machine.optimizers, abilities(self.machine.optimizers)
        if lr is not None:
            set_rate(optimizers, lr, self.ratio_of)
        names = ", ".join(type(optimizer).__name__ for optimizer in optimizers)
        if momentum is not None:
            if not can & {"momentum", "beta1"}:
                raise ArgumentError(f"where {names} keeps its momentum is not known; only its rate can be set")
            set_momentum(optimizers, momentum)
        if weight_decay is not None:
            if not can & {"l2", "decoupled"}:
                raise ArgumentError(f"where {names} keeps its weight decay is not known; only its rate can be set")
            set_decay(optimizers, weight_decay, self.exempt)

    def _loss(self, batch: Any) -> Tensor:
        m = self.machine
        with torch.autocast(m.device.type, m.precision) if m.precision else nullcontext():
            return m.objective.of_batch(m.model, batch)

    def _next(self) -> Any:
        rows = self.data["training"]
        if self.place == rows.batches:
            self.epoch, self.place, self._batches = self.epoch + 1, 0, None
        if self._batches is None:
            self._batches = rows.epoch(self.seed, self.epoch, self.place)
        self.place += 1
        return next(self._batches)

    @torch.no_grad()
    def validate(self, part: Part = "validation") -> Scores:
        """Score the model as it is, in evaluation mode; each module's own mode is put back."""
        rows = self.data.get(part)
        if rows is None or not len(rows):
            raise ArgumentError(f"there are no {part} rows to score; give some as `validation`")
        m, sums = self.machine, Sums()
        with self._evaluating(), Randomness(self.seed, f"score {part}").drawn():
            for batch in self._scored(rows):
                with torch.autocast(m.device.type, m.precision) if m.precision else nullcontext():
                    m.objective.add(sums, m.model, moved(batch, m.device))
        return sums.scores()

    def _scored(self, rows: Rows) -> Iterable[Any]:
        """All rows, in order, in batches of training's size."""
        whole = replace(rows, shuffle=False, drop_last=False, sampler=None, batch_sampler=None)
        return whole.epoch(self.seed, 0)

    @contextmanager
    def _evaluating(self) -> Iterator[None]:
        modes = [(module, module.training) for module in self.machine.model.modules()]
        self.machine.model.eval()
        try:
            yield
        finally:
            for module, training in modes:
                module.training = training

    def gradient_norms(self, small: int, large: int) -> tuple[float, float]:
        """Squared norms of the mean gradient over rows drawn with replacement; each call draws anew."""
        state, draws = self.state(), self.draws
        try:
            rng = stream(self.seed, draws, "gradients")
            with Randomness(self.seed, f"gradients {draws}").drawn():
                norms = [self._squared_norm(rng.integers(len(self.data["training"]), size=n)) for n in (small, large)]
        finally:
            self.load(state)
            self.draws = draws + 1
        return norms[0], norms[1]

    def _squared_norm(self, numbers: Any) -> float:
        """Of the mean gradient of these rows, summed over batches of training's size."""
        m, rows = self.machine, self.data["training"]
        if not m.model.training:
            m.model.train()
        parameters = [p for o in m.optimizers for group in o.param_groups for p in group["params"] if p.requires_grad]
        total = [torch.zeros_like(p) for p in parameters]
        for cut in range(0, len(numbers), rows.batch_size):
            batch = moved(rows.fetch(numbers[cut : cut + rows.batch_size].tolist()), m.device)
            share = row_count(batch) / len(numbers)
            gradients = torch.autograd.grad(self._loss(batch), parameters, allow_unused=True)
            for mean, g in zip(total, gradients, strict=True):
                if g is not None:
                    mean.add_(g, alpha=share)
        return float(sum(float((g.double() ** 2).sum()) for g in total))

    def state(self) -> Callable[[], object]:
        """What puts all of it back as it is now; it may be used again and again."""
        back, random, counters = keep(self._kept()), self.random.state, (self.epoch, self.place, self.draws)

        def load() -> None:
            back()
            self.random.state = random
            self.epoch, self.place, self.draws = counters
            self._batches = None

        return load

    def load(self, state: Callable[[], object]) -> None:
        """Go back to a state of this Run, in place."""
        state()

    def _kept(self) -> list[Any]:
        m = self.machine
        return [m.model, *m.optimizers, m.scaler, *m.beside.values()]

    def parts(self) -> Mapping[str, bytes]:
        """Everything that decides how this Run, and the user's own training, goes on."""
        m = self.machine
        named = {"model": m.model, **{f"optimizer {i}": o for i, o in enumerate(m.optimizers)}, "scaler": m.scaler}
        seen: set[int] = set()
        found = {
            part: data for name, value in (named | dict(m.beside)).items() for part, data in leaves(value, name, seen)
        }
        place = repr((self.epoch, self.place, self.draws)).encode()
        return found | dict(self.random.parts()) | {"place in the data": place}

    def rates(self) -> list[float]:
        """The present rate of each parameter group."""
        return rates(self.machine.optimizers)

    def synchronize(self) -> None:
        """Wait for the device."""
        if self.machine.device.type == "cuda":
            torch.cuda.synchronize(self.machine.device)
        elif self.machine.device.type == "mps":
            torch.mps.synchronize()

    def peak_memory(self) -> int:
        """Most bytes that tensors took on the CUDA device since the run began."""
        return int(torch.cuda.max_memory_allocated(self.machine.device))
