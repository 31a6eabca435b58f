"""What a trial tries: the sampler's proposal, or the point that was enqueued, whoever asks and however late."""

import ayar
from ayar.storage.base import Worker

SPACE = {"x": (0.0, 1.0), "n": (1, 9)}


def test_a_number_that_others_overtook_is_still_the_samplers() -> None:
    study = ayar.create_study(SPACE, sampler="random", seed=0)
    slow = study.store.claim(1, Worker("slow"), 60.0)
    assert slow.lease is not None
    assert study.ask().number == 1
    study.store.release(1, slow.lease)
    overtaken = study.ask()
    calm = ayar.create_study(SPACE, sampler="random", seed=0).ask()
    assert (overtaken.number, overtaken.params) == (0, calm.params)
    assert study.trials[0].note["sampler"] == "random"


def test_an_enqueued_point_is_completed() -> None:
    study = ayar.create_study(SPACE, sampler="random", seed=0)
    study.enqueue({"n": 3})
    trial = study.ask()
    assert (trial["n"], set(trial)) == (3, {"x", "n"})
    assert study.trials[0].note["sampler"] == "enqueued"
