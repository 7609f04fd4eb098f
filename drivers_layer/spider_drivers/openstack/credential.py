"""A user's password, or an application credential, as keystoneauth takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keystoneauth1.identity import v3

from ..contract import Invalid, reach

_PASSWORD = ("Username", "Password", "DomainName", "ProjectID")
_APPLICATION = ("ApplicationCredentialID", "ApplicationCredentialSecret")


def plugin(auth_url: str, values: Mapping[str, str]) -> Any:
    """By the application credential where any of its keys is given. Raises Invalid."""
    if any(values.get(key) for key in _APPLICATION):
        cloud_id, secret = (reach.needed(values, key) for key in _APPLICATION)
        return v3.ApplicationCredential(
            auth_url, application_credential_id=cloud_id, application_credential_secret=secret
        )
    if not any(values.get(key) for key in _PASSWORD):
        raise Invalid(
            f"neither the keys {', '.join(_PASSWORD)} nor {' and '.join(_APPLICATION)} are given", field="Username"
        )
    username, password, domain, project = (reach.needed(values, key) for key in _PASSWORD)
    return v3.Password(
        auth_url, username=username, password=password, user_domain_name=domain, project_id=project, unscoped=False
    )
