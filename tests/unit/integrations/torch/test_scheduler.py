"""ScheduleLR: values to 1e-6, groups, momentum of every kind of optimizer, resume, extra steps."""

import math
import warnings
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim.lr_scheduler import CyclicLR, OneCycleLR

from ayar.base.errors import ArgumentError
from ayar.integrations.torch import ScheduleLR
from ayar.training import Constant, Cyclical, OneCycle, Schedule

pytestmark = pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")


def sgd(lr: float = 0.1, **options: Any) -> torch.optim.SGD:
    return torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=lr, momentum=0.9, **options)


def walked(scheduler: Any, steps: int, key: str = "momentum") -> list[tuple[float, float]]:
    """Rate and momentum that each of `steps` updates trains with."""
    group = scheduler.optimizer.param_groups[0]
    seen = []
    for t in range(steps):
        if t:
            scheduler.step()
        seen.append((group["lr"], group[key] if key == "momentum" else group[key][0]))
    return seen


def close(mine: list[tuple[float, float]], theirs: list[tuple[float, float]], within: float = 1e-6) -> bool:
    return len(mine) == len(theirs) and all(
        math.isclose(a, b, rel_tol=within, abs_tol=1e-12)
        for x, y in zip(mine, theirs, strict=True)
        for a, b in zip(x, y, strict=True)
    )


@pytest.mark.parametrize("three", [False, True])
@pytest.mark.parametrize("anneal", ["cos", "linear"])
@pytest.mark.parametrize(("steps", "rise"), [(10, 0.3), (20, 0.25), (1000, 0.3), (40, 0.45)])
def test_with_whole_rise_it_is_pytorchs_one_cycle(steps: int, rise: float, anneal: str, three: bool) -> None:
    """torch 2.13.0, `OneCycleLR(optimizer, max_lr=0.1, total_steps, pct_start, anneal_strategy, three_phase)`."""
    theirs = OneCycleLR(
        sgd(), 0.1, total_steps=steps, pct_start=rise, anneal_strategy=anneal, three_phase=three  # type: ignore[arg-type]  # a literal
    )  # fmt: skip
    mine = OneCycle(steps, 0.1, rise=rise, shape="cosine" if anneal == "cos" else "linear", phases=3 if three else 2)
    assert close(walked(ScheduleLR(sgd(), mine), steps), walked(theirs, steps), 1e-9)


def test_elsewhere_pytorchs_peak_falls_between_steps_and_ours_on_one() -> None:
    """T = 15: PyTorch reaches 0.994 of the maximum and rises again one step past the end."""
    theirs = walked(OneCycleLR(sgd(), 1.0, total_steps=15), 15)
    assert round(max(lr for lr, _ in theirs), 3) == 0.994
    mine = OneCycle(15, 1.0)
    assert max(lr for lr, _ in mine) == 1.0
    assert mine.at(15) == mine.at(14)


@pytest.mark.parametrize(("steps", "rise"), [(10, 0.1), (20, 0.05), (100, 0.01)])
def test_a_phase_of_no_length_divides_by_zero_there_and_not_here(steps: int, rise: float) -> None:
    with pytest.raises(ZeroDivisionError):
        OneCycleLR(sgd(), 1.0, total_steps=steps, pct_start=rise)
    rates = [lr for lr, _ in walked(ScheduleLR(sgd(), OneCycle(steps, 1.0, rise=rise)), steps)]
    assert rates[1] == max(rates) == 1.0


@pytest.mark.parametrize(("scale", "gamma"), [("triangular", 1.0), ("triangular2", 1.0), ("exp_range", 0.99)])
def test_cycles_are_pytorchs(scale: Any, gamma: float) -> None:
    """torch 2.13.0, `CyclicLR(optimizer, 0.01, 0.1, step_size_up=7, base_momentum=0.85, max_momentum=0.95)`."""
    theirs = CyclicLR(sgd(), 0.01, 0.1, step_size_up=7, mode=scale, gamma=gamma, base_momentum=0.85, max_momentum=0.95)
    mine = Cyclical(50, 0.01, 0.1, half_cycle=7, scale=scale, gamma=gamma)
    assert close(walked(ScheduleLR(sgd(), mine), 50), walked(theirs, 50), 1e-9)


@settings(max_examples=60, deadline=None)
@given(
    steps=st.integers(1, 10_000),
    rise=st.floats(0, 1),
    phases=st.sampled_from([2, 3]),
    seen=st.lists(st.floats(0, 1.2), max_size=20),
)
def test_any_length_and_rise_gives_the_schedules_values(
    steps: int, rise: float, phases: int, seen: list[float]
) -> None:
    """Acceptance row 6; endpoints exact, no bare exception, steps beyond the end included."""
    schedule = OneCycle(steps, 0.1, rise=rise, phases=phases if steps >= 4 else 2)
    scheduler = ScheduleLR(sgd(), schedule)
    group = scheduler.optimizer.param_groups[0]
    assert (group["lr"], group["momentum"]) == (0.1 / 25, 0.95)
    for t in [*(int(share * steps) for share in seen), steps - 1, steps, steps + 7]:
        scheduler.load_state_dict({**scheduler.state_dict(), "last_epoch": t})
        scheduler.step()
        assert (group["lr"], group["momentum"]) == schedule.at(t + 1)
    assert group["lr"] == (0.1 / 25 / 1e4 if steps > 1 else 0.1 / 25)


def test_ten_thousand_steps_one_by_one() -> None:
    schedule = OneCycle(10_000, 0.1, rise=1 / 3)
    assert walked(ScheduleLR(sgd(), schedule), 10_000) == list(schedule)


def test_groups_keep_their_ratios_and_a_later_one_too() -> None:
    a, b, c = (torch.nn.Parameter(torch.ones(1)) for _ in range(3))
    optimizer = torch.optim.SGD([{"params": [a], "lr": 0.1}, {"params": [b], "lr": 0.01}], momentum=0.9)
    scheduler = ScheduleLR(optimizer, OneCycle(20, 0.4))
    optimizer.add_param_group({"params": [c], "lr": 0.3})
    for t in range(1, 25):
        scheduler.step()
        rates = [group["lr"] for group in optimizer.param_groups]
        top = scheduler.schedule.at(t).lr
        assert rates == pytest.approx([top, top / 10, top * 3])
    assert scheduler.get_last_lr() == rates


def test_ratios_to_nothing_are_refused() -> None:
    a, b = (torch.nn.Parameter(torch.ones(1)) for _ in range(2))
    optimizer = torch.optim.SGD([{"params": [a], "lr": 0.0}, {"params": [b], "lr": 0.01}])
    with pytest.raises(ArgumentError, match="the first of several parameter groups has learning rate 0"):
        ScheduleLR(optimizer, OneCycle(20, 0.4, momentum=None))


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW, torch.optim.NAdam, torch.optim.RAdam])
def test_for_adam_it_is_the_first_beta_and_never_the_second(kind: Any) -> None:
    optimizer = kind([torch.nn.Parameter(torch.ones(1))], betas=(0.9, 0.98))
    scheduler = ScheduleLR(optimizer, OneCycle(20, 0.4))
    assert walked(scheduler, 25, "betas") == [scheduler.schedule.at(t) for t in range(25)]
    assert optimizer.param_groups[0]["betas"][1] == 0.98


def test_without_momentum_the_rate_follows_and_it_is_said() -> None:
    optimizer = torch.optim.Adagrad([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    with pytest.warns(UserWarning, match="Adagrad has neither momentum nor betas: only the learning rate follows"):
        scheduler = ScheduleLR(optimizer, OneCycle(20, 0.4))
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] == scheduler.schedule.at(1).lr
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ScheduleLR(torch.optim.Adagrad([torch.nn.Parameter(torch.ones(1))]), Constant(20, 0.4))


def trained(schedule: Schedule, until: int, stop: int | None = None, late: bool = False) -> torch.Tensor:
    """Weights of a small regression after `until` steps; saved and built anew after `stop` steps."""
    generator = torch.Generator().manual_seed(0)
    X, y = torch.randn(64, 5, generator=generator), torch.randn(64, 1, generator=generator)

    def built() -> tuple[torch.nn.Linear, torch.optim.Optimizer]:
        torch.manual_seed(1)
        model = torch.nn.Linear(5, 1)
        groups: list[dict[str, Any]] = [{"params": [model.weight]}, {"params": [model.bias], "lr": 0.03}]
        return model, torch.optim.AdamW(groups, lr=0.1, betas=(0.9, 0.99))

    model, optimizer = built()
    scheduler = ScheduleLR(optimizer, schedule)
    for t in range(until):
        if t == stop:
            saved = model.state_dict(), optimizer.state_dict(), scheduler.state_dict()
            model, optimizer = built()
            model.load_state_dict(saved[0])
            if late:  # a scheduler made after the optimizer was loaded
                optimizer.load_state_dict(saved[1])
                scheduler = ScheduleLR(optimizer, Constant(1, 7.0, momentum=0.1))
            else:
                scheduler = ScheduleLR(optimizer, Constant(1, 7.0, momentum=0.1))
                optimizer.load_state_dict(saved[1])
            scheduler.load_state_dict(saved[2])
        rows = slice(t % 8 * 8, t % 8 * 8 + 8)
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(X[rows]), y[rows]).backward()  # type: ignore[no-untyped-call]  # torch's
        optimizer.step()
        scheduler.step()
    return torch.cat([model.weight.detach().ravel(), model.bias.detach()])


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("stop", [0, 1, 13, 30])
def test_resumed_is_uninterrupted_bit_for_bit(stop: int, late: bool) -> None:
    schedule = OneCycle(30, 0.2)
    assert torch.equal(trained(schedule, 35), trained(schedule, 35, stop, late))


def test_another_number_of_groups_is_refused() -> None:
    state = ScheduleLR(sgd(), OneCycle(20, 0.4)).state_dict()
    a, b = (torch.nn.Parameter(torch.ones(1)) for _ in range(2))
    other = ScheduleLR(torch.optim.SGD([{"params": [a]}, {"params": [b]}], lr=0.1, momentum=0.9), OneCycle(20, 0.4))
    with pytest.raises(ArgumentError, match="saved with 1 parameter groups, the optimizer has 2"):
        other.load_state_dict(state)


def test_extended_on_the_way_it_goes_on_without_a_jump() -> None:
    scheduler = ScheduleLR(sgd(), OneCycle(20, 0.4))
    group = scheduler.optimizer.param_groups[0]
    for _ in range(12):
        scheduler.step()
    before = group["lr"]
    scheduler.extend(40)
    assert scheduler.schedule.at(12).lr == before
    for _ in range(30):
        scheduler.step()
    assert group["lr"] == 0.4 / 25 / 1e4


def test_a_rate_held_as_a_tensor_stays_one() -> None:
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(1))], lr=torch.tensor(0.1))
    scheduler = ScheduleLR(optimizer, OneCycle(20, 0.4))
    held = optimizer.param_groups[0]["lr"]
    scheduler.step()
    scheduler.load_state_dict({**scheduler.state_dict(), "last_epoch": 9})
    assert optimizer.param_groups[0]["lr"] is held
    assert held.item() == pytest.approx(scheduler.schedule.at(9).lr)
