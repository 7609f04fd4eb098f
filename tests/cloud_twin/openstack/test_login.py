"""Log-in: who gets a token, what it says, how long it is good, and what each service says without one."""

from __future__ import annotations

from typing import Any

import pytest
from openstack.exceptions import SDKException

from cloud_twin.openstack.account import PROJECT_ID, USER_ID

from .bench import COMPUTE, IMAGE, NETWORK, Bench, account, connected

TOKENS = "/identity/v3/auth/tokens"
UNAUTHORIZED = "The request you have made requires authentication."
PROJECT = {"project": {"id": PROJECT_ID}}


def password(openstack: Bench, scope: Any = None, **user: Any) -> dict[str, Any]:
    given = {"name": "twin", "domain": {"name": "Default"}, "password": openstack.cloud.account.password, **user}
    kept = {name: value for name, value in given.items() if value is not None}
    auth: dict[str, Any] = {"identity": {"methods": ["password"], "password": {"user": kept}}}
    return {"auth": {**auth, "scope": scope} if scope else auth}


def credential(given: dict[str, str], **more: Any) -> dict[str, Any]:
    identity = {"methods": ["application_credential"], "application_credential": given}
    return {"auth": {"identity": identity, **more}}


@pytest.mark.parametrize("name", ["twin", "twin-application-credential"])
def test_the_clouds_file_logs_in_by_password_and_by_application_credential(openstack: Bench, name: str) -> None:
    sdk = connected(account(openstack.cloud, openstack.url)[name])
    assert [one.name for one in sdk.network.networks()] == ["public"]
    assert (sdk.current_user_id, sdk.current_project_id) == (USER_ID, PROJECT_ID)
    sdk.close()


def test_a_token_says_whose_it_is_what_he_may_and_where_the_services_are(openstack: Bench) -> None:
    answer = openstack.call("POST", TOKENS, password(openstack, PROJECT))
    token = answer.json()["token"]
    assert answer.status_code == 201
    assert answer.headers["X-Subject-Token"]
    assert [role["name"] for role in token["roles"]] == ["reader", "member"]
    urls = {
        one["type"]: {(each["interface"], each["region"], each["url"]) for each in one["endpoints"]}
        for one in token["catalog"]
    }
    paths = {
        "identity": "/identity/v3",
        "compute": "/compute/v2.1",
        "network": "/networking",
        "image": "/image",
        "placement": "/placement",
    }
    assert urls == {
        kind: {(interface, "RegionOne", openstack.url + path) for interface in ("public", "internal", "admin")}
        for kind, path in paths.items()
    }


@pytest.mark.parametrize("scope", [None, PROJECT, {"project": {"name": "twin", "domain": {"id": "default"}}}])
def test_a_user_gets_its_project_by_default_by_id_and_by_name(openstack: Bench, scope: Any) -> None:
    answer = openstack.call("POST", TOKENS, password(openstack, scope))
    assert answer.json()["token"]["project"]["id"] == PROJECT_ID


def test_an_unscoped_token_has_no_project_and_no_catalogue(openstack: Bench) -> None:
    token = openstack.call("POST", TOKENS, password(openstack, "unscoped")).json()["token"]
    assert not {"project", "catalog", "roles"} & set(token)


@pytest.mark.parametrize(
    ("scope", "user"),
    [
        (PROJECT, {"password": "wrong"}),
        (PROJECT, {"name": "nobody"}),
        (PROJECT, {"domain": {"name": "nowhere"}}),
        ({"project": {"id": "another"}}, {}),
        ({"domain": {"id": "default"}}, {}),
        ({"system": {"all": True}}, {}),
    ],
)
def test_a_wrong_log_in_is_refused_without_a_reason(openstack: Bench, scope: Any, user: dict[str, Any]) -> None:
    answer = openstack.call("POST", TOKENS, password(openstack, scope, **user))
    assert answer.status_code == 401
    assert answer.json() == {"error": {"code": 401, "message": UNAUTHORIZED, "title": "Unauthorized"}}
    assert answer.headers["WWW-Authenticate"] == f'Keystone uri="{openstack.url}/identity/v3"'


def test_the_sdk_reads_a_refused_log_in(openstack: Bench) -> None:
    cloud = account(openstack.cloud, openstack.url)["twin"]
    sdk = connected({**cloud, "auth": {**cloud["auth"], "password": "wrong"}})
    with pytest.raises(SDKException, match=UNAUTHORIZED):
        sdk.authorize()
    sdk.close()


@pytest.mark.parametrize(
    ("body", "missing", "where"),
    [
        ({}, "auth", "request body"),
        ({"auth": {"identity": {"methods": ["magic"]}}}, "magic", "identity"),
        ({"auth": {"identity": {"methods": ["password"]}}}, "password", "identity"),
    ],
)
def test_a_log_in_that_lacks_something_is_told_what(openstack: Bench, body: Any, missing: str, where: str) -> None:
    answer = openstack.call("POST", TOKENS, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(f"Expecting to find {missing} in {where}. The server could not")


def test_a_token_can_be_looked_at_renewed_and_revoked(openstack: Bench) -> None:
    token = openstack.call("POST", TOKENS, password(openstack)).headers["X-Subject-Token"]
    seen = openstack.call("GET", TOKENS, **{"X-Subject-Token": token}).json()["token"]
    body = {"auth": {"identity": {"methods": ["token"], "token": {"id": token}}, "scope": PROJECT}}
    renewed = openstack.call("POST", TOKENS, body).json()["token"]
    assert renewed["expires_at"] == seen["expires_at"]
    assert renewed["methods"] == ["password", "token"]
    assert openstack.call("DELETE", TOKENS, **{"X-Subject-Token": token}).status_code == 204
    gone = openstack.call("GET", TOKENS, **{"X-Subject-Token": token})
    assert (gone.status_code, gone.json()["error"]["message"]) == (404, "Could not recognize Fernet token")


def test_a_token_runs_out_in_real_time(openstack: Bench) -> None:
    openstack.cloud.account.lifetime = -1.0
    old = openstack.call("POST", TOKENS, password(openstack)).headers["X-Subject-Token"]
    openstack.cloud.account.lifetime = 60.0
    new = openstack.call("POST", TOKENS, password(openstack)).headers["X-Subject-Token"]
    openstack.advance(1e6)
    assert openstack.call("GET", f"{NETWORK}/networks", **{"X-Auth-Token": old}).status_code == 401
    assert openstack.call("GET", f"{NETWORK}/networks", **{"X-Auth-Token": new}).status_code == 200


@pytest.mark.parametrize("path", [f"{COMPUTE}/servers", f"{NETWORK}/networks", f"{COMPUTE}/nothing"])
def test_without_a_token_nova_and_neutron_say_the_same(openstack: Bench, path: str) -> None:
    answer = openstack.call("GET", path, **{"X-Auth-Token": "gAAAAAnonsense"})
    assert answer.status_code == 401
    assert answer.json() == {"error": {"code": 401, "title": "Unauthorized", "message": UNAUTHORIZED}}
    assert answer.headers["WWW-Authenticate"] == f'Keystone uri="{openstack.url}/identity/v3"'


def test_without_a_token_glance_says_it_as_a_page(openstack: Bench) -> None:
    answer = openstack.call("GET", f"{IMAGE}/images", **{"X-Auth-Token": ""})
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/html; charset=UTF-8")
    assert "<title>401 Unauthorized</title>" in answer.text


def test_application_credentials_are_made_used_and_forgotten(openstack: Bench) -> None:
    made = openstack.sdk.identity.create_application_credential(USER_ID, "ci", description="for tests")
    names = {one.name for one in openstack.sdk.identity.application_credentials(USER_ID)}
    assert names == {"cloud-twin", "ci"}
    given = {"id": made.id, "secret": made.secret}
    answer = openstack.call("POST", TOKENS, credential(given))
    token = answer.headers["X-Subject-Token"]
    assert answer.json()["token"]["methods"] == ["application_credential"]
    by_name = {"name": "ci", "secret": made.secret, "user": {"name": "twin", "domain": {"id": "default"}}}
    assert openstack.call("POST", TOKENS, credential(by_name)).status_code == 201
    assert openstack.call("POST", TOKENS, credential({**given, "secret": "wrong"})).status_code == 401
    openstack.sdk.identity.delete_application_credential(USER_ID, made.id)
    gone = openstack.call("POST", TOKENS, credential(given))
    assert gone.json()["error"]["message"] == f"Could not find Application Credential: {made.id}."
    assert openstack.call("GET", f"{NETWORK}/networks", **{"X-Auth-Token": token}).status_code == 401


def test_an_application_credential_has_its_scope_and_takes_no_other(openstack: Bench) -> None:
    first = openstack.cloud.account.first
    answer = openstack.call("POST", TOKENS, credential({"id": first.id, "secret": first.secret}, scope=PROJECT))
    assert answer.status_code == 401
    assert answer.json()["error"] == {
        "code": 401,
        "identity": {},
        "message": "Error authenticating with application credential: Application credentials cannot request a scope.",
        "title": "Unauthorized",
    }
