"""What the driver says of itself. Permissions are the names of the services' own policies: they allow a verb and
nothing more is asked for."""

from __future__ import annotations

from ..contract import CA, ENDPOINT, Capability, Key, KindCapability

# Each service reads what it has written, but where several databases follow one another. 30 s is a safe guess.
LAG_SECONDS = 30.0
_NAME = r"(?s).{1,255}"
# "The valid characters" in nova's answer to a wrong name; blanks at its ends are refused too.
_KEY_PAIR = r"[A-Za-z0-9_-]([A-Za-z0-9_ -]*[A-Za-z0-9_-])?"
_SERVER = r"(?s)\S(.*\S)?"


def _nova(policies: str) -> str:
    return " ".join(f"os_compute_api:{policy}" for policy in policies.split())


def _kind(pattern: str = _NAME, rule: str = "", **verbs: str) -> KindCapability:
    return KindCapability(
        max_name=255,
        name_pattern=pattern,
        name_rule=rule,
        lag_seconds=LAG_SECONDS if "delete" in verbs else 0.0,
        permissions={verb: tuple(dict.fromkeys(policies.split())) for verb, policies in verbs.items()},
    )


_VPC_READ = "get_network get_subnet"
_SUBNET_ADDED = f"{_VPC_READ} create_subnet get_router add_router_interface get_port update_subnets_tags"
_GROUP_READ = "get_security_group"
_FLAVORS, _IMAGE = "", "get_image get_images"
_VM_GET = f"{_nova('servers:show')} get_port"
_SERVER_STATE = _nova("servers:show")
_ZONES = _nova("os-availability-zone:list")

CAPABILITY = Capability(
    credential_keys=(
        Key("IdentityEndpoint", secret=False),
        Key("Username", required=False, secret=False),
        Key("Password", required=False),
        Key("DomainName", required=False, secret=False),
        Key("ProjectID", required=False, secret=False),
        Key("ApplicationCredentialID", required=False, secret=False),
        Key("ApplicationCredentialSecret", required=False),
    ),
    region_keys=(Key("Region"), Key("Zone", required=False), ENDPOINT, CA),
    kinds={
        "image": _kind(create=_IMAGE, list="get_images", get=_IMAGE),
        "spec": _kind(list=_FLAVORS, get=_FLAVORS),
        "vpc": _kind(
            create=f"create_network create_router update_networks_tags {_SUBNET_ADDED}",
            list=_VPC_READ,
            get=_VPC_READ,
            delete="get_network get_port get_router remove_router_interface delete_router delete_network",
            add_subnet=_SUBNET_ADDED,
            remove_subnet="get_subnet get_port get_router remove_router_interface delete_subnet",
            tag=f"{_VPC_READ} update_networks_tags update_subnets_tags",
        ),
        "security_group": _kind(
            create=f"create_security_group create_security_group_rule delete_security_group_rule "
            f"update_security_groups_tags {_GROUP_READ}",
            list=_GROUP_READ,
            get=_GROUP_READ,
            delete="get_security_group delete_security_group",
            add_rules=f"create_security_group_rule {_GROUP_READ}",
            # The opposite call takes back what was done when the rest is refused.
            remove_rules=f"delete_security_group_rule create_security_group_rule {_GROUP_READ}",
            tag=f"{_GROUP_READ} update_security_groups_tags",
        ),
        "key_pair": _kind(
            _KEY_PAIR,
            "is not letters, digits, blanks, _ and -, with no blank first or last",
            create=_nova("os-keypairs:create os-keypairs:show"),
            list=_nova("os-keypairs:index"),
            get=_nova("os-keypairs:show"),
            delete=_nova("os-keypairs:show os-keypairs:delete"),
        ),
        "vm": _kind(
            _SERVER,
            "has blanks first or last",
            create=f"{_IMAGE} get_subnet get_network create_port get_port create_floatingip get_floatingip "
            + _nova("servers:create servers:create:attach_network servers:show servers:detail os-keypairs:show"),
            list=f"{_nova('servers:detail')} get_port",
            get=_VM_GET,
            delete="get_floatingip delete_floatingip get_port delete_port "
            + _nova("servers:show servers:detail servers:delete"),
            suspend=f"{_SERVER_STATE} {_nova('servers:stop')}",
            resume=f"{_SERVER_STATE} {_nova('servers:start')}",
            reboot=f"{_SERVER_STATE} {_nova('servers:reboot')}",
            tag=_nova("server-metadata:index server-metadata:create server-metadata:delete"),
        ),
        "region_zone": _kind(list=_ZONES, get=_ZONES),
    },
    vpc_cidr=False,
    tagged=frozenset({"vpc", "subnet", "security_group", "vm"}),
    default_regions=("RegionOne",),
    marked=("get_network", "get_subnet", "get_security_group", "get_port", "get_floatingip", _nova("servers:detail")),
    unmarked=frozenset({"key_pair"}),
)
