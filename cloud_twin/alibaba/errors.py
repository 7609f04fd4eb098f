"""What Alibaba Cloud says no with: a status, a code, and its own words.

Form: "Request and response formats" of the RPC API. Codes and words: the error tables of the operations' help pages,
and answers quoted in public (tests/cloud_twin/alibaba/test_refusals.py tells which are guesses).
"""

from __future__ import annotations

import uuid

from werkzeug.wrappers import Response

from ..facade import Refusal, json_response


class AlibabaError(Refusal):
    """`product`: whose operation it was; the gateway's own refusals are ECS's here."""

    product = "ecs"

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message

    def response(self) -> Response:
        request_id = new_request_id()
        data = {
            "RequestId": request_id,
            "HostId": f"{self.product}.aliyuncs.com",
            "Code": self.code,
            "Message": self.message,
            "Recommend": f"https://api.aliyun.com/troubleshoot?q={self.code}&product={self.product.title()}&requestId={request_id}",
        }
        return json_response(data, self.status)


def new_request_id() -> str:
    return str(uuid.uuid4()).upper()


def mandatory(name: str) -> AlibabaError:
    """The gateway's, for what an operation's description calls required."""
    return AlibabaError(400, f"Missing{name}", f"{name} is mandatory for this action.")


def invalid_type(name: str) -> AlibabaError:
    """The gateway's, for a value of another type, or beyond the bounds of an operation's description."""
    return AlibabaError(400, f"Invalid{name}", f"Specified parameter {name} is not valid.")


def missing(name: str) -> AlibabaError:
    """ECS's own, for what it needs besides."""
    text = f'The input parameter "{name}" that is mandatory for processing this request is not supplied.'
    return AlibabaError(400, "MissingParameter", text)


def invalid(name: str, code: str = "InvalidParameter") -> AlibabaError:
    return AlibabaError(400, code, f'The specified parameter "{name}" is not valid.')


def malformed(name: str) -> AlibabaError:
    return invalid(name, f"Invalid{name}.Malformed")


def unserved(what: str) -> AlibabaError:
    """Alibaba has it, the twin does not: nothing is ever passed over in silence."""
    return AlibabaError(501, "NotImplemented", f"Cloud-Twin does not serve {what}")
