"""What a user sees of itself: the catalogue, its project, itself, the region, its application credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...facade import Call, json_response
from .. import services
from ..account import DOMAIN, PROJECT, PROJECT_ID, REGION, ROLES, USER, USER_ID, ApplicationCredential
from ..errors import IdentityError, unserved
from .tokens import expected

if TYPE_CHECKING:
    from ..facade import OpenStack

_SERVED = ("name", "description", "secret", "project_id")


def catalogue(_: OpenStack, call: Call) -> dict[str, Any]:
    return {"catalog": services.catalogue(call.base), "links": {"self": _url(call, "auth/catalog")}}


def projects(_: OpenStack, call: Call) -> dict[str, Any]:
    return _listed(call, "projects", [_project(call)])


def user_projects(_: OpenStack, call: Call) -> dict[str, Any]:
    _check_user(call, "list_user_projects")
    return _listed(call, "projects", [_project(call)])


def domains(_: OpenStack, call: Call) -> dict[str, Any]:
    return _listed(call, "domains", [])


def system(_: OpenStack, call: Call) -> dict[str, Any]:
    return {"system": [], "links": {"self": f"{call.base}{call.request.path}"}}


def project(_: OpenStack, call: Call) -> dict[str, Any]:
    if call.values["id"] != PROJECT_ID:
        raise forbidden("get_project")
    return {"project": _project(call)}


def user(_: OpenStack, call: Call) -> dict[str, Any]:
    _check_user(call, "get_user")
    return {
        "user": {
            "id": USER_ID,
            "name": USER,
            "domain_id": DOMAIN["id"],
            "enabled": True,
            "default_project_id": PROJECT_ID,
            "password_expires_at": None,
            "options": {},
            "links": {"self": _url(call, f"users/{USER_ID}")},
        }
    }


def regions(_: OpenStack, call: Call) -> dict[str, Any]:
    region = {
        "id": REGION,
        "description": "",
        "parent_region_id": None,
        "links": {"self": _url(call, f"regions/{REGION}")},
    }
    return _listed(call, "regions", [region])


def credentials(cloud: OpenStack, call: Call) -> dict[str, Any]:
    _check_user(call, "list_application_credentials")
    shown = [_credential(call, one) for one in cloud.account.credentials.values()]
    return _listed(call, "application_credentials", shown)


def credential(cloud: OpenStack, call: Call) -> dict[str, Any]:
    _check_user(call, "get_application_credential")
    return {"application_credential": _credential(call, _named(cloud, call))}


def create_credential(cloud: OpenStack, call: Call) -> Response:
    _check_user(call, "create_application_credential")
    try:
        body = call.body
    except ValueError:
        raise expected("valid JSON", "request body") from None
    asked = body.get("application_credential") if isinstance(body, dict) else None
    if not isinstance(asked, dict):
        raise expected("application_credential", "request body")
    if not isinstance(asked.get("name"), str) or not asked["name"]:
        raise IdentityError(400, "'name' is a required property")
    if more := next((one for one in asked if one not in _SERVED and asked[one]), None):
        raise unserved("identity", f"the member '{more}' of application credentials")
    if any(one.name == asked["name"] for one in cloud.account.credentials.values()):
        text = "Conflict occurred attempting to store application_credential - Duplicate entry found with name"
        raise IdentityError(409, f"{text} {asked['name']}.")
    made = cloud.account.add_credential(
        asked["name"], {"description": asked.get("description")}, str(asked.get("secret") or "")
    )
    return json_response({"application_credential": {**_credential(call, made), "secret": made.secret}}, 201)


def delete_credential(cloud: OpenStack, call: Call) -> Response:
    _check_user(call, "delete_application_credential")
    cloud.account.forget_credential(_named(cloud, call).id)
    return Response(status=204)


def denied(_: OpenStack, call: Call) -> Response:
    """What only administrators may see."""
    raise forbidden(f"list_{call.request.path.rstrip('/').rpartition('/')[2]}")


def forbidden(action: str) -> IdentityError:
    return IdentityError(403, f"You are not authorized to perform the requested action: identity:{action}.")


def _named(cloud: OpenStack, call: Call) -> ApplicationCredential:
    found = cloud.account.credentials.get(call.values["credential"])
    if found is None:
        raise IdentityError(404, f"Could not find Application Credential: {call.values['credential']}.")
    return found


def _check_user(call: Call, action: str) -> None:
    if call.values["id"] != USER_ID:
        raise forbidden(action)


def _credential(call: Call, one: ApplicationCredential) -> dict[str, Any]:
    roles = [
        {"id": role_id, "name": name, "domain_id": None, "description": None, "options": {"immutable": True}}
        for name, role_id in ROLES
    ]
    return {
        "id": one.id,
        "name": one.name,
        "description": one.body.get("description"),
        "user_id": USER_ID,
        "project_id": PROJECT_ID,
        "system": None,
        "expires_at": None,
        "unrestricted": None,
        "roles": roles,
        "links": {"self": _url(call, f"application_credentials/{one.id}")},
    }


def _project(call: Call) -> dict[str, Any]:
    return {
        "id": PROJECT_ID,
        "name": PROJECT,
        "domain_id": DOMAIN["id"],
        "description": "",
        "enabled": True,
        "parent_id": DOMAIN["id"],
        "is_domain": False,
        "tags": [],
        "options": {},
        "links": {"self": _url(call, f"projects/{PROJECT_ID}")},
    }


def _listed(call: Call, name: str, shown: list[dict[str, Any]]) -> dict[str, Any]:
    here = f"{call.base}{call.request.path.rstrip('/')}"
    return {name: shown, "links": {"next": None, "self": here, "previous": None}}


def _url(call: Call, path: str) -> str:
    return f"{services.version_url(call, 'identity')}/{path}"
