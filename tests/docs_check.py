"""Checks the docs: generated tables are up to date, links within the repository lead somewhere.

python -m tests.docs_check            checks; the outcome is the exit status
python -m tests.docs_check --write    writes the generated tables anew
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from spider_drivers.contract import Capability
from spider_drivers.contract import registry as drivers

from chalicelib.catalogue.actions import ACTIONS
from chalicelib.engine.settings import described
from cloud_twin.alibaba import api as alibaba_api
from cloud_twin.azure import Azure
from cloud_twin.azure import api as azure_api
from cloud_twin.clock import TwinClock
from cloud_twin.cloudit import api as cloudit_api
from cloud_twin.docker import api as docker_api
from cloud_twin.gcp import api as gcp_api
from cloud_twin.gcp import facade as gcp_facade
from cloud_twin.openstack import api as openstack_api
from deployment import template
from deployment.chalice_part import package
from deployment.deployer import policy

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


ROUTES = """# Routes

Generated from the catalogue. An *operation* takes `Idempotency-Key` and `Prefer: respond-async`.

"""

SETTINGS = """# Settings

Generated from `chalicelib/engine/settings.py`. All are environment variables; times are in seconds.

"""


def routes() -> str:
    rows = [
        [f"`{one.method} /spider{one.path}`", one.summary, one.role.value, "yes" if one.operation else ""]
        for one in ACTIONS
    ]
    return ROUTES + table(["route", "what it does", "role", "operation"], rows)


def settings() -> str:
    rows = [[f"`{name}`", f"`{default}`" if default else "", meaning] for name, default, meaning in described()]
    return SETTINGS + table(["variable", "default", "meaning"], rows)


PERMISSIONS = """# Permissions

Generated from what each driver declares: what a credential must be allowed to do at its cloud, per kind and verb.

"""


def permissions() -> str:
    rows = [
        [provider, kind, verb, _code(actions)]
        for provider in drivers.providers()
        for kind, capable in drivers.driver(provider).capability().kinds.items()
        for verb, actions in capable.permissions.items()
        if actions
    ]
    marked = {provider: drivers.driver(provider).capability().marked for provider in drivers.providers()}
    rows += [[provider, "all", "reconcile", _code(actions)] for provider, actions in marked.items() if actions]
    return PERMISSIONS + table(["cloud", "kind", "verb", "permissions"], sorted(rows, key=lambda row: row[0]))


MATRIX = """# What each driver can do

Generated from what each driver declares; its conformance suite runs all that it declares. *kept*: the cloud has none of
these, and Spider keeps them on its behalf. -: the cloud cannot, which is answered 501.

"""

# What a kind's handler does; the optional verbs stand in the capability of those that can.
OPTIONAL = frozenset({"add_subnet", "remove_subnet", "add_rules", "remove_rules"})
VERBS: dict[str, tuple[str, ...]] = {
    "image": ("list", "get"),
    "spec": ("list", "get"),
    "vpc": ("create", "list", "get", "delete", "add_subnet", "remove_subnet"),
    "security_group": ("create", "list", "get", "delete", "add_rules", "remove_rules"),
    "key_pair": ("create", "list", "get", "delete"),
    "vm": ("create", "list", "get", "delete", "suspend", "resume", "reboot"),
    "region_zone": ("list", "get"),
}
TAGGED = ("vpc", "security_group", "key_pair", "vm")


def matrix() -> str:
    names = drivers.providers()
    capable = {name: drivers.driver(name).capability() for name in names}
    rows = [
        [kind, verb, *(_can(capable[name], kind, verb) for name in names)] for kind in VERBS for verb in VERBS[kind]
    ]
    rows += [["tags of", kind, *("yes" if kind in capable[name].tagged else "-" for name in names)] for kind in TAGGED]
    marked = ("-" if capable[name].marked is None else "yes" for name in names)
    return MATRIX + table(["kind", "verb", *names], [*rows, ["all", "reconcile", *marked]])


def _can(capability: Capability, kind: str, verb: str) -> str:
    if kind in capability.kept:
        return "kept"
    able = kind in capability.kinds and (verb not in OPTIONAL or verb in capability.kinds[kind].permissions)
    return "yes" if able else "-"


COVERAGE = """# What Cloud-Twin serves

Generated from the tables of its façades (`cloud_twin/gcp/api.py` and the other clouds'). Methods are named as the
vendor names them; the permissions are those that it asks for, all that a call may need. What is not here is refused as
unknown. EC2 is not in tables: it has moto's actions, as far as moto has them.

"""

Served = tuple[str, str, str, Sequence[str]]


def served() -> dict[str, list[Served]]:
    """(method's name, HTTP method, path, permissions), by cloud."""
    azure = azure_api.routes(Azure(TwinClock()))
    return {
        "GCP: Compute Engine v1": [
            (one.name, one.method, f"{gcp_facade.PREFIX}{one.path}", one.permissions) for one in gcp_api.METHODS
        ],
        "Azure: Resource Manager and Entra": [(one.name, one.method, one.path, one.permissions) for one in azure],
        "OpenStack": [(one.name, one.method, one.path, one.rules) for one in openstack_api.METHODS],
        "Alibaba: ECS and VPC": [
            (one.name, "POST", f"/?Action={one.name}", [one.permission]) for one in alibaba_api.OPERATIONS
        ],
        "Cloudit": [(one.name, one.method, one.whole_path, ()) for one in cloudit_api.METHODS],
        "Docker Engine": [(one.name, one.method, one.path, ()) for one in docker_api.METHODS],
    }


def coverage() -> str:
    heads = ["method", "call", "permissions"]
    sections = []
    for cloud, methods in served().items():
        rows = [[f"`{name}`", f"`{verb} {_curly(path)}`", _code(asked)] for name, verb, path, asked in methods]
        sections.append(f"## {cloud}\n\n" + table(heads, rows))
    return COVERAGE + "\n".join(sections)


def _curly(path: str) -> str:
    """With variables in braces."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


def _code(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def deployer() -> str:
    """What who deploys must be allowed to do."""
    built = template.build(package(ROOT, "dev"), "layer.zip", "function.zip")
    made = policy(built, lambda kind: PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema)
    return json.dumps(made, indent=2) + "\n"


def aws_policy() -> str:
    """What Spider's AWS driver must be allowed to do, all verbs together."""
    capable = drivers.driver("AWS").capability()
    verbs = [actions for kind in capable.kinds.values() for actions in kind.permissions.values()]
    actions = sorted({one for verb in [*verbs, capable.marked or ()] for one in verb})
    made = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    return json.dumps(made, indent=2) + "\n"


GENERATED: dict[str, Callable[[], str]] = {
    "docs/cloud-twin-coverage.md": coverage,
    "docs/clouds/aws-policy.json": aws_policy,
    "docs/deployer-policy.json": deployer,
    "docs/matrix.md": matrix,
    "docs/permissions.md": permissions,
    "docs/routes.md": routes,
    "docs/settings.md": settings,
}


def complaints() -> Iterator[str]:
    for name, make in GENERATED.items():
        path = ROOT / name
        if not path.exists() or path.read_text() != make():
            yield f"{name}: not up to date; run python -m tests.docs_check --write"
    for page in pages():
        yield from broken_links(page)


def pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]


def broken_links(page: Path) -> Iterator[str]:
    for target in LINK.findall(page.read_text()):
        if "://" in target or target.startswith("#"):
            continue
        if not (page.parent / target.partition("#")[0]).exists():
            yield f"{page.relative_to(ROOT)}: the link {target} leads nowhere"


def main(words: list[str]) -> int:
    if words == ["--write"]:
        for name, make in GENERATED.items():
            (ROOT / name).write_text(make())
        return 0
    found = list(complaints())
    print("\n".join(found) if found else "docs: up to date")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
