"""One access key in one region, reached with what the connection says and nothing else."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, NotFound, lazily, reach
from .calls import Acs
from .capability import STOPPED_MODE, STOPPED_MODES

if TYPE_CHECKING:
    from .image import AlibabaImages
    from .key_pair import AlibabaKeyPairs
    from .region_zone import AlibabaRegions
    from .security_group import AlibabaSecurityGroups
    from .spec import AlibabaSpecs
    from .tag import AlibabaTags
    from .vm import AlibabaVms
    from .vpc import AlibabaVpcs


class AlibabaConnection(CloudConnection):
    def __init__(self, info: ConnectionInfo, recorder: CallRecorder, *, page_size: int | None = None) -> None:
        self._info = info
        self._recorder = recorder
        self._page_size = page_size
        self._acs = self._open(_region(info))
        self._stopped_mode = _stopped_mode(info)

    @lazily
    def image(self) -> AlibabaImages:
        from .image import AlibabaImages

        return AlibabaImages(self._acs)

    @lazily
    def spec(self) -> AlibabaSpecs:
        from .spec import AlibabaSpecs

        return AlibabaSpecs(self._acs)

    @lazily
    def vpc(self) -> AlibabaVpcs:
        from .vpc import AlibabaVpcs

        return AlibabaVpcs(self._acs, self._info.zone.strip())

    @lazily
    def security_group(self) -> AlibabaSecurityGroups:
        from .security_group import AlibabaSecurityGroups

        return AlibabaSecurityGroups(self._acs)

    @lazily
    def key_pair(self) -> AlibabaKeyPairs:
        from .key_pair import AlibabaKeyPairs

        return AlibabaKeyPairs(self._acs)

    @lazily
    def vm(self) -> AlibabaVms:
        from .vm import AlibabaVms

        return AlibabaVms(self._acs, self._stopped_mode)

    @lazily
    def tag(self) -> AlibabaTags:
        from .tag import AlibabaTags

        return AlibabaTags(self._acs)

    @lazily
    def region_zone(self) -> AlibabaRegions:
        from .region_zone import AlibabaRegions

        return AlibabaRegions(self._acs, lambda other: closing(self._open(other)))

    def marked(self) -> list[Marked]:
        from .marked import listed

        return list(listed(self._acs))

    def check(self) -> None:
        """One call: DescribeZones. Raises Invalid, too, where the region has not the zone, or is none."""
        from . import region_zone

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
