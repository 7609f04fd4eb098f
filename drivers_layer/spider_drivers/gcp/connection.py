"""One service account of one project in one region, reached with what the credential says and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, NotFound, lazily, reach
from .calls import Gce
from .credential import credentials
from .names import tail
from .zones import Zones

if TYPE_CHECKING:
    from .image import GcpImages
    from .region_zone import GcpRegions
    from .security_group import GcpSecurityGroups
    from .spec import GcpSpecs
    from .tag import GcpTags
    from .vm import GcpVms
    from .vpc import GcpVpcs


class GcpConnection(CloudConnection):
    def __init__(self, info: ConnectionInfo, recorder: CallRecorder, *, page_size: int | None = None) -> None:
        project = _word(info.credential.get("ProjectID", ""), "ProjectID")
        region = _word(info.region, "Region")
        zone = _word(info.zone, "Zone") if info.zone else ""
        signer = credentials(info.credential)
        endpoint = reach.endpoint(info.endpoint) if info.endpoint else None
        self._gce = Gce(endpoint, project, signer, recorder, ca=info.ca, page_size=page_size)
        self._zones = Zones(self._gce, region, zone)

    @lazily
    def image(self) -> GcpImages:
        from .image import GcpImages

        return GcpImages(self._gce)

    @lazily
    def spec(self) -> GcpSpecs:
        from .spec import GcpSpecs

        return GcpSpecs(self._gce, self._zones)

    @lazily
    def vpc(self) -> GcpVpcs:
        from .vpc import GcpVpcs

        return GcpVpcs(self._gce, self._zones.region)

    @lazily
    def security_group(self) -> GcpSecurityGroups:
        from .security_group import GcpSecurityGroups

        return GcpSecurityGroups(self._gce)

    @lazily
    def vm(self) -> GcpVms:
        from .vm import GcpVms

        return GcpVms(self._gce, self._zones)

    @lazily
    def tag(self) -> GcpTags:
        from .tag import GcpTags

        return GcpTags(self._gce, self._zones)

    @lazily
    def region_zone(self) -> GcpRegions:
        from .region_zone import GcpRegions

        return GcpRegions(self._gce, self._zones.region)

    def marked(self) -> list[Marked]:
        from .marked import listed

        return list(listed(self._gce, self._zones))

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
