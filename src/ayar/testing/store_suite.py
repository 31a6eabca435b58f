"""What every store must do: inherit `StoreSuite`, give a fixture `reopen`, and run pytest.

    class TestMyStore(StoreSuite):
        @pytest.fixture
        def reopen(self, tmp_path):
            return lambda clock: MyStore(tmp_path / "store", clock=clock)

`reopen(clock)` opens the same place each time it is called; a store that lives in memory returns the one it has. Ayar
runs the suite over its own table of stores. Time is a `FakeClock`, so no test waits. What needs several processes, a
kill or a full disk is beyond this suite.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from ayar.base.errors import ArgumentError, StoreUnreadable, StudyExists, TellRefused
from ayar.base.process import identity
from ayar.storage.base import Claim, Store, Worker
from ayar.storage.ledger import GRACE_LEASES
from ayar.storage.memory import MemoryStore
from ayar.storage.relink import relinked
from ayar.testing.fake_clock import FakeClock
from ayar.trial import events as ev
from ayar.trial.goal import Goal
from ayar.trial.state import State

Reopen = Callable[[FakeClock], Store]

TTL = 60.0
ALICE, BOB = Worker("alice"), Worker("bob")


def created(name: str = "s", **changes: Any) -> ev.StudyCreated:
    """The first event of a small study."""
    usual: dict[str, Any] = {"goals": (Goal("value"),), "space": {}, "seed": 0, "sampler": ev.Plugin("random")}
    return ev.StudyCreated(name, **(usual | changes))


def asked(lease: ev.Lease, params: dict[str, Any] | None = None) -> ev.TrialAsked:
    """The event with which the holder of a reservation hands its trial out."""
    return ev.TrialAsked(lease.number, lease.attempt, params or {}, seen=0, note={}, lease=lease)


def told(lease: ev.Lease, value: float = 0.5, state: State = State.COMPLETE) -> ev.TrialTold:
    """The outcome of a leased trial."""
    return ev.TrialTold(lease.number, lease.attempt, lease.token, state, (value,))


def granted(claim: Claim) -> ev.Lease:
    """The lease of a claim that must have one."""
    assert claim.lease is not None, claim
    return claim.lease


def run(store: Store, study: int, worker: Worker = ALICE, ttl: float = TTL) -> ev.Lease:
    """Claim a trial and hand it out."""
    lease = granted(store.claim(study, worker, ttl))
    if lease.attempt == 1:
        store.append(study, [asked(lease)], fence=lease)
    else:
        store.append(study, [ev.TrialResumed(lease.number, lease.attempt, "retry", lease)], fence=lease)
    return lease


def log(store: Store, study: int) -> Sequence[ev.Event]:
    """All events of a study."""
    return store.read(study, 0, 1_000_000)


def busy(store: Store) -> int:
    """A study in the middle of its work: trials told, lost, running, waiting, and a number that nobody asked."""
    study = store.create(created(max_trials=9, retries={"lost": 1})).id
    first = run(store, study)
    store.append(study, [told(first)], fence=first, key="tell:0:1")
    second = run(store, study)
    store.append(study, [ev.TrialRequeued(second.number, 1, "shutdown")], fence=second)
    again = run(store, study, BOB)
    store.append(study, [told(again, 0.25)], fence=again)
    granted(store.claim(study, ALICE, TTL))
    run(store, study, BOB)
    store.append(study, [ev.TrialEnqueued(0, {}, priority=2), ev.Recorded("topic", {"a": [1.5, None]})])
    return study


def kinds(store: Store, study: int) -> list[str]:
    """The kinds of all events of a study."""
    return [event.kind for event in log(store, study)]


def dead_identity() -> str:
    """The identity of a process that has ended."""
    code = "from ayar.base.process import identity; print(identity())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - our own code


class StoreSuite:
    """The contract of `ayar.storage.base.Store`; the fixture `reopen` opens a store of the kind under test."""

    @pytest.fixture
    def clock(self) -> FakeClock:
        """Time, as the store under test reads it."""
        return FakeClock()

    @pytest.fixture
    def store(self, reopen: Reopen, clock: FakeClock) -> Store:
        """An empty store."""
        return reopen(clock)

    # -- studies ---------------------------------------------------------------------------------------------------

    def test_a_created_study_is_found_and_listed(self, store: Store) -> None:
        one, two = store.create(created("one")), store.create(created("two", max_trials=7))
        assert store.find("one") == one
        assert [entry.name for entry in store.studies()] == ["one", "two"]
        assert (two.max_trials, two.asked, two.head, two.stopped) == (7, 0, 1, False)

    def test_an_unknown_study_is_not_found(self, store: Store) -> None:
        assert store.find("nobody") is None
        assert list(store.studies()) == []

    def test_a_name_is_taken_once(self, store: Store) -> None:
        store.create(created("one"))
        with pytest.raises(StudyExists, match=r"study 'one' exists already"):
            store.create(created("one", seed=1))
        assert len(store.studies()) == 1

    def test_a_study_begins_with_its_creation(self, store: Store) -> None:
        study = store.create(created("one", max_trials=3))
        [first] = log(store, study.id)
        assert (first.id, first.body) == (1, created("one", max_trials=3))

    def test_studies_do_not_see_each_other(self, store: Store) -> None:
        one, two = store.create(created("one")).id, store.create(created("two")).id
        run(store, one)
        assert kinds(store, two) == ["StudyCreated"]
        assert granted(store.claim(two, ALICE, TTL)).number == 0

    # -- the log ---------------------------------------------------------------------------------------------------

    def test_events_are_numbered_without_gaps_in_order_of_commit(self, store: Store) -> None:
        study = store.create(created()).id
        answers = [store.append(study, [ev.Recorded("a", i), ev.Recorded("b", i)]) for i in range(3)]
        assert [(answer.first.id, answer.head) for answer in answers] == [(2, 3), (4, 5), (6, 7)]
        assert [event.id for event in log(store, study)] == [1, 2, 3, 4, 5, 6, 7]

    def test_the_chain_covers_every_event(self, store: Store) -> None:
        study = store.create(created()).id
        store.append(study, [ev.Recorded("a", 1), ev.Recorded("b", "ü")])
        chain = ""
        for event in log(store, study):
            chain = ev.next_chain(chain, event.id, event.kind, ev.encode_body(event.body))
            assert event.chain == chain

    # -- copies and checks -----------------------------------------------------------------------------------------

    @pytest.mark.parity("OP12")
    def test_a_log_restored_elsewhere_is_the_same_line_for_line(self, store: Store) -> None:
        study = busy(store)
        other = MemoryStore()
        entry = other.restore("copy", store.lines(study, 0))
        assert other.lines(entry.id, 0) == store.lines(study, 0)
        again = store.restore("copy", other.lines(entry.id, 0))
        assert store.lines(again.id, 0) == store.lines(study, 0)
        assert (again.name, again.head, again.max_trials) == ("copy", len(log(store, study)), 9)
        assert store.find("copy") == again

    def test_a_restored_study_goes_on_where_the_first_one_stood(self, store: Store) -> None:
        study = busy(store)
        copy = store.restore("copy", store.lines(study, 0)).id
        assert store.audit(copy) == []
        claims = [store.claim(copy, ALICE, TTL) for _ in range(9)]
        assert claims[0].reclaimed == (3,), "a trial that ran elsewhere is with nobody here"
        numbers = [claim.lease.number for claim in claims if claim.lease is not None]
        assert sorted(numbers) == [2, 3, 4, 5, 6, 7, 8], "2 was reserved and never asked, 4 waits"
        assert store.claim(copy, BOB, TTL).lease is None

    def test_a_taken_name_is_not_restored(self, store: Store) -> None:
        study = busy(store)
        with pytest.raises(StudyExists, match=r"study 's' exists already"):
            store.restore("s", store.lines(study, 0))
        assert len(store.studies()) == 1

    @pytest.mark.parametrize("fault", ["nothing", "gap", "changed", "headless", "illegal"])
    def test_what_is_no_log_is_not_restored(self, store: Store, fault: str) -> None:
        lines = list(store.lines(busy(store), 0))
        told_first = next(line for line in lines if line.kind == "TrialTold")
        broken = {
            "nothing": [],
            "gap": [*lines[:3], *lines[4:]],
            "changed": [msgspec.structs.replace(lines[0], text=lines[0].text + " "), *lines[1:]],
            "headless": relinked(lines[1:]),
            "illegal": relinked([lines[0], told_first]),
        }[fault]
        with pytest.raises(StoreUnreadable):
            store.restore("copy", broken)
        assert [entry.name for entry in store.studies()] == ["s"]

    def test_what_a_store_keeps_beside_its_log_follows_from_it(self, store: Store, clock: FakeClock) -> None:
        study = busy(store)
        assert store.audit(study) == []
        clock.advance(2 * GRACE_LEASES * TTL)
        store.claim(study, BOB, TTL)
        assert store.audit(study) == []

    def test_reading_checks_what_it_reads(self, store: Store) -> None:
        study = busy(store)
        assert [event.id for event in store.read(study, 3, 2)] == [4, 5]
        whole = store.lines(study, 0)
        assert [line.event() for line in whole] == store.read(study, 0)

    def test_an_append_is_all_or_nothing(self, store: Store) -> None:
        study = store.create(created()).id
        lease = run(store, study)
        before = log(store, study)
        stranger = ev.Lease(lease.number, lease.token + 1, 1, TTL)
        with pytest.raises(TellRefused):
            store.append(study, [ev.TrialEnqueued(0, {}), told(stranger)], fence=stranger)
        assert log(store, study) == before
        assert granted(store.claim(study, ALICE, TTL)).number == lease.number + 1

    def test_nothing_to_append_is_an_error(self, store: Store) -> None:
        study = store.create(created()).id
        with pytest.raises(ArgumentError, match=r"expected at least one event, got none"):
            store.append(study, [])

    def test_reading_goes_on_after_the_last_event_seen(self, store: Store) -> None:
        study = store.create(created()).id
        store.append(study, [ev.Recorded("a", i) for i in range(9)])
        assert [event.id for event in store.read(study, 4, 3)] == [5, 6, 7]
        assert [event.id for event in store.read(study, 8)] == [9, 10]
        assert list(store.read(study, 10)) == []

    def test_what_was_written_comes_back_as_it_was(self, store: Store) -> None:
        study = store.create(created()).id
        body = ev.Recorded("odd", {"nul": "a\x00b", "tiny": 5e-324, "third": 1 / 3, "snow": "☃", "big": 2**63 - 1})
        store.append(study, [body], worker="w", key="k")
        event = log(store, study)[-1]
        assert (event.body, event.worker, event.key) == (body, "w", "k")

    def test_a_kind_from_the_future_is_kept(self, store: Store) -> None:
        study = store.create(created()).id
        store.append(study, [ev.Unknown("FromTomorrow", '{"x":1}')])
        assert log(store, study)[-1].body == ev.Unknown("FromTomorrow", '{"x":1}')

    def test_a_repeated_key_returns_the_first_answer_and_writes_nothing(self, store: Store) -> None:
        study = store.create(created()).id
        first = store.append(study, [ev.TrialEnqueued(0, {"x": 1})], key="mine")
        again = store.append(study, [ev.TrialEnqueued(0, {"x": 2})], key="mine")
        assert (first.repeated, again.repeated) == (False, True)
        assert again.first == first.first
        assert kinds(store, study) == ["StudyCreated", "TrialEnqueued"]

    def test_a_key_belongs_to_one_study(self, store: Store) -> None:
        one, two = store.create(created("one")).id, store.create(created("two")).id
        store.append(one, [ev.Recorded("a", 1)], key="k")
        assert not store.append(two, [ev.Recorded("a", 2)], key="k").repeated

    def test_a_store_opened_again_goes_on_where_it_was(self, reopen: Reopen, clock: FakeClock) -> None:
        with reopen(clock) as store:
            study = store.create(created(max_trials=2)).id
            lease = run(store, study)
            before = log(store, study)
        with reopen(clock) as store:
            assert log(store, study) == before
            store.append(study, [told(lease)], fence=lease)
            assert granted(store.claim(study, ALICE, TTL)).number == 1
            assert store.claim(study, BOB, TTL).wait

    # -- claims and the budget -------------------------------------------------------------------------------------

    def test_numbers_count_from_zero_and_tokens_rise(self, store: Store) -> None:
        study = store.create(created()).id
        leases = [run(store, study) for _ in range(3)]
        assert [lease.number for lease in leases] == [0, 1, 2]
        assert [lease.attempt for lease in leases] == [1, 1, 1]
        assert leases[0].token < leases[1].token < leases[2].token

    def test_the_budget_is_exact(self, store: Store) -> None:
        study = store.create(created(max_trials=2)).id
        first, second = run(store, study), run(store, study)
        assert store.claim(study, BOB, TTL).wait
        store.append(study, [told(first)], fence=first)
        store.append(study, [told(second, state=State.FAILED)], fence=second)
        answer = store.claim(study, BOB, TTL)
        assert (answer.lease, bool(answer.wait), answer.reason) == (None, False, "budget")
        assert [entry.asked for entry in store.studies()] == [2]

    def test_a_budget_of_nothing_hands_out_nothing(self, store: Store) -> None:
        study = store.create(created(max_trials=0)).id
        assert store.claim(study, ALICE, TTL).reason == "budget"

    def test_a_larger_budget_hands_out_more(self, store: Store) -> None:
        study = store.create(created(max_trials=1)).id
        lease = run(store, study)
        store.append(study, [told(lease)], fence=lease)
        store.append(study, [ev.SettingsChanged({"max_trials": 2})])
        assert granted(store.claim(study, ALICE, TTL)).number == 1

    def test_a_waiting_answer_names_whom_it_waits_for(self, store: Store) -> None:
        study = store.create(created(max_trials=2)).id
        run(store, study, ALICE)
        run(store, study, BOB)
        assert set(store.claim(study, BOB, TTL).wait) == {"alice", "bob"}

    def test_a_reservation_given_back_is_handed_out_again_and_counted_once(self, store: Store) -> None:
        study = store.create(created(max_trials=1)).id
        lease = granted(store.claim(study, ALICE, TTL))
        store.release(study, lease)
        again = granted(store.claim(study, BOB, TTL))
        assert (again.number, again.attempt) == (lease.number, 1)
        assert again.token > lease.token
        assert store.studies()[0].asked == 1

    def test_releasing_what_is_another_s_changes_nothing(self, store: Store) -> None:
        study = store.create(created()).id
        lease = granted(store.claim(study, ALICE, TTL))
        store.release(study, lease)
        again = granted(store.claim(study, BOB, TTL))
        store.release(study, lease)
        store.append(study, [asked(again)], fence=again)

    def test_a_running_trial_cannot_be_released(self, store: Store) -> None:
        study = store.create(created()).id
        lease = run(store, study)
        store.release(study, lease)
        store.append(study, [told(lease)], fence=lease)

    def test_enqueued_trials_come_first_by_priority_then_number(self, store: Store) -> None:
        study = store.create(created()).id
        for priority in (0, 5, 5):
            store.append(study, [ev.TrialEnqueued(0, {}, priority)])
        assert [run(store, study).number for _ in range(4)] == [1, 2, 0, 3]

    def test_an_enqueued_trial_is_handed_out_within_the_budget_only(self, store: Store) -> None:
        study = store.create(created(max_trials=1)).id
        store.append(study, [ev.TrialEnqueued(0, {}), ev.TrialEnqueued(0, {})])
        lease = run(store, study)
        store.append(study, [told(lease)], fence=lease)
        assert store.claim(study, ALICE, TTL).reason == "budget"

    def test_an_added_trial_takes_a_number_and_no_budget(self, store: Store) -> None:
        study = store.create(created(max_trials=1)).id
        answer = store.append(study, [ev.TrialAdded(0, {}, State.COMPLETE, (0.1,))])
        assert answer.first.body.number == 0
        assert run(store, study).number == 1

    def test_a_stopped_study_hands_out_nothing_until_it_is_reopened(self, store: Store) -> None:
        study = store.create(created()).id
        lease = run(store, study)
        store.append(study, [ev.StudyStopped("user")])
        assert store.claim(study, BOB, TTL).reason == "stopped"
        store.append(study, [told(lease)], fence=lease)
        store.append(study, [ev.StudyReopened("more")])
        assert granted(store.claim(study, BOB, TTL)).number == 1

    def test_threads_never_share_a_trial(self, store: Store) -> None:
        study = store.create(created(max_trials=40)).id
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda i: store.claim(study, Worker(f"w{i}"), TTL), range(60)))
        numbers = [answer.lease.number for answer in answers if answer.lease is not None]
        assert sorted(numbers) == list(range(40))

    # -- fences ----------------------------------------------------------------------------------------------------

    def test_only_the_holder_of_the_lease_may_write(self, store: Store) -> None:
        study = store.create(created()).id
        lease = run(store, study)
        stranger = ev.Lease(lease.number, lease.token + 7, 1, TTL)
        with pytest.raises(TellRefused, match=r"superseded; the trial is with worker 'alice'"):
            store.append(study, [told(stranger)], fence=stranger)
        with pytest.raises(TellRefused, match=r"lease with token None"):
            store.append(study, [ev.TrialReported(lease.number, 1, (ev.Point(0, 0.5),))])

    def test_a_trial_is_told_once(self, store: Store) -> None:
        study = store.create(created()).id
        lease = run(store, study)
        store.append(study, [told(lease)], fence=lease)
        with pytest.raises(TellRefused, match=r"trial 0 is final; its outcome stands"):
            store.append(study, [told(lease, 0.9)], fence=lease)
        assert kinds(store, study).count("TrialTold") == 1

    def test_a_trial_that_was_never_asked_is_not_told(self, store: Store) -> None:
        study = store.create(created()).id
        lease = granted(store.claim(study, ALICE, TTL))
        before = log(store, study)
        with pytest.raises(TellRefused, match=r"trial 0 is reserved.*TrialTold"):
            store.append(study, [told(lease)], fence=lease)
        assert log(store, study) == before

    def test_a_trial_is_not_asked_twice_under_one_lease(self, store: Store) -> None:
        study = store.create(created()).id
        lease = run(store, study)
        with pytest.raises(TellRefused, match=r"trial 0 is running.*TrialAsked"):
            store.append(study, [asked(lease)], fence=lease)

    def test_a_lease_writes_for_its_own_trial_only(self, store: Store) -> None:
        study = store.create(created()).id
        run(store, study)
        second = run(store, study)
        other = ev.TrialTold(0, 1, second.token, State.COMPLETE, (0.5,))
        with pytest.raises(TellRefused, match=r"trial 0"):
            store.append(study, [other], fence=second)

    def test_an_added_trial_is_final(self, store: Store) -> None:
        study = store.create(created()).id
        with pytest.raises(ArgumentError, match=r"expected a final state.*got 'running'"):
            store.append(study, [ev.TrialAdded(0, {}, State.RUNNING)])
        assert kinds(store, study) == ["StudyCreated"]

    def test_a_waiting_trial_may_be_cancelled_by_anyone(self, store: Store) -> None:
        study = store.create(created(max_trials=5)).id
        store.append(study, [ev.TrialEnqueued(0, {})])
        store.append(study, [ev.TrialTold(0, 0, 0, State.CANCELLED)])
        assert run(store, study).number == 1

    def test_a_waiting_trial_is_not_completed_without_running(self, store: Store) -> None:
        study = store.create(created()).id
        store.append(study, [ev.TrialEnqueued(0, {})])
        with pytest.raises(TellRefused, match=r"trial 0 is waiting"):
            store.append(study, [ev.TrialTold(0, 0, 0, State.COMPLETE, (1.0,))])

    def test_a_waiting_trial_that_is_being_handed_out_is_not_cancelled(self, store: Store) -> None:
        study = store.create(created()).id
        store.append(study, [ev.TrialEnqueued(0, {})])
        lease = granted(store.claim(study, ALICE, TTL))
        with pytest.raises(TellRefused, match=r"trial 0"):
            store.append(study, [ev.TrialTold(0, 0, 0, State.CANCELLED)])
        store.append(study, [asked(lease)], fence=lease)

    # -- leases ----------------------------------------------------------------------------------------------------

    def test_a_silent_worker_s_trial_goes_to_another(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created(retries={"lost": 1}, max_trials=1)).id
        lost = run(store, study, ALICE)
        clock.advance(TTL + 1)
        answer = store.claim(study, BOB, TTL)
        lease = granted(answer)
        assert answer.reclaimed == (0,)
        assert (lease.number, lease.attempt) == (0, 2)
        assert lease.token > lost.token
        requeued = log(store, study)[-1].body
        assert isinstance(requeued, ev.TrialRequeued)
        assert (requeued.reason, requeued.attempt) == ("lost", 1)
        assert requeued.failure is not None
        assert "'alice'" in requeued.failure.message

    def test_a_late_tell_is_refused_once_another_holds_the_trial(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created(retries={"lost": 1})).id
        late = run(store, study, ALICE)
        clock.advance(TTL + 1)
        lease = run(store, study, BOB)
        with pytest.raises(TellRefused, match=r"superseded; the trial is with worker 'bob'"):
            store.append(study, [told(late)], fence=late)
        store.append(study, [told(lease)], fence=lease)

    def test_a_late_tell_is_taken_while_nobody_else_came(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created()).id
        lease = run(store, study)
        clock.advance(100 * TTL)
        store.append(study, [told(lease)], fence=lease)
        assert kinds(store, study)[-1] == "TrialTold"

    def test_a_renewed_lease_holds(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created(max_trials=1)).id
        lease = run(store, study)
        for _ in range(5):
            clock.advance(TTL * 0.9)
            assert store.renew(study, lease)
            assert store.claim(study, BOB, TTL).lease is None

    def test_what_is_superseded_or_final_cannot_be_renewed(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created(retries={"lost": 1})).id
        late = run(store, study, ALICE)
        clock.advance(TTL + 1)
        lease = run(store, study, BOB)
        assert not store.renew(study, late)
        store.append(study, [told(lease)], fence=lease)
        assert not store.renew(study, lease)

    def test_a_trial_that_is_lost_too_often_is_failed(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created(retries={"lost": 1}, max_trials=1)).id
        for _ in range(2):
            run(store, study)
            clock.advance(TTL + 1)
        answer = store.claim(study, BOB, TTL)
        assert (answer.reason, answer.reclaimed) == ("budget", (0,))
        last = log(store, study)[-1].body
        assert isinstance(last, ev.TrialTold)
        assert last.state is State.FAILED
        assert last.failure is not None
        assert last.failure.kind == "lost"

    def test_another_boot_ends_every_lease(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created(retries={"lost": 1})).id
        run(store, study)
        clock.reboot("boot-2")
        assert granted(store.claim(study, BOB, TTL)).number == 0

    def test_the_trial_of_a_process_that_is_gone_comes_back_at_once(self, store: Store) -> None:
        study = store.create(created(retries={"lost": 1})).id
        run(store, study, Worker("gone", dead_identity()))
        answer = store.claim(study, BOB, TTL)
        assert (granted(answer).number, answer.reclaimed) == (0, (0,))

    def test_a_process_that_lives_is_waited_for(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created(retries={"lost": 1}, max_trials=1)).id
        run(store, study, Worker("busy", identity()))
        clock.advance(TTL * (GRACE_LEASES - 1))
        assert store.claim(study, BOB, TTL).wait
        clock.advance(TTL * 1.1)
        assert granted(store.claim(study, BOB, TTL)).number == 0

    def test_an_abandoned_reservation_is_handed_out_again_without_an_event(
        self, store: Store, clock: FakeClock
    ) -> None:
        study = store.create(created(max_trials=1)).id
        abandoned = granted(store.claim(study, ALICE, TTL))
        clock.advance(TTL + 1)
        answer = store.claim(study, BOB, TTL)
        lease = granted(answer)
        assert (lease.number, lease.attempt, answer.reclaimed) == (0, 1, ())
        assert kinds(store, study) == ["StudyCreated"]
        with pytest.raises(TellRefused, match=r"superseded"):
            store.append(study, [asked(abandoned)], fence=abandoned)

    def test_a_returning_worker_gets_its_unfinished_trial_back(self, store: Store) -> None:
        study = store.create(created(max_trials=3, retries={"lost": 0})).id
        named = Worker("node-1", returning=True)
        other, first = run(store, study, BOB), run(store, study, named)
        again = granted(store.claim(study, named, TTL))
        assert (again.number, again.attempt) == (first.number, 2)
        assert again.token > first.token
        with pytest.raises(TellRefused, match=r"superseded"):
            store.append(study, [told(first)], fence=first)
        store.append(study, [ev.TrialResumed(again.number, 2, "retry", again), told(again)], fence=again)
        assert run(store, study, named).number not in {other.number, first.number}, "that one is told: a new one"

    def test_a_returning_worker_gets_its_reservation_back_and_it_counts_once(self, store: Store) -> None:
        study = store.create(created(max_trials=1)).id
        named = Worker("node-1", returning=True)
        first, again = (granted(store.claim(study, named, TTL)) for _ in range(2))
        assert (again.number, again.attempt) == (first.number, 1)
        store.append(study, [asked(again), told(again)], fence=again)
        assert store.claim(study, named, TTL).reason == "budget"

    def test_a_trial_put_back_keeps_its_attempts(self, store: Store) -> None:
        study = store.create(created(max_trials=1)).id
        lease = run(store, study)
        store.append(study, [ev.TrialRequeued(0, 1, "shutdown")], fence=lease)
        again = run(store, study)
        assert (again.number, again.attempt) == (0, 2)

    # -- the study's own clock -------------------------------------------------------------------------------------

    def test_time_counts_only_while_a_trial_is_leased(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created()).id
        clock.advance(500)
        lease = run(store, study)
        clock.advance(30)
        store.append(study, [told(lease)], fence=lease)
        clock.advance(500)
        store.append(study, [ev.Recorded("a", 1)])
        assert log(store, study)[-1].active == 30_000_000

    def test_a_dead_lease_counts_only_to_its_end(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created()).id
        run(store, study)
        clock.advance(10 * TTL)
        store.append(study, [ev.Recorded("a", 1)])
        assert log(store, study)[-1].active == round(TTL * 1e6)

    def test_no_trial_is_handed_out_after_the_time_budget(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created(max_seconds=45.0)).id
        for _ in range(2):
            lease = run(store, study)
            clock.advance(30)
            store.append(study, [told(lease)], fence=lease)
        assert store.claim(study, ALICE, TTL).reason == "budget"

    def test_the_study_s_clock_survives_jumps_and_boots(self, store: Store, clock: FakeClock) -> None:
        study = store.create(created()).id
        lease = run(store, study)
        seen = []
        jumps: list[Callable[[], None]] = [
            lambda: clock.advance(5),
            lambda: clock.set_wall(0),
            lambda: clock.reboot("boot-2"),
        ]
        for jump in jumps:
            jump()
            store.append(study, [ev.TrialReported(0, 1, (ev.Point(0, 0.5),))], fence=lease)
            seen.append(log(store, study)[-1].active)
        assert seen == [5_000_000, 5_000_000, 5_000_000]
