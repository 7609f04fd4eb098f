"""Quotas of an account in a region ("Amazon VPC quotas", VPC user guide; "Amazon EC2 endpoints and quotas")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import holders
from .call import Call, rule
from .errors import Refusal

# The service's own, but of VPCs and gateways more than its 5: adjustable there, and too few for tests.
DEFAULTS: Mapping[str, int] = {
    "vpcs": 200,
    "subnets": 200,
    "internet_gateways": 200,
    "security_groups": 2500,
    "groups_per_interface": 5,
    "key_pairs": 5000,
    "instances": 200,
}


def _subnets_of(call: Call) -> int:
    subnets = [one for zone in call.cloud.subnets.values() for one in zone.values()]
    return sum(one.vpc_id == call.given["VpcId"] for one in subnets)


def _alive(call: Call) -> int:
    standing = [one for one in holders.instances(call.cloud) if one.state not in ("shutting-down", "terminated")]
    return len(standing) + int(call.given["MaxCount"]) - 1


# action: the quota's name, EC2's code, how many there are
_HELD: Mapping[str, tuple[str, str, Callable[[Call], int]]] = {
    "CreateVpc": ("vpcs", "VpcLimitExceeded", lambda call: len(call.cloud.vpcs)),
    "CreateSubnet": ("subnets", "SubnetLimitExceeded", _subnets_of),
    "CreateInternetGateway": (
        "internet_gateways",
        "InternetGatewayLimitExceeded",
        lambda call: len(call.cloud.internet_gateways),
    ),
    "CreateSecurityGroup": (
        "security_groups",
        "SecurityGroupLimitExceeded",
        lambda call: len(holders.groups(call.cloud)),
    ),
    "ImportKeyPair": ("key_pairs", "KeyPairLimitExceeded", lambda call: len(call.cloud.key_pairs)),
    "CreateKeyPair": ("key_pairs", "KeyPairLimitExceeded", lambda call: len(call.cloud.key_pairs)),
    "RunInstances": ("instances", "InstanceLimitExceeded", _alive),
}


@rule(*_HELD)
def room_is_left(call: Call) -> None:
    name, code, held = _HELD[call.action]
    if held(call) >= call.quotas[name]:
        raise Refusal(code, f"The maximum number of {name.replace('_', ' ')} has been reached.")


def most_groups(call: Call, groups: list[Any]) -> None:
    most = call.quotas["groups_per_interface"]
    if len(groups) > most:
        raise Refusal(
            "SecurityGroupsPerInterfaceLimitExceeded",
            f"You have exceeded the maximum number of security groups allowed per network interface ({most}).",
        )
