"""What every picture of the table promises, on every kind of study."""

from typing import Any

import pytest

import ayar.plots
from ayar.base.errors import ArgumentError
from ayar.base.jsontext import loads
from ayar.plots import PLOTS
from ayar.plots.thin import MOST
from ayar.space.domains import Categorical, Float
from ayar.space.space import Space
from ayar.testing.folds import fold_of
from unit.plots import studies

ONE_GOAL = [name for name in PLOTS if name != "pareto_front"]


def draw(name: str, study: Any) -> Any:
    return getattr(ayar.plots, name)(study)


def points(picture: Any) -> int:
    return sum(0 if trace.x is None else len(trace.x) for trace in picture.data)


@pytest.mark.parametrize("name", ONE_GOAL)
@pytest.mark.parametrize("kind", studies.STUDIES)
def test_every_picture_can_be_drawn_of_every_kind_of_study(name: str, kind: str) -> None:
    picture = draw(name, studies.STUDIES[kind]())
    assert loads(picture.to_json())["layout"]


@pytest.mark.parametrize("name", ONE_GOAL)
def test_an_empty_study_gives_a_picture_that_says_so(name: str) -> None:
    picture = draw(name, studies.empty())
    assert not picture.data
    assert picture.layout.annotations[0].text


@pytest.mark.parametrize("name", ONE_GOAL)
def test_a_very_large_study_is_thinned(name: str) -> None:
    picture = draw(name, studies.large())
    assert 0 < points(picture) < 3 * MOST


@pytest.mark.parametrize("name", ["optimization_history", "slice", "edf"])
def test_every_axis_has_a_name(name: str) -> None:
    layout = draw(name, studies.conditional()).layout
    axes = [axis for axis in layout if axis[:5] in {"xaxis", "yaxis"} and layout[axis].visible is not False]
    assert axes
    assert all(layout[axis].title.text for axis in axes)


@pytest.mark.parametrize("name", ONE_GOAL)
def test_no_trace_needs_webgl_or_eval(name: str) -> None:
    assert {trace.type for trace in draw(name, studies.conditional()).data} <= {"scatter", "bar"}


def test_the_best_is_never_thinned_away() -> None:
    study = studies.large()
    best = float(study.history.values[:, 0].min())
    picture = draw("optimization_history", study)
    assert min(float(trace.y.min()) for trace in picture.data) == best


def test_failed_and_pruned_trials_are_visible() -> None:
    names = {trace.name for trace in draw("optimization_history", studies.conditional()).data}
    assert {"complete", "pruned", "failed", "best so far"} <= names


def test_a_log_parameter_has_a_log_axis() -> None:
    layout = draw("slice", studies.conditional()).layout
    assert [layout.xaxis.type, layout.xaxis2.type, layout.xaxis3.type] == ["log", None, "log"]


def test_a_vast_log_range_has_few_ticks() -> None:
    study = fold_of(
        {"x": Float(1e-300, 1e300, log=True)}, [({"x": 10.0 ** (50 * i - 300)}, float(i)) for i in range(4)]
    )
    assert draw("slice", study).layout.xaxis.dtick == 100


@pytest.mark.parametrize("name", ONE_GOAL)
def test_a_goal_is_named_or_counted(name: str) -> None:
    study = studies.several()
    last = study.setup.goals[-1].name
    by_name, by_place = (getattr(ayar.plots, name)(study, goal=goal) for goal in (last, len(study.setup.goals) - 1))
    assert by_name.to_json() == by_place.to_json()
    assert last in by_name.to_json()


def test_choices_stand_on_their_axis_by_name() -> None:
    layout = ayar.plots.slice(studies.conditional(), ["kernel"]).layout
    assert layout.xaxis.ticktext == ("rbf", "poly", "linear")


def test_a_slice_of_an_unknown_parameter_says_what_is_near() -> None:
    with pytest.raises(ArgumentError, match=r"no searched parameter is called 'gama'; did you mean 'gamma'\?"):
        ayar.plots.slice(studies.conditional(), ["gama"])


def test_lines_of_inactive_parameters_dip_below_the_axes() -> None:
    picture = draw("parallel_coordinates", studies.conditional())
    assert any(note.text == "inactive" for note in picture.layout.annotations)
    assert min(float(min(trace.y[~(trace.y != trace.y)])) for trace in picture.data) < 0.0


def test_bad_outliers_do_not_flatten_the_history() -> None:
    trials = [({"x": i / 20}, 1.0 + i / 100) for i in range(20)] + [({"x": 0.99}, -1e6)]
    study = fold_of({"x": (0.0, 1.0)}, trials, goals={"v": "maximize"})
    picture = draw("optimization_history", study)
    assert picture.layout.yaxis.range[0] > 0.9
    assert picture.layout.xaxis.title.text == "results, in the order told; 1 bad result outside the picture"
    assert not picture.layout.annotations


@pytest.mark.parametrize(
    ("direction", "terrible", "ends"),
    [("maximize", -1e6, ["-1 and worse", "-0.81"]), ("minimize", 1e6, ["-1", "-0.81 and worse"])],
)
def test_a_terrible_value_does_not_flatten_the_goals_axis_of_parallel_coordinates(
    direction: str, terrible: float, ends: list[str]
) -> None:
    trials = [({"x": i / 20}, i / 100 - 1.0) for i in range(20)] + [({"x": 0.99}, terrible)]
    picture = draw("parallel_coordinates", fold_of({"x": (0.0, 1.0)}, trials, goals={"v": direction}))
    assert [note.text for note in picture.layout.annotations if note.name == "tick" and note.x == 1] == ends


def test_the_front_stands_out_among_all_trials() -> None:
    picture = draw("pareto_front", studies.several())
    assert [trace.name for trace in picture.data] == ["trials", "front"]
    assert 0 < len(picture.data[1].x) < 30


def test_a_front_of_one_goal_is_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"expected a study with several goals, got one with 'accuracy' alone"):
        draw("pareto_front", studies.conditional())


def test_something_that_is_no_study_is_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match=r"expected a study, got int 3"):
        draw("edf", 3)


def test_an_unknown_picture_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'pie'"):
        _ = ayar.plots.pie


def test_markup_in_names_and_choices_enters_no_figure() -> None:
    name = '<a href="http://evil.test">C</a>'
    space = Space({name: Float(0.0, 1.0), "kind": Categorical(["<b>x</b>", "</script><script>alert(1)</script>"])})
    trials = [({name: i / 10, "kind": "<b>x</b>"}, float(i)) for i in range(10)]
    study = fold_of(space, trials, goals={"<i>loss</i>": "minimize"})
    for picture in ONE_GOAL:
        text = draw(picture, study).to_json()
        texts = _strings(loads(text))
        allowed = [part for part in texts if "<" in part.replace("<br>", "")]
        assert not allowed, (picture, allowed)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    return [text for item in value for text in _strings(item)] if isinstance(value, list) else []


def test_the_table_of_pictures_is_what_the_module_shows() -> None:
    assert set(PLOTS) <= set(dir(ayar.plots))


def test_one_log_gives_one_picture() -> None:
    assert draw("slice", studies.conditional()).to_json() == draw("slice", studies.conditional()).to_json()
