"""Stories run whole programs; `make check` leaves them to `make test`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from story.place import Place

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every story as slow."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    here = Place(tmp_path)
    yield here
    for process in here.processes:
        if process.poll() is None:
            process.kill()
        process.communicate()
