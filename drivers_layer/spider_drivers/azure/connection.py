"""One subscription in one region, reached with what the credential says and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..contract import CallRecorder, CloudConnection, ConnectionInfo, Invalid, Marked, lazily, reach
from .calls import Arm
from .log_in import Principal
from .place import Place
from .resource_group import ResourceGroup

if TYPE_CHECKING:
    from .image import AzureImages
    from .key_pair import AzureKeyPairs
    from .region_zone import AzureRegions
    from .security_group import AzureSecurityGroups
    from .spec import AzureSpecs
    from .tag import AzureTags
    from .vm import AzureVms
    from .vpc import AzureVpcs

ENDPOINT, AUTHORITY = "https://management.azure.com", "https://login.microsoftonline.com"

_WORD = re.compile(r"[0-9A-Za-z._()-]+")


class AzureConnection(CloudConnection):
    def __init__(self, info: ConnectionInfo, recorder: CallRecorder) -> None:
        if not find_spec("azure.identity"):
            raise ModuleNotFoundError("No module named 'azure.identity'", name="azure.identity")
        self._arm = _arm(info, recorder)
        self._group = ResourceGroup(self._arm)

    @lazily
    def image(self) -> AzureImages:
        from .image import AzureImages

        return AzureImages(self._arm)

    @lazily
    def spec(self) -> AzureSpecs:
        from .spec import AzureSpecs

        return AzureSpecs(self._arm)

    @lazily
    def vpc(self) -> AzureVpcs:
        from .vpc import AzureVpcs

        return AzureVpcs(self._arm, self._group)

    @lazily
    def security_group(self) -> AzureSecurityGroups:
        from .security_group import AzureSecurityGroups

        return AzureSecurityGroups(self._arm, self._group)

    @lazily
    def key_pair(self) -> AzureKeyPairs:
        from .key_pair import AzureKeyPairs

        return AzureKeyPairs(self._arm, self._group)

    @lazily
    def vm(self) -> AzureVms:
        from .vm import AzureVms

        return AzureVms(self._arm, self._group, self.image, self.spec)

    @lazily
    def tag(self) -> AzureTags:
        from .tag import AzureTags

        return AzureTags(self._arm)

    @lazily
    def region_zone(self) -> AzureRegions:
        from .region_zone import AzureRegions

        return AzureRegions(self._arm)

    def marked(self) -> list[Marked]:
        from .marked import listed

        return list(listed(self._arm))

    def check(self) -> None:
        """Two calls to log in, then one: the subscription."""
        self._arm.call("subscriptions.subscriptions.get", self._arm.place.subscription)

    def close(self) -> None:
        self._arm.close()


def _arm(info: ConnectionInfo, recorder: CallRecorder) -> Arm:
    credential = {key: reach.needed(info.credential, key) for key in ("ClientId", "ClientSecret", "TenantId")}
    _check_word(credential, "TenantId")
    endpoint = _https(info.endpoint or ENDPOINT, "Endpoint")
    public = AUTHORITY if endpoint == ENDPOINT else endpoint
    authority = _https(info.region_keys.get("AuthorityHost") or public, "AuthorityHost")
    principal = Principal(
        authority, credential["TenantId"], credential["ClientId"], credential["ClientSecret"], f"{endpoint}/.default"
    )
    return Arm(_place(info), principal, recorder, endpoint=endpoint, ca=info.ca)


def _place(info: ConnectionInfo) -> Place:
    reach.needed(info.credential, "SubscriptionId")
    reach.needed(info.region_keys, "Region")
    group = info.region_keys.get("ResourceGroup") or info.region
    _check_word(info.credential, "SubscriptionId")
    _check_word(info.region_keys, "Region")
    _check_word({"ResourceGroup": group}, "ResourceGroup")
    return Place(info.credential["SubscriptionId"], group, info.region, info.zone)


def _check_word(values: Mapping[str, str], key: str) -> None:
    """What becomes part of an address. Raises Invalid."""
    if not _WORD.fullmatch(values[key]):
        raise Invalid(f"{key} has characters other than letters, digits and ._()-", field=key)


def _https(url: str, field: str) -> str:
    """Raises Invalid."""
    try:
        address = reach.endpoint(url)
    except Invalid as error:
        raise Invalid(error.message, field=field) from None
    if urlsplit(address).scheme != "https":
        raise Invalid(f"{field} {url} is not https://…: a token is never shown without TLS", field=field)
    return address
