"""One access key in one region, reached with what the connection says and nothing else."""

from __future__ import annotations

import re
from contextlib import closing

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, NotFound, reach
from . import marked, region_zone
from .calls import Acs
from .capability import STOPPED_MODE, STOPPED_MODES
from .image import AlibabaImages
from .key_pair import AlibabaKeyPairs
from .region_zone import AlibabaRegions
from .security_group import AlibabaSecurityGroups
from .spec import AlibabaSpecs
from .tag import AlibabaTags
from .vm import AlibabaVms
from .vpc import AlibabaVpcs


class AlibabaConnection(CloudConnection):
    image: AlibabaImages
    spec: AlibabaSpecs
    vpc: AlibabaVpcs
    security_group: AlibabaSecurityGroups
    key_pair: AlibabaKeyPairs
    vm: AlibabaVms
    tag: AlibabaTags
    region_zone: AlibabaRegions

    def __init__(self, info: ConnectionInfo, recorder: CallRecorder, *, page_size: int | None = None) -> None:
        self._info = info
        self._recorder = recorder
        self._page_size = page_size
        acs = self._acs = self._open(_region(info))
        self.image = AlibabaImages(acs)
        self.spec = AlibabaSpecs(acs)
        self.vpc = AlibabaVpcs(acs, info.zone.strip())
        self.security_group = AlibabaSecurityGroups(acs)
        self.key_pair = AlibabaKeyPairs(acs)
        self.vm = AlibabaVms(acs, _stopped_mode(info))
        self.tag = AlibabaTags(acs)
        self.region_zone = AlibabaRegions(acs, lambda other: closing(self._open(other)))

    def marked(self) -> list[Marked]:
        return list(marked.listed(self._acs))

    def check(self) -> None:
        """One call: DescribeZones. Raises Invalid, too, where the region has not the zone, or is none."""
        region, zone = self._acs.region, self._info.zone.strip()
        try:
            found = region_zone.zones(self._acs)
        except NotFound as missing:
            raise Invalid(missing.message, field="Region", code=missing.code, text=missing.text) from None
        if zone and zone not in {one.get("ZoneId") for one in found}:
            raise Invalid(f"the zone {zone} is not of the region {region}", field="Zone")

    def close(self) -> None:
        self._acs.close()

    def _open(self, region: str) -> Acs:
        info = self._info
        credential = (
            reach.needed(info.credential, "ClientId"),
            reach.needed(info.credential, "ClientSecret"),
            info.credential.get("StsToken", ""),
        )
        endpoint = reach.endpoint(info.endpoint) if info.endpoint else None
        return Acs(endpoint, region, credential, self._recorder, ca=info.ca, page_size=self._page_size)


def _region(info: ConnectionInfo) -> str:
    """It becomes a part of host names. Raises Invalid."""
    region = reach.needed(info.region_keys, "Region").strip()
    if not re.fullmatch(r"[a-z0-9-]+", region):
        raise Invalid(f"Region '{region}' has characters that none has", field="Region")
    return region


def _stopped_mode(info: ConnectionInfo) -> str:
    """Raises Invalid."""
    mode = info.region_keys.get(STOPPED_MODE) or STOPPED_MODES[0]
    if mode not in STOPPED_MODES:
        raise Invalid(f"{STOPPED_MODE} '{mode}' is none of {', '.join(STOPPED_MODES)}", field=STOPPED_MODE)
    return mode
