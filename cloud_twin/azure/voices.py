"""How each resource provider refuses what is ill-formed: they were not written by the same people."""

from __future__ import annotations

from typing import Any

from .errors import ArmError

_CONTRACT = "Microsoft.WindowsAzure.Networking.Nrp.Frontend.Contract.Csm.Public"


def _last(path: str) -> str:
    return path.rpartition(".")[2]


class Resources:
    """ARM itself."""

    def missing(self, path: str) -> ArmError:
        text = (
            f"The request content was invalid and could not be deserialized: 'Required property '{_last(path)}' not "
            f"found in JSON. Path '{path.rpartition('.')[0]}', line 1.'."
        )
        return ArmError(400, "InvalidRequestContent", text)

    def wrong_type(self, path: str, value: Any, wanted: str) -> ArmError:
        text = (
            f"The request content was invalid and could not be deserialized: 'Error converting value {_json(value)} "
            f"to type '{wanted}'. Path '{path}', line 1.'."
        )
        return ArmError(400, "InvalidRequestContent", text)

    def unknown_word(self, path: str, value: str, known: tuple[str, ...]) -> ArmError:
        return self.wrong_type(path, value, _last(path))

    def unknown_member(self, path: str, kind: str) -> ArmError:
        text = (
            f"The request content was invalid and could not be deserialized: 'Could not find member '{_last(path)}' "
            f"on object of type '{kind}'. Path '{path}', line 1.'."
        )
        return ArmError(400, "InvalidRequestContent", text)


class Compute:
    def missing(self, path: str) -> ArmError:
        text = f"Required parameter '{_last(path)}' is missing (null)."
        return ArmError(400, "InvalidParameter", text, target=_last(path))

    def wrong_type(self, path: str, value: Any, wanted: str) -> ArmError:
        text = f"Error converting value {_json(value)} to type '{wanted}'. Path '{path}', line 1, position 1."
        return ArmError(400, "BadRequest", text)

    def unknown_word(self, path: str, value: str, known: tuple[str, ...]) -> ArmError:
        text = (
            f"The value '{value}' of parameter '{_last(path)}' is not allowed. Allowed values are "
            f"{','.join(repr(one) for one in known)}."
        )
        return ArmError(400, "InvalidParameter", text, target=_last(path))

    def unknown_member(self, path: str, kind: str) -> ArmError:
        text = f"Could not find member '{_last(path)}' on object of type '{kind}'. Path '{path}', line 1, position 1."
        return ArmError(400, "BadRequest", text)


class Network:
    def missing(self, path: str) -> ArmError:
        text = f"Value for reference id is missing. Path {path}."
        return self._refused("MissingJsonReferenceId", text) if path.endswith(".id") else self._property(path)

    def _property(self, path: str) -> ArmError:
        text = (
            f"Required property '{_last(path)}' not found in JSON. Path '{path.rpartition('.')[0]}', line 1, position "
            "1."
        )
        return self._refused("InvalidJson", text)

    def wrong_type(self, path: str, value: Any, wanted: str) -> ArmError:
        text = f"Error converting value {_json(value)} to type '{wanted}'. Path '{path}', line 1, position 1."
        return self._refused("InvalidJson", text)

    def unknown_word(self, path: str, value: str, known: tuple[str, ...]) -> ArmError:
        name = _last(path)
        return self.wrong_type(path, value, f"{_CONTRACT}.{name[:1].upper()}{name[1:]}")

    def unknown_member(self, path: str, kind: str) -> ArmError:
        text = f"Could not find member '{_last(path)}' on object of type '{kind}'. Path '{path}', line 1, position 1."
        return self._refused("InvalidJson", text)

    def _refused(self, code: str, text: str) -> ArmError:
        return ArmError(
            400, "InvalidRequestFormat", "Cannot parse the request.", details=[{"code": code, "message": text}]
        )


def _json(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


RESOURCES = Resources()
COMPUTE = Compute()
NETWORK = Network()
