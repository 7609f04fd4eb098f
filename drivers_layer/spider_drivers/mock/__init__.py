"""MOCK: a cloud in memory, for trying Spider out and for tests. Nothing outlives the process.

It has one call by name, countAll, which answers how many resources there are by kind (see any_call.py).
"""

from __future__ import annotations

from ..contract import (
    CA,
    ENDPOINT,
    CallRecorder,
    Capability,
    CloudConnection,
    CloudDriver,
    ConnectionInfo,
    Key,
    KindCapability,
)

__all__ = ["MockDriver"]


def _kind(**permissions: str) -> KindCapability:
    return KindCapability(permissions={verb: tuple(apis.split()) for verb, apis in permissions.items()})


def _apis(words: str) -> tuple[str, ...]:
    return tuple(f"describe_{word}" for word in words.split())


_CAPABILITY = Capability(
    credential_keys=(Key("MockName"),),
    region_keys=(
        Key("Region", required=False),
        Key("Zone", required=False),
        ENDPOINT,
        CA,
        # How the cloud behaves, for tests. Durations are in seconds; see faults.py for the grammar of Fail.
        Key("PageSize", required=False),
        Key("LagSeconds", required=False),
        Key("TransitionSeconds", required=False),
        Key("LatencySeconds", required=False),
        Key("Fail", required=False),
        # How many it offers.
        Key("Images", required=False),
        Key("Specs", required=False),
    ),
    kinds={
        "image": _kind(list="describe_images", get="describe_images"),
        "spec": _kind(list="describe_specs", get="describe_specs"),
        "vpc": _kind(
            create="create_vpc create_subnet describe_vpcs describe_subnets",
            list="describe_vpcs describe_subnets",
            get="describe_vpcs describe_subnets",
            delete="delete_vpc delete_subnet describe_vpcs describe_subnets describe_security_groups describe_vms",
            add_subnet="create_subnet describe_vpcs describe_subnets",
            remove_subnet="delete_subnet describe_subnets describe_vms",
            tag="tag_resource untag_resource describe_vpcs describe_subnets",
        ),
        "security_group": _kind(
            create="create_security_group authorize_rules describe_security_groups",
            list="describe_security_groups",
            get="describe_security_groups",
            delete="delete_security_group describe_security_groups describe_vms",
            add_rules="authorize_rules describe_security_groups",
            remove_rules="revoke_rules describe_security_groups",
            tag="tag_resource untag_resource describe_security_groups",
        ),
        "key_pair": _kind(
            create="import_key_pair describe_key_pairs",
            list="describe_key_pairs",
            get="describe_key_pairs",
            delete="delete_key_pair describe_key_pairs",
            tag="tag_resource untag_resource describe_key_pairs",
        ),
        "vm": _kind(
            create="run_vm allocate_address describe_vms describe_addresses",
            list="describe_vms",
            get="describe_vms",
            delete="terminate_vm release_address describe_vms describe_addresses",
            suspend="suspend_vm describe_vms",
            resume="resume_vm describe_vms",
            reboot="reboot_vm describe_vms",
            tag="tag_resource untag_resource describe_vms",
        ),
        "region_zone": _kind(list="describe_regions describe_zones", get="describe_regions describe_zones"),
    },
    tagged=frozenset({"vpc", "subnet", "security_group", "key_pair", "vm"}),
    default_network=True,
    marked=tuple(
        f"describe_{word}" for word in ["vpcs", "subnets", "security_groups", "key_pairs", "vms", "addresses"]
    ),
)


class MockDriver(CloudDriver):
    def version(self) -> str:
        return "1.0"

    def capability(self) -> Capability:
        return _CAPABILITY

    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        from .connection import MockConnection

        return MockConnection(info, recorder)
