import pytest

import ayar
from ayar.trial.state import State
from unit.study.studies import study


@pytest.mark.parity("RT9")
def test_results_are_objects_and_a_frame_and_failures_keep_type_text_and_traceback() -> None:
    made = study({"x": (0.0, 1.0)}, max_trials=4, max_failures=4)

    def objective(trial: ayar.Trial) -> float:
        if trial.number == 1:
            raise KeyError("no such column")
        return float(trial["x"])

    made.optimize(objective)
    frame = made.to_frame()
    assert list(frame["number"]) == [0, 1, 2, 3]
    assert list(frame["state"]) == [trial.state for trial in made.trials]
    assert set(frame["state"]) == {State.COMPLETE, State.FAILED}
    for trial in made.trials:
        if trial.state is State.FAILED:
            assert trial.failure is not None
            assert (trial.failure.type, trial.failure.message) == ("KeyError", "'no such column'")
            assert 'raise KeyError("no such column")' in trial.failure.traceback
        else:
            assert trial.value == trial["x"]
