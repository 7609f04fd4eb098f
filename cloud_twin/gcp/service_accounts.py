"""Service accounts that machines run as. That they may be used is asked when a machine is made, by its operation.

Words and codes: googleapis/google-cloud-java#10061, GoogleCloudPlatform/terraform-google-managed-instance-group#40.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..centre import Failure
from .account import PROJECT_NUMBER

if TYPE_CHECKING:
    from .facade import Gcp

DEFAULT = f"{PROJECT_NUMBER}-compute@developer.gserviceaccount.com"
PERMISSION = "iam.serviceAccounts.actAs"


def named(account: Mapping[str, Any]) -> dict[str, Any]:
    """As an instance shows it: the default one by its address."""
    email = account["email"]
    return {"scopes": [], **account, "email": DEFAULT if email == "default" else email}


def refused(cloud: Gcp, accounts: Sequence[Mapping[str, Any]]) -> Failure | None:
    """The failure of an operation that would let a machine run as these."""
    allowed = cloud.settings.permissions
    for account in map(named, accounts):
        email = account["email"]
        if email not in (DEFAULT, cloud.account.email):
            return Failure(
                "RESOURCE_NOT_FOUND", f"The resource 'One of [{email}]' of type 'serviceAccount' was not found."
            )
        if allowed is not None and PERMISSION not in allowed:
            text = f"The user does not have access to service account '{email}'. User: '{cloud.account.email}'. "
            more = "Ask a project owner to grant you the iam.serviceAccountUser role on the service account"
            return Failure("SERVICE_ACCOUNT_ACCESS_DENIED", text + more)
    return None
