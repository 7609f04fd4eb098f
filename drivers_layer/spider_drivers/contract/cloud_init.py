"""User data for clouds whose images make their users by cloud-init."""

from __future__ import annotations

import json

USER = "cb-user"


def user_data(public_key: str) -> str:
    """cloud-config (JSON is YAML) that adds cb-user to the image's own user. `public_key` "": nobody can log in."""
    user = {
        "name": USER,
        "shell": "/bin/bash",
        "lock_passwd": True,
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "ssh_authorized_keys": [public_key.strip()] if public_key else [],
    }
    return "#cloud-config\n" + json.dumps({"users": ["default", user]}, indent=1) + "\n"
