"""Parsing: what is read, and how mistakes are shown."""

import pytest

from ayar.base.errors import SpaceError
from ayar.space.expression import MAX_LENGTH, names_in, parse


@pytest.mark.parametrize(
    ("text", "problem", "caret"),
    [
        ("a + * 3", r"expected a number, a text, a parameter or '\('", 4),
        ("a = 3", r"cannot read '='; use == to compare", 2),
        ("a && b", r"cannot read '&'; use `and`", 2),
        ("!a", r"cannot read '!'; use `not`", 0),
        ("foo(3) < 1", r"no function is called 'foo'", 0),
        ("sqr(a) < 1", r"did you mean 'sqrt'", 0),
        ("min(a) < 1", r"min takes at least two arguments, got 1", 0),
        ("log(a, 2) < 1", r"log takes one argument, got 2", 0),
        ("(a + 1 < 3", r"expected '\)' to close what opens at position 0", 10),
        ("a in 3", r"expected a list after `in`, such as \[1, 2, 3\]", 5),
        ("a in [1, 2", r"expected '\]' to close", 10),
        ("a < 3 b", r"did not expect 'b' here", 6),
        ("a <", r"expected a number", 3),
        ("", r"expected a number", 0),
        ("a < 1e999", r"1e999 is no finite number", 4),
        ("a < 1__0", r"1__0 is no finite number", 4),
        ("a.b. < 1", r"cannot read '\.'", 3),
        ("a < 'open", r"cannot read \"'\"", 4),
        ("__import__('os')", r"no function is called '__import__'", 0),
        ("lambda: 1", r"cannot read ':'", 6),
        ("a[b] < 1", r"did not expect '\[' here", 1),
    ],
)
def test_mistakes_are_quoted_with_a_caret(text: str, problem: str, caret: int) -> None:
    with pytest.raises(SpaceError, match=problem) as caught:
        parse(text)
    quoted, pointer = str(caught.value).splitlines()[-2:]
    assert quoted == f"    {text}"
    assert pointer == " " * (4 + caret) + "^"


def test_the_caret_stands_right_in_long_texts() -> None:
    with pytest.raises(SpaceError) as caught:
        parse("a + " * 40 + "* 3 < 4")
    quoted, pointer = str(caught.value).splitlines()[-2:]
    assert quoted[pointer.index("^")] == "*"


def test_names_are_listed_in_order_of_appearance_and_may_hold_dots_and_underscores() -> None:
    assert names_in(parse("model__C * svm.gamma <= b and b > model__C")) == ("model__C", "svm.gamma", "b")


def test_length_and_depth_are_limited() -> None:
    with pytest.raises(SpaceError, match=r"at most 2000 characters, got 2001"):
        parse("a" * (MAX_LENGTH + 1))
    for nest in (
        "(" * 900 + "a" + ")" * 900,
        "not " * 400 + "a",
        "min(" * 400 + "a",
        "-" * 1900 + "a < 1",
        "a in [" * 300,
    ):
        with pytest.raises(SpaceError, match=r"nested more than"):
            parse(nest)
    with pytest.raises(SpaceError, match=r"nested more than"):
        parse("a" + "+a" * 500 + " < 3")


def test_long_conjunctions_are_no_deep_ones() -> None:
    parse(" and ".join(["a < 1"] * 190))


def test_the_entries_of_vectors_are_names_and_lists_stay_lists() -> None:
    assert names_in(parse("x[0] + net.w[12] <= 1")) == ("x[0]", "net.w[12]")
    assert names_in(parse("kind in[1, 2] or kind not in[3]")) == ("kind",)
    assert names_in(parse("login[0] < x.in[1]")) == ("login[0]", "x.in[1]")
