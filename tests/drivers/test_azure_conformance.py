"""The conformance suite on the Azure driver, against Cloud-Twin's Azure with one element on a page.

As it is, and with reads that lag while every third call is throttled.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.azure import AzureDriver
from spider_drivers.conformance import Cloud, cases_for

from tests.drivers.azure_support import AzureTwin, azure_twin
from tests.drivers.variants import THROTTLING, VARIANTS, stride
from tests.ledger import Ledger, seen_by

PAGE = 1
TRANSITION_SECONDS = 3.0
# A hair less than the driver waits for: both go by the same clock, and the rounding of its seconds would decide.


@pytest.fixture(scope="module")
def twin() -> Iterator[AzureTwin]:
    with azure_twin() as found:
        yield found


@pytest.fixture(params=VARIANTS)
def cloud(request: pytest.FixtureRequest, twin: AzureTwin, ledger: Ledger) -> Iterator[Cloud]:
    rules = VARIANTS[request.param]
    twin.reset()
    twin.azure.settings.transition_seconds = TRANSITION_SECONDS
    twin.azure.settings.page_size = PAGE
    for rule in rules:
        twin.faults.rules.add(rule)
    cloud = twin.cloud(page_size=PAGE, throttled=THROTTLING in rules, stride=stride(rules))
    with ledger.keeping(cloud, seen_by(twin.faults.log)):
        yield cloud
        cloud.disconnect()


globals().update(cases_for(AzureDriver().capability()))
