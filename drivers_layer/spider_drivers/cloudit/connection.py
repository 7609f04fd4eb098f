"""One tenant of one Cloudit, reached with what the credential says and nothing else."""

from __future__ import annotations

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, reach
from ..contract.regions import OneRegion
from . import marked
from .calls import Cloudit
from .clusters import Clusters
from .image import CloudItImages
from .security_group import CloudItSecurityGroups
from .spec import CloudItSpecs
from .vm import CloudItVms
from .vpc import CloudItVpcs

DEFAULT_REGION = "default"


class CloudItConnection(CloudConnection):
    image: CloudItImages
    spec: CloudItSpecs
    vpc: CloudItVpcs
    security_group: CloudItSecurityGroups
    vm: CloudItVms
    region_zone: OneRegion

    def __init__(self, info: ConnectionInfo, recorder: CallRecorder) -> None:
        region = info.region or DEFAULT_REGION
        given = {key: _needed(info, key) for key in ("IdentityEndpoint", "AuthToken", "TenantId", "ClusterId")}
        endpoint = reach.endpoint(info.endpoint) if info.endpoint else _endpoint(given["IdentityEndpoint"])
        cloudit = self._cloudit = Cloudit(endpoint, given["TenantId"], given["AuthToken"], recorder, ca=info.ca)
        clusters = self._clusters = Clusters(cloudit, given["ClusterId"])
        self.image = CloudItImages(cloudit, clusters)
        self.spec = CloudItSpecs(cloudit, region)
        self.vpc = CloudItVpcs(cloudit)
        self.security_group = CloudItSecurityGroups(cloudit)
        self.vm = CloudItVms(cloudit, clusters, self.image, self.spec, region)
        self.region_zone = OneRegion(region)

    def marked(self) -> list[Marked]:
        return list(marked.listed(self._cloudit))

    def check(self) -> None:
        """One call: GET clusters, among which the credential's must be."""
        self._clusters.look_up()

    def close(self) -> None:
        self._cloudit.close()


def _needed(info: ConnectionInfo, key: str) -> str:
    """A value that can stand in a header. Raises Invalid without showing it."""
    value = reach.needed(info.credential, key).strip()
    if not value or not value.isascii() or not value.isprintable():
        raise Invalid(f"{key} is empty, or has characters that none has", field=key)
    return value


def _endpoint(url: str) -> str:
    try:
        return reach.endpoint(url)
    except Invalid as wrong:
        raise Invalid(wrong.message, field="IdentityEndpoint") from None
