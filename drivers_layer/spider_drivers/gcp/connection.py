"""One service account of one project in one region, reached with what the credential says and nothing else."""

from __future__ import annotations

import re

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, NotFound, reach
from . import marked
from .calls import Gce
from .credential import credentials
from .image import GcpImages
from .names import tail
from .region_zone import GcpRegions
from .security_group import GcpSecurityGroups
from .spec import GcpSpecs
from .tag import GcpTags
from .vm import GcpVms
from .vpc import GcpVpcs
from .zones import Zones


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
        zone = _word(info.zone, "Zone") if info.zone else ""
        signer = credentials(info.credential)
        endpoint = reach.endpoint(info.endpoint) if info.endpoint else None
        gce = self._gce = Gce(endpoint, project, signer, recorder, ca=info.ca, page_size=page_size)
        zones = self._zones = Zones(gce, region, zone)
        self.image = GcpImages(gce)
        self.spec = GcpSpecs(gce, zones)
        self.vpc = GcpVpcs(gce, region)
        self.security_group = GcpSecurityGroups(gce)
        self.vm = GcpVms(gce, zones)
        self.tag = GcpTags(gce, zones)
        self.region_zone = GcpRegions(gce, region)

    def marked(self) -> list[Marked]:
        return list(marked.listed(self._gce, self._zones))

    def check(self) -> None:
        """One call: zones.get, or regions.get where no zone is named."""
        region, zone = self._zones.region, self._zones.named
        field = "Zone" if zone else "Region"
        try:
            found = self._gce.call("zones.get", zone=zone) if zone else self._gce.call("regions.get", region=region)
        except NotFound as missing:
            raise Invalid(missing.message, field=field, code=missing.code, text=missing.text) from None
        if zone and tail(found.get("region", region)) != region:
            raise Invalid(f"the zone {zone} is not of the region {region}", field="Zone")

    def close(self) -> None:
        self._gce.close()


def _word(value: str, key: str) -> str:
    """A value that becomes a part of URLs. Raises Invalid."""
    value = reach.needed({key: value.strip()}, key)
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", value):
        raise Invalid(f"{key} '{value}' has characters that none has", field=key)
    return value
