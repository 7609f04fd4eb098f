"""The services, where they are, and what says so: the catalogue and the documents of versions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..facade import Call, json_response
from .account import REGION

if TYPE_CHECKING:
    from .facade import OpenStack

# A service's type, the path of its version, and of the endpoint that the catalogue gives.
PATHS: Mapping[str, tuple[str, str]] = {
    "identity": ("/identity/v3", "/identity/v3"),
    "compute": ("/compute/v2.1", "/compute/v2.1"),
    "network": ("/networking/v2.0", "/networking"),
    "image": ("/image/v2", "/image"),
    "placement": ("/placement", "/placement"),
}
_NAMES = {
    "identity": "keystone",
    "compute": "nova",
    "network": "neutron",
    "placement": "placement",
    "image": "glance",
}
_INTERFACES = ("internal", "public", "admin")
_IMAGE_VERSIONS = ("2.15", *(f"2.{minor}" for minor in range(13, -1, -1)))


def prefix(service: str) -> str:
    return PATHS[service][0]


def service_of(path: str) -> str:
    first = path.strip("/").partition("/")[0]
    return {"networking": "network"}.get(first, first)


def base(call: Call, service: str) -> str:
    """The URL of a service, without its version; no slash at its end."""
    return f"{call.base}/{PATHS[service][0].split('/')[1]}"


def version_url(call: Call, service: str) -> str:
    return f"{call.base}{prefix(service)}"


def catalogue(at: str) -> list[dict[str, Any]]:
    """`at`: the twin's own URL."""
    return [
        {
            "endpoints": [_endpoint(kind, interface, at + PATHS[kind][1]) for interface in _INTERFACES],
            "id": _id(kind),
            "type": kind,
            "name": name,
        }
        for kind, name in _NAMES.items()
    ]


def identity_versions(_: OpenStack, call: Call) -> Response:
    url = f"{version_url(call, 'identity')}/"
    return json_response({"versions": {"values": [_identity(call)]}}, 300, {"Location": url})


def identity_version(_: OpenStack, call: Call) -> dict[str, Any]:
    return {"version": _identity(call)}


def compute_versions(_: OpenStack, call: Call) -> dict[str, Any]:
    old = {
        "id": "v2.0",
        "status": "SUPPORTED",
        "version": "",
        "min_version": "",
        "updated": "2011-01-21T11:33:21Z",
        "links": [{"rel": "self", "href": f"{base(call, 'compute')}/v2/"}],
    }
    return {"versions": [old, _compute(call)]}


def compute_version(_: OpenStack, call: Call) -> dict[str, Any]:
    shown = _compute(call)
    shown["links"].append({"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"})
    kind = "application/vnd.openstack.compute+json;version=2.1"
    return {"version": {**shown, "media-types": [{"base": "application/json", "type": kind}]}}


def network_versions(_: OpenStack, call: Call) -> dict[str, Any]:
    link = {"rel": "self", "href": f"{version_url(call, 'network')}/"}
    return {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [link]}]}


def network_resources(_: OpenStack, call: Call) -> dict[str, Any]:
    url = version_url(call, "network")
    return {
        "resources": [
            {"name": one, "collection": f"{one}s", "links": [{"rel": "self", "href": f"{url}/{one}s"}]}
            for one in ("network", "subnet", "subnetpool", "port")
        ]
    }


def image_versions(_: OpenStack, call: Call) -> Response:
    """300 at the root, 200 at /versions, as the real service."""
    link = {"rel": "self", "href": f"{version_url(call, 'image')}/"}
    shown = [
        {"id": f"v{one}", "status": "SUPPORTED" if number else "CURRENT", "links": [link]}
        for number, one in enumerate(_IMAGE_VERSIONS)
    ]
    status = 200 if call.request.path.rstrip("/").endswith("/versions") else 300
    return json_response({"versions": shown}, status)


def placement_versions(_: OpenStack, call: Call) -> dict[str, Any]:
    link = {"rel": "self", "href": ""}
    version = {"id": "v1.0", "max_version": "1.39", "min_version": "1.0", "status": "CURRENT", "links": [link]}
    return {"versions": [version]}


def _identity(call: Call) -> dict[str, Any]:
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": f"{version_url(call, 'identity')}/"}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
    }


def _compute(call: Call) -> dict[str, Any]:
    return {
        "id": "v2.1",
        "status": "CURRENT",
        "version": "2.93",
        "min_version": "2.1",
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": f"{version_url(call, 'compute')}/"}],
    }


def _endpoint(kind: str, interface: str, url: str) -> dict[str, str]:
    return {
        "id": _id(f"{kind}/{interface}"),
        "interface": interface,
        "region_id": REGION,
        "url": url,
        "region": REGION,
    }


def _id(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"cloud-twin/openstack/{name}").hex
