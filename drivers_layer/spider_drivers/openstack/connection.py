"""One user in one project and one region, reached with what the credential says and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, lazily, reach
from .calls import SERVICES, OpenStack
from .credential import plugin
from .errors import understood
from .router import Routers

if TYPE_CHECKING:
    from .image import OpenStackImages
    from .key_pair import OpenStackKeyPairs
    from .region_zone import OpenStackRegions
    from .security_group import OpenStackSecurityGroups
    from .spec import OpenStackSpecs
    from .tag import OpenStackTags
    from .vm import OpenStackVms
    from .vpc import OpenStackVpcs


class OpenStackConnection(CloudConnection):
    def __init__(self, info: ConnectionInfo, recorder: CallRecorder, *, page_size: int | None = None) -> None:
        region = reach.needed(info.region_keys, "Region").strip()
        auth_url = reach.endpoint(info.endpoint or reach.needed(info.credential, "IdentityEndpoint"))
        signed = plugin(auth_url, info.credential)
        self._cloud = OpenStack(auth_url, signed, region, recorder, ca=info.ca, page_size=page_size)
        self._zone = info.zone.strip()
        self._routers = Routers(self._cloud)

    @lazily
    def image(self) -> OpenStackImages:
        from .image import OpenStackImages

        return OpenStackImages(self._cloud)

    @lazily
    def spec(self) -> OpenStackSpecs:
        from .spec import OpenStackSpecs

        return OpenStackSpecs(self._cloud)

    @lazily
    def vpc(self) -> OpenStackVpcs:
        from .vpc import OpenStackVpcs

        return OpenStackVpcs(self._cloud, self._routers)

    @lazily
    def security_group(self) -> OpenStackSecurityGroups:
        from .security_group import OpenStackSecurityGroups

        return OpenStackSecurityGroups(self._cloud)

    @lazily
    def key_pair(self) -> OpenStackKeyPairs:
        from .key_pair import OpenStackKeyPairs

        return OpenStackKeyPairs(self._cloud)

    @lazily
    def vm(self) -> OpenStackVms:
        from .vm import OpenStackVms

        return OpenStackVms(self._cloud, self.spec, self._routers, self._zone)

    @lazily
    def tag(self) -> OpenStackTags:
        from .tag import OpenStackTags

        return OpenStackTags(self._cloud)

    @lazily
    def region_zone(self) -> OpenStackRegions:
        from .region_zone import OpenStackRegions

        return OpenStackRegions(self._cloud)

    def marked(self) -> list[Marked]:
        from .marked import listed

        return list(listed(self._cloud))

    def check(self) -> None:
        """The log-in, whose catalogue tells the region's services; nova's zones where one is named."""
        with understood():
            here = {
                service["type"]
                for service in self._cloud.catalogue()
                for one in service["endpoints"]
                if one["interface"] == "public" and one["region"] == self._cloud.region
            }
        missing = [service for service in SERVICES if service not in here]
        if missing:
            raise Invalid(f"the region '{self._cloud.region}' has no service {', '.join(missing)}", field="Region")
        if self._zone:
            from .region_zone import ZONES

            zones = self._cloud.get(ZONES)
            with understood():
                known = {one["zoneName"] for one in zones["availabilityZoneInfo"]}
            if self._zone not in known:
                raise Invalid(f"the region '{self._cloud.region}' has no zone '{self._zone}'", field="Zone")

    def close(self) -> None:
        self._cloud.close()
