"""How much of a kind a tenant may have: settings.quotas, by the API's names of collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..facade import Call
from . import tenants
from .errors import CloudItError

if TYPE_CHECKING:
    from .facade import CloudIt


def check(cloud: CloudIt, call: Call, kind: str) -> None:
    """Raises CloudItError where one more would be too many."""
    limit = cloud.settings.quotas.get(kind)
    if limit is not None and len(tenants.all_of(cloud, call, kind)) >= limit:
        raise CloudItError(403, "QUOTA_EXCEEDED", f"The quota of {kind} is exceeded: {limit}.")
