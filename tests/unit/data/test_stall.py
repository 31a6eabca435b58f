"""What a report on waiting says, from times that are known."""

from ayar.data.stall import StallReport, measure
from ayar.testing.fake_clock import FakeClock


def test_packing_is_recommended_when_it_pays() -> None:
    report = StallReport(real=2.0, cached=0.6, synthetic=0.5, build=3.0, trials=20)
    assert report.waiting == 0.75
    assert report.saved == 25.0
    assert report.pays
    assert "75% of it waits for files, 17% with the pack" in report.explain()
    assert report.explain().endswith("Over 20 trials packing saves 25 s: use the pack.")
    assert report.to_dict()["pays"] is True


def test_packing_is_not_recommended_when_it_costs_or_hardly_matters() -> None:
    one = StallReport(real=2.0, cached=0.6, synthetic=0.5, build=3.0, trials=1)
    assert not one.pays
    assert "packing costs 1.6 s more than it saves: reading the files as they are is as good" in one.explain()
    busy = StallReport(real=100.0, cached=99.0, synthetic=99.0, build=3.0, trials=20)
    assert not busy.pays
    assert "saves 17 s, less than 5% of the whole" in busy.explain()


def test_the_three_ways_are_timed_apart() -> None:
    clock = FakeClock()

    def after(seconds: float) -> dict[str, float]:
        clock.sleep(seconds)
        return {"x": seconds}

    report = measure(lambda: after(4.0), lambda: after(1.0), lambda _: after(2.0), build=5.0, trials=10, clock=clock)
    assert (report.real, report.cached, report.synthetic) == (6.0, 3.0, 2.0)
