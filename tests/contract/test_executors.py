"""Every executor of the table keeps the contract."""

from typing import Any

import pytest

from ayar.executors import EXECUTORS
from ayar.testing.executor_suite import ExecutorSuite


class TestExecutors(ExecutorSuite):
    @pytest.fixture(params=sorted(EXECUTORS))
    def kind(self, request: pytest.FixtureRequest) -> Any:
        return EXECUTORS.get_class(request.param)
