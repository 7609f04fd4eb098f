"""One Docker Engine, reached with what the credential says and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Marked, lazily, reach
from . import tls
from .address import Address
from .calls import Engine

if TYPE_CHECKING:
    from ..contract.regions import OneRegion
    from .image import DockerImages
    from .spec import DockerSpecs
    from .vm import DockerVms
    from .vpc import DockerVpcs

DEFAULT_REGION = "default"


class DockerConnection(CloudConnection):
    def __init__(self, info: ConnectionInfo, recorder: CallRecorder) -> None:
        self._region = info.region or DEFAULT_REGION
        self._address, self._engine = _engine(info, recorder)

    @lazily
    def image(self) -> DockerImages:
        from .image import DockerImages

        return DockerImages(self._engine)

    @lazily
    def spec(self) -> DockerSpecs:
        from .spec import DockerSpecs

        return DockerSpecs(self._engine, self._region)

    @lazily
    def vpc(self) -> DockerVpcs:
        from .vpc import DockerVpcs

        return DockerVpcs(self._engine)

    @lazily
    def vm(self) -> DockerVms:
        from .vm import DockerVms

        return DockerVms(self._engine, self._address, self._region)

    @lazily
    def region_zone(self) -> OneRegion:
        from ..contract.regions import OneRegion

        return OneRegion(self._region)

    def marked(self) -> list[Marked]:
        from .marked import listed

        return list(listed(self._engine))

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
