"""One user in one project and one region, reached with what the credential says and nothing else."""

from __future__ import annotations

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, reach
from . import marked
from .calls import SERVICES, OpenStack
from .credential import plugin
from .errors import understood
from .image import OpenStackImages
from .key_pair import OpenStackKeyPairs
from .region_zone import ZONES, OpenStackRegions
from .router import Routers
from .security_group import OpenStackSecurityGroups
from .spec import OpenStackSpecs
from .tag import OpenStackTags
from .vm import OpenStackVms
from .vpc import OpenStackVpcs


class OpenStackConnection(CloudConnection):
    image: OpenStackImages
    spec: OpenStackSpecs
    vpc: OpenStackVpcs
    security_group: OpenStackSecurityGroups
    key_pair: OpenStackKeyPairs
    vm: OpenStackVms
    tag: OpenStackTags
    region_zone: OpenStackRegions

    def __init__(self, info: ConnectionInfo, recorder: CallRecorder, *, page_size: int | None = None) -> None:
        region = reach.needed(info.region_keys, "Region").strip()
        auth_url = reach.endpoint(info.endpoint or reach.needed(info.credential, "IdentityEndpoint"))
        signed = plugin(auth_url, info.credential)
        cloud = self._cloud = OpenStack(auth_url, signed, region, recorder, ca=info.ca, page_size=page_size)
        self._zone = info.zone.strip()
        routers = Routers(cloud)
        self.image = OpenStackImages(cloud)
        self.spec = OpenStackSpecs(cloud)
        self.vpc = OpenStackVpcs(cloud, routers)
        self.security_group = OpenStackSecurityGroups(cloud)
        self.key_pair = OpenStackKeyPairs(cloud)
        self.vm = OpenStackVms(cloud, self.spec, routers, self._zone)
        self.tag = OpenStackTags(cloud)
        self.region_zone = OpenStackRegions(cloud)

    def marked(self) -> list[Marked]:
        return list(marked.listed(self._cloud))

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
            zones = self._cloud.get(ZONES)
            with understood():
                known = {one["zoneName"] for one in zones["availabilityZoneInfo"]}
            if self._zone not in known:
                raise Invalid(f"the region '{self._cloud.region}' has no zone '{self._zone}'", field="Zone")

    def close(self) -> None:
        self._cloud.close()
