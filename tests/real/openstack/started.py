"""An OpenStack for the tests that a script starts and ends: SPIDER_OPENSTACK_UP, which prints OS_CLIENT_CONFIG_FILE=…,
and down.sh beside it. Both keep what they need in OSREAL_DIR.

python -m tests.real.openstack.started            starts it and leaves it running, for tests to come
python -m tests.real.openstack.started --stop     ends it
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Final

from tests.real import inside

UP: Final = "SPIDER_OPENSTACK_UP"
FILE: Final = "OS_CLIENT_CONFIG_FILE"
# Neither volumes nor load balancers; two of neutron's processes, as each computes on one processor (oslo.config takes
# any setting from the environment).
SETTINGS: Final = {"OSREAL_SERVICES": "", "OS_DEFAULT__API_WORKERS": "2"}
# Python reads it as it starts, from the folder of the script's own drivers. What belongs to a row, neutron 21 has read
# by nested subqueries, two fifths of all that it computes; since 2024 by lists of ids
# (https://bugs.launchpad.net/neutron/+bug/2067770), as it does with this. It answers the same.
SELECT_IN: Final = '''\
import sys
from importlib.abc import MetaPathFinder


class SelectIn(MetaPathFinder):
    """Changes SQLAlchemy once, when neutron is about to load its tables, and finds nothing."""

    def find_spec(self, name, path=None, target=None):
        if name == "neutron.db.models_v2":
            from sqlalchemy.orm import relationships, strategies

            kind = relationships.RelationshipProperty
            kind._all_strategies[kind][(("lazy", "subquery"),)] = strategies.SelectInLoader
        return None


sys.meta_path.insert(0, SelectIn())
'''


def start() -> Path:
    """Its clouds.yaml. Started already, it is left as it is."""
    folder = Path(_environment()["OSREAL_DIR"], "py")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(SELECT_IN)
    done = inside.shown(["bash", str(_script())], _environment())
    found = re.search(rf"{FILE}=(\S+)", done.stdout)
    assert done.returncode == 0, done.stdout[-4000:]
    assert found, done.stdout[-4000:]
    return Path(found[1])


def stop() -> str:
    """What the script says."""
    return inside.shown(["bash", str(_script().with_name("down.sh"))], _environment()).stdout


def _script() -> Path:
    return Path(os.environ[UP]).resolve()


def _environment() -> dict[str, str]:
    return {"OSREAL_DIR": "/tmp/openstack-real", **os.environ, **SETTINGS}


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--stop"]):
        sys.exit(__doc__)
    print(stop() if sys.argv[1:] else start())
