"""One Docker Engine, reached with what the credential says and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Marked, reach
from ..contract.regions import OneRegion
from . import marked, tls
from .address import Address
from .calls import Engine
from .image import DockerImages
from .spec import DockerSpecs
from .vm import DockerVms
from .vpc import DockerVpcs

DEFAULT_REGION = "default"


class DockerConnection(CloudConnection):
    image: DockerImages
    spec: DockerSpecs
    vpc: DockerVpcs
    vm: DockerVms
    region_zone: OneRegion

    def __init__(self, info: ConnectionInfo, recorder: CallRecorder) -> None:
        region = info.region or DEFAULT_REGION
        address, engine = _engine(info, recorder)
        self._engine = engine
        self.image = DockerImages(engine)
        self.spec = DockerSpecs(engine, region)
        self.vpc = DockerVpcs(engine)
        self.vm = DockerVms(engine, address, region)
        self.region_zone = OneRegion(region)

    def marked(self) -> list[Marked]:
        return list(marked.listed(self._engine))

    def check(self) -> None:
        """GET /version, in the version of the API that all calls are made in."""
        self._engine.told("version")

    def close(self) -> None:
        self._engine.close()


def _engine(info: ConnectionInfo, recorder: CallRecorder) -> tuple[Address, Engine]:
    credential = info.credential
    reach.needed(credential, "Host")
    ca = info.ca or credential.get("CA")
    certificate, key = credential.get("ClientCertificate"), credential.get("ClientKey")
    given = bool(ca or certificate or key)
    address = _address(info, credential, tls_given=given)
    context = tls.context(ca, certificate, key) if given or address.base_url.startswith("https:") else None
    return address, Engine(address, recorder, version=credential.get("APIVersion") or "", tls=context)


def _address(info: ConnectionInfo, credential: Mapping[str, str], *, tls_given: bool) -> Address:
    if info.endpoint:
        return Address(info.endpoint, tls=tls_given, field="Endpoint")
    return Address(credential["Host"], tls=tls_given)
