"""The small language of constraints: text to a tree, by a tokenizer and a Pratt parser of its own.

    batch * width <= 4096      1 < depth <= width      not (kernel == "poly" and degree > 3)      opt in ["sgd", "adam"]

Grammar, loosest first: or; and; not; comparisons in chains (< <= > >= == != in, not in); + -; * / // %; unary + -; **.
Operands: numbers, texts, True, False, None, parameter names (dotted ones and x[0] too), lists after `in`, the functions
abs, min, max, log (natural), exp and sqrt. Meaning and precedence are Python's; nothing is ever run as Python.
Source: Pratt 1973, Top Down Operator Precedence.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from ayar.base.errors import SpaceError, did_you_mean

MAX_LENGTH = 2_000
MAX_DEPTH = 200
FUNCTIONS = ("abs", "min", "max", "log", "exp", "sqrt")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=", "in", "not in")

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d]\w*(?:\.[^\W\d]\w*)*(?:(?<![^\w.]in)\[\d+\])?)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<sign>\*\*|//|<=|>=|==|!=|[-+*/%<>()\[\],])
    )""",
    re.VERBOSE,
)
_HINTS = {"=": "use == to compare", "&": "use `and`", "|": "use `or`", "!": "use `not`", "^": "use ** for powers"}
_LITERALS = {"True": True, "False": False, "None": None}
_KEYWORDS = ("and", "or", "not", "in")
_POWER = {"or": 1, "and": 2, **dict.fromkeys(COMPARISONS, 4), **dict.fromkeys("+-", 5)}
_POWER |= {**dict.fromkeys(["*", "/", "//", "%"], 6), "**": 8}
_NOT, _UNARY = 3, 7


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree.

    op: "literal", "name", "list", "chain", "negative", a function's name, "and", "or", "not", or an arithmetic sign.
    value: of a literal its value, of a name the name, of a chain its comparison signs.
    at: where it begins in the text.
    """

    op: str
    args: tuple["Node", ...]
    value: Any
    at: int
    depth: int


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def complain(text: str, at: int, problem: str) -> NoReturn:
    """Raise a SpaceError that quotes the text with a caret under the place."""
    begin = max(0, at - 60)
    quoted = text[begin : at + 40].replace("\n", " ")
    raise SpaceError(f"constraint: {problem}\n    {quoted}\n    {' ' * (at - begin)}^")


def _tokens(text: str) -> list[_Token]:
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            hint = _HINTS.get(text[at], "")
            complain(text, at, f"cannot read {text[at]!r}" + (f"; {hint}" if hint else ""))
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, _Token("end", "", end)]


class _Parser:
    """One pass over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.position = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.next
        self.position += token.kind != "end"
        return token

    def expect(self, sign: str, opened_at: int) -> None:
        if self.next.text != sign or self.next.kind != "sign":
            complain(self.text, self.next.at, f"expected {sign!r} to close what opens at position {opened_at}")
        self.take()

    def node(self, op: str, args: tuple[Node, ...], at: int, value: Any = None) -> Node:
        depth = 1 + max((arg.depth for arg in args), default=0)
        if depth > MAX_DEPTH:
            complain(self.text, at, f"nested more than {MAX_DEPTH} deep; split it into several constraints")
        return Node(op, args, value, at, depth)

    def whole(self) -> Node:
        tree = self.expression(0, 0)
        if self.next.kind != "end":
            hint = _HINTS.get(self.next.text[:1], "expected an operator")
            complain(self.text, self.next.at, f"did not expect {self.next.text!r} here; {hint}")
        return tree

    def expression(self, power: int, depth: int) -> Node:
        if depth > MAX_DEPTH // 2:
            complain(
                self.text, self.next.at, f"nested more than {MAX_DEPTH // 2} deep; split it into several constraints"
            )
        left = self.operand(depth)
        while True:
            op = self.operator()
            if op is None or _POWER[op] <= power:
                return left
            left = self.joined(left, op, depth)

    def operator(self) -> str | None:
        token = self.next
        if token.kind not in ("sign", "word"):
            return None
        if token.text == "not" and self.tokens[self.position + 1].text == "in":
            return "not in"
        return token.text if token.text in _POWER else None

    def joined(self, left: Node, op: str, depth: int) -> Node:
        if op in COMPARISONS:
            return self.chain(left, depth)
        at = self.take().at
        # ** groups to the right: its right side may hold another one.
        right = self.expression(_POWER[op] - (op == "**"), depth + 1)
        if op in ("and", "or"):
            parts = [part.args if part.op == op else (part,) for part in (left, right)]
            return self.node(op, (*parts[0], *parts[1]), at)
        return self.node(op, (left, right), at)

    def chain(self, left: Node, depth: int) -> Node:
        args, signs, at = [left], [], self.next.at
        while (op := self.operator()) in COMPARISONS:
            for _ in str(op).split():
                self.take()
            signs.append(op)
            args.append(self.choices(depth) if op in ("in", "not in") else self.expression(_POWER["<"], depth + 1))
        return self.node("chain", tuple(args), at, tuple(signs))

    def choices(self, depth: int) -> Node:
        opening = self.take()
        closing = {"[": "]", "(": ")"}.get(opening.text)
        if closing is None or opening.kind != "sign":
            complain(self.text, opening.at, "expected a list after `in`, such as [1, 2, 3]")
        return self.node("list", self.arguments(closing, opening.at, depth), opening.at)

    def arguments(self, closing: str, opened_at: int, depth: int) -> tuple[Node, ...]:
        items = []
        while self.next.text != closing and self.next.kind != "end":
            items.append(self.expression(0, depth + 1))
            if self.next.text != ",":
                break
            self.take()
        self.expect(closing, opened_at)
        return tuple(items)

    def operand(self, depth: int) -> Node:
        token = self.take()
        if token.kind == "number":
            return self.node("literal", (), token.at, self.number(token))
        if token.kind == "text":
            return self.node("literal", (), token.at, re.sub(r"\\(.)", r"\1", token.text[1:-1]))
        if token.kind == "word" and token.text not in _KEYWORDS:
            return self.word(token, depth)
        if token.text == "not":
            return self.node("not", (self.expression(_NOT, depth + 1),), token.at)
        if token.text in ("-", "+"):
            inner = self.expression(_UNARY, depth + 1)
            return self.node("negative", (inner,), token.at) if token.text == "-" else inner
        if token.text == "(":
            inner = self.expression(0, depth + 1)
            self.expect(")", token.at)
            return inner
        complain(self.text, token.at, "expected a number, a text, a parameter or '('")

    def word(self, token: _Token, depth: int) -> Node:
        if token.text in _LITERALS:
            return self.node("literal", (), token.at, _LITERALS[token.text])
        if self.next.text != "(":
            return self.node("name", (), token.at, token.text)
        if token.text not in FUNCTIONS:
            complain(self.text, token.at, f"no function is called {token.text!r}{did_you_mean(token.text, FUNCTIONS)}")
        args = self.arguments(")", self.take().at, depth)
        fits = len(args) >= 2 if token.text in ("min", "max") else len(args) == 1
        if not fits:
            wanted = "at least two arguments" if token.text in ("min", "max") else "one argument"
            complain(self.text, token.at, f"{token.text} takes {wanted}, got {len(args)}")
        return self.node(token.text, args, token.at)

    def number(self, token: _Token) -> int | float:
        try:
            value = float(token.text) if re.search(r"[.eE]", token.text) else int(token.text)
            finite = math.isfinite(float(value))
        except (ValueError, OverflowError):
            finite = False
        if not finite:
            complain(self.text, token.at, f"{token.text} is no finite number")
        return value


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises:
        SpaceError: not an expression; the message quotes the text with a caret under the place.

    >>> parse("a + 1 <= b").value
    ('<=',)
    """
    if len(text) > MAX_LENGTH:
        raise SpaceError(
            f"constraint: expressions have at most {MAX_LENGTH} characters, got {len(text)}; use a function"
        )
    return _Parser(text).whole()


def names_in(tree: Node) -> tuple[str, ...]:
    """The parameters an expression names, in order of appearance."""
    if tree.op == "name":
        return (tree.value,)
    return tuple(dict.fromkeys(name for arg in tree.args for name in names_in(arg)))


def rename_in(text: str, names: Mapping[str, str]) -> str:
    """The expression with parameters under other names.

    >>> rename_in('batch * width <= 4096 and kind in ["batch"]', {"batch": "size"})
    'size * width <= 4096 and kind in ["batch"]'
    """
    tokens = _tokens(text)
    out, at = [], 0
    for token, following in pairwise(tokens):
        if token.kind == "word" and token.text in names and following.text != "(":
            out += [text[at : token.at], names[token.text]]
            at = token.at + len(token.text)
    return "".join([*out, text[at:]])
