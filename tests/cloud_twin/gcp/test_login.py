"""Who may call, and who not."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cloud_twin.gcp.account import GRANT, PROJECT_NUMBER

from .bench import COMPUTE, GLOBAL, Bench, signed

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
NETWORKS = f"{COMPUTE}{GLOBAL}/networks"


@pytest.fixture
def key_file(gcp: Bench) -> dict[str, str]:
    found: dict[str, str] = json.loads(gcp.cloud.files("http://localhost", "https://localhost")["gcp.json"])
    return found


def _status(gcp: Bench, authorization: str | None) -> int:
    headers = {} if authorization is None else {"Authorization": authorization}
    return gcp.http.get(NETWORKS, headers=headers).status_code


def _token(gcp: Bench, key_file: dict[str, str], **claims: Any) -> Any:
    given = {"aud": key_file["token_uri"], "scope": SCOPE, "sub": None, **claims}
    return gcp.http.post("/token", data={"grant_type": GRANT, "assertion": signed(key_file, **given)})


def test_the_key_file_is_as_google_gives_it_out(key_file: dict[str, str]) -> None:
    assert key_file.keys() == {
        "type",
        "project_id",
        "private_key_id",
        "private_key",
        "client_email",
        "client_id",
        "auth_uri",
        "token_uri",
        "auth_provider_x509_cert_url",
        "client_x509_cert_url",
        "universe_domain",
    }
    assert key_file["type"] == "service_account"
    assert key_file["private_key"].startswith("-----BEGIN PRIVATE KEY-----\n")
    assert urlsplit(key_file["token_uri"]).path == "/token"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"aud": "https://compute.googleapis.com"},
        {"aud": "http://localhost/"},
        {"aud": None, "scope": SCOPE},
        {"aud": None, "scope": "https://www.googleapis.com/auth/compute email"},
        {"sub": None},
    ],
)
def test_the_accounts_own_token_is_taken(gcp: Bench, key_file: dict[str, str], claims: dict[str, Any]) -> None:
    assert _status(gcp, f"Bearer {signed(key_file, **claims)}") == 200


def test_a_token_may_name_no_key(gcp: Bench, key_file: dict[str, str]) -> None:
    """As those of google-auth-library for Node, when it is given an e-mail address and a key only."""
    claims = jwt.decode(gcp.token, options={"verify_signature": False})
    assert _status(gcp, f"Bearer {jwt.encode(claims, key_file['private_key'], 'RS256')}") == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "somebody@else.iam.gserviceaccount.com"},
        {"sub": "somebody@else.iam.gserviceaccount.com"},
        {"aud": "https://storage.googleapis.com/"},
        {"aud": None},
        {"aud": None, "scope": "https://www.googleapis.com/auth/devstorage.read_only"},
        {"iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200},
        {"exp": int(time.time()) + 7200},
        {"exp": None},
        {"kid": "0" * 40},
    ],
    ids=["issuer", "subject", "audience", "no audience", "scope", "expired", "not yet", "too long", "no end", "key id"],
)
def test_any_other_token_is_refused(gcp: Bench, key_file: dict[str, str], claims: dict[str, Any]) -> None:
    assert _status(gcp, f"Bearer {signed(key_file, **claims)}") == 401


def _of_another_key(key_file: dict[str, str]) -> str:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signed(key_file, key=pem.decode())


def _unsigned(key_file: dict[str, str]) -> str:
    head, claims, _ = signed(key_file).split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    assert head
    return f"{none}.{claims}."


@pytest.mark.parametrize("forge", [_of_another_key, _unsigned, lambda _: "ya29.forged", lambda _: "a.b.c"])
def test_a_forged_token_is_refused(gcp: Bench, key_file: dict[str, str], forge: Any) -> None:
    assert _status(gcp, f"Bearer {forge(key_file)}") == 401


def test_a_refusal_has_googles_form(gcp: Bench) -> None:
    """ivanvermeyen/laravel-google-drive-demo#118 quotes the first; grpc/grpc-node#172 the words of the second."""
    missing = gcp.http.get(NETWORKS)
    wrong = gcp.http.get(NETWORKS, headers={"Authorization": "Bearer x"})
    assert (missing.status_code, wrong.status_code) == (401, 401)
    assert missing.json is not None
    assert wrong.json is not None
    found = [one["error"] for one in (missing.json, wrong.json)]
    assert [one["status"] for one in found] == ["UNAUTHENTICATED"] * 2
    assert [one["errors"][0]["reason"] for one in found] == ["required", "authError"]
    assert found[0]["message"].startswith("Request is missing required authentication credential. Expected OAuth 2")
    assert found[1]["message"].startswith("Request had invalid authentication credentials. Expected OAuth 2 access")
    assert found[1]["errors"][0]["location"] == "Authorization"


def test_an_access_token_is_given_for_a_signed_assertion_and_taken(gcp: Bench, key_file: dict[str, str]) -> None:
    given = _token(gcp, key_file).json
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3599)
    assert _status(gcp, f"Bearer {given['access_token']}") == 200
    gcp.twin.reset()
    assert _status(gcp, f"Bearer {given['access_token']}") == 200


def test_an_access_token_does_not_run_out_by_the_twins_clock(gcp: Bench, key_file: dict[str, str]) -> None:
    given = _token(gcp, key_file).json
    gcp.advance(100_000.0)
    assert _status(gcp, f"Bearer {given['access_token']}") == 200


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"aud": "https://compute.googleapis.com/"}, "invalid_grant"),
        ({"iss": "somebody@else"}, "invalid_grant"),
        ({"iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600}, "invalid_grant"),
        ({"scope": None}, "invalid_scope"),
    ],
)
def test_a_bad_assertion_is_refused_as_oauth_says(
    gcp: Bench, key_file: dict[str, str], claims: dict[str, Any], error: str
) -> None:
    answer = _token(gcp, key_file, **claims)
    assert (answer.status_code, answer.json["error"]) == (400, error)


def test_other_grants_are_refused(gcp: Bench) -> None:
    answer = gcp.http.post("/token", data={"grant_type": "password"})
    assert answer.json is not None
    assert (answer.status_code, answer.json["error"]) == (400, "unsupported_grant_type")


def test_the_project_may_be_named_by_its_number(gcp: Bench) -> None:
    found = gcp.get(f"projects/{PROJECT_NUMBER}/global/networks/default")
    assert found["selfLink"].endswith(f"{GLOBAL}/networks/default")
