"""Every scheduler of the table, with every rule, keeps the contract."""

from typing import Any

import pytest

from ayar.schedulers import SCHEDULERS
from ayar.schedulers.fold_race import RULES, FoldRace
from ayar.testing.scheduler_suite import SchedulerSuite


class TestSchedulers(SchedulerSuite):
    @pytest.fixture(params=sorted(SCHEDULERS))
    def scheduler(self, request: pytest.FixtureRequest) -> Any:
        return SCHEDULERS.get_class(request.param)()


class TestRules(SchedulerSuite):
    @pytest.fixture(params=RULES)
    def scheduler(self, request: pytest.FixtureRequest) -> Any:
        return FoldRace(rule=request.param)
