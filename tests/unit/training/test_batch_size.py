"""The batch finder on a simulated device: what it returns ran, and is the right size for its goal."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ayar.base.errors import ArgumentError
from ayar.training import Task, find_batch_size
from ayar.training.batch_probe import BatchProbe, Outcome
from ayar.training.batch_search import MOST_PROBES, first_size, search_largest
from ayar.training.host_memory import Held, expected, free_memory, peak_resident, too_large
from simulated_device import MIB, Device, DeviceTask


def torch_error() -> BaseException:
    kind: type[RuntimeError] = type("OutOfMemoryError", (RuntimeError,), {"__module__": "torch"})
    return kind("Tried to allocate 2.00 GiB")


EIGHT_FORMS: list[Callable[[], BaseException]] = [
    MemoryError,
    torch_error,
    lambda: RuntimeError("CUDA error: out of memory"),
    lambda: RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    lambda: RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    lambda: RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes."),
    lambda: RuntimeError("MPS backend out of memory"),
    lambda: RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 8 bytes."),
]


def knee_at(k: float) -> Callable[[float], float]:
    return lambda B: 0.01 * max(1.0, B / k)


def no_limit() -> None:
    return None


def find(task: DeviceTask, goal: Any = "memory", **further: Any) -> Any:
    return find_batch_size(task, goal, clock=task.device.clock, free=no_limit, **further)


@pytest.mark.parity("N21")
@pytest.mark.parametrize("form", range(8))
def test_a_limit_of_300_is_found_in_each_form_of_out_of_memory(form: int) -> None:
    """Acceptance row 7."""
    task = DeviceTask(Device(limit=300, error=EIGHT_FORMS[form]))
    found = find(task, most=4096)
    assert 240 <= found.size <= 300
    assert task.device.ran[-1] == found.size, "the size returned was run last"
    assert task.device.ran.count(found.size) >= 1
    assert len(found.outcomes) <= MOST_PROBES
    assert found.memory_limited
    assert found.outcomes[-1].peak_memory == (100 + found.size) * MIB


def test_other_errors_are_raised_as_they_are() -> None:
    task = DeviceTask(Device(limit=300, error=lambda: RuntimeError("device-side assert triggered")))
    with pytest.raises(RuntimeError, match="device-side assert"):
        find(task)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 17, 64, 100, 255, 256, 257, 1000, 2047, 5000])
@pytest.mark.parametrize("cap", [1, 7, 300, 5000, 100_000])
def test_any_limit_under_any_cap_takes_at_most_15_probes_and_returns_what_ran(limit: int, cap: int) -> None:
    ran: list[int] = []

    def fits(size: int) -> bool:
        ran.append(size)
        return size <= limit

    found = search_largest(fits, cap)
    assert len(ran) <= MOST_PROBES
    assert found.chosen == ran[-1] <= limit
    assert max(ran) <= cap
    top = min(limit, cap)
    assert found.chosen >= 0.75 * top - 1
    assert (found.failed is None) == (cap <= limit)


def test_a_size_that_fails_when_it_is_run_again_is_never_returned() -> None:
    """Memory that is fuller the second time, as after a run in the same process."""
    ran: list[int] = []

    def fits(size: int) -> bool:
        ran.append(size)
        return size <= (300 if len(ran) <= 12 else 240)

    found = search_largest(fits, 1024)
    assert ran[-2:] == [259, 233]
    assert found.chosen == 233


def test_not_one_row_that_fits_is_said_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"expected a batch that fits into memory.*1 row.*smaller model"):
        search_largest(lambda size: False, 4096)


def test_doubling_starts_at_2_and_higher_only_under_a_far_cap() -> None:
    assert [first_size(cap) for cap in (1, 2, 300, 1024, 1025, 100_000)] == [1, 2, 2, 2, 4, 256]


def test_the_cap_leaves_ten_steps_per_epoch_and_never_none() -> None:
    task = DeviceTask(rows=5000)
    found = find(task)
    assert found.size == 500
    assert not found.memory_limited
    assert "Memory was not the limit" in found.explain()
    assert "leaves 10 steps per epoch" in found.explain()
    assert find(DeviceTask(rows=7)).size == 1
    assert find(task, most=99_999).size == 5000


@pytest.mark.parametrize("k", [20.0, 90.0, 400.0])
def test_throughput_takes_the_knee_and_runs_it(k: float) -> None:
    task = DeviceTask(Device(seconds=knee_at(k), noise=0.1))
    found = find(task, "throughput", most=4096)
    assert 0.5 <= found.size / (0.95 * k) <= 2.0
    assert found.size in task.device.ran
    [row] = [row for row in found.table if row["chosen"]]
    assert row["samples_per_s"] == pytest.approx(found.size / row["seconds_per_step"])
    assert row["epoch_seconds"] == pytest.approx(row["seconds_per_step"] * row["steps_per_epoch"])


def test_throughput_stays_below_what_memory_holds() -> None:
    found = find(DeviceTask(Device(seconds=knee_at(4000.0), limit=300)), "throughput", most=4096)
    assert found.size <= 300


def test_warm_up_steps_do_not_count() -> None:
    """The first two steps of the simulated device take five times as long."""
    device = Device(seconds=knee_at(64))
    outcome = BatchProbe(128, clock=device.clock)(DeviceTask(device))
    assert outcome.seconds == pytest.approx(0.02)
    assert outcome.steps == 7


def test_time_balances_steps_and_their_cost_over_the_range_of_the_noise_scale() -> None:
    # T = a + bB, so the fastest size is sqrt(a B_noise / b); the noise grows from 200 to 440 over the 120 steps.
    task = DeviceTask(Device(seconds=lambda B: 0.01 * (1 + B / 64)), noise_scale=200.0, batch_size=32)
    found = find(task, "time", epochs=10)
    low, high = found.noise.range
    assert low == pytest.approx(200, rel=0.1)
    assert high == pytest.approx(440, rel=0.1)
    assert found.noise.mean == pytest.approx(320, rel=0.1)
    assert found.size == 128  # sqrt(64 · 320) = 143
    times = {row["batch_size"]: row["seconds_to_target"] for row in found.table if row["fits"]}
    assert min(times, key=times.__getitem__) == 128
    own = found.steps_to_target(task.batch_size)
    assert own == pytest.approx(10 * task.steps_per_epoch)
    assert found.steps_to_target(256) < own < found.steps_to_target(16)
    said = found.explain()
    assert "Gradient noise scale" in said
    assert "against" in said
    assert "At the ends of the range" in said


def test_the_own_size_stays_where_no_other_is_five_percent_faster() -> None:
    # The curve is flat about sqrt(64 · 320) = 143.
    seconds: Callable[[float], float] = lambda B: 0.01 * (1 + B / 64)  # noqa: E731
    found = find(DeviceTask(Device(seconds=seconds), noise_scale=200.0, batch_size=150), "time")
    assert found.size == 150
    assert not found.changed
    assert found.explain().endswith("so does the learning rate.")


def test_a_changed_size_asks_for_a_new_rate_test_and_runs_it_when_told() -> None:
    task = DeviceTask(Device(limit=300))
    assert "run lr_range_test on task.resized(" in find(task, most=4096).explain()
    tested: list[int] = []

    @dataclass(frozen=True)
    class Rate:
        def explain(self) -> str:
            return "max 0.2."

        def to_dict(self) -> dict[str, Any]:
            return {"max_lr": 0.2}

    def rate_test(resized: Task) -> Rate:
        tested.append(resized.batch_size)
        return Rate()

    found = find(task, most=4096, rate_test=rate_test)
    assert tested == [found.size]
    assert found.explain().endswith("tested again at this size: max 0.2.")
    assert found.to_dict()["rate_test"] == {"max_lr": 0.2}
    same = find(DeviceTask(batch_size=find(task, most=4096).size, device=Device(limit=300)), most=4096)
    assert same.explain().endswith("so does the learning rate.")


@pytest.mark.parametrize("batch_norm", [True, False])
def test_batch_norm_is_warned_of_where_the_own_size_needs_accumulation(batch_norm: bool) -> None:
    found = find(DeviceTask(Device(limit=300), batch_size=1024, batch_norm=batch_norm), most=4096)
    assert "accumulate gradients over 4 batches" in found.explain()
    assert ("BatchNorm" in found.explain()) == batch_norm


@dataclass(frozen=True)
class SentAway(DeviceTask):
    """A task with a fresh process for each probe, one of which the system kills."""

    def isolated(self, probe: Any) -> Any:
        if isinstance(probe, BatchProbe) and probe.size > 300:
            raise MemoryError("the process was killed")
        return probe(self)


def test_a_probe_whose_process_was_killed_counts_as_out_of_memory() -> None:
    task = SentAway(can=frozenset({"resize", "isolated", "memory"}))
    found = find(task, most=4096)
    assert found.size == 259
    assert [outcome.failure for outcome in found.outcomes if not outcome.fitted] == ["host memory"] * 3


def test_host_memory_is_guarded_by_the_line_through_what_was_held() -> None:
    held = [Held(0, 1000), Held(100, 2000), Held(200, 3000)]
    assert expected(400, held) == 5000
    assert expected(400, held[:1]) == 0
    assert too_large(400, held, 3000, 3000) is None
    assert "host memory: " in (too_large(400, held, 3000, 2000) or "")
    assert too_large(400, held, 3000, None) is None


def test_a_probe_that_host_memory_would_not_hold_is_refused_unrun() -> None:
    task = DeviceTask()
    found = find_batch_size(task, most=4096, clock=task.device.clock, free=lambda: 0)
    # Nothing is known before the first size; the second is on the line through it.
    assert found.size in task.device.ran
    refused = [outcome for outcome in found.outcomes if outcome.failure.startswith("host memory: ")]
    assert all(outcome.size not in task.device.ran for outcome in refused)


def test_this_machine_says_what_it_has_and_what_this_process_takes() -> None:
    free, peak = free_memory(), peak_resident()
    assert free is None or free > 0
    assert peak is None or peak > MIB


@pytest.mark.parametrize(
    ("task", "goal", "most", "words"),
    [
        (DeviceTask(can=frozenset()), "memory", None, "cannot change its batch size"),
        (DeviceTask(can=frozenset({"resize"})), "time", None, "gives no norms of gradients"),
        (DeviceTask(), "memry", None, "did you mean 'memory'"),
        (DeviceTask(), "memory", 0, "most must be a whole number of at least 1"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(task: DeviceTask, goal: Any, most: int | None, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        find(task, goal, most=most)


def test_the_result_is_plain_values_and_a_picture() -> None:
    task = DeviceTask(Device(seconds=knee_at(64), limit=300, noise=0.05))
    found = find(task, "time", most=4096)
    assert set(found.table[0]) >= {"batch_size", "peak_memory", "samples_per_s", "seconds_to_target", "steps_per_epoch"}
    assert [row["batch_size"] for row in found.table] == sorted(row["batch_size"] for row in found.table)
    assert isinstance(found.to_dict()["table"], list)
    assert found.steps == sum(outcome.steps for outcome in found.outcomes) + found.noise.steps
    pytest.importorskip("plotly")
    assert {trace.name for trace in found.plot().data} >= {"measured", "fit", "time to target"}


def test_the_random_states_of_the_process_are_left_as_they_were() -> None:
    def seconds(B: float) -> float:
        return 0.01 + 0.001 * random.random()

    random.seed(3)
    expected = random.random()
    random.seed(3)
    find(DeviceTask(Device(seconds=seconds, limit=300)), "time", most=4096)
    assert random.random() == expected


def test_step_times_that_scatter_are_said_to() -> None:
    assert "measure again on a quiet machine" in find(DeviceTask(Device(noise=1.5))).explain()
    assert "quiet machine" not in find(DeviceTask(Device(noise=0.1))).explain()


@pytest.mark.slow
def test_a_real_convolutional_network_with_batch_norm() -> None:
    torch = pytest.importorskip("torch")
    from ayar.testing.subjects import mnist1d_torch

    torch.set_num_threads(1)
    task = mnist1d_torch()
    found = find_batch_size(task, "throughput", most=64)
    assert found.batch_norm == task.batch_norm
    assert found.size in {outcome.size for outcome in found.outcomes if outcome.fitted}
    assert all(row["samples_per_s"] > 0 for row in found.table)


def test_an_outcome_knows_whether_it_fitted() -> None:
    assert Outcome(2, 0.1).fitted
    assert not Outcome(2, failure="host memory").fitted
