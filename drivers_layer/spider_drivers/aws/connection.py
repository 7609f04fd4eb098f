"""One credential in one region. Nothing is looked for but what the connection was given."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from botocore.credentials import Credentials
from botocore.exceptions import InvalidRegionError
from botocore.httpsession import get_cert_path
from botocore.utils import validate_region_name

from ..contract import AnyCall, CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, reach
from ..contract.tls import shared_tls_context
from . import marked
from .any_calls import any_calls
from .calls import Ec2
from .image import AwsImages
from .key_pair import AwsKeyPairs
from .region_zone import AwsRegions
from .security_group import AwsSecurityGroups
from .spec import AwsSpecs
from .tag import AwsTags
from .vm import AwsVms
from .vpc import AwsVpcs


class AwsConnection(CloudConnection):
    image: AwsImages
    spec: AwsSpecs
    vpc: AwsVpcs
    security_group: AwsSecurityGroups
    key_pair: AwsKeyPairs
    vm: AwsVms
    tag: AwsTags
    region_zone: AwsRegions

    def __init__(self, info: ConnectionInfo, recorder: CallRecorder, *, page_size: int | None = None) -> None:
        self._info = info
        self._recorder = recorder
        self._page_size = page_size
        region = reach.needed(info.region_keys, "Region")
        self._endpoint = reach.endpoint(info.endpoint) if info.endpoint else None
        self._credentials = _credentials(info.credential)
        self._tls = shared_tls_context(info.ca, get_cert_path(True))
        ec2 = self._ec2 = self._open(region)
        self.image = AwsImages(ec2)
        self.spec = AwsSpecs(ec2, region)
        self.vpc = AwsVpcs(ec2, info.zone)
        self.security_group = AwsSecurityGroups(ec2)
        self.key_pair = AwsKeyPairs(ec2)
        self.vm = AwsVms(ec2, region, info.zone)
        self.tag = AwsTags(ec2)
        self.region_zone = AwsRegions(ec2, region, lambda other: closing(self._open(other)))

    def any_calls(self) -> dict[str, AnyCall]:
        return any_calls(self._ec2, self._info)

    def marked(self) -> list[Marked]:
        return list(marked.listed(self._ec2))

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
