"""One credential in one region, by a boto3 session that looks nowhere but where it is told to."""

from __future__ import annotations

import os
import ssl
import tempfile
import threading
from contextlib import closing
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from botocore.session import Session

from ..contract import AnyCall, CallRecorder, CloudConnection, ConnectionInfo, Invalid, reach
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

CONNECT_SECONDS, READ_SECONDS = 5, 20

_making = threading.Lock()


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
        self._ca = _ca_file(info.ca)
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

    def check(self) -> None:
        """One call: DescribeAvailabilityZones."""
        self._ec2.call("describe_availability_zones")

    def close(self) -> None:
        self._ec2.close()
        if self._ca:
            self._ca.close()

    def _open(self, region: str) -> Ec2:
        client = _client(self._info, region, self._ca.name if self._ca else True)
        return Ec2(client, self._recorder, page_size=self._page_size)


def _client(info: ConnectionInfo, region: str, verify: str | bool) -> Any:
    key, secret = reach.needed(info.credential, "ClientId"), reach.needed(info.credential, "ClientSecret")
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
        # Without an endpoint of ours botocore would look for AWS_ENDPOINT_URL, whatever the session's variables.
        ignore_configured_endpoint_urls=True,
        # None: botocore takes HTTPS_PROXY and NO_PROXY from the environment.
        proxies={} if reach.on_this_host(info.endpoint or "") else None,
    )
    try:
        with _making:
            return _session().client(
                "ec2",
                region_name=region,
                endpoint_url=info.endpoint,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=info.credential.get("StsToken") or None,
                verify=verify,
                config=config,
            )
    except BotoCoreError as error:
        raise Invalid(f"the region '{region}' cannot be used: {error}", field="Region") from None
    except ValueError as error:
        raise Invalid(f"the endpoint cannot be used: {error}", field="Endpoint") from None


@cache
def _session() -> boto3.session.Session:
    """One for the process, so that EC2's model (its 4,400 shapes) is read once. Used under a lock.

    It knows no credential. Its variables have lost the names by which botocore would find them in the environment
    and in ~/.aws, its files are empty, and models come from botocore alone, not from ~/.aws/models.
    """
    variables = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    for file in ("config_file", "credentials_file"):
        variables[file] = (None, None, os.devnull, None)
    session = Session(session_vars=variables)
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    session.register_component("data_loader", loader)
    return boto3.session.Session(botocore_session=session)


def _ca_file(pem: str | None) -> Any:
    """botocore takes certificate authorities as a file; this one lives as long as the connection."""
    if pem is None:
        return None
    reach.trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), pem)
    file = tempfile.NamedTemporaryFile("w", prefix="spider-ca-", suffix=".pem")  # noqa: SIM115  close() ends it
    file.write(reach.lines(pem))
    file.flush()
    return file
