"""Every sampler of the table keeps the contract."""

from typing import Any

import pytest

from ayar.samplers import SAMPLERS
from ayar.testing.sampler_suite import SamplerSuite


class TestSamplers(SamplerSuite):
    @pytest.fixture(params=sorted(SAMPLERS))
    def sampler(self, request: pytest.FixtureRequest) -> Any:
        return SAMPLERS.get_class(request.param)()
