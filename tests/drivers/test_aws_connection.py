"""The AWS driver uses what it is given and nothing else; it starts light."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from spider_drivers.aws import AwsDriver
from spider_drivers.aws import client as aws_client
from spider_drivers.contract import CallRecorder, ConnectionInfo, Invalid, SystemClock, Unreachable

from tests.drivers.aws_support import CREDENTIAL, Wire, connect, wire

AWS_FILES = """[profile other]
region = eu-west-3
endpoint_url = http://127.0.0.1:1/
ca_bundle = /nowhere.pem
[default]
aws_access_key_id = AKIAOFTHEMACHINEITSELF
aws_secret_access_key = of-the-machine-itself
endpoint_url = http://127.0.0.1:1/
retry_mode = nonsense
"""


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


@pytest.fixture
def foreign_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """All that botocore would look at, each leading nowhere; and no client from before."""
    files = tmp_path / ".aws"
    files.mkdir()
    for name in ("config", "credentials"):
        (files / name).write_text(AWS_FILES)
    variables = {
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "AKIAOFTHEMACHINEITSELF",
        "AWS_SECRET_ACCESS_KEY": "of-the-machine-itself",
        "AWS_SESSION_TOKEN": "of-the-machine-itself",
        "AWS_PROFILE": "no-such-profile",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1/",
        "AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:1/",
        "AWS_CA_BUNDLE": "/nowhere.pem",
        "REQUESTS_CA_BUNDLE": "/nowhere.pem",
        "CURL_CA_BUNDLE": "/nowhere.pem",
        "AWS_CONFIG_FILE": str(files / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(files / "credentials"),
        "AWS_DATA_PATH": "/nowhere",
        "AWS_MAX_ATTEMPTS": "9",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_DEFAULTS_MODE": "auto",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    aws_client._made.cache_clear()
    yield
    aws_client._made.cache_clear()


@pytest.mark.usefixtures("foreign_environment")
@pytest.mark.parametrize("missing", ["ClientId", "ClientSecret", "Region"])
def test_a_missing_key_is_not_taken_from_elsewhere(server: Wire, missing: str) -> None:
    credential = {key: value for key, value in CREDENTIAL.items() if key != missing}
    region = {key: value for key, value in {"Region": "us-east-1", "Endpoint": server.url}.items() if key != missing}
    with pytest.raises(Invalid) as refused:
        AwsDriver().connect(ConnectionInfo("aws", "AWS", credential, region), _recorder())
    assert refused.value.field == missing
    assert server.seen == []


@pytest.mark.usefixtures("foreign_environment")
def test_a_foreign_environment_changes_nothing(server: Wire) -> None:
    connect(server.url).connection.check()
    assert len(server.seen) == 1


@pytest.mark.usefixtures("foreign_environment")
@pytest.mark.parametrize(
    ("region", "host"),
    [("us-east-1", "ec2.us-east-1.amazonaws.com"), ("cn-north-1", "ec2.cn-north-1.amazonaws.com.cn")],
    ids=["us-east-1", "cn-north-1"],
)
def test_without_an_endpoint_it_is_the_region_s_own(
    server: Wire, monkeypatch: pytest.MonkeyPatch, region: str, host: str
) -> None:
    """Seen at a proxy, which is asked for the way there."""
    _proxies(monkeypatch, server.url)
    with pytest.raises(Unreachable):
        connect("", Region=region).connection.check()
    assert server.seen == [{"path": f"{host}:443"}]


def test_loopback_needs_no_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, "http://127.0.0.1:1/")
    connect(server.url).connection.check()
    assert len(server.seen) == 1


def test_any_other_address_goes_by_the_user_s_proxy(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    _proxies(monkeypatch, server.url)
    connect("http://ec2.example.test/").connection.check()
    assert [request["path"] for request in server.seen] == ["http://ec2.example.test/"]


@pytest.mark.parametrize(
    ("field", "value"), [("Region", "no region"), ("Endpoint", "no URL"), ("CA", "no PEM")], ids=lambda word: word
)
def test_a_key_that_cannot_be_used_is_named(field: str, value: str) -> None:
    keys = {"Region": "us-east-1", field: value}
    with pytest.raises(Invalid) as refused:
        AwsDriver().connect(ConnectionInfo("aws", "AWS", CREDENTIAL, keys), _recorder())
    assert refused.value.field == field


def test_the_given_ca_is_trusted_by_the_connection_that_was_given_it(tls: tuple[Wire, str, Path]) -> None:
    server, pem, _ = tls
    connect(server.url, CA=pem).connection.check()
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        connect(server.url).connection.check()
    assert len(server.seen) == 1


def test_a_certificate_of_another_host_is_refused(tls: tuple[Wire, str, Path]) -> None:
    server, pem, _ = tls
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED|doesn't match"):
        connect(server.url.replace("127.0.0.1", "localhost"), CA=pem).connection.check()
    assert server.seen == []


def test_a_ca_of_the_environment_is_not_trusted(tls: tuple[Wire, str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    server, _, file = tls
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(file))
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        connect(server.url).connection.check()
    assert server.seen == []


def test_importing_the_driver_loads_no_sdk() -> None:
    code = "import sys, spider_drivers.aws as aws; aws.AwsDriver().capability(); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert not {"boto3", "botocore", "urllib3"} & set(run.stdout.split())


@pytest.fixture
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Wire, str, Path]]:
    """A server with a certificate of its own making, that certificate in PEM, and the same in a file."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_signed(key)
    folder = tmp_path_factory.mktemp("tls")
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.pem").write_bytes(pem)
    (folder / "both.pem").write_bytes(
        pem
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    with wire(lambda socket: context.wrap_socket(socket, server_side=True)) as running:
        yield running, pem.decode(), folder / "ca.pem"


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "spider test")])
    now, public = datetime.datetime.now(datetime.UTC), key.public_key()
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    ) | {"digital_signature": True, "key_cert_sign": True}
    extensions: list[tuple[Any, bool]] = [
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (x509.KeyUsage(**usage), True),
        (x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(public), False),
    ]
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=1)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256())


def _proxies(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", url)
    monkeypatch.setenv("HTTPS_PROXY", url)


def _recorder() -> CallRecorder:
    return CallRecorder(SystemClock(), lambda _: None)
