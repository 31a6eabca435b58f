"""What a study's settings and the options alone decide about a proposal by models."""

from dataclasses import dataclass

import numpy as np

from ayar.numerics.arrays import Bools
from ayar.numerics.embedding import Embedding
from ayar.numerics.priors import prior
from ayar.samplers.belief import Belief
from ayar.samplers.design import active_parameters, start_length
from ayar.samplers.effort import EFFORTS, Effort
from ayar.samplers.fits import Fitter
from ayar.trial.setup import Setup


@dataclass(frozen=True, eq=False)
class Task:
    """What setup and options alone decide."""

    setup: Setup
    acquisition: str
    active: float
    """Parameters active in an average configuration."""
    start: int
    """n₀, length of the start."""
    effort: Effort
    fitter: Fitter
    belief: Belief | None
    conditional: Bools
    """(D,) columns that conditions can switch off."""

    @classmethod
    def of(cls, setup: Setup, acquisition: str, overhead_ms: int) -> "Task":
        """What there is to know before the first trial."""
        space = setup.space
        columns = space.codec.columns
        active = active_parameters(space)
        embedding, effort = Embedding.of(columns), EFFORTS[overhead_ms]
        return cls(
            setup=setup,
            acquisition=acquisition,
            active=active,
            start=start_length(space, active, setup.max_trials),
            effort=effort,
            fitter=Fitter(embedding, prior(embedding.categorical, active), effort.rows),
            belief=Belief.of(space),
            conditional=np.array([column.conditional for column in columns], dtype=np.bool_),
        )
