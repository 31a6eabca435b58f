"""Define-by-run proposals that would run a known trial again.

A sampler proposes a value for every name that trials asked for so far; an objective asks for some of them. Where it is
handed what a known trial asked for, it takes the same path and asks for the same again, whatever the other names hold.
So such a proposal repeats that trial although it differs from it, and another place is drawn instead.

n  known trials    m  proposals    D  coded columns
"""

import numpy as np

from ayar.base.rng import stream
from ayar.samplers.base import Proposal
from ayar.space.codec import Codec, Floats, Mask
from ayar.space.draw import draw
from ayar.trial.history import History
from ayar.trial.setup import Setup


def twins(codec: Codec, history: History, X: Floats) -> Mask:
    """(m,) bool: which of (m, D) proposals agree with a known trial on all that it asked for."""
    known, asked = history.columns(codec)
    rows = asked.any(axis=1)
    known, asked = known[rows], asked[rows]
    return np.array([bool(np.any(np.all(~asked | (known == x), axis=1))) for x in X], dtype=bool)


def without_twin(setup: Setup, history: History, proposal: Proposal, number: int) -> Proposal:
    """The proposal of a define-by-run study, or a random one where it would repeat a known trial.

    Where every place would (a small finite space), the proposal stays: the objective may yet ask for something new.
    """
    codec = setup.space.codec
    if not twins(codec, history, codec.encode([proposal.params])[0]).any():
        return proposal
    rng = stream(setup.seed, number, "twin")
    X, A = draw(
        setup.space, lambda count: rng.random((count, len(codec.names))), 1, lambda X: ~twins(codec, history, X)
    )
    if not len(X):
        return proposal
    why = "the model's proposal would have run a known trial again; drawn at random instead"
    return Proposal(codec.decode(X, A)[0], {**proposal.note, "why": why})
