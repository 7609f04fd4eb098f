"""The project itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..facade import Call
from . import fingerprints, service_accounts
from .account import PROJECT, PROJECT_NUMBER
from .links import link

if TYPE_CHECKING:
    from .facade import Gcp


def get(cloud: Gcp, call: Call) -> dict[str, Any]:
    return {
        "kind": "compute#project",
        "id": PROJECT_NUMBER,
        "creationTimestamp": "2020-01-02T03:04:05.678-07:00",
        "name": PROJECT,
        "commonInstanceMetadata": {"kind": "compute#metadata", "fingerprint": fingerprints.OF_NOTHING},
        "quotas": [],
        "selfLink": link(f"projects/{PROJECT}"),
        "defaultServiceAccount": service_accounts.DEFAULT,
        "xpnProjectStatus": "UNSPECIFIED_XPN_PROJECT_STATUS",
        "defaultNetworkTier": "PREMIUM",
    }
