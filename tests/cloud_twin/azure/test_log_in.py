"""Entra: who gets a token, and which tokens ARM takes.

Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes; ARM's words as quoted in
https://learn.microsoft.com/answers and in issues of Azure/azure-cli and hashicorp/terraform-provider-azurerm."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError

from cloud_twin.azure.entra import signing_key

from .bench import Bench
from .refusing import refused

FORM = {"grant_type": "client_credentials", "scope": "https://management.azure.com/.default"}


def form(bench: Bench, **changed: Any) -> dict[str, str]:
    account = bench.azure.account
    given = {**FORM, "client_id": account.client, "client_secret": account.secret, **changed}
    return {name: value for name, value in given.items() if value is not None}


def ask(bench: Bench, tenant: str = "", **changed: Any) -> Any:
    path = f"/{tenant or bench.azure.account.tenant}/oauth2/v2.0/token"
    return bench.http.post(path, data=form(bench, **changed))


@pytest.mark.parametrize(
    ("changed", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "a0a0a0a0-0000-0000-0000-000000000000"}, 400, "unauthorized_client", 700016),
        ({"client_secret": None}, 401, "invalid_client", 7000218),
        ({"client_id": None}, 400, "invalid_request", 900144),
        ({"grant_type": None}, 400, "invalid_request", 900144),
        ({"scope": None}, 400, "invalid_request", 900144),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"scope": "https://management.azure.com/user_impersonation"}, 400, "invalid_scope", 1002012),
        ({"scope": "https://graph.microsoft.com/.default"}, 400, "invalid_resource", 500011),
        ({"tenant": "b0b0b0b0-0000-0000-0000-000000000000"}, 400, "invalid_request", 90002),
    ],
)
def test_entra_refuses_a_token(bench: Bench, changed: dict[str, Any], status: int, error: str, number: int) -> None:
    answer = ask(bench, **changed)
    said = answer.json()
    assert (answer.status_code, said["error"], said["error_codes"]) == (status, error, [number])
    assert said["error_description"].startswith(f"AADSTS{number}: ")
    assert bench.azure.account.secret not in answer.text


def test_a_token_says_whose_it_is_and_lives_an_hour_of_real_time(bench: Bench) -> None:
    bench.twin.clock.advance(1_000_000)
    said = ask(bench).json()
    claims = jwt.decode(said["access_token"], options={"verify_signature": False})
    now = datetime.now(UTC).timestamp()
    assert abs(claims["exp"] - now - said["expires_in"]) < 10
    assert (claims["aud"], claims["appid"]) == ("https://management.azure.com", bench.azure.account.client)
    assert (claims["tid"], claims["oid"]) == (bench.azure.account.tenant, bench.azure.account.principal)


def test_the_keys_verify_the_token(bench: Bench) -> None:
    token = ask(bench).json()["access_token"]
    (key,) = bench.http.get(f"/{bench.azure.account.tenant}/discovery/v2.0/keys").json()["keys"]
    assert jwt.get_unverified_header(token)["kid"] == key["kid"]
    claims = jwt.decode(token, jwt.PyJWK(key), ["RS256"], audience="https://management.azure.com")
    assert claims["tid"] == bench.azure.account.tenant


def arm(bench: Bench, authorization: str | None) -> Any:
    """A read with this header instead of the bench's."""
    path = f"{bench.url}/subscriptions/{bench.azure.account.subscription}?api-version=2022-12-01"
    request = bench.http.build_request("GET", path)
    del request.headers["Authorization"]
    if authorization is not None:
        request.headers["Authorization"] = authorization
    return bench.http.send(request)


def forged(bench: Bench, **changed: Any) -> str:
    """A token signed by the twin's own key."""
    claims = jwt.decode(ask(bench).json()["access_token"], options={"verify_signature": False}) | changed
    return f"Bearer {jwt.encode(claims, signing_key(), 'RS256')}"


def test_arm_refuses_what_is_no_token_of_its_own(bench: Bench) -> None:
    missing = arm(bench, None)
    refused(missing, 401, "AuthenticationFailed", "The 'Authorization' header is missing.")
    challenge = missing.headers["WWW-Authenticate"]
    assert f'authorization_uri="https://login.windows.net/{bench.azure.account.tenant}"' in challenge
    refused(arm(bench, "Basic YTpi"), 401, "AuthenticationFailedInvalidHeader")
    refused(arm(bench, "Bearer nonsense"), 401, "InvalidAuthenticationToken")
    refused(arm(bench, forged(bench)[:-8] + "AAAAAAAA"), 401, "InvalidAuthenticationToken")
    refused(arm(bench, forged(bench, exp=1_600_000_000)), 401, "ExpiredAuthenticationToken", "9/13/2020 12:26:40 PM")
    other = arm(bench, forged(bench, aud="https://graph.microsoft.com"))
    refused(
        other, 401, "InvalidAuthenticationTokenAudience", "wrong audience or resource 'https://graph.microsoft.com'"
    )


@pytest.mark.parametrize("audience", ["https://management.azure.com/", "https://management.core.windows.net/", ""])
def test_arm_takes_tokens_for_itself(bench: Bench, audience: str) -> None:
    assert arm(bench, forged(bench, aud=audience or bench.url)).status_code == 200


def test_the_sdk_tells_a_wrong_secret(bench: Bench) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        bench.credential(client_secret="wrong").get_token(f"{bench.url}/.default")


def test_the_accounts_file_is_what_az_writes(bench: Bench) -> None:
    import json

    said = json.loads(bench.azure.files("http://plain", bench.url)["azure.json"])
    account = bench.azure.account
    assert (said["clientId"], said["clientSecret"]) == (account.client, account.secret)
    assert (said["subscriptionId"], said["tenantId"]) == (account.subscription, account.tenant)
    assert said["resourceManagerEndpointUrl"] == f"{bench.url}/"
    assert account.secret not in repr(account)
