"""The methods of OpenStack's services that the twin serves, with the policy rules that each asks for. Nothing else.

A method is named as the dialect names it: the HTTP method, the service's type, and the path below its version. A rule
is called as in the services' own policies (policy.yaml). Since which microversion nova has a method is said here too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ..facade import Call
from . import services
from .compute import actions, flavors, keypairs, launch, others, parts, servers
from .compute.microversions import LEAST, Version
from .identity import others as identity
from .identity import tokens
from .image import images
from .network import others as network
from .network import tags
from .network.collection import Collection
from .network.floating_ips import FLOATING_IPS
from .network.groups import GROUPS
from .network.networks import NETWORKS
from .network.ports import PORTS
from .network.routers import ROUTERS
from .network.rules import RULES
from .network.subnets import SUBNETS

if TYPE_CHECKING:
    from .facade import OpenStack

Act = Callable[["OpenStack", Call], Any]


class Method(NamedTuple):
    """`rules`: of the policy. `asked_first`: those without which a request is not even read; the others are asked by
    the function. `open`: without log-in."""

    name: str
    service: str
    method: str
    path: str
    act: Act
    rules: tuple[str, ...] = ()
    asked_first: tuple[str, ...] = ()
    since: Version = LEAST
    open: bool = False


def _named(service: str, method: str, path: str) -> str:
    template = path.replace("<id>", "{id}")
    for word in ("key", "tag", "port", "network", "project", "alias", "credential", "kind"):
        template = template.replace(f"<{word}>", f"{{{word}}}")
    return f"{method} {service}{template}"


def _identity(method: str, path: str, act: Act, *, open_: bool = False) -> Method:
    full = services.prefix("identity") + path
    return Method(_named("identity", method, path), "identity", method, full, act, open=open_)


def _root(service: str, path: str, act: Act, word: str = "") -> Method:
    """A document of versions."""
    name = f"GET {service}{word}"
    return Method(name, service, "GET", path, act, open=True)


def _compute(method: str, path: str, act: Act, *rules: str, since: Version = LEAST) -> Method:
    asked = tuple(f"os_compute_api:{rule}" for rule in rules)
    full = services.prefix("compute") + path
    return Method(_named("compute", method, path), "compute", method, full, act, asked, asked[:1], since)


def _image(method: str, path: str, act: Act, rule: str) -> Method:
    full = services.prefix("image") + path
    return Method(_named("image", method, path), "image", method, full, act, (rule,), (rule,))


def _network(method: str, path: str, act: Act, *rules: str, asked: tuple[str, ...] = ()) -> Method:
    full = services.prefix("network") + path
    return Method(_named("network", method, path), "network", method, full, act, rules, asked)


def _kind(collection: Collection, *, changes: bool = True) -> tuple[Method, ...]:
    """The methods that all kinds of neutron's have."""
    path, name = f"/{collection.kind.path}", collection.kind.name
    made = (
        _network("GET", path, collection.list_, f"get_{name}"),
        _network("POST", path, collection.create, f"create_{name}"),
        _network("GET", f"{path}/<id>", collection.get, f"get_{name}"),
        _network("PUT", f"{path}/<id>", collection.update, f"update_{name}"),
        _network("DELETE", f"{path}/<id>", collection.delete, f"delete_{name}"),
    )
    return made if changes else tuple(one for one in made if one.method != "PUT")


def _tags(kind: str) -> tuple[Method, ...]:
    path, rule = f"/{kind}/<id>/tags", kind.replace("-", "_")
    get, update, delete = (f"{verb}_{rule}_tags" for verb in ("get", "update", "delete"))

    def about(act: Act) -> Act:
        def done(cloud: OpenStack, call: Call) -> Any:
            call.values = {**call.values, "kind": kind}
            return act(cloud, call)

        return done

    return (
        _network("GET", path, about(tags.list_), get, asked=(get,)),
        _network("PUT", path, about(tags.replace), update, asked=(update,)),
        _network("DELETE", path, about(tags.clear), delete, asked=(delete,)),
        _network("GET", f"{path}/<tag>", about(tags.get), get, asked=(get,)),
        _network("PUT", f"{path}/<tag>", about(tags.put), update, asked=(update,)),
        _network("DELETE", f"{path}/<tag>", about(tags.delete), delete, asked=(delete,)),
    )


_CREDENTIALS = "/users/<id>/application_credentials"
_SERVER = "/servers/<id>"
_QUOTA = "/os-quota-sets/<project>"
_NEUTRON_QUOTA = "/quotas/<project>"
_TAGGED = ("networks", "subnets", "ports", "routers", "floatingips", "security-groups")

METHODS: tuple[Method, ...] = (
    # Identity
    _root("identity", "/identity", services.identity_versions),
    _root("identity", services.prefix("identity"), services.identity_version, "/v3"),
    _identity("POST", "/auth/tokens", tokens.create, open_=True),
    _identity("GET", "/auth/tokens", tokens.validate),
    _identity("DELETE", "/auth/tokens", tokens.revoke),
    _identity("GET", "/auth/catalog", identity.catalogue),
    _identity("GET", "/auth/projects", identity.projects),
    _identity("GET", "/auth/domains", identity.domains),
    _identity("GET", "/auth/system", identity.system),
    _identity("GET", "/projects", identity.denied),
    _identity("GET", "/projects/<id>", identity.project),
    _identity("GET", "/users", identity.denied),
    _identity("GET", "/users/<id>", identity.user),
    _identity("GET", "/users/<id>/projects", identity.user_projects),
    _identity("GET", "/regions", identity.regions),
    _identity("GET", "/services", identity.denied),
    _identity("GET", _CREDENTIALS, identity.credentials),
    _identity("POST", _CREDENTIALS, identity.create_credential),
    _identity("GET", f"{_CREDENTIALS}/<credential>", identity.credential),
    _identity("DELETE", f"{_CREDENTIALS}/<credential>", identity.delete_credential),
    # Compute
    _root("compute", "/compute", services.compute_versions),
    _root("compute", services.prefix("compute"), services.compute_version, "/v2.1"),
    _compute("GET", "/servers", servers.list_, "servers:index"),
    _compute("GET", "/servers/detail", servers.details, "servers:detail"),
    _compute("POST", "/servers", launch.create, "servers:create", "servers:create:attach_network"),
    _compute("GET", _SERVER, servers.get, "servers:show"),
    _compute("PUT", _SERVER, servers.update, "servers:update"),
    _compute("DELETE", _SERVER, servers.delete, "servers:delete"),
    _compute("POST", f"{_SERVER}/action", actions.act)._replace(rules=actions.RULES),
    _compute("GET", f"{_SERVER}/metadata", parts.metadata, "server-metadata:index"),
    _compute("POST", f"{_SERVER}/metadata", parts.add_metadata, "server-metadata:create"),
    _compute("PUT", f"{_SERVER}/metadata", parts.replace_metadata, "server-metadata:update_all"),
    _compute("GET", f"{_SERVER}/metadata/<key>", parts.metadata_item, "server-metadata:show"),
    _compute("PUT", f"{_SERVER}/metadata/<key>", parts.put_metadata_item, "server-metadata:update"),
    _compute("DELETE", f"{_SERVER}/metadata/<key>", parts.delete_metadata_item, "server-metadata:delete"),
    _compute("GET", f"{_SERVER}/tags", parts.tags, "os-server-tags:index", since=(2, 26)),
    _compute("PUT", f"{_SERVER}/tags", parts.replace_tags, "os-server-tags:update_all", since=(2, 26)),
    _compute("DELETE", f"{_SERVER}/tags", parts.clear_tags, "os-server-tags:delete_all", since=(2, 26)),
    _compute("GET", f"{_SERVER}/tags/<tag>", parts.tag, "os-server-tags:show", since=(2, 26)),
    _compute("PUT", f"{_SERVER}/tags/<tag>", parts.put_tag, "os-server-tags:update", since=(2, 26)),
    _compute("DELETE", f"{_SERVER}/tags/<tag>", parts.delete_tag, "os-server-tags:delete", since=(2, 26)),
    _compute("GET", f"{_SERVER}/ips", parts.addresses, "ips:index"),
    _compute("GET", f"{_SERVER}/ips/<network>", parts.network_addresses, "ips:show"),
    _compute("GET", f"{_SERVER}/os-interface", parts.interfaces, "os-attach-interfaces:list"),
    _compute("GET", f"{_SERVER}/os-interface/<port>", parts.interface, "os-attach-interfaces:show"),
    _compute("GET", f"{_SERVER}/os-security-groups", parts.groups, "os-security-groups:list"),
    _compute("GET", f"{_SERVER}/os-volume_attachments", parts.volumes, "os-volumes-attachments:index"),
    _compute("GET", f"{_SERVER}/os-instance-actions", parts.done, "os-instance-actions:list"),
    _compute("GET", "/flavors", flavors.list_),
    _compute("GET", "/flavors/detail", flavors.details),
    _compute("GET", "/flavors/<id>", flavors.get),
    _compute("GET", "/flavors/<id>/os-extra_specs", flavors.extra_specs, "os-flavor-extra-specs:index"),
    _compute("GET", "/flavors/<id>/os-extra_specs/<key>", flavors.extra_spec, "os-flavor-extra-specs:show"),
    _compute("GET", "/os-keypairs", keypairs.list_, "os-keypairs:index"),
    _compute("POST", "/os-keypairs", keypairs.create, "os-keypairs:create"),
    _compute("GET", "/os-keypairs/<id>", keypairs.get, "os-keypairs:show"),
    _compute("DELETE", "/os-keypairs/<id>", keypairs.delete, "os-keypairs:delete"),
    _compute("GET", "/os-availability-zone", others.zones, "os-availability-zone:list"),
    _compute("GET", "/limits", others.limits, "limits"),
    _compute("GET", _QUOTA, others.quota, "os-quota-sets:show"),
    _compute("GET", f"{_QUOTA}/defaults", others.quota_defaults, "os-quota-sets:defaults"),
    _compute("GET", f"{_QUOTA}/detail", others.quota_details, "os-quota-sets:detail"),
    _compute("GET", "/os-server-groups", others.server_groups, "os-server-groups:index"),
    _compute("GET", "/extensions", others.extensions, "extensions"),
    _compute("GET", "/extensions/<alias>", others.extension, "extensions"),
    # Network
    _root("network", "/networking", services.network_versions),
    _root("network", services.prefix("network"), services.network_resources, "/v2.0"),
    *_kind(NETWORKS),
    *_kind(SUBNETS),
    *_kind(PORTS),
    *_kind(ROUTERS),
    _network("PUT", "/routers/<id>/add_router_interface", ROUTERS.add_interface, "add_router_interface"),
    _network("PUT", "/routers/<id>/remove_router_interface", ROUTERS.remove_interface, "remove_router_interface"),
    *_kind(FLOATING_IPS),
    *_kind(GROUPS),
    *_kind(RULES),
    *(method for kind in _TAGGED for method in _tags(kind)),
    _network("GET", "/extensions", network.extensions),
    _network("GET", "/extensions/<alias>", network.extension),
    _network("GET", "/quotas/tenant", network.quota_project),
    _network("GET", "/quotas/project", network.quota_project),
    _network("GET", "/quotas", network.denied_quota, "get_quota"),
    _network("PUT", _NEUTRON_QUOTA, network.denied_quota, "update_quota"),
    _network("DELETE", _NEUTRON_QUOTA, network.denied_quota, "delete_quota"),
    _network("GET", "/service-providers", network.providers),
    _network("GET", _NEUTRON_QUOTA, network.quota, "get_quota", asked=("get_quota",)),
    _network("GET", f"{_NEUTRON_QUOTA}/default", network.quota_defaults, "get_quota", asked=("get_quota",)),
    _network("GET", f"{_NEUTRON_QUOTA}/details", network.quota_details, "get_quota", asked=("get_quota",)),
    *(_network("GET", f"/{one}", network.empty) for one in network.EMPTY),
    # Image
    _root("image", "/image", services.image_versions),
    _root("image", "/image/versions", services.image_versions, "/versions"),
    _image("GET", "/images", images.list_, "get_images"),
    _image("POST", "/images", images.create, "add_image"),
    _image("GET", "/images/<id>", images.get, "get_image"),
    _image("PATCH", "/images/<id>", images.update, "modify_image"),
    _image("DELETE", "/images/<id>", images.delete, "delete_image"),
    _image("GET", "/images/<id>/members", images.members, "get_members"),
    _image("PUT", "/images/<id>/file", images.upload, "upload_image"),
    # Placement, which only administrators may use
    _root("placement", services.prefix("placement"), services.placement_versions),
)
