"""Batches from loaders of every make: the rows they would give, and the user's loader never drawn from."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    IterableDataset,
    RandomSampler,
    Sampler,
    Subset,
    TensorDataset,
    WeightedRandomSampler,
)

from ayar.base.errors import ArgumentError
from ayar.integrations.torch.rows import Rows, moved, row_count, rows_of
from ayar.integrations.torch.run import TorchRun
from ayar.training.sandbox import sandbox

N = 100
ROWS = TensorDataset(torch.arange(N).float()[:, None], torch.arange(N) % 2)


class Pairs(Sampler[list[int]]):
    """Two rows a batch, drawn from PyTorch's global generator."""

    def __len__(self) -> int:
        return 10

    def __iter__(self) -> Iterator[list[int]]:
        return iter(torch.randint(N, (10, 2)).tolist())


LOADERS: dict[str, tuple[Callable[[], Any], int, int]] = {
    "shuffled": (lambda: DataLoader(ROWS, batch_size=16, shuffle=True), 7, 100),
    "in order": (lambda: DataLoader(ROWS, batch_size=16), 7, 100),
    "last one dropped": (lambda: DataLoader(ROWS, batch_size=16, shuffle=True, drop_last=True), 6, 96),
    "weighted": (lambda: DataLoader(ROWS, batch_size=16, sampler=WeightedRandomSampler([1.0] * N, 50)), 4, 50),
    "batch sampler": (lambda: DataLoader(ROWS, batch_sampler=BatchSampler(RandomSampler(ROWS), 7, True)), 14, 98),
    "own batch sampler": (lambda: DataLoader(ROWS, batch_sampler=Pairs()), 10, 20),
    "a list": (lambda: DataLoader([ROWS[i] for i in range(N)], batch_size=16, shuffle=True), 7, 100),  # type: ignore[arg-type]
    "with replacement": (lambda: DataLoader(ROWS, batch_size=16, sampler=RandomSampler(ROWS, True, 50)), 4, 50),
    "a part": (lambda: DataLoader(Subset(ROWS, range(50)), batch_size=16, shuffle=True), 4, 50),
    "a data set": (lambda: ROWS, 4, 100),
}


def numbers(rows: Rows, seed: int, epoch: int) -> list[int]:
    return [int(x) for batch in rows.epoch(seed, epoch) for x in batch[0].flatten()]


@pytest.mark.parity("N21")
@pytest.mark.parametrize("name", LOADERS)
def test_an_epoch_has_the_rows_of_the_loader_in_an_order_of_its_own(name: str) -> None:
    make, batches, count = LOADERS[name]
    rows = rows_of(make(), None)
    before = torch.get_rng_state()
    first = numbers(rows, 0, 0)
    assert (rows.batches, len(first)) == (batches, count)
    assert first == numbers(rows, 0, 0)
    assert torch.equal(torch.get_rng_state(), before)
    if name == "in order":
        assert first == list(range(N))
    else:
        assert first != numbers(rows, 0, 1)
        assert first != numbers(rows, 1, 0)
    if count == N:
        assert sorted(first) == list(range(N))


@pytest.mark.parity("N21")
@pytest.mark.parametrize("name", LOADERS)
def test_a_live_probe_leaves_the_loader_where_it_was(name: str) -> None:
    def epochs(probed: bool) -> list[list[int]]:
        torch.manual_seed(0)
        loader, model = LOADERS[name][0](), nn.Linear(1, 2)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        if probed:
            with sandbox(TorchRun.live(model, optimizer, loader, loss)) as run:
                for _ in range(3):
                    run.step(lr=1e-3)
        if not isinstance(loader, DataLoader):
            return []
        return [[int(x) for batch in loader for x in batch[0].flatten()] for _ in range(2)]

    assert epochs(True) == epochs(False)


def loss(model: nn.Module, batch: Any) -> torch.Tensor:
    return nn.functional.cross_entropy(model(batch[0]), batch[1])


class Endless(IterableDataset[int]):
    def __iter__(self) -> Iterator[int]:
        return iter(range(5))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (DataLoader(Endless(), batch_size=2), "an IterableDataset has no row numbers; give a Dataset"),
        (DataLoader(ROWS, batch_size=None), "batch_size=None; a probe needs to know the rows"),
        (iter([1]), "data is a DataLoader, a Dataset with rows by number, or a tuple of tensors"),
    ],
    ids=["iterable", "no batches", "iterator"],
)
def test_what_has_no_row_numbers_is_refused_in_words(data: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        rows_of(data, None)


def test_batches_of_any_form_are_moved_and_counted() -> None:
    batch = {"x": torch.ones(3, 2), "more": (torch.ones(3), ["a", "b", "c"])}
    there = moved(batch, torch.device("cpu"))
    assert there["more"][1] == ["a", "b", "c"]
    assert row_count(there) == 3
