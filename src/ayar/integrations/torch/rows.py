"""Batches that follow from a seed: the rows, in an order of their own for each epoch, in any form the data set gives.

A probe never touches the user's loader. It takes the data set, the way to collate and the number of workers from it,
and draws the order itself. The random numbers of a batch (augmentation) follow from the seed, the epoch and the number
of the batch, set where the batch is made: so a run goes on from the middle of an epoch bit for bit, and the number of
workers changes nothing. Persistent workers, which would remember, are never asked for.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    TensorDataset,
    default_collate,
)

from ayar.base.errors import ArgumentError
from ayar.base.rng import stream, stream_key
from ayar.integrations.torch.global_state import Randomness
from ayar.integrations.torch.kept import keep


@dataclass(frozen=True)
class Rows:
    """A data set and how to make batches of it."""

    dataset: Any
    batch_size: int
    shuffle: bool = True
    drop_last: bool = False
    sampler: Any = None
    """The user's own sampler of rows, drawn anew from a copy in each epoch."""
    batch_sampler: Any = None
    """The user's own sampler of whole batches."""
    loader: Mapping[str, Any] = field(default_factory=dict)
    """What else the user's loader was given: workers, pinning."""
    collate: Callable[[list[Any]], Any] = default_collate

    def __len__(self) -> int:
        return len(self.dataset)

    @property
    def batches(self) -> int:
        """Batches of an epoch."""
        if self.batch_sampler is not None:
            return len(self.batch_sampler)
        count = len(self) if self.sampler is None else len(self.sampler)
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def plan(self, seed: int, epoch: int) -> list[list[int]]:
        """The row numbers of each batch of one epoch."""
        if self.batch_sampler is not None:
            return [list(rows) for rows in _redrawn(self.batch_sampler, seed, epoch)]
        if self.sampler is not None:
            order = list(_redrawn(self.sampler, seed, epoch))
        elif self.shuffle:
            order = stream(seed, epoch, "order").permutation(len(self)).tolist()
        else:
            order = list(range(len(self)))
        cuts = range(0, self.batches * self.batch_size, self.batch_size)
        return [order[cut : cut + self.batch_size] for cut in cuts]

    def epoch(self, seed: int, epoch: int, start: int = 0) -> Iterator[Any]:
        """The batches of one epoch, from number `start` on."""
        made = Made(self, self.plan(seed, epoch), seed, epoch)
        if not self.loader:
            return (made[i] for i in range(start, len(made)))
        own = torch.Generator().manual_seed(stream_key(seed, epoch, "loader") % 2**63)
        numbers = range(start, len(made))
        return iter(DataLoader(made, batch_size=None, sampler=numbers, generator=own, **self.loader))

    def fetch(self, rows: Sequence[int]) -> Any:
        """These rows as one batch; rows of tensors in memory are taken at once."""
        if isinstance(self.dataset, TensorDataset) and self.collate is default_collate:
            index = torch.as_tensor(rows)
            return [tensor[index] for tensor in self.dataset.tensors]
        with self._undisturbed():
            if hasattr(self.dataset, "__getitems__"):
                return self.collate(self.dataset.__getitems__(list(rows)))
            return self.collate([self.dataset[i] for i in rows])

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Put the data set's own random generators back: it is the user's."""
        generators = keep(self.dataset) if isinstance(self.dataset, Dataset) else None
        try:
            yield
        finally:
            if generators is not None:
                generators()

    def labelled(self) -> bool:
        """Whether a row is a tuple, whose last item is then its label."""
        if isinstance(self.dataset, TensorDataset):
            return len(self.dataset.tensors) > 1
        with self._undisturbed(), Randomness(0, "look").drawn():
            return isinstance(self.dataset[0], tuple)

    def resized(self, batch_size: int) -> "Rows":
        """The same rows in batches of another size."""
        return replace(self, batch_size=batch_size)

    def only(self, rows: Sequence[int]) -> "Rows":
        """Some of the rows, each once an epoch."""
        part: Any = Subset(self.dataset, list(rows))
        if isinstance(self.dataset, TensorDataset):
            part = TensorDataset(*self.fetch(rows))
        return replace(self, dataset=part, sampler=None, batch_sampler=None, drop_last=False)


def _redrawn(sampler: Any, seed: int, epoch: int) -> list[Any]:
    """What a copy of the user's sampler draws in one epoch, from generators of ours."""
    own = copy.copy(sampler)
    inner = getattr(own, "sampler", None)
    if inner is not None:
        own.sampler = inner = copy.copy(inner)
    for part in filter(None, (own, inner)):
        if hasattr(part, "generator"):
            part.generator = torch.Generator().manual_seed(stream_key(seed, epoch, "sampler") % 2**63)
        if hasattr(part, "set_epoch"):
            part.set_epoch(epoch)
    with Randomness(seed, f"sampler {epoch}").drawn():  # some draw from the global generators
        return list(own)


@dataclass(frozen=True)
class Made(Dataset[Any]):
    """The batches of one epoch as a data set of batches, each made with random numbers of its own."""

    rows: Rows
    plan: list[list[int]]
    seed: int
    epoch: int

    def __len__(self) -> int:
        return len(self.plan)

    def __getitem__(self, i: int) -> Any:
        if isinstance(self.rows.dataset, TensorDataset):
            return self.rows.fetch(self.plan[i])
        with Randomness(self.seed, f"epoch {self.epoch} batch {i}").drawn():
            return self.rows.fetch(self.plan[i])


def rows_of(data: Any, batch_size: int | None) -> Rows:
    """How to make batches of what the user gave: a loader, a data set or tensors with the same number of rows.

    Raises:
        ArgumentError: the rows have no numbers, or the batch has no size.
    """
    if isinstance(data, DataLoader):
        return _rows_of_loader(data, batch_size)
    if isinstance(data, tuple):
        data = TensorDataset(*(torch.as_tensor(part) for part in data))
    if not hasattr(data, "__getitem__") or not hasattr(data, "__len__"):
        raise ArgumentError(
            "data is a DataLoader, a Dataset with rows by number, or a tuple of tensors such as (X, y), "
            f"not {type(data).__name__}"
        )
    return Rows(data, _checked(batch_size or 32, len(data)))


def _rows_of_loader(loader: "DataLoader[Any]", batch_size: int | None) -> Rows:
    if isinstance(loader.dataset, IterableDataset):
        raise ArgumentError(
            "a probe draws its own order of the rows, and an IterableDataset has no row numbers; "
            "give a Dataset with __len__ and __getitem__, for example of the first thousand rows"
        )
    count = len(loader.dataset)  # type: ignore[arg-type]  # a Dataset need not say its length; ours must
    drawn: Any = loader.batch_sampler
    if drawn is None:
        raise ArgumentError("the loader was made with batch_size=None; a probe needs to know the rows of a batch")
    own_batches = type(drawn) is not BatchSampler
    sampler = loader.sampler if own_batches else drawn.sampler
    workers: dict[str, Any] = {}
    if loader.num_workers:
        workers = {"num_workers": loader.num_workers, "pin_memory": loader.pin_memory}
        workers |= {"worker_init_fn": loader.worker_init_fn}
    size = batch_size or (len(_redrawn(drawn, 0, 0)[0]) if own_batches else drawn.batch_size)
    return Rows(
        loader.dataset,
        _checked(size, count),
        shuffle=not isinstance(sampler, SequentialSampler),
        drop_last=not own_batches and drawn.drop_last,
        sampler=None if own_batches or _each_row_once(sampler, count) else sampler,
        batch_sampler=drawn if own_batches else None,
        loader=workers,
        collate=loader.collate_fn,
    )


def _each_row_once(sampler: Any, rows: int) -> bool:
    whole = isinstance(sampler, RandomSampler) and not sampler.replacement and sampler.num_samples == rows
    return whole or isinstance(sampler, SequentialSampler)


def _checked(batch_size: int, rows: int) -> int:
    if not 1 <= batch_size <= rows:
        raise ArgumentError(f"batch_size is from 1 to the {rows} rows of the data, not {batch_size}")
    return batch_size


class Shuffled(Dataset[Any]):
    """The rows of a data set with each other's labels, the last item of a row."""

    def __init__(self, dataset: Any, seed: int, purpose: str) -> None:
        self.dataset = dataset
        self.order = stream(seed, 0, purpose).permutation(len(dataset)).tolist()

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, i: int) -> Any:
        return (*self.dataset[i][:-1], self.dataset[self.order[i]][-1])


def shuffled(rows: Rows, seed: int, purpose: str) -> Rows:
    """The same rows with their labels permuted."""
    if isinstance(rows.dataset, TensorDataset):
        order = torch.as_tensor(stream(seed, 0, purpose).permutation(len(rows)))
        *inputs, labels = rows.dataset.tensors
        return replace(rows, dataset=TensorDataset(*inputs, labels[order]))
    return replace(rows, dataset=Shuffled(rows.dataset, seed, purpose))


def moved(batch: Any, device: torch.device) -> Any:
    """A batch of any form with its tensors on the device."""
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, Mapping):
        return type(batch)({key: moved(item, device) for key, item in batch.items()})  # type: ignore[call-arg]
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(moved(item, device) for item in batch))
    if isinstance(batch, (list, tuple)):
        return type(batch)(moved(item, device) for item in batch)
    return batch.to(device) if hasattr(batch, "to") else batch


def row_count(batch: Any) -> int:
    """Rows of a batch: the length of the first tensor in it."""
    if isinstance(batch, Tensor):
        return len(batch) if batch.ndim else 1
    items = batch.values() if isinstance(batch, Mapping) else batch if isinstance(batch, (list, tuple)) else ()
    return next((count for item in items if (count := row_count(item))), 0)
