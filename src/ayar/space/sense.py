"""Sense checks of an expression against the parameters it names, before it is ever evaluated.

Each node has kinds: some of "number", "truth", "text" and "other". Arithmetic and order want numbers, `and`, `or` and
`not` want truths, a text compared with a parameter must be one of its choices, and the whole must be a truth.
"""

from collections.abc import Mapping
from typing import Any

from ayar.base.errors import did_you_mean, shorten
from ayar.space.domains import Choices, Domain, Ordinal
from ayar.space.expression import Node, complain
from ayar.space.values import is_number

Kinds = frozenset[str]
_NUMERIC = frozenset({"number", "truth"})
_TRUTH = frozenset({"truth"})


def check(tree: Node, text: str, params: Mapping[str, Domain]) -> None:
    """Raise SpaceError if the expression makes no sense over these parameters."""
    if not _kinds(tree, text, params) & _TRUTH:
        complain(text, tree.at, "a constraint is true or false, this is a value; compare it, as in `... <= 10`")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "truth"
    return "number" if is_number(value) else "text" if isinstance(value, str) else "other"


def _kinds(tree: Node, text: str, params: Mapping[str, Domain]) -> Kinds:
    if tree.op == "literal":
        return frozenset({_kind(tree.value)})
    if tree.op == "name":
        return _parameter_kinds(tree, text, params)
    kinds = [_kinds(arg, text, params) for arg in tree.args]
    if tree.op == "list":
        return frozenset().union(*kinds)
    if tree.op == "chain":
        _check_chain(tree, kinds, text, params)
        return _TRUTH
    wanted, word = (_TRUTH, "true or false") if tree.op in ("and", "or", "not") else (_NUMERIC, "a number")
    for arg, kind in zip(tree.args, kinds, strict=True):
        if not kind & wanted:
            complain(text, arg.at, f"`{tree.op}` needs what is {word} here{_found(arg, params)}")
    return _TRUTH if wanted is _TRUTH else frozenset({"number"})


def _parameter_kinds(tree: Node, text: str, params: Mapping[str, Domain]) -> Kinds:
    domain = params.get(tree.value)
    if domain is None:
        complain(text, tree.at, f"no parameter is called {tree.value!r}{did_you_mean(tree.value, params)}")
    return frozenset(map(_kind, domain.words())) if isinstance(domain, Choices) else frozenset({"number"})


def _check_chain(tree: Node, kinds: list[Kinds], text: str, params: Mapping[str, Domain]) -> None:
    for place, sign in enumerate(tree.value):
        pair = tree.args[place : place + 2]
        if pair[0].op == "list":
            complain(text, pair[0].at, "a list ends a comparison; write `a in [1, 2] and ...`")
        if sign in ("<", "<=", ">", ">="):
            for arg, kind in zip(pair, kinds[place : place + 2], strict=True):
                if not kind & _NUMERIC:
                    complain(text, arg.at, f"{sign} needs a number here{_found(arg, params)}{_order_hint(arg, params)}")
        else:
            _check_texts(pair[0], pair[1], text, params)
            _check_texts(pair[1], pair[0], text, params)


def _check_texts(name: Node, other: Node, text: str, params: Mapping[str, Domain]) -> None:
    """A text that a parameter is compared with must be one that it can have."""
    if name.op != "name":
        return
    domain = params[name.value]
    known = [choice for choice in domain.words() if isinstance(choice, str)] if isinstance(domain, Choices) else []
    for literal in other.args if other.op == "list" else (other,):
        if literal.op == "literal" and isinstance(literal.value, str) and literal.value not in known:
            near = did_you_mean(literal.value, known)
            complain(text, literal.at, f"{name.value} is never {shorten(literal.value)}{near}")


def _found(arg: Node, params: Mapping[str, Domain]) -> str:
    return f", got parameter {arg.value!r} = {shorten(params[arg.value])}" if arg.op == "name" else ""


def _order_hint(arg: Node, params: Mapping[str, Domain]) -> str:
    if arg.op == "name" and isinstance(params[arg.value], Ordinal):
        return f'; list the choices meant: {arg.value} in ["...", "..."]'
    return ""
