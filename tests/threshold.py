"""The smallest model there is, for tests that are about its judging."""

from typing import Any


class Threshold:
    """Says 1 where the first column is above `at`."""

    def __init__(self, at: float) -> None:
        self.at = at

    def fit(self, rows: Any, y: Any) -> None:
        """Nothing to learn."""

    def predict(self, rows: Any) -> Any:
        return (rows[:, 0] > self.at).astype(int)


def build(params: dict[str, Any]) -> Threshold:
    return Threshold(**params)
