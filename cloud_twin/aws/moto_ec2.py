"""How moto is called: its EC2 without its web server, so that results are objects until the last moment.

All that is changed in moto stands here, in region.py and in document.py.
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.request import Request as MotoRequest
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.ec2.models import ec2_backends
from moto.ec2.responses import EC2Response
from moto.settings import allow_unknown_region
from werkzeug.exceptions import HTTPException

from . import document
from .errors import Refusal
from .request import Request

# moto answers a state that the twin keeps itself.
_OWN_STATE = "RunInstances.Reservation.Instances.Instance.State"
# "The value is Windows for Windows AMIs; otherwise blank" (API reference, Image and Instance).
_PLATFORMS = ("Image.Platform", "Instances.Instance.Platform")


def _windows_alone(platform: str | None) -> str | None:
    return platform if platform == "windows" else None


class _FromServer(MotoRequest):
    from_wsgi_server = True


class MotoEc2(EC2Response):
    """One call. `given` are its parameters as moto's own parser reads them; what is changed there, moto acts by."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER = {
        path: change for path, change in EC2Response.RESPONSE_KEY_PATH_TO_TRANSFORMER.items() if path != _OWN_STATE
    } | dict.fromkeys(_PLATFORMS, _windows_alone)

    def __init__(self, request: Request) -> None:
        super().__init__()
        headers = {"Authorization": request.authorization, "Content-Type": "application/x-www-form-urlencoded"}
        # The host says nothing of a region, so that moto looks at the signature.
        self.setup_class(_FromServer.from_primitives("POST", "http://127.0.0.1/", headers, request.body))
        self.given: dict[str, Any] = self.params

    @property
    def cloud(self) -> Any:
        return self.ec2_backend

    def result(self, action: str, given: dict[str, Any]) -> Any:
        """Raises Refusal."""
        self.params = given
        method = getattr(self, camelcase_to_underscores(action), None)
        if method is None:
            raise _unknown(action)
        try:
            answered = method()
        except ServiceException as refused:
            raise Refusal(refused.code, str(refused.message)) from None
        except (NotImplementedError, HTTPException):
            raise _unknown(action) from None
        return answered.result if isinstance(answered, ActionResult) else answered

    def document(self, result: Any, request_id: str) -> str:
        """The answer's XML."""
        return document.write(self._get_action(), result, self.RESPONSE_KEY_PATH_TO_TRANSFORMER, request_id)


def _unknown(action: str) -> Refusal:
    return Refusal("NotImplemented", f"The twin cannot do what this call of {action} asks for.")


def has_region(name: str) -> bool:
    """Any that moto knows; any at all where the environment tells it so (MOTO_ALLOW_NONEXISTENT_REGION)."""
    return name in ec2_backends[DEFAULT_ACCOUNT_ID].regions or allow_unknown_region()
