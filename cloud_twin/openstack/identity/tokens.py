"""Log-in: tokens for a password, for a token, for an application credential."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...facade import Call, json_response
from .. import services
from ..account import DOMAIN, PROJECT, PROJECT_ID, ROLES, USER, USER_ID, Token, shown_time
from ..errors import IdentityError, unauthorized

if TYPE_CHECKING:
    from ..facade import OpenStack

_MALFORMED = (
    "The server could not comply with the request since it is either malformed or otherwise incorrect. The client is "
    "assumed to be in error."
)


class ScopeError(IdentityError):
    """A way of log-in that says why it does not let in."""

    def response(self) -> Response:
        text = f"Error authenticating with application credential: {self.message}"
        error = {"code": self.status, "identity": {}, "message": text, "title": "Unauthorized"}
        return json_response({"error": error}, self.status, self.headers)


def create(cloud: OpenStack, call: Call) -> Response:
    auth = _member(_body(call), "auth", "request body")
    identity = auth.get("identity")
    if not isinstance(identity, dict):
        raise IdentityError(400, "'identity' is a required property")
    methods = identity.get("methods")
    if not isinstance(methods, list):
        raise IdentityError(400, "Invalid input for field 'identity': 'methods' is a required property")
    for method in methods:
        _member(identity, str(method), "identity")
    parent, credential = _proven(cloud, call, identity, methods)
    if credential and "scope" in auth:
        raise ScopeError(401, "Application credentials cannot request a scope.", wrong(call).headers)
    scoped = _scoped(cloud, call, auth.get("scope"), parent)
    known = [one for one in (parent.methods if parent else []) if one not in methods]
    token = cloud.account.issue([*known, *methods], scoped=scoped, application_credential=credential, parent=parent)
    return json_response({"token": shown(cloud, call, token)}, 201, {"X-Subject-Token": token.id})


def validate(cloud: OpenStack, call: Call) -> Response:
    token = _subject(cloud, call)
    return json_response({"token": shown(cloud, call, token)}, 200, {"X-Subject-Token": token.id})


def revoke(cloud: OpenStack, call: Call) -> Response:
    cloud.account.revoke(_subject(cloud, call))
    return Response(status=204)


def shown(cloud: OpenStack, call: Call, token: Token) -> dict[str, Any]:
    user = {"domain": DOMAIN, "id": USER_ID, "name": USER, "password_expires_at": None}
    made: dict[str, Any] = {
        "methods": token.methods,
        "user": user,
        "audit_ids": token.audit_ids,
        "expires_at": shown_time(token.expires),
        "issued_at": shown_time(token.issued),
    }
    if token.application_credential:
        name = cloud.account.credentials[token.application_credential].name
        made["application_credential"] = {"id": token.application_credential, "name": name, "restricted": True}
    if token.scoped:
        made["project"] = {"domain": DOMAIN, "id": PROJECT_ID, "name": PROJECT}
        made["is_domain"] = False
        made["roles"] = [{"id": role_id, "name": name} for name, role_id in ROLES]
        if "nocatalog" not in call.query:
            made["catalog"] = services.catalogue(call.base)
    return made


def _body(call: Call) -> dict[str, Any]:
    try:
        body = call.body
    except ValueError:
        raise expected("valid JSON", "request body") from None
    return body if isinstance(body, dict) else {}


def expected(what: str, where: str) -> IdentityError:
    return IdentityError(400, f"Expecting to find {what} in {where}. {_MALFORMED}")


def _member(data: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    found = data.get(name)
    if not isinstance(found, dict):
        raise expected(name, where)
    return found


def _proven(cloud: OpenStack, call: Call, identity: Mapping[str, Any], methods: list[str]) -> tuple[Token | None, str]:
    """The token and the application credential that stand for the caller, if any do. Raises IdentityError."""
    parent, credential = None, ""
    for method in methods:
        if method == "password":
            _check_password(cloud, call, _member(identity["password"], "user", "password"))
        elif method == "token":
            parent = cloud.account.token(str(identity["token"].get("id", "")))
            if parent is None:
                raise IdentityError(404, "Could not recognize Fernet token")
        elif method == "application_credential":
            credential = _credential(cloud, call, identity["application_credential"])
        else:
            raise wrong(call)
    return parent, credential


def _check_password(cloud: OpenStack, call: Call, user: Mapping[str, Any]) -> None:
    if not _is_user(user) or not _same(user.get("password"), cloud.account.password):
        raise wrong(call)


def _same(given: Any, secret: str) -> bool:
    return secrets.compare_digest(str(given).encode(), secret.encode())


def _is_user(user: Mapping[str, Any]) -> bool:
    if "id" in user:
        return bool(user["id"] == USER_ID)
    return user.get("name") == USER and _is_domain(user, "user")


def _is_domain(owner: Mapping[str, Any], what: str) -> bool:
    domain = _member(owner, "domain", what)
    return domain.get("id") == DOMAIN["id"] or domain.get("name") == DOMAIN["name"]


def _credential(cloud: OpenStack, call: Call, given: Mapping[str, Any]) -> str:
    """Its id."""
    known = cloud.account.credentials
    found = known.get(str(given.get("id", "")))
    if "id" not in given:
        user = _member(given, "user", "application_credential")
        named = (one for one in known.values() if one.name == given.get("name"))
        found = next(named, None) if _is_user(user) else None
    if found is None:
        text = f"Could not find Application Credential: {given.get('id') or given.get('name')}."
        raise IdentityError(404, text) if "id" in given else wrong(call)
    if not _same(given.get("secret"), found.secret):
        raise wrong(call)
    return found.id


def _scoped(cloud: OpenStack, call: Call, scope: Any, parent: Token | None) -> bool:
    """Without a scope it is the user's default project's. Raises IdentityError for another's."""
    if scope == "unscoped":
        return False
    if scope is None:
        return parent is None or parent.scoped
    project = scope.get("project") if isinstance(scope, dict) else None
    if not isinstance(project, dict):
        raise wrong(call)
    if "id" in project:
        granted = project["id"] == PROJECT_ID
    else:
        granted = project.get("name") == PROJECT and _is_domain(project, "project")
    if not granted:
        raise wrong(call)
    return True


def _subject(cloud: OpenStack, call: Call) -> Token:
    given = call.request.headers.get("X-Subject-Token")
    if given is None:
        action = "revoke_token" if call.request.method == "DELETE" else "validate_token"
        text = f"You are not authorized to perform the requested action: identity:{action}."
        raise IdentityError(403, text)
    token = cloud.account.token(given)
    if token is None:
        raise IdentityError(404, "Could not recognize Fernet token")
    return token


def wrong(call: Call) -> IdentityError:
    refused = unauthorized("identity", services.version_url(call, "identity"))
    assert isinstance(refused, IdentityError)
    return refused
