"""A study whose space was narrowed before it began: what was found is kept with it, and tried first."""

from collections.abc import Mapping
from typing import Any

from ayar.space.narrowed import Narrowed
from ayar.study.study import Study

TOPIC = "space.narrowed"


def begin_narrowed(study: Study, narrowed: Narrowed | None) -> Study:
    """The new study, with the narrowing written to its log and the point in its queue, where its space has any."""
    if narrowed is not None:
        study.record(TOPIC, narrowed.to_dict())
        if narrowed.point:
            study.enqueue(narrowed.point)
    return study


def narrowing_of(study: Study) -> Mapping[str, Any] | None:
    """What `Narrowed.to_dict` wrote; None for a study that was not narrowed."""
    records = study.records(TOPIC)
    return records[-1] if records else None
