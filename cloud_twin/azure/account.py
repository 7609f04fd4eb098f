"""The one account: a service principal, its tenant, its subscription."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field

TENANT = "6f1c3c5e-7d0b-4f6e-9a52-2f0d8c41b7a3"
SUBSCRIPTION = "a2d9b1f4-3e58-4c07-8b6d-51e7f09c2d64"
CLIENT = "0c8e7f12-95ab-4d3c-b1e6-7a4f20d86b95"
PRINCIPAL = "d47ab0e9-18c2-46f5-a3d7-6be1590f8c2e"


@dataclass
class Account:
    """`principal`: the object id of the service principal. The secret is this process's own, in Entra's form."""

    tenant: str = TENANT
    subscription: str = SUBSCRIPTION
    client: str = CLIENT
    principal: str = PRINCIPAL
    secret: str = field(default_factory=lambda: f"Tw~8Q{secrets.token_urlsafe(26)}", repr=False)

    def file(self, url: str) -> str:
        """As `az ad sp create-for-rbac --sdk-auth` writes it."""
        return json.dumps(
            {
                "clientId": self.client,
                "clientSecret": self.secret,
                "subscriptionId": self.subscription,
                "tenantId": self.tenant,
                "activeDirectoryEndpointUrl": url,
                "resourceManagerEndpointUrl": f"{url}/",
                "activeDirectoryGraphResourceId": f"{url}/graph/",
                "sqlManagementEndpointUrl": f"{url}/sql/",
                "galleryEndpointUrl": f"{url}/gallery/",
                "managementEndpointUrl": f"{url}/management/",
            },
            indent=2,
        )
