"""Virtual workers on one thread: a seed decides who moves next, who crashes, freezes, loses replies, and the time.

    cd tests && python -m reliability.simulation --steps 1000000 --storage memory

Each worker is a small machine over the store's contract: claim, ask, report, renew, tell, put back, crash, freeze, wake
late, start again. A model says beforehand what each call must answer. A failing seed is the report of the bug: run it
again with `--seed SEED --steps 1`. Promises P3 to P9 and P16.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from ayar.base.errors import TellRefused
from ayar.base.process import Life
from ayar.space.space import Space
from ayar.space.wire import space_to_json
from ayar.storage import STORES, transaction
from ayar.storage.base import Store, Worker
from ayar.testing.fake_clock import FakeClock
from ayar.testing.store_suite import asked, created, told
from ayar.trial import events as ev
from reliability.history import check_acknowledged, check_drained, check_log

TTL = 10.0
DAY = 86_400_000_000
SPACE = space_to_json(Space({"x": (0.0, 1.0)}))
Open = Callable[[FakeClock], Store]


@dataclass
class Actor:
    """One virtual worker."""

    name: str
    local: bool
    """Whether its process can be watched; else its lease alone speaks for it."""
    life: Life = Life.ALIVE
    busy: bool = False
    """It lives and does not renew, as an objective that holds the interpreter's lock."""
    wakes: float = 0.0
    lease: ev.Lease | None = None
    running: bool = False
    renewed: float = 0.0
    unsure: bool = False
    """It told its trial, and the reply was lost."""
    starts: int = 0

    @property
    def worker(self) -> Worker:
        """As the store knows it; a process that starts again is another holder."""
        return Worker(self.name, f"{self.name}/{self.starts}" if self.local else "")

    def forget(self) -> None:
        """Let go of its trial."""
        self.lease, self.running, self.unsure = None, False, False


@dataclass
class Held:
    """A current token, as the model knows it."""

    token: int
    actor: Actor
    holder: str
    ends: float


class Simulation:
    """One study from its creation to the drain."""

    def __init__(self, seed: int, open_: Open, name: str) -> None:
        self.rng = random.Random(seed)
        self.clock = FakeClock(f"boot-{seed}")
        self.open = open_
        self.store = open_(self.clock)
        self.budget = self.rng.randint(1, 60)
        body = created(name, space=SPACE, max_trials=self.budget, retries={"lost": self.rng.randint(0, 5)})
        self.study = self.store.create(body).id
        crew = self.rng.choice([4, 4, 8, 16, 64])
        self.actors = [Actor(f"w{i}", self.rng.random() < 0.7) for i in range(crew)]
        self.held: dict[int, Held] = {}
        self.final: dict[int, int] = {}
        """Trial -> the token it was told with."""
        self.acknowledged: dict[int, float] = {}
        self.last_token = 0
        self.seen = 0
        self.counts: Counter[str] = Counter()
        self.calm = False

    # -- time and lives --------------------------------------------------------------------------------------------

    def life_of(self, holder: str) -> Life:
        """What one process can tell of another: crashed ones are gone, stopped ones keep silent."""
        name, _, start = holder.partition("/")
        actor = next((a for a in self.actors if a.name == name and a.local), None)
        if actor is None:
            return Life.UNKNOWN
        return actor.life if actor.starts == int(start) else Life.GONE

    def is_over(self, held: Held) -> bool:
        """Whether a lease has ended, as the promises have it."""
        life = self.life_of(held.holder)
        grace = 9 * TTL if life is Life.ALIVE else 0.0
        return life is Life.GONE or held.ends + grace <= self.clock.elapsed()

    def pass_time(self) -> None:
        """Less than half a lease at once: who renews every third of a lease keeps it."""
        self.clock.advance(self.rng.choice([0.0, 0.0, 0.01, 0.3, 0.3, 1.0, 0.4 * TTL]))
        if not self.calm and self.rng.random() < 0.02:
            self.clock.set_wall(self.clock.wall() + self.rng.choice([-DAY, DAY]))
        for actor in self.actors:
            if (actor.busy or actor.life is Life.UNKNOWN) and actor.wakes <= self.clock.elapsed():
                actor.life, actor.busy = Life.ALIVE, False
                self.counts["woke"] += 1
            self.renew(actor)

    def renew(self, actor: Actor) -> None:
        """As the renewing thread does; one attempt in four fails, and is made again in time."""
        lease, silent = actor.lease, self.clock.elapsed() - actor.renewed
        if lease is None or actor.busy or actor.life is not Life.ALIVE or silent < TTL / 3:
            return
        if silent < 0.5 * TTL and self.rng.random() < 0.25:
            return
        current = self.holds(actor)
        assert self.store.renew(self.study, lease) is current, f"renewal of {lease} must answer {current}"
        actor.renewed = self.clock.elapsed()
        if current:
            self.held[lease.number].ends = self.clock.elapsed() + TTL

    def holds(self, actor: Actor) -> bool:
        """Whether the actor's token is the current one of its trial."""
        held = self.held.get(actor.lease.number) if actor.lease else None
        return held is not None and actor.lease is not None and held.token == actor.lease.token

    # -- one step --------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Time passes, then one worker moves."""
        self.pass_time()
        actor, chance = self.rng.choice(self.actors), self.rng.random()
        if actor.life is Life.GONE:
            actor.life, actor.starts = Life.ALIVE, actor.starts + 1
        elif actor.busy or actor.life is Life.UNKNOWN:
            return
        elif not self.calm and chance < 0.08:
            self.hurt(actor)
        elif actor.lease is None:
            self.claim(actor)
        elif not actor.running:
            self.ask(actor) if chance < 0.9 else self.release(actor)
        elif actor.unsure or chance < 0.5:
            self.tell(actor)
        elif chance < 0.8:
            self.report(actor)
        elif not self.calm:
            self.put_back(actor)
        if self.rng.random() < 0.05:
            self.read()

    def hurt(self, actor: Actor) -> None:
        """Crash or freeze one worker; now and then the store is opened again, or the machine starts again."""
        kind = self.rng.choice(["crash", "crash", "freeze", "freeze", "busy", "reopen", "reboot"])
        self.counts[kind] += 1
        if kind == "crash":
            self.crash(actor)
        elif kind == "freeze":
            actor.life, actor.wakes = Life.UNKNOWN, self.clock.elapsed() + self.rng.uniform(0, 4 * TTL)
        elif kind == "busy":
            actor.busy, actor.wakes = True, self.clock.elapsed() + self.rng.uniform(0, 8 * TTL)
        elif kind == "reopen":
            self.store.close()
            self.store = self.open(self.clock)
        elif self.rng.random() < 0.1:
            for each in self.actors:
                self.crash(each)
            self.clock.reboot(f"{self.clock.boot}+")
            for held in self.held.values():
                held.ends, held.holder = 0.0, ""

    def crash(self, actor: Actor) -> None:
        """It loses all it knew."""
        actor.life, actor.busy = Life.GONE, False
        actor.forget()

    # -- what workers do -------------------------------------------------------------------------------------------

    def claim(self, actor: Actor) -> None:
        """The answer must be a trial that nobody validly holds, under a token above all before."""
        over = {number for number, held in self.held.items() if self.is_over(held)}
        answer = self.store.claim(self.study, actor.worker, TTL)
        assert set(answer.reclaimed) <= over, f"took back {answer.reclaimed}, over are {over}"
        for number in over:
            del self.held[number]
        self.counts["reclaimed"] += len(over)
        if answer.lease is None:
            assert bool(answer.wait) is bool(self.held), f"{answer}, held are {sorted(self.held)}"
            return
        lease = answer.lease
        assert lease.number not in self.held, f"trial {lease.number} has two holders"
        assert lease.number not in self.final, f"trial {lease.number} is final"
        assert lease.token > self.last_token, f"token {lease.token} after {self.last_token}"
        assert lease.number < self.budget, f"trial {lease.number} of {self.budget}"
        self.last_token, now = lease.token, self.clock.elapsed()
        self.held[lease.number] = Held(lease.token, actor, actor.worker.holder, now + TTL)
        actor.lease, actor.running, actor.renewed = lease, False, now

    def write(self, actor: Actor, body: ev.Body, key: str | None = None) -> bool:
        """Append under the actor's lease: accepted exactly if its token is the current one."""
        assert actor.lease is not None
        current = self.holds(actor)
        try:
            answer = self.store.append(self.study, [body], fence=actor.lease, key=key, worker=actor.name)
        except TellRefused:
            assert not current, f"{body} was refused, its token is current"
            assert self.final.get(actor.lease.number) != actor.lease.token, (
                f"{body} was refused, it was accepted before"
            )
            self.counts["refused"] += 1
            return False
        own = self.final.get(actor.lease.number) == actor.lease.token
        assert answer.repeated is (own and not current), f"{body}: {answer}"
        assert current or own, f"{body} was accepted, its token is superseded"
        return True

    def ask(self, actor: Actor) -> None:
        """Hand the trial out, or out again."""
        lease = actor.lease
        assert lease is not None
        resumed = ev.TrialResumed(lease.number, lease.attempt, "retry", lease)
        actor.running = self.write(actor, asked(lease, {"x": 0.5}) if lease.attempt == 1 else resumed)
        if not actor.running:
            actor.forget()

    def release(self, actor: Actor) -> None:
        """Give a reservation back."""
        assert actor.lease is not None
        self.store.release(self.study, actor.lease)
        if self.holds(actor):
            del self.held[actor.lease.number]
        actor.forget()

    def report(self, actor: Actor) -> None:
        """A report that is refused is dropped; the trial runs on, as in the loop."""
        assert actor.lease is not None
        self.write(actor, ev.TrialReported(actor.lease.number, actor.lease.attempt, (ev.Point(0, 0.5),)))

    def put_back(self, actor: Actor) -> None:
        """Return a running trial to the queue."""
        assert actor.lease is not None
        if self.write(actor, ev.TrialRequeued(actor.lease.number, actor.lease.attempt, "shutdown")):
            del self.held[actor.lease.number]
        actor.forget()

    def tell(self, actor: Actor) -> None:
        """Tell, and perhaps never hear the answer: then it is told again."""
        lease = actor.lease
        assert lease is not None
        value = float(lease.token)
        if not self.write(actor, told(lease, value), f"tell:{lease.number}:{lease.token}"):
            body = ev.TellRefused(lease.number, lease.token, None, "late", value)
            self.store.append(self.study, [body], key=f"refused:{lease.number}:{lease.token}")
            actor.forget()
            return
        self.held.pop(lease.number, None)
        self.final[lease.number] = lease.token
        actor.unsure = not actor.unsure and self.rng.random() < 0.2
        if not actor.unsure:
            self.acknowledged[lease.number] = value
            self.counts["told"] += 1
            actor.forget()

    def read(self) -> None:
        """What is read follows what was read, without a gap."""
        events = self.store.read(self.study, self.seen)
        assert [e.id for e in events] == list(range(self.seen + 1, self.seen + 1 + len(events)))
        self.seen += len(events)

    # -- the whole -------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Work in trouble, then in peace until the budget is spent; how many steps it took."""
        with patch.object(transaction, "life_of", self.life_of):
            trouble = self.rng.randint(0, 40 * self.budget)
            for steps in range(1_000_000):
                self.calm = steps > trouble
                self.step()
                if self.calm and self.is_spent():
                    break
        events = self.store.read(self.study, 0, 1_000_000)
        wrong = [
            *check_log(events),
            *check_acknowledged(events, self.acknowledged),
            *check_drained(events, self.budget),
        ]
        assert not wrong, wrong
        assert self.store.claim(self.study, Worker("last"), TTL).reason == "budget"
        self.store.close()
        return steps

    def is_spent(self) -> bool:
        """Whether nothing is held any more and nothing is left to hand out; asked now and then."""
        if self.held or any(actor.lease for actor in self.actors) or self.rng.random() < 0.9:
            return False
        return self.store.claim(self.study, Worker("probe"), TTL).reason == "budget" or self.give_back()

    def give_back(self) -> bool:
        """The probe got a trial: it goes back to the queue when its lease is over."""
        self.clock.advance(TTL)
        for actor in self.actors:
            actor.renewed = self.clock.elapsed()
        self.last_token += 1
        return False


def simulate(seed: int, kind: str, folder: Path) -> Simulation:
    """Run one seed on a store of a kind; raises AssertionError with the seed when a promise is broken."""
    if kind == "memory":
        memory: dict[str, Store] = {}

        def open_(clock: FakeClock) -> Store:
            return memory.setdefault("it", STORES.get_class("memory")(clock=clock))
    else:

        def open_(clock: FakeClock) -> Store:
            return STORES.get_class(kind)(folder / "study.db", clock=clock)  # type: ignore[no-any-return]  # a table

    simulation = Simulation(seed, open_, f"s{seed}")
    try:
        simulation.counts["steps"] = simulation.run()
    except AssertionError as error:
        raise AssertionError(f"seed {seed} on {kind}: {error}") from error
    return simulation


def run(kind: str, folder: Path, steps: int, seed: int) -> Counter[str]:
    """Seeds from `seed` on until so many steps were made."""
    total: Counter[str] = Counter()
    while total["steps"] < steps:
        total += simulate(seed + total["studies"], kind, folder).counts
        total["studies"] += 1
    return total


def main() -> None:
    """Run by hand or by `make soak`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--storage", choices=["memory", "sqlite"], default="memory")
    parser.add_argument("--seed", type=int, default=0)
    asked_ = parser.parse_args()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ayar-simulation-") as folder:
        total = run(asked_.storage, Path(folder), asked_.steps, asked_.seed)
    print(json.dumps({"storage": asked_.storage, **total, "seconds": round(time.monotonic() - begin, 1)}))


if __name__ == "__main__":
    main()
