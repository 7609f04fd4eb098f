"""The cluster that servers are made in: the credential names it, calls want its id."""

from __future__ import annotations

from ..contract import Invalid
from . import names
from .calls import Cloudit
from .errors import understood


class Clusters:
    """`name`: of the connection's cluster, or its id. It is looked up once."""

    def __init__(self, cloudit: Cloudit, name: str) -> None:
        self._cloudit = cloudit
        self._name = name
        self._id = ""

    def id(self) -> str:
        """Raises Invalid for a cluster that is not there."""
        return self._id or self.look_up()

    def look_up(self) -> str:
        found = self._cloudit.all("ace/clusters")
        with understood():
            same = names.matching(found, self._name)
            self._id = str(same[0]["id"]) if same else ""
        if not self._id:
            raise Invalid(f"the cluster {self._name} does not exist", field="ClusterId")
        return self._id
