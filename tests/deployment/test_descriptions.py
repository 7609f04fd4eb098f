"""botocore reads the shortened descriptions, and calls AWS as with its own."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import Any

import botocore
import botocore.loaders
import botocore.session
import pytest

from deployment import descriptions

OWN = Path(botocore.__file__).parent / "data"
REGIONS = ("us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "me-south-7")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As in an archive."""
    tree = tmp_path_factory.mktemp("tree")
    folder = tree / "botocore" / "data"
    for service in (*descriptions.SERVICES, "iam", "s3"):
        shutil.copytree(OWN / service, folder / service)
    for file in OWN.glob("*.json"):
        shutil.copy(file, folder)
    descriptions.shorten(tree)
    return folder


def client(service: str, region: str, data: Path) -> Any:
    session = botocore.session.Session()
    loader = botocore.loaders.Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    session.register_component("data_loader", loader)
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    return session.create_client(service, region_name=region, **keys)


def test_only_services_that_are_called_stay(data: Path) -> None:
    assert {one.name for one in data.iterdir() if one.is_dir()} == descriptions.SERVICES
    assert [one.name for one in (data / "ec2").iterdir()] == ["2016-11-15"]


@pytest.mark.parametrize("service", sorted(descriptions.SERVICES))
def test_a_client_is_what_it_was(service: str, data: Path) -> None:
    one, other = client(service, "eu-west-1", data), client(service, "eu-west-1", OWN)
    assert one.meta.service_model.operation_names == other.meta.service_model.operation_names
    for name in other.meta.service_model.operation_names:
        ours, theirs = (each.meta.service_model.operation_model(name) for each in (one, other))
        assert plain(ours.input_shape) == plain(theirs.input_shape)
        assert plain(ours.output_shape) == plain(theirs.output_shape)
    assert one.waiter_names == other.waiter_names


@pytest.mark.parametrize("service", sorted(descriptions.SERVICES))
@pytest.mark.parametrize("region", REGIONS)
def test_an_endpoint_is_where_it_was(service: str, region: str, data: Path) -> None:
    assert client(service, region, data).meta.endpoint_url == client(service, region, OWN).meta.endpoint_url


def test_nothing_in_them_is_for_people(data: Path) -> None:
    (model,) = (data / "ec2" / "2016-11-15").glob("service-2.json.gz")
    assert b'"documentation":"' not in gzip.decompress(model.read_bytes())
    assert model.stat().st_size < 0.5 * (OWN / "ec2" / "2016-11-15" / model.name).stat().st_size


def plain(shape: Any) -> Any:
    """What a call is made and read with."""
    seen: set[str] = set()

    def told(one: Any) -> Any:
        if one is None or one.name in seen:
            return one and one.name
        seen.add(one.name)
        members = {name: told(member) for name, member in getattr(one, "members", {}).items()}
        kept = {key: value for key, value in one.metadata.items() if key != "documentation"}
        return one.name, one.type_name, one.serialization, kept, members, told(getattr(one, "member", None))

    return told(shape)
