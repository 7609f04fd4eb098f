"""One credential in one region. Nothing is looked for but what the connection was given."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING

from botocore.credentials import Credentials
from botocore.exceptions import InvalidRegionError
from botocore.httpsession import get_cert_path
from botocore.utils import validate_region_name

from ..contract import AnyCall, CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, lazily, reach
from ..contract.tls import shared_tls_context
from .calls import Ec2

if TYPE_CHECKING:
    from .image import AwsImages
    from .key_pair import AwsKeyPairs
    from .region_zone import AwsRegions
    from .security_group import AwsSecurityGroups
    from .spec import AwsSpecs
    from .tag import AwsTags
    from .vm import AwsVms
    from .vpc import AwsVpcs


class AwsConnection(CloudConnection):
    def __init__(self, info: ConnectionInfo, recorder: CallRecorder, *, page_size: int | None = None) -> None:
        self._info = info
        self._recorder = recorder
        self._page_size = page_size
        self._region = reach.needed(info.region_keys, "Region")
        self._endpoint = reach.endpoint(info.endpoint) if info.endpoint else None
        self._credentials = _credentials(info.credential)
        self._tls = shared_tls_context(info.ca, get_cert_path(True))
        self._ec2 = self._open(self._region)

    @lazily
    def image(self) -> AwsImages:
        from .image import AwsImages

        return AwsImages(self._ec2)

    @lazily
    def spec(self) -> AwsSpecs:
        from .spec import AwsSpecs

        return AwsSpecs(self._ec2, self._region)

    @lazily
    def vpc(self) -> AwsVpcs:
        from .vpc import AwsVpcs

        return AwsVpcs(self._ec2, self._info.zone)

    @lazily
    def security_group(self) -> AwsSecurityGroups:
        from .security_group import AwsSecurityGroups

        return AwsSecurityGroups(self._ec2)

    @lazily
    def key_pair(self) -> AwsKeyPairs:
        from .key_pair import AwsKeyPairs

        return AwsKeyPairs(self._ec2)

    @lazily
    def vm(self) -> AwsVms:
        from .vm import AwsVms

        return AwsVms(self._ec2, self._region, self._info.zone)

    @lazily
    def tag(self) -> AwsTags:
        from .tag import AwsTags

        return AwsTags(self._ec2)

    @lazily
    def region_zone(self) -> AwsRegions:
        from .region_zone import AwsRegions

        return AwsRegions(self._ec2, self._region, lambda other: closing(self._open(other)))

    def any_calls(self) -> dict[str, AnyCall]:
        from .any_calls import any_calls

        return any_calls(self._ec2, self._info)

    def marked(self) -> list[Marked]:
        from .marked import listed

        return list(listed(self._ec2))

    def check(self) -> None:
        """One call: DescribeAvailabilityZones."""
        self._ec2.call("describe_availability_zones")

    def close(self) -> None:
        self._ec2.close()

    def _open(self, region: str) -> Ec2:
        try:
            validate_region_name(region)
        except InvalidRegionError as error:
            raise Invalid(f"the region '{region}' cannot be used: {error}", field="Region") from None
        return Ec2(
            region=region,
            endpoint=self._endpoint,
            credentials=self._credentials,
            tls=self._tls,
            recorder=self._recorder,
            page_size=self._page_size,
        )


def _credentials(given: Mapping[str, str]) -> Credentials:
    return Credentials(
        reach.needed(given, "ClientId"), reach.needed(given, "ClientSecret"), given.get("StsToken") or None
    )
