"""JSON, there and back."""

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from ayar.base.errors import SpaceError
from ayar.base.jsontext import dumps, loads
from ayar.space.domains import Bool, Categorical, Constant, Domain, Float, Int, Label, Normal, Ordinal
from ayar.space.space import Space
from ayar.space.wire import (
    domain_from_json,
    domain_to_json,
    params_from_wire,
    params_to_wire,
    space_from_json,
    space_to_json,
)

THING = object()
SPACE = Space(
    {
        "lr": Float(1e-5, 0.1, log=True, default=1e-3, prior=Normal(1e-3, 1.0)),
        "drop": Float(0.0, 0.5, step=0.1),
        "layers": Int(1, 9, step=2, default=3),
        "units": Int(1, 64, log=True),
        "act": Categorical({"thing": THING, "none": None, "pair": (1, [2.0])}, default=THING, prior=[1, 2, 3]),
        "odd": Categorical([1, 1.0, True, None, "1", float("inf"), {"$": {"label": 1}}, (), [[]]]),
        "size": Ordinal([8, 16], when={"act": ["thing", (1, [2.0])]}),
        "flag": Bool(default=True, prior=[1, 3]),
        "c": Constant((1, None), when={"flag": True}),
        "deep": Float(0.0, 1.0, when={"size": 16, "flag": False}),
        "fn": [int, len],
    },
    constraints=["lr * units <= 3", lambda p: p["layers"] < 9],
    forbidden=[{"act": "thing", "layers": [1, 3]}],
    fixed={"layers": 5},
)


def through_text(data: Any) -> Any:
    """What comes back from JSON text, with keys in another order, as a database may leave them."""
    return json.loads(json.dumps(data, sort_keys=True, allow_nan=False))


def test_a_space_comes_back_equal() -> None:
    back = space_from_json(through_text(space_to_json(SPACE)))
    assert back == SPACE
    assert back.names == SPACE.names
    assert space_to_json(back) == space_to_json(SPACE)
    assert space_from_json(loads(dumps(space_to_json(SPACE)))) == SPACE


def test_objects_come_back_as_labels_and_functions_as_rules_that_refuse() -> None:
    back = space_from_json(space_to_json(SPACE))
    assert back.params["act"].value(0) == Label("thing")
    assert back.params["act"].default == Label("thing")
    X, A = back.codec.encode([{"lr": 0.1}])
    with pytest.raises(
        SpaceError, match=r"<lambda> is a function, of which only the name is stored; pass space= again"
    ):
        back.feasible(X, A)


@pytest.mark.parametrize("name", [name for name in SPACE.names if name not in ("size", "c", "deep")])
def test_a_domain_comes_back_equal(name: str) -> None:
    domain = SPACE.params[name]
    assert domain_from_json(through_text(domain_to_json(domain))) == domain


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"schema": 3}, r"\$\.schema: this space was written by a newer Ayar \(schema 3, here 2\); update ayar"),
        ({}, r"\$\.schema: expected a stored space, got \{\}"),
        ([], r"expected a stored space"),
        ({"schema": 1}, r"not a stored space: KeyError 'params'"),
        (
            {"schema": 1, "params": [{"name": "x"}]},
            r"\$\.params\[0\]: expected a stored domain with a type among float",
        ),
        (
            {"schema": 1, "params": [{"name": "x", "type": "float", "low": 2, "high": 1}]},
            r"\$\.params\[0\]: .*needs low <= high",
        ),
        (
            {"schema": 1, "params": [{"name": "x", "type": "int", "low": 2}]},
            r"\$\.params\[0\]: not a stored int: KeyError",
        ),
        (
            {"schema": 1, "params": [{"name": "x", "type": "ordinal", "choices": [{"eval": "1"}]}]},
            r"expected a stored value, got \{'eval': '1'\}",
        ),
    ],
)
def test_what_is_no_stored_space_is_refused_with_its_path(data: Any, words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        space_from_json(data)


def test_a_configuration_is_json_with_choices_by_place_where_needed() -> None:
    point = {"lr": 0.01, "act": THING, "odd": (), "flag": True, "c": (1, None), "layers": 5}
    wire = params_to_wire(SPACE, point)
    assert wire == {
        "lr": 0.01,
        "act": {"choice": 0, "label": "thing"},
        "odd": {"choice": 7, "label": "()"},
        "flag": True,
        "c": {"choice": 0, "label": "(1, None)"},
        "layers": 5,
    }
    assert params_from_wire(SPACE, through_text(wire)) == point


def test_types_are_strict_on_the_way_back() -> None:
    values: list[Any] = [1, 1.0, True, None, "1", float("inf"), {"$": {"label": 1}}, (), [[]]]
    for value in values:
        back = params_from_wire(SPACE, through_text(params_to_wire(SPACE, {"odd": value})))["odd"]
        assert (type(back), back) == (type(value), value)
    read = params_from_wire(SPACE, {"drop": 0, "units": 2.0})
    assert [type(value) for value in read.values()] == [float, float]
    assert not SPACE.contains(read)


def test_a_choice_that_moved_is_found_by_its_label() -> None:
    old, new = Space({"k": [(1,), (2,)]}), Space({"k": [(0,), (1,), (2,)]})
    assert params_from_wire(new, params_to_wire(old, {"k": (2,)})) == {"k": (2,)}


def test_a_choice_that_is_gone_is_refused_by_name() -> None:
    old, new = Space({"k": [(1,), (2,)]}), Space({"k": [(0,), (1,)]})
    with pytest.raises(SpaceError, match=r"parameter 'k': .*'\(2,\)'.* names no choice among \[\(0,\), \(1,\)\]"):
        params_from_wire(new, params_to_wire(old, {"k": (2,)}))


def test_a_value_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(SpaceError, match=r"cannot write object .* as a value of Float"):
        params_to_wire(SPACE, {"lr": object()})


def test_big_integers_and_broken_text_survive() -> None:
    space = Space({"k": [2**70, "\ud800", {"\udfff": 1}]})
    back = space_from_json(loads(dumps(space_to_json(space))))
    assert back == space


def test_numpy_values_in_a_domain_are_written_as_plain_json() -> None:
    domain: Domain = Categorical(np.array([0.5, 1.5]))
    assert json.dumps(domain_to_json(domain)) == '{"type": "categorical", "choices": [0.5, 1.5]}'


AUDIT = """
import sys
from ayar.space.expression import parse
from ayar.space.space import Space
from ayar.space.wire import space_from_json, space_to_json, params_from_wire
from ayar.space.parse import space_from_toml
space_from_toml("x = [1]")
data = space_to_json(Space({"a": (0, 9), "k": ["x", (1, 2)]}, constraints=["a * 2 <= 8 and k == 'x'"]))
seen = []
def hook(event, args):
    if event in ("compile", "exec", "pickle.find_class", "marshal.loads", "import", "subprocess.Popen", "os.system"):
        seen.append((event, args[:1]))
sys.addaudithook(hook)
space = space_from_json(data)
space.contains({"a": 2, "k": "x"})
params_from_wire(space, {"k": {"choice": 1, "label": "(1, 2)"}})
for text in ("__import__('os').system('true')", "().__class__", "a <= 1 if a else 2", "exec('1')", "a := 3"):
    try:
        Space({"a": (0, 9)}, constraints=[text])
    except Exception as error:
        assert type(error).__name__ == "SpaceError", error
    else:
        raise SystemExit(f"accepted {text}")
print(seen)
"""


def test_nothing_read_is_ever_run() -> None:
    done = subprocess.run([sys.executable, "-c", AUDIT], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
