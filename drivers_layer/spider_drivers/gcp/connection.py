"""One service account of one project in one zone, reached with what the credential says and nothing else."""

from __future__ import annotations

import re

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Invalid, NotFound, reach
from .calls import Gce
from .credential import credentials
from .image import GcpImages
from .region_zone import GcpRegions
from .security_group import GcpSecurityGroups
from .spec import GcpSpecs
from .tag import GcpTags
from .vm import GcpVms
from .vpc import GcpVpcs


class GcpConnection(CloudConnection):
    image: GcpImages
    spec: GcpSpecs
    vpc: GcpVpcs
    security_group: GcpSecurityGroups
    vm: GcpVms
    tag: GcpTags
    region_zone: GcpRegions

    def __init__(self, info: ConnectionInfo, recorder: CallRecorder, *, page_size: int | None = None) -> None:
        project = _word(info.credential.get("ProjectID", ""), "ProjectID")
        region = _word(info.region, "Region")
        zone = self._zone = _word(info.zone, "Zone")
        signer = credentials(info.credential)
        endpoint = reach.endpoint(info.endpoint) if info.endpoint else None
        gce = self._gce = Gce(endpoint, project, signer, recorder, ca=info.ca, page_size=page_size)
        self.image = GcpImages(gce)
        self.spec = GcpSpecs(gce, region, zone)
        self.vpc = GcpVpcs(gce, region)
        self.security_group = GcpSecurityGroups(gce)
        self.vm = GcpVms(gce, region, zone)
        self.tag = GcpTags(gce, zone)
        self.region_zone = GcpRegions(gce, region)

    def check(self) -> None:
        """One call: zones.get."""
        try:
            self._gce.call("zones.get", zone=self._zone)
        except NotFound as missing:
            raise Invalid(missing.message, field="Zone", code=missing.code, text=missing.text) from None

    def close(self) -> None:
        self._gce.close()


def _word(value: str, key: str) -> str:
    """A value that becomes a part of URLs. Raises Invalid."""
    value = reach.needed({key: value.strip()}, key)
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", value):
        raise Invalid(f"{key} '{value}' has characters that none has", field=key)
    return value
