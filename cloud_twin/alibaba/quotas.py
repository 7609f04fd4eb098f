"""How much of a kind an account may have in a region: settings.quotas. A quota that is not set is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import ids
from .errors import AlibabaError

if TYPE_CHECKING:
    from .facade import Alibaba

_NO_MORE = "No additional quota is available for the specified ECS instance type."
_REFUSALS = {
    "vpcs": (400, "QuotaExceeded.Vpc", "VPC quota exceeded."),
    "vswitches": (400, "QuotaExceeded.VSwitch", "Virtual switch quota exceeded."),
    "security_groups": (403, "QuotaExceed.SecurityGroup", "The maximum number of security groups is reached."),
    "key_pairs": (403, "QuotaExceed.KeyPair", "The key pair quota exceeds."),
    "instances": (403, "QuotaExceed.ElasticQuota", _NO_MORE),
    "cpus": (403, "QuotaExceed.ElasticQuota", _NO_MORE),
    "eips": (400, "QuotaExceeded.Eip", "Elastic IP address quota exceeded."),
}
KINDS = tuple(_REFUSALS)


def refuse_more(cloud: Alibaba, kind: str, region: str, more: int = 1) -> None:
    """Raises AlibabaError if `more` of the kind would be too many."""
    limit = cloud.settings.quotas.get(kind)
    if limit is not None and _held(cloud, kind, region) + more > limit:
        raise AlibabaError(*_REFUSALS[kind])


def _held(cloud: Alibaba, kind: str, region: str) -> int:
    if kind == "cpus":
        return sum(int(one.body["cpus"]) for one in ids.in_region(cloud, "instances", region))
    return len(ids.in_region(cloud, kind, region))
