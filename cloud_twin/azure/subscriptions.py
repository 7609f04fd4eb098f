"""The one subscription, its tenant, its regions; and what `az cloud register` asks an endpoint for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..facade import Call
from .regions import REGIONS, Region

if TYPE_CHECKING:
    from .facade import Azure


class Subscriptions:
    def __init__(self, arm: Azure) -> None:
        self._arm = arm

    def get(self, call: Call) -> Any:
        account = self._arm.account
        return {
            "id": f"/subscriptions/{account.subscription}",
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
            "subscriptionId": account.subscription,
            "tenantId": account.tenant,
            "displayName": "Cloud-Twin",
            "state": "Enabled",
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off",
            },
        }

    def list(self, call: Call) -> Any:
        return {"value": [self.get(call)], "count": {"type": "Total", "value": 1}}

    def tenants(self, call: Call) -> Any:
        tenant = self._arm.account.tenant
        return {
            "value": [
                {
                    "id": f"/tenants/{tenant}",
                    "tenantId": tenant,
                    "countryCode": "KR",
                    "displayName": "Cloud-Twin",
                    "domains": ["cloudtwin.onmicrosoft.com"],
                    "tenantCategory": "Home",
                    "defaultDomain": "cloudtwin.onmicrosoft.com",
                    "tenantType": "AAD",
                }
            ]
        }

    def locations(self, call: Call) -> Any:
        return {"value": [self._location(one) for one in REGIONS.values()]}

    def _location(self, region: Region) -> dict[str, Any]:
        start = f"{self._arm.subscription_id()}/locations"
        longitude, latitude, place = region.place
        shown: dict[str, Any] = {
            "id": f"{start}/{region.name}",
            "name": region.name,
            "type": "Region",
            "displayName": region.shown,
            "regionalDisplayName": region.long,
            "metadata": {
                "regionType": "Physical",
                "regionCategory": "Recommended" if region.zones else "Other",
                "geography": region.geography,
                "geographyGroup": region.area,
                "longitude": longitude,
                "latitude": latitude,
                "physicalLocation": place,
                "pairedRegion": [{"name": region.pair, "id": f"{start}/{region.pair}"}],
            },
        }
        if region.zones:
            shown["availabilityZoneMappings"] = [
                {"logicalZone": str(number), "physicalZone": f"{region.name}-az{number}"}
                for number in range(1, region.zones + 1)
            ]
        return shown

    def endpoints(self, call: Call) -> Any:
        """2019-05-01 lists clouds; versions after it tell this one alone, those before it less of it."""
        version = call.query.get("api-version", "")
        if version < "2019-05-01":
            return _older(call.base)
        cloud = self._cloud(call.base)
        return [cloud] if version < "2022-09-01" else cloud

    def _cloud(self, base: str) -> dict[str, Any]:
        return {
            "name": "CloudTwin",
            "portal": f"{base}/portal",
            "authentication": {
                "loginEndpoint": base,
                "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "graphAudience": f"{base}/graph/",
            "graph": f"{base}/graph/",
            "microsoftGraphResourceId": f"{base}/graph/",
            "activeDirectoryDataLake": f"{base}/datalake/",
            "batch": f"{base}/batch/",
            "media": f"{base}/media/",
            "sqlManagement": f"{base}/sql/",
            "vmImageAliasDoc": f"{base}/metadata/images",
            "resourceManager": f"{base}/",
            "gallery": f"{base}/gallery/",
            "suffixes": {"storage": "core.windows.net", "keyVaultDns": "vault.azure.net"},
        }


def _older(base: str) -> dict[str, Any]:
    return {
        "galleryEndpoint": f"{base}/gallery/",
        "graphEndpoint": f"{base}/graph/",
        "portalEndpoint": f"{base}/portal/",
        "authentication": {
            "loginEndpoint": f"{base}/",
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
        },
    }
