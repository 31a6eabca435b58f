import pytest

from ayar.base.errors import ArgumentError
from ayar.cli.choices import Format
from ayar.cli.units import amount, one_of, seconds, size, whole


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


@pytest.mark.parametrize("text", ["1.5", "many", "", "0", "1_000", "9" * 30])
def test_what_is_no_whole_number_is_refused_with_its_bound(text: str) -> None:
    with pytest.raises(ArgumentError, match=rf"expected a whole number of at least 1, got '{text}'"):
        whole(1)(text)


def test_whole_numbers_may_be_free_of_a_bound() -> None:
    assert [whole()(text) for text in ("-3", " 40 ")] == [-3, 40]


@pytest.mark.parametrize("text", ["-1", "nan", "half"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match=rf"expected a number of at least 0, got '{text}'"):
        amount(text)


def test_one_of_a_few_words_is_read_and_others_are_refused_with_the_list() -> None:
    assert one_of(Format)("argv") is Format.ARGV
    with pytest.raises(ArgumentError, match=r"expected one of python, argv, json, got 'yaml'"):
        one_of(Format)("yaml")
