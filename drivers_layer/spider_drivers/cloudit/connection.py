"""One tenant of one Cloudit, reached with what the credential says and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, lazily, reach
from .calls import Cloudit
from .clusters import Clusters

if TYPE_CHECKING:
    from ..contract.regions import OneRegion
    from .image import CloudItImages
    from .security_group import CloudItSecurityGroups
    from .spec import CloudItSpecs
    from .vm import CloudItVms
    from .vpc import CloudItVpcs

DEFAULT_REGION = "default"


class CloudItConnection(CloudConnection):
    def __init__(self, info: ConnectionInfo, recorder: CallRecorder) -> None:
        self._region = info.region or DEFAULT_REGION
        given = {key: _needed(info, key) for key in ("IdentityEndpoint", "AuthToken", "TenantId", "ClusterId")}
        endpoint = reach.endpoint(info.endpoint) if info.endpoint else _endpoint(given["IdentityEndpoint"])
        self._cloudit = Cloudit(endpoint, given["TenantId"], given["AuthToken"], recorder, ca=info.ca)
        self._clusters = Clusters(self._cloudit, given["ClusterId"])

    @lazily
    def image(self) -> CloudItImages:
        from .image import CloudItImages

        return CloudItImages(self._cloudit, self._clusters)

    @lazily
    def spec(self) -> CloudItSpecs:
        from .spec import CloudItSpecs

        return CloudItSpecs(self._cloudit, self._region)

    @lazily
    def vpc(self) -> CloudItVpcs:
        from .vpc import CloudItVpcs

        return CloudItVpcs(self._cloudit)

    @lazily
    def security_group(self) -> CloudItSecurityGroups:
        from .security_group import CloudItSecurityGroups

        return CloudItSecurityGroups(self._cloudit)

    @lazily
    def vm(self) -> CloudItVms:
        from .vm import CloudItVms

        return CloudItVms(self._cloudit, self._clusters, self.image, self.spec, self._region)

    @lazily
    def region_zone(self) -> OneRegion:
        from ..contract.regions import OneRegion

        return OneRegion(self._region)

    def marked(self) -> list[Marked]:
        from .marked import listed

        return list(listed(self._cloudit))

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
