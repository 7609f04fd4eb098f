"""Which api-versions each namespace takes: those that Azure publishes, and that SDKs, az and Azure's examples send."""

from __future__ import annotations

import re

from .errors import ArmError

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}(-(preview|alpha|beta|privatepreview))?")

# Azure/azure-rest-api-specs, the folders `stable` of each specification.
_RESOURCES = """
    2015-11-01 2016-02-01 2016-07-01 2016-09-01 2017-05-10 2018-02-01 2018-05-01 2019-03-01 2019-05-01 2019-05-10
    2019-07-01 2019-08-01 2019-10-01 2020-06-01 2020-08-01 2020-10-01 2021-01-01 2021-04-01 2022-09-01 2023-07-01
    2024-03-01 2024-07-01 2024-11-01 2025-03-01 2025-04-01
"""
_SUBSCRIPTIONS = """
    2015-11-01 2016-06-01 2018-06-01 2019-06-01 2019-11-01 2020-01-01 2021-01-01 2022-12-01
"""
_COMPUTE = """
    2015-06-15 2016-03-30 2017-03-30 2017-12-01 2018-04-01 2018-06-01 2018-10-01 2019-03-01 2019-07-01 2019-12-01
    2020-06-01 2020-12-01 2021-03-01 2021-04-01 2021-07-01 2021-11-01 2022-03-01 2022-08-01 2022-11-01 2023-03-01
    2023-07-01 2023-09-01 2024-03-01 2024-07-01 2024-11-01 2025-04-01 2025-11-01 2026-03-01 2026-04-01
"""
_DISKS = """
    2017-03-30 2018-04-01 2018-06-01 2018-09-30 2019-03-01 2019-07-01 2019-11-01 2020-05-01 2020-06-30 2020-09-30
    2020-12-01 2021-04-01 2021-08-01 2021-12-01 2022-03-02 2022-07-02 2023-01-02 2023-04-02 2023-10-02 2024-03-02
    2025-01-02 2026-03-02
"""
_SKUS = "2017-03-30 2017-09-01 2019-04-01 2021-07-01"
_NETWORK = """
    2015-06-15 2016-03-30 2016-06-01 2016-09-01 2016-12-01 2017-03-01 2017-06-01 2017-08-01 2017-09-01 2017-10-01
    2017-11-01 2018-01-01 2018-02-01 2018-04-01 2018-06-01 2018-07-01 2018-08-01 2018-10-01 2018-11-01 2018-12-01
    2019-02-01 2019-04-01 2019-06-01 2019-07-01 2019-08-01 2019-09-01 2019-11-01 2019-12-01 2020-03-01 2020-04-01
    2020-05-01 2020-06-01 2020-07-01 2020-08-01 2020-11-01 2021-02-01 2021-03-01 2021-05-01 2021-08-01 2022-01-01
    2022-05-01 2022-07-01 2022-09-01 2022-11-01 2023-02-01 2023-04-01 2023-05-01 2023-06-01 2023-09-01 2023-11-01
    2024-01-01 2024-03-01 2024-05-01 2024-07-01 2024-10-01 2025-01-01 2025-03-01 2025-05-01 2025-07-01 2026-03-01
"""

KNOWN = {
    "microsoft.resources": tuple(_RESOURCES.split()),
    "subscriptions": tuple(_SUBSCRIPTIONS.split()),
    "microsoft.compute": tuple(_COMPUTE.split()),
    "microsoft.compute/disks": tuple(_DISKS.split()),
    "microsoft.compute/skus": tuple(_SKUS.split()),
    # Operations are asked for by the version of the call that began them, whatever its kind.
    "microsoft.compute/locations": tuple(sorted({*_COMPUTE.split(), *_DISKS.split()})),
    "microsoft.network": tuple(_NETWORK.split()),
}


def check(version: str | None, family: str, kind: str, locations: str) -> None:
    """`family`: a key of KNOWN; `kind`: the resource's type without its namespace. Raises ArmError."""
    if not version:
        raise ArmError(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    known = KNOWN[family]
    shown = ", ".join(reversed(known))
    if not _FORM.fullmatch(version) or (version not in known and family in ("microsoft.resources", "subscriptions")):
        shown = ",".join(reversed(known))
        text = f"The api-version '{version}' is invalid. The supported versions are '{shown}'."
        raise ArmError(400, "InvalidApiVersionParameter", text)
    if version not in known:
        raise ArmError(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for location '{locations}' and API version '{version}' for type "
            f"'{kind}'. The supported api-versions are '{shown}'. The supported locations are '{locations}'.",
        )
