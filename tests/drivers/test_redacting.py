"""What clouds, SDKs and proxies say of errors, without the secrets in it."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from spider_drivers.contract import CallRecord, CallRecorder, SystemClock, redact

SECRET = 'wJalr/XUtn+FEMI K7MDENG&bPx="Rfi'
PEM = f"-----BEGIN PRIVATE KEY-----\n{'MIIEvQ' * 10}\n{'hkiG9w' * 10}\n-----END PRIVATE KEY-----\n"

# Each holds `hidden` once or more, and nothing else that is secret.
LEAKS = {
    "AWS key": "The access key AKIAIOSFODNNhidden is not known",
    "AWS signed URL": "GET https://h/?X-Amz-Credential=hidden%2F20261125%2Fus-east-1&X-Amz-Signature=hidden&X-Amz-Date=1",
    "AWS token in a URL": "https://h/?X-Amz-Security-Token=hidden%2B%2F&Action=X",
    "AWS header": "authorization: AWS4-HMAC-SHA256 Credential=hidden/20261125, SignedHeaders=host, Signature=hidden",
    "Alibaba URL": "Max retries exceeded with url: /?AccessKeyId=hidden&Signature=hid%3D&SecurityToken=hidden (X)",
    "URL in a URL": "redirected to https://p/?next=https%3A%2F%2Fh%2F%3FSignature%3Dhidden%26Action%3DX",
    "Azure SAS": "https://a.blob.core.windows.net/c?sv=2024&sig=hidden%3D&se=2027",
    "Google signed URL": "https://storage.googleapis.com/b?X-Goog-Credential=hidden&X-Goog-Signature=hidden",
    "Google token": "Invalid token ya29.hidden_hidden-hidden",
    "Google API key": f"API key not valid: AIza{'hidden' * 5}12345",
    "OAuth form": "400 for grant_type=x&client_secret=hidden&client_assertion=hidden&assertion=hidden&scope=y",
    "OAuth answer": '{"access_token": "hidden", "token_type" : "hidden", "expires_in": 3599}',
    "escaped JSON": json.dumps({"message": json.dumps({"auth": {"password": "hidden", "clientSecret": "hid\\den"}})}),
    "Fernet": "The token gAAAAABhiddenhiddenhiddenhidden-_== has expired",
    "JWT": "Bad token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJoaWRkZW4ifQ.hidden-hidden_",
    "bearer": "sent Authorization: Bearer hiddenhidden.hidden/hidden+=",
    "basic": "sent 'authorization': 'Basic hidden'",
    "token header": "X-Auth-Token: hidden, X-Subject-Token: hidden",
    "user and password in a URL": "proxy http://hidden:hidden@proxy:3128 refused",
    "XML": "<Credentials><SecretAccessKey>hidden</SecretAccessKey><SessionToken>hidden</SessionToken></Credentials>",
    "private key": f"cannot read {PEM.replace('MIIEvQ', 'hidden')}",
    "private key in JSON": json.dumps({"text": PEM.replace("hkiG9w", "hidden")}),
    "old private key": "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: DES-CBC,00\n\nhidden\n-----END RSA PRIVATE KEY-----",
}

HARMLESS = [
    "You are not authorized to perform this operation: ec2:DescribeVpcs",
    "The security token included in the request is invalid",
    "Authorization: denied. Basic authentication is off, a bearer token is missing",
    "Invalid value for field 'password': must have 12 characters",
    "SignatureDoesNotMatch: the request signature we calculated does not match",
    "HTTPSConnectionPool(host='ec2.us-east-2.amazonaws.com', port=443): Read timed out. (read timeout=30)",
    "http://10.0.0.5:8774/v2.1/servers: connection refused, mail admin@example.org",
    "NextToken=abc is used up; pageToken=def too; <Code>InvalidToken</Code>",
    '{"error": {"code": 403, "errors": [{"reason": "authError"}]}}',
]


@pytest.mark.parametrize("name", LEAKS)
def test_what_looks_like_a_secret_is_masked(name: str) -> None:
    masked = redact(LEAKS[name])
    assert "hidden" not in masked
    assert "***" in masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_users_need_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "spelled",
    [
        str,
        quote,
        lambda text: quote(text, safe=""),
        quote_plus,
        json.dumps,
        repr,
        lambda text: text.replace("&", "&amp;"),
        lambda text: base64.b64encode(text.encode()).decode(),
    ],
)
def test_a_credential_is_masked_however_it_is_spelled(spelled: object) -> None:
    assert callable(spelled)
    records: list[CallRecord] = []
    recorder = CallRecorder(SystemClock(), records.append, [SECRET, PEM, "abc"])
    for secret in (SECRET, *PEM.splitlines()[1:3]):
        recorder.record("Call", 0.1, f"Code{spelled(secret)}", f"<<{spelled(secret)}>> abc")
    for record in records:
        told = f"{record.error_code} {record.error}".replace("'", "").replace('"', "")
        assert told == "Code*** <<***>> abc"


def test_a_record_is_short_and_its_end_shows_no_half_of_a_secret() -> None:
    records: list[CallRecord] = []
    CallRecorder(SystemClock(), records.append, [SECRET]).record("Call", 0.1, "x" * 500, "y" * 3_990 + SECRET * 30_000)
    (record,) = records
    assert (len(record.error_code), len(record.error)) == (200, 4_000)
    assert set(record.error) == set("y*…")


@pytest.mark.parametrize(
    ("begin", "repeated"),
    [
        ('"', "token"),
        ("<", "a"),
        ("", "-----BEGIN PRIVATE KEY-----"),
        ("", "=signature"),
        ('"token":"', "\\x"),
        ("", "\\"),
        ("authorization", " "),
        ("eyJ", "a"),
    ],
)
def test_no_text_makes_it_slow(begin: str, repeated: str) -> None:
    """Of eight times the length it takes about eight times as long; sixty-four times were the square."""
    text = repeated * (20_000 // len(repeated))
    assert _computed(begin + text * 8) < 24 * _computed(begin + text)


def _computed(text: str) -> float:
    """Seconds of computing, the least of three."""

    def once() -> float:
        began = time.process_time()
        redact(text)
        return time.process_time() - began

    return min(once() for _ in range(3))
