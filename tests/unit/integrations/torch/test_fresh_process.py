"""A probe in a fresh process: its answer, its exception, its violent end."""

import os
import signal
from typing import NoReturn

import pytest
import torch

from ayar.integrations.torch.fresh_process import in_fresh_process
from ayar.testing.subjects import digits_torch
from ayar.training.base import Task


def first_loss(task: Task) -> tuple[int, float]:
    return os.getpid(), task.start(0).step()


def run_out() -> NoReturn:
    raise torch.OutOfMemoryError("CUDA out of memory")


@pytest.mark.slow
def test_a_task_gives_the_same_there() -> None:
    task = digits_torch(batch_norm=True, dropout=0.2)
    process, loss = task.isolated(first_loss)
    assert process != os.getpid()
    assert loss == task.start(0).step()


@pytest.mark.slow
def test_what_is_raised_there_is_raised_here() -> None:
    with pytest.raises(torch.OutOfMemoryError, match="CUDA out of memory"):
        in_fresh_process(run_out)


def test_a_killed_process_is_out_of_memory() -> None:
    with pytest.raises(MemoryError, match="ended with code -9"):
        in_fresh_process(lambda: os.kill(os.getpid(), signal.SIGKILL))
