import pytest

from ayar.base.errors import ArgumentError
from ayar.cli.units import seconds, size


@pytest.mark.parametrize(("text", "value"), [("90", 90), ("1.5m", 90), ("2 h", 7200), ("1d", 86400), ("1e3", 1000)])
def test_durations(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize(("text", "value"), [("10", 10), ("1KB", 1024), ("1.5 gb", 1.5 * 2**30)])
def test_sizes(text: str, value: float) -> None:
    assert size(text) == value


@pytest.mark.parametrize("text", ["", "soon", "-3", "0", "3 weeks", "1e999"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ArgumentError, match=r"expected a duration such as 90, 30m or 8h, got"):
        seconds(text)


def test_what_is_no_size_is_refused_with_an_example() -> None:
    with pytest.raises(ArgumentError, match=r"expected a size such as 512MB or 8GB, got '8 apples'"):
        size("8 apples")
