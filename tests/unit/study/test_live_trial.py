"""The trial that an objective holds."""

from typing import Any

import pytest

import ayar
from ayar.base.errors import ArgumentError, SpaceError
from ayar.space.domains import Categorical, Float
from ayar.space.space import Space
from ayar.study.live_trial import LiveTrial

DECLARED = Space(
    {"lr": Float(1e-4, 1.0, log=True), "kind": ["a", "b"], "depth": {"low": 1, "high": 5, "when": {"kind": "b"}}}
)


class Listener:
    """The study's end of the channel."""

    def __init__(self, reply: Any = None) -> None:
        self.heard: list[dict[str, Any]] = []
        self.reply = reply

    def __call__(self, message: dict[str, Any]) -> Any:
        self.heard.append(message)
        return self.reply


def trial(number: int = 0, *, declared: Space = DECLARED, reply: Any = None, **values: Any) -> LiveTrial:
    params = {name: value for name, value in values.items() if name in declared.params}
    proposed = {name: value for name, value in values.items() if name not in params}
    return LiveTrial(number, params, proposed, declared=declared, seed=7, channel=Listener(reply))


def by_run(number: int = 0, **proposed: Any) -> LiveTrial:
    return trial(number, declared=Space({}), **proposed)


def test_a_trial_is_a_mapping_of_its_active_parameters() -> None:
    live = trial(lr=0.1, kind="a")
    assert dict(**live) == {"lr": 0.1, "kind": "a"}
    assert live["lr"] == 0.1


def test_the_seed_is_the_trial_s_own_and_the_same_for_every_attempt() -> None:
    assert trial(3).seed == trial(3).seed
    assert trial(3).seed != trial(4).seed
    assert 0 <= trial(3).seed < 2**32


# -- reports -------------------------------------------------------------------------------------------------------


def test_a_report_is_sent_and_kept() -> None:
    live = trial(lr=0.1, kind="a")
    live.report(0.5, 3)
    live.report(float("inf"), 4, fold=1)
    assert [tuple(report) for report in live.reports] == [(3, 0.5, None), (4, float("inf"), 1)]
    channel: Any = live._channel
    assert channel.heard == [{"report": [3, 0.5, None]}, {"report": [4, "inf", 1]}]


@pytest.mark.parametrize(("reply", "prune"), [(None, False), ({"prune": False}, False), ({"prune": True}, True)])
def test_the_reply_says_whether_to_prune(reply: Any, prune: bool) -> None:
    live = trial(reply=reply)
    assert not live.should_prune()
    live.report(0.5, 0)
    assert live.should_prune() is prune


@pytest.mark.parametrize(("value", "step"), [("high", 0), (None, 0), (0.5, "first"), (0.5, 1.5)])
def test_a_report_that_makes_no_sense_is_refused(value: Any, step: Any) -> None:
    with pytest.raises(ArgumentError, match=r"trial\.report: expected a number and a whole step, got"):
        trial().report(value, step)


def test_an_attribute_is_checked_when_it_is_set() -> None:
    live = trial()
    live.set_user_attr("rows", 3)
    with pytest.raises(ArgumentError, match=r"attribute 'model': expected something JSON can hold"):
        live.set_user_attr("model", object())
    with pytest.raises(
        ArgumentError, match=r"attribute 'log': expected at most 64 KB of JSON, got 100 KB; write it to a file"
    ):
        live.set_user_attr("log", "x" * 102_400)
    assert live.user_attrs == {"rows": 3}


# -- define by run -------------------------------------------------------------------------------------------------


def test_what_is_not_proposed_is_drawn_from_seed_number_and_name() -> None:
    def draws(number: int) -> list[Any]:
        live = by_run(number)
        return [live.suggest_float("x", 0, 1), live.suggest_int("n", 1, 9), live.suggest_categorical("k", ["a", "b"])]

    assert draws(3) == draws(3)
    assert draws(3) != draws(4)
    assert [type(value) for value in draws(3)] == [float, int, str]


def test_the_order_of_asking_changes_no_draw() -> None:
    one, other = by_run(), by_run()
    first = one.suggest_float("x", 0, 1), one.suggest_float("y", 0, 1)
    second = other.suggest_float("y", 0, 1), other.suggest_float("x", 0, 1)
    assert first == second[::-1]


def test_a_proposed_value_is_taken_where_the_domain_holds_it() -> None:
    assert by_run(x=0.25).suggest_float("x", 0, 1) == 0.25
    assert by_run(x=7.0).suggest_float("x", 0, 1) <= 1.0
    assert by_run(x="text").suggest_float("x", 0, 1) <= 1.0


def test_a_proposed_choice_that_json_cannot_hold_comes_back_as_it_went_in() -> None:
    choices = [(1, 2), None, print]
    first = by_run()
    first.suggest_categorical("k", choices)
    [[name, _, wire]] = first.asked()
    again = LiveTrial(1, {}, {name: wire}, declared=Space({}), seed=99, channel=Listener())
    assert again.suggest_categorical("k", choices) == first["k"]


def test_only_what_was_asked_for_is_a_parameter() -> None:
    live = by_run(x=0.25, y=0.5)
    assert dict(live) == {}
    live.suggest_float("x", 0, 1)
    assert dict(live) == {"x": 0.25}


def test_asking_twice_gives_the_same_value() -> None:
    live = by_run()
    assert live.suggest_float("x", 0, 1) == live.suggest_float("x", 0, 1)
    assert len(live.asked()) == 1


@pytest.mark.parity("OP1")
def test_asking_twice_with_another_domain_names_both_and_both_lines() -> None:
    live = by_run()
    live.suggest_float("x", 0, 1)
    with pytest.raises(
        SpaceError,
        match=r"'x' was asked for twice in trial 0 with different domains:\n"
        r"  first Float\(0\.0, 1\.0\) at test_live_trial\.py:\d+\n  now Int\(0, 4\) at test_live_trial\.py:\d+",
    ):
        live.suggest_int("x", 0, 4)


def test_what_was_asked_for_is_told_in_order_with_its_domain() -> None:
    live = by_run(x=0.25)
    live.suggest_float("x", 0, 1)
    live.suggest_int("n", 4, 4)
    assert [[name, value] for name, _, value in live.asked()] == [["x", 0.25], ["n", 4]]
    assert live.asked()[0][1] == {"type": "float", "low": 0.0, "high": 1.0}


def test_a_declared_parameter_is_given_where_the_domains_agree() -> None:
    live = trial(lr=0.1, kind="a")
    assert live.suggest_float("lr", 1e-4, 1.0, log=True) == 0.1
    assert live.suggest_categorical("kind", ["a", "b"]) == "a"
    assert live.asked() == []


def test_a_declared_parameter_with_another_domain_is_refused() -> None:
    with pytest.raises(
        SpaceError, match=r"'lr' is declared as Float\(0\.0001, 1\.0, log=True\) but asked for as Float\(0\.0, 1\.0\)"
    ):
        trial(lr=0.1, kind="a").suggest_float("lr", 0, 1)


def test_a_declared_parameter_that_is_inactive_is_refused() -> None:
    live = trial(lr=0.1, kind="a")
    with pytest.raises(SpaceError, match=r"'depth' is not active in trial 0: its condition when=.*does not hold"):
        live.suggest_int("depth", 1, 5)


def test_names_beside_the_declared_ones_may_be_asked_for() -> None:
    live = trial(lr=0.1, kind="a", extra=0.75)
    assert dict(live) == {"lr": 0.1, "kind": "a"}
    assert live.suggest_float("extra", 0, 1) == 0.75
    assert dict(live) == {"lr": 0.1, "kind": "a", "extra": 0.75}


def test_a_block_that_raises_settles_the_trial() -> None:
    seen: list[BaseException] = []

    def leave(_: LiveTrial, error: BaseException) -> bool:
        seen.append(error)
        return isinstance(error, KeyError)

    live = LiveTrial(0, {}, {}, declared=Space({}), seed=0, channel=Listener(), leave=leave)
    with live:
        raise KeyError("swallowed")
    with pytest.raises(ValueError, match="raised on"), live:
        raise ValueError("raised on")
    with live:
        pass
    assert [type(error) for error in seen] == [KeyError, ValueError]


def test_the_domains_of_suggestions_are_those_of_the_space() -> None:
    live = by_run()
    live.suggest_float("x", 0.0, 1.0, step=0.25)
    live.suggest_categorical("k", ("a", "b"))
    assert [live._asked[name][0] for name in ("x", "k")] == [Float(0.0, 1.0, step=0.25), Categorical(["a", "b"])]


@pytest.mark.parity("OP1")
@pytest.mark.parametrize(
    ("low", "high", "step", "last"), [(0.0, 1.0, 0.3, 0.9), (0.1, 0.45, 0.1, 0.4), (-1.0, 1.0, 0.5, 1.0)]
)
def test_steps_that_do_not_divide_a_range_end_where_the_last_one_fits(
    low: float, high: float, step: float, last: float
) -> None:
    study = ayar.minimize(lambda trial: trial.suggest_float("x", low, high, step=step), max_trials=1, seed=0)
    assert study.space.params["x"] == ayar.Float(low, last, step=step)


@pytest.mark.parity("OP1")
def test_whole_steps_that_do_not_divide_a_range_end_where_the_last_one_fits() -> None:
    study = ayar.minimize(lambda trial: trial.suggest_int("n", 1, 10, step=4), max_trials=1, seed=0)
    assert study.space.params["n"] == ayar.Int(1, 9, step=4)
