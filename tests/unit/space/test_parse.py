"""Spaces from what people write: short forms, tables, TOML, frozen distributions, nested choices."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import SpaceError
from ayar.space.domains import Bool, Categorical, Constant, Domain, Float, Int, Normal, Ordinal
from ayar.space.parse import space_from_toml, space_of
from ayar.space.space import Space


@pytest.mark.parametrize(
    ("spec", "domain"),
    [
        ((1e-5, 0.1), Float(1e-5, 0.1)),
        ((1, 4), Int(1, 4)),
        ((1, 4.0), Float(1.0, 4.0)),
        ((1, 4, float), Float(1.0, 4.0)),
        ((1.0, 4.0, int), Int(1, 4)),
        ((np.int64(1), np.int32(4)), Int(1, 4)),
        (["rbf", None], Categorical(["rbf", None])),
        (np.array([1, 2]), Categorical([1, 2])),
        (range(16, 65, 16), Int(16, 64, step=16)),
        (range(10, 0, -3), Int(1, 10, step=3)),
        (range(5, 6, 9), Int(5, 5)),
        ("adam", Constant("adam")),
        (3, Constant(3)),
        (None, Constant(None)),
        (True, Constant(True)),
        (Bool(), Bool()),
        ({"low": 1, "high": 9}, Int(1, 9)),
        ({"low": 1, "high": 9, "type": "float"}, Float(1, 9)),
        ({"low": 0, "high": 1, "step": 0.25}, Float(0, 1, step=0.25)),
        ({"low": "1e-5", "high": "1e-1", "log": True}, Float(1e-5, 1e-1, log=True)),
        ({"low": 0.1, "high": 1, "prior": {"mean": 0.5, "sd": 0.1}}, Float(0.1, 1.0, prior=Normal(0.5, 0.1))),
        ({"choices": [1, 2], "default": 2, "prior": [1, 3]}, Categorical([1, 2], default=2, prior=[1, 3])),
        ({"choices": [1, 2], "type": "ordinal"}, Ordinal([1, 2])),
        ({"type": "bool", "default": True}, Bool(default=True)),
        ({"value": {"a": {}}}, Constant({"a": {}})),
    ],
)
def test_short_forms_mean_one_domain_each(spec: Any, domain: Domain) -> None:
    assert space_of({"p": spec}).params["p"] == domain


@pytest.mark.parity("TA1")
def test_a_tuple_of_three_is_an_error_that_says_how_to_spell_it() -> None:
    with pytest.raises(
        SpaceError, match=r"\$\.space\.p: a tuple is \(low, high\), .*got 3 parts in .*log=True.*list for choices"
    ):
        space_of({"p": (0.0, 10.0, 5)})


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"lr": {"lwo": 1e-5, "high": 0.1}}, r"\$\.space\.lr: unknown key 'lwo' for float; did you mean 'low'"),
        (
            {"lr": {"lwo": 1e-5, "hihg": 0.1}},
            r"\$\.space\.lr: a table needs low and high, choices, or value, and .*'low'",
        ),
        ({"lr": {"low": 1e-5}}, r"\$\.space\.lr: float needs high"),
        ({"lr": {"low": 0.1, "high": 1.0, "choices": [1]}}, r"unknown key 'low' for categorical"),
        ({"lr": {"low": 1, "high": 2, "type": "integer"}}, r"unknown type 'integer'; did you mean 'int'"),
        ({"lr": {"low": "ten", "high": 20}}, r"low must be a number, got str 'ten'"),
        ({"lr": {"low": 0.1, "high": 1.0, "prior": {"mu": 1}}}, r"prior of a number is \{mean = \.\.\., sd = \.\.\.\}"),
        ({"lr": ("a", "b")}, r"a tuple is \(low, high\), two numbers, got \('a', 'b'\)"),
        ({"lr": range(0)}, r"range\(0, 0\) is empty"),
        ({"lr": {"sgd", "adam"}}, r"cannot read set .* as a parameter"),
        ({"lr": object()}, r"cannot read object .*Constant\(value\)"),
        ({"lr": {}}, r"a table needs low and high"),
        ({"lr": (1.0, 0.5)}, r"\$\.space\.lr: Float\(1\.0, 0\.5\): needs low <= high"),
        ([("lr", (0, 1))], r"\$\.space: a space is a mapping"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(params: Any, words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        space_of(params)


def test_nested_choices_become_a_parameter_and_its_branches() -> None:
    nested = {
        "model": {
            "svm": {"C": (0.1, 10.0), "kernel": {"rbf": {"gamma": (0.1, 1.0)}, "linear": {}}},
            "forest": {"trees": (10, 100)},
        }
    }
    assert space_of(nested) == Space(
        {
            "model": ["svm", "forest"],
            "C": Float(0.1, 10.0, when={"model": "svm"}),
            "kernel": Categorical(["rbf", "linear"], when={"model": "svm"}),
            "gamma": Float(0.1, 1.0, when={"model": "svm", "kernel": "rbf"}),
            "trees": Int(10, 100, when={"model": "forest"}),
        }
    )


def test_branches_share_a_parameter_that_is_equal_in_them() -> None:
    space = space_of({"model": {"a": {"C": (0, 1)}, "b": {}, "c": {"C": Int(0, 1)}}})
    assert space.params["C"] == Int(0, 1, when={"model": ["a", "c"]})


def test_branches_named_low_or_default_are_branches() -> None:
    assert space_of({"quality": {"low": {}, "high": {"n": (1, 2)}}}).names == ("quality", "n")
    assert space_of({"mode": {"default": {}, "when": {"n": (1, 2)}}}).params["mode"] == Categorical(["default", "when"])


@pytest.mark.parametrize(
    "params",
    [
        {"model": {"a": {"C": (0, 1)}, "b": {"C": (0, 2)}}},
        {"C": (0, 1), "model": {"a": {"C": (0, 1)}}},
        {"m": {"a": {"C": (0, 1)}}, "n": {"b": {"C": (0, 1)}}},
    ],
)
def test_a_name_with_two_meanings_is_a_clash_that_names_both(params: dict[str, Any]) -> None:
    with pytest.raises(
        SpaceError, match=r"the name 'C' is taken by \$\.space\..*C = Int\(0, 1.*which differs from Int\(0, "
    ):
        space_of(params)


def test_a_branch_cannot_condition_on_its_own_choice() -> None:
    with pytest.raises(SpaceError, match=r"`when` names 'm', which this branch decides"):
        space_of({"m": {"a": {"x": Int(0, 1, when={"m": "a"})}}})


def test_frozen_distributions_are_read_by_their_support_or_outer_quantiles() -> None:
    from scipy import stats

    params = space_of(
        {
            "uniform": stats.uniform(1, 2),
            "log": stats.loguniform(1e-4, 1e-1),
            "reciprocal": stats.reciprocal(1, 10),
            "randint": stats.randint(2, 9),
            "norm": stats.norm(5, 2),
            "lognorm": stats.lognorm(0.5, scale=3.0),
            "beta": stats.beta(2, 2),
            "poisson": stats.poisson(4),
        }
    ).params
    assert params["uniform"] == Float(1.0, 3.0)
    assert params["log"] == Float(1e-4, 1e-1, log=True)
    assert params["reciprocal"] == Float(1.0, 10.0, log=True)
    assert params["randint"] == Int(2, 8)
    assert isinstance(params["norm"], Float)
    assert (params["norm"].low, params["norm"].high) == pytest.approx((5 - 2 * 3.0902, 5 + 2 * 3.0902), abs=1e-3)
    assert params["norm"].prior == Normal(5.0, 2.0)
    assert isinstance(params["lognorm"], Float)
    assert params["lognorm"].log
    assert params["lognorm"].prior is not None
    assert (params["lognorm"].prior.mean, params["lognorm"].prior.sd) == pytest.approx((3.0, 0.5))
    assert params["beta"] == Float(0.0, 1.0, prior=Normal(stats.beta(2, 2).mean(), stats.beta(2, 2).std()))
    assert params["poisson"] == Int(0, 11, prior=Normal(4.0, 2.0))


TOML = """
[space]
lr = { low = 1e-5, high = 1e-1, log = true }
batch = [16, 32, 64]
opt = ["sgd", "adam"]
momentum = { low = 0.0, high = 0.99, when = { opt = "sgd" } }
epochs = 3

[space.model.svm]
C = { low = 0.1, high = 10.0 }
[space.model.none]
"""


def test_toml_is_read_as_text_and_from_a_file(tmp_path: Path) -> None:
    expected = Space(
        {
            "lr": Float(1e-5, 1e-1, log=True),
            "batch": [16, 32, 64],
            "opt": ["sgd", "adam"],
            "momentum": Float(0.0, 0.99, when={"opt": "sgd"}),
            "epochs": 3,
            "model": ["svm", "none"],
            "C": Float(0.1, 10.0, when={"model": "svm"}),
        },
        constraints=["lr < 0.05"],
    )
    path = tmp_path / "study.toml"
    path.write_text(TOML)
    for source in (TOML, path, str(path)):
        assert space_from_toml(source, constraints=["lr < 0.05"]) == expected
    assert space_from_toml("x = [1, 2]") == Space({"x": [1, 2]})


def test_toml_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(SpaceError, match=r"expected TOML in 'x = \[1': "):
        space_from_toml("x = [1")
    with pytest.raises(SpaceError, match=r"cannot read the space from '.*none\.toml': No such file"):
        space_from_toml(tmp_path / "none.toml")


def test_rules_belong_to_the_space_they_come_with() -> None:
    space = Space({"a": (0, 1)})
    assert space_of(space) is space
    assert len(space_of({"a": (0, 1)}, constraints=["a < 1"], forbidden=[{"a": 1}]).rules) == 2
    with pytest.raises(SpaceError, match=r"belong to the Space that is given"):
        space_of(space, constraints=["a < 1"])


def test_a_path_to_toml_is_a_space(tmp_path: Path) -> None:
    (tmp_path / "space.toml").write_text("[space]\nlr = { low = 1e-5, high = 1e-1, log = true }\nbatch = [16, 32]\n")
    wanted = Space({"lr": Float(1e-5, 1e-1, log=True), "batch": [16, 32]})
    assert space_of(tmp_path / "space.toml") == space_of(str(tmp_path / "space.toml")) == wanted
