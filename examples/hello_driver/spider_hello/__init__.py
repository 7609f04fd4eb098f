"""A complete driver, to be copied. Nothing outside of this package knows of it: it is found by its entry point.

__init__.py     what the driver says of itself; light, for listing the installed drivers imports it
connection.py   credential, calls, records of calls, errors
handlers.py     images, specs, VPCs, VMs. With a bigger cloud: one file per kind, named as in Spider's own drivers
cloud.py        the imaginary cloud; a real driver has its SDK instead
"""

from __future__ import annotations

from dataclasses import replace

from spider_drivers.contract import (
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


class HelloDriver(CloudDriver):
    def version(self) -> str:
        return "0.1.0"

    def capability(self) -> Capability:
        names = KindCapability(max_name=100, name_pattern=r"[A-Za-z0-9-]+", name_rule="has letters, digits, - only")
        kinds = ("image", "spec", "vpc", "security_group", "key_pair", "vm")
        # Not every cloud can do these, so they are declared. They need no permission here.
        subnets = replace(names, permissions={"add_subnet": (), "remove_subnet": ()})
        return Capability(
            credential_keys=(Key("Token"),),
            region_keys=(Key("Region", required=False), ENDPOINT, CA),
            # There is no `region_zone` among them and nothing `tagged`: the cloud has neither regions nor tags.
            kinds={**dict.fromkeys(kinds, names), "vpc": subnets},
            # The cloud lacks these two. Spider keeps them, and hands the VM the rules and the public key.
            kept=frozenset({"security_group", "key_pair"}),
        )

    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        # Only here is the SDK loaded.
        from .connection import HelloConnection

        return HelloConnection(info, recorder)
