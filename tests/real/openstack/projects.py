"""More users, each with a project of his own, of an OpenStack that was started for the tests: cases run as all of them
side by side. Key pairs are a user's, all else is a project's."""

from __future__ import annotations

from pathlib import Path

import yaml
from openstack.config import OpenStackConfig
from openstack.connection import Connection

NAMES = ("spider-beside-1", "spider-beside-2")


def others(file: Path, cloud: str) -> list[str]:
    """Made, and entered into the clouds.yaml beside `cloud`, where that has the entry of an administrator, too."""
    entries = yaml.safe_load(file.read_text())["clouds"]
    if f"{cloud}-admin" not in entries:
        return []
    own = entries[cloud]
    administrator = OpenStackConfig(config_files=[str(file)]).get_one(f"{cloud}-admin")
    with Connection(config=administrator) as admin:
        for name in NAMES:
            _make(admin, name, own["auth"])
            entries[name] = {**own, "auth": {**own["auth"], "username": name, "project_name": name}}
    file.write_text(yaml.safe_dump({"clouds": entries}))
    return list(NAMES)


def _make(admin: Connection, name: str, auth: dict[str, str]) -> None:
    """With the password of the one in `auth`, and his roles."""
    identity, password = admin.identity, auth["password"]
    held = identity.find_project(auth["project_name"], ignore_missing=False)
    one = identity.find_user(auth["username"], ignore_missing=False)
    domain = {"domain_id": held.domain_id}
    project = identity.find_project(name) or identity.create_project(name=name, **domain)
    user = identity.find_user(name) or identity.create_user(name=name, password=password, **domain)
    for given in identity.role_assignments(user_id=one.id, scope_project_id=held.id):
        identity.assign_project_role_to_user(project, user, identity.get_role(given.role["id"]))
