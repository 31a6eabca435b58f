"""What every Task must do: inherit `TaskSuite`, give yours by the fixture `task`, and run pytest.

    class TestMyTask(TaskSuite):
        @pytest.fixture
        def task(self):
            return MyTask(...)

        def weights(self, run):
            return [...]          # the arrays that training changes, as NumPy copies

With `pokes` the suite also changes one thing after another and asks whether `Run.parts` saw it. Updates are compared
with their formulas, so no other implementation is needed:

    Δ(η)   change of the weights in one step at rate η       μ   momentum       β₁  of Adam
    g, v   gradient and velocity                             λ   weight decay   w   weights before the step
"""

import math
import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ayar.training.base import Part, Run, Task

Arrays = list[NDArray[Any]]


def _flat(arrays: Arrays) -> NDArray[np.float64]:
    return np.concatenate([np.ravel(array).astype(float) for array in arrays])


class TaskSuite:
    """The contract of `ayar.training.base.Task`, test by test."""

    rtol = 1e-6
    """Relative error that the arithmetic of the task brings: 1e-6 for doubles; for single precision say 1e-3."""
    nesterov = False
    """Whether SGD looks ahead; the momentum formula is then not asked for."""

    def weights(self, run: Run) -> Arrays:
        """Copies of the arrays that training changes."""
        raise NotImplementedError("the suite asks for `weights(self, run)`")

    def rates(self, run: Run) -> list[float]:
        """The present rate of each parameter group, if the task has several."""
        pytest.skip("one group")

    def ratios(self, run: Run) -> list[float]:
        """For each array of `weights` the rate of its group over that of the first."""
        return [1.0] * len(self.weights(run))

    def pokes(self, run: Run) -> Mapping[str, Callable[[], Any]]:
        """Name of a part to a function that changes just that part of `run`."""
        pytest.skip("no pokes were given")

    def _change(self, run: Run, **settings: float) -> NDArray[np.float64]:
        """What one step with these settings adds to the weights; the run is put back."""
        state, before = run.state(), _flat(self.weights(run))
        run.step(**settings)
        after = _flat(self.weights(run))
        run.load(state)
        return after - before

    def _close(self, came: NDArray[np.float64], expected: NDArray[np.float64], of: NDArray[np.float64]) -> None:
        """Equal up to the rounding of numbers as large as `of`."""
        scale = float(np.abs(of).max())
        assert np.abs(came - expected).max() <= self.rtol * scale, "the step is not what its formula says"

    def _without_decay(self, task: Task) -> dict[str, float]:
        return {"weight_decay": 0.0} if task.can & {"l2", "decoupled"} else {}

    # -- a training follows from its seed ---------------------------------------------------------------------------

    @pytest.mark.parity("N21")
    def test_the_same_seed_gives_the_same_losses_and_another_seed_others(self, task: Task) -> None:
        first, again, other = ([run.step() for _ in range(4)] for run in map(task.start, (3, 3, 4)))
        assert first == again
        assert first != other

    @pytest.mark.parity("N21")
    def test_runs_do_not_touch_each_other(self, task: Task) -> None:
        alone = task.start(1)
        losses = [alone.step() for _ in range(4)]
        one, two, mixed = task.start(1), task.start(2), []
        for _ in range(4):
            mixed.append(one.step())
            two.step(lr=2 * task.settings.lr)
        assert mixed == losses

    @pytest.mark.parity("N21")
    def test_a_run_leaves_the_random_states_of_the_process_alone(self, task: Task) -> None:
        before = random.getstate(), repr(np.random.get_state())  # noqa: NPY002 - the global one is meant
        run = task.start(0)
        run.step()
        if task.validation_rows:
            run.validate()
        assert (random.getstate(), repr(np.random.get_state())) == before  # noqa: NPY002

    @pytest.mark.parity("N21")
    def test_the_data_come_in_another_order_in_the_next_epoch(self, task: Task) -> None:
        run = task.start(0)
        still = {"lr": 0.0} | self._without_decay(task)
        first = [run.step(**still) for _ in range(task.steps_per_epoch)]
        second = [run.step(**still) for _ in range(task.steps_per_epoch)]
        assert len(first) == 1 or first != second
        assert math.isfinite(sum(first + second))

    # -- state, load, parts -----------------------------------------------------------------------------------------

    @pytest.mark.parity("N21")
    def test_a_loaded_state_goes_on_bit_for_bit(self, task: Task) -> None:
        run = task.start(0)
        for _ in range(3):
            run.step()
        state, parts = run.state(), dict(run.parts())
        steps = task.steps_per_epoch + 2  # over the end of an epoch
        losses, end = [run.step() for _ in range(steps)], dict(run.parts())
        run.load(state)
        assert dict(run.parts()) == parts
        assert [run.step() for _ in range(steps)] == losses
        assert dict(run.parts()) == end

    @pytest.mark.parity("N21")
    def test_a_state_is_a_copy_that_can_be_loaded_twice(self, task: Task) -> None:
        run = task.start(0)
        run.step()
        state, parts = run.state(), dict(run.parts())
        for _ in range(2):
            run.step(lr=3 * task.settings.lr)
            assert dict(run.parts()) != parts
            run.load(state)
            assert dict(run.parts()) == parts

    @pytest.mark.parity("N21")
    def test_settings_and_what_the_optimizer_remembers_are_parts(self, task: Task) -> None:
        run = task.start(0)
        run.step()
        state, parts = run.state(), dict(run.parts())
        run.step(lr=0.0, **self._without_decay(task))
        assert dict(run.parts()) != parts
        run.load(state)
        assert dict(run.parts()) == parts

    @pytest.mark.parity("N21")
    def test_whatever_is_changed_is_seen_by_its_name_and_put_back(self, task: Task) -> None:
        run = task.start(0)
        run.step()
        state, parts = run.state(), dict(run.parts())
        for name, poke in self.pokes(run).items():
            poke()
            now = dict(run.parts())
            changed = {part for part in {*parts, *now} if parts.get(part) != now.get(part)}
            assert any(part.startswith(name) for part in changed), f"{name} was changed, and parts say {changed}"
            run.load(state)
            assert dict(run.parts()) == parts, f"{name} is not put back"

    # -- scores -----------------------------------------------------------------------------------------------------

    @pytest.mark.parity("N21")
    @pytest.mark.parametrize("part", ["training", "validation"])
    def test_scoring_changes_nothing_and_repeats_itself(self, task: Task, part: Part) -> None:
        rows = task.rows if part == "training" else task.validation_rows
        if not rows:
            pytest.skip("no validation rows")
        run, plain = task.start(0), task.start(0)
        run.step()
        plain.step()
        before = dict(run.parts())
        scores = run.validate(part)
        assert scores == run.validate(part)
        assert dict(run.parts()) == before
        assert [run.step() for _ in range(3)] == [plain.step() for _ in range(3)]
        assert scores.rows == rows
        assert math.isfinite(scores.loss)
        assert math.isnan(scores.error) or 0 <= scores.error < abs(scores.loss) + 1
        assert (scores.metric is None) == (not scores.metric_name)

    @pytest.mark.parity("N21")
    def test_a_network_that_breaks_is_told_not_raised(self, task: Task) -> None:
        run = task.start(0)
        losses = [run.step(lr=1e30) for _ in range(12)]
        assert all(isinstance(loss, float) for loss in losses)
        assert not math.isfinite(losses[-1]) or max(losses) > losses[0]
        assert isinstance(run.validate("training").loss, float)

    @pytest.mark.parity("N21")
    def test_it_learns_at_its_own_settings(self, task: Task) -> None:
        run = task.start(0)
        before = run.validate("training").loss
        for _ in range(3 * task.steps_per_epoch):
            run.step()
        assert run.validate("training").loss < before

    # -- a step does what its arguments say -------------------------------------------------------------------------

    @pytest.mark.parity("N21")
    def test_the_change_is_in_proportion_to_the_rate(self, task: Task) -> None:
        """Δ(2η) = 2Δ(η) from new weights, for SGD in every form and for Adam; also after a step was made."""
        run, lr = task.start(0), task.settings.lr
        one, two = self._change(run, lr=lr), self._change(run, lr=2 * lr)
        self._close(two, 2 * one, np.concatenate([one, _flat(self.weights(run)) * 1e-1]))
        assert np.any(one)
        run.step(lr=lr)
        assert np.abs(self._change(run, lr=4 * lr) - self._change(run, lr=lr)).max() > 0

    @pytest.mark.parity("N21")
    def test_a_rate_of_nothing_changes_no_weight(self, task: Task) -> None:
        run = task.start(0)
        assert not np.any(self._change(run, lr=0.0))

    @pytest.mark.parity("N21")
    def test_a_setting_stays_until_it_is_changed(self, task: Task) -> None:
        one, two = task.start(0), task.start(0)
        lr = 2 * task.settings.lr
        assert [one.step(lr=lr), one.step(), one.step()] == [two.step(lr=lr), two.step(lr=lr), two.step(lr=lr)]

    @pytest.mark.parity("N21")
    def test_groups_keep_their_ratios(self, task: Task) -> None:
        run = task.start(0)
        before = self.rates(run)
        run.step(lr=0.123)
        after = self.rates(run)
        assert after[0] == pytest.approx(0.123)
        assert [rate / after[0] for rate in after] == pytest.approx([rate / before[0] for rate in before])

    @pytest.mark.parity("N21")
    def test_momentum_is_the_share_of_the_last_velocity(self, task: Task) -> None:
        """Second step: Δ(μ) − Δ(0) = μ·Δ₁, with the first step Δ₁ = −ηg₁ and the rate unchanged."""
        if "momentum" not in task.can or self.nesterov:
            pytest.skip("no plain momentum")
        run, fixed = task.start(0), {"lr": task.settings.lr} | self._without_decay(task)
        first = self._change(run, momentum=0.9, **fixed)
        run.step(momentum=0.9, **fixed)
        without, half, most = (self._change(run, momentum=momentum, **fixed) for momentum in (0.0, 0.5, 0.9))
        scale = np.concatenate([first, _flat(self.weights(run)) * 1e-1])
        self._close(half - without, 0.5 * first, scale)
        self._close(most - without, 0.9 * first, scale)

    @pytest.mark.parity("N21")
    def test_beta1_weighs_the_first_moment(self, task: Task) -> None:
        """Second step: (1 − β₁²)·Δ(β₁) = β₁A + (1 − β₁)B; β₁ = 0 gives B, 0.5 gives A, 0.9 must fit."""
        if "beta1" not in task.can:
            pytest.skip("no beta1")
        run, fixed = task.start(0), {"lr": task.settings.lr} | self._without_decay(task)
        run.step(momentum=0.9, **fixed)
        none, half, most = (
            (1 - beta1 * beta1) * self._change(run, momentum=beta1, **fixed) for beta1 in (0.0, 0.5, 0.9)
        )
        A = (half - 0.5 * none) / 0.5
        expected = 0.9 * A + 0.1 * none
        self._close(most, expected, np.concatenate([expected, _flat(self.weights(run)) * 1e-1]))
        assert np.any(most != none)

    @pytest.mark.parity("N21")
    def test_weight_decay_pulls_each_decayed_array_towards_nothing(self, task: Task) -> None:
        """First step, decoupled or SGD: Δ(λ) − Δ(0) = −ηλw. L2 under Adam: at a huge λ, Δ = −η sign w."""
        if not task.can & {"l2", "decoupled"}:
            pytest.skip("no weight decay")
        run, lr = task.start(0), task.settings.lr
        adam_l2 = "l2" in task.can and "beta1" in task.can
        decay = 1e6 if adam_l2 else 0.1
        weights, free = self.weights(run), self._change(run, lr=lr, weight_decay=0.0)
        pull, place, decayed = self._change(run, lr=lr, weight_decay=decay) - free, 0, 0
        for w, ratio in zip(map(np.ravel, weights), self.ratios(run), strict=True):
            seen, expected = pull[place : place + w.size], -lr * ratio * decay * w
            if adam_l2:
                seen, expected = (
                    seen + free[place : place + w.size],
                    np.where(np.abs(w) > 1e-3, -lr * ratio * np.sign(w), np.nan),
                )
                expected = np.where(np.isnan(expected), seen, expected)
            place += w.size
            tolerance = 0.05 * lr if adam_l2 else 30 * self.rtol * float(np.abs(w).max() + 1e-12)
            if np.any(pull[place - w.size : place]) and np.any(w):
                assert np.abs(seen - expected).max() <= tolerance, "the pull is not what its formula says"
                decayed += 1
        assert decayed, "weight_decay changed nothing"

    # -- what a task says it can do ---------------------------------------------------------------------------------

    @pytest.mark.parity("N21")
    def test_gradients_of_few_rows_are_longer_and_no_weight_is_touched(self, task: Task) -> None:
        if "gradients" not in task.can:
            pytest.skip("no gradients")
        run = task.start(0)
        before = _flat(self.weights(run))
        pairs = np.array([run.gradient_norms(2, 64) for _ in range(8)])
        assert np.array_equal(_flat(self.weights(run)), before)
        assert np.all(np.isfinite(pairs))
        assert len(np.unique(pairs)) > 8, "each call draws anew"
        small, large = pairs.mean(axis=0)
        assert small > large > 0

    @pytest.mark.parity("N21")
    def test_another_batch_size_makes_another_number_of_steps(self, task: Task) -> None:
        if "resize" not in task.can:
            pytest.skip("no resize")
        size = max(1, task.batch_size // 2)
        other = task.resized(size)
        assert (other.batch_size, other.rows, other.can) == (size, task.rows, task.can)
        assert other.steps_per_epoch > task.steps_per_epoch
        assert math.isfinite(other.start(0).step())
        assert task.batch_size != size
        assert task.resized(task.batch_size).start(0).step() == task.start(0).step()

    @pytest.mark.parity("N21")
    def test_one_batch_is_met_at_every_step(self, task: Task) -> None:
        if "one_batch" not in task.can:
            pytest.skip("no one_batch")
        one = task.one_batch()
        assert (one.rows, one.steps_per_epoch) == (task.batch_size, 1)
        run = one.start(0)
        losses = [run.step() for _ in range(30)]
        assert min(losses[-5:]) < losses[0]
        assert task.rows > one.rows

    @pytest.mark.parity("N21")
    def test_shuffled_labels_are_the_same_labels_at_other_rows(self, task: Task) -> None:
        if "shuffle" not in task.can:
            pytest.skip("no shuffle")
        shuffled = task.shuffled(0)
        assert (shuffled.rows, shuffled.validation_rows, shuffled.chance) == (
            task.rows,
            task.validation_rows,
            task.chance,
        )
        assert shuffled.start(0).step() != task.start(0).step()
        assert shuffled.start(0).step() == task.shuffled(0).start(0).step() != task.shuffled(1).start(0).step()
