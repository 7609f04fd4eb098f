"""What is done behind an answer inside Lambda.

Lambda freezes a process that has answered. It waits for extensions, though, and one may be a thread of the process
itself ("Using the Lambda Extensions API to create extensions", AWS Lambda developer guide): the caller has the answer
as soon as the runtime has posted it ("Performance and functionality improvements for AWS Lambda extensions", AWS
Compute Blog), and the process goes on until the extension, too, has asked for the next event.
"""

from __future__ import annotations

import http.client
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping

log = logging.getLogger("spider.rest")

NAME = "spider"
API = "/2020-01-01/extension"
IDENTIFIER = "Lambda-Extension-Identifier"
PAUSE_SECONDS = 0.1


def register(environ: Mapping[str, str], handler: str) -> Extension | None:
    """Lambda takes extensions while the function is loaded, and not later. None where it takes none, where `handler`
    is not what it calls, and where records are to be written before the answer anyway."""
    if environ.get("_HANDLER") != handler or environ.get("SPIDER_HISTORY_WRITES") == "before":
        return None
    # Without a time-out, as its documentation asks: between two events the process may be frozen for hours.
    connection = http.client.HTTPConnection(environ["AWS_LAMBDA_RUNTIME_API"], timeout=None)
    body = json.dumps({"events": ["INVOKE"]})
    try:
        connection.request("POST", f"{API}/register", body, {"Lambda-Extension-Name": NAME})
        headers, _ = _read(connection)
    except (OSError, http.client.HTTPException) as error:
        log.warning("records of calls are written before the answer: Lambda takes no extension: %s", error)
        return None
    extension = Extension(connection, headers[IDENTIFIER])
    threading.Thread(target=extension.run, name="extension", daemon=True).start()
    return extension


class Extension:
    """`finish` is what is done behind each answer; it comes back when that is done."""

    def __init__(self, connection: http.client.HTTPConnection, identifier: str) -> None:
        self.finish: Callable[[], None] = lambda: None
        self._connection = connection
        self._identifier = identifier
        self._changed = threading.Condition()
        self._answered = ""
        self._works = True

    def answered(self, request: str) -> None:
        """The function is done with a request, as Lambda calls it. Where events do not come through, what belongs
        behind the answer is done here, before it: Lambda may take the thread for one that has finished."""
        with self._changed:
            self._answered = request
            self._changed.notify_all()
        if not self._works:
            self.finish()

    def run(self) -> None:
        """Never ends: Lambda would wait for its next call until the function's time is up."""
        while True:
            try:
                request = self._next()
            except Exception as error:
                if self._works:
                    log.error("records of calls are written before the answer: Lambda's events are lost: %s", error)
                self._works = False
                self._connection.close()
                self.finish()
                time.sleep(PAUSE_SECONDS)
            else:
                self._works = True
                self._wait_for(request)
                self.finish()

    def _next(self) -> str:
        """The request that Lambda has given to the function, too: perhaps not yet, perhaps it is answered already."""
        self._connection.request("GET", f"{API}/event/next", headers={IDENTIFIER: self._identifier})
        _, event = _read(self._connection)
        return str(json.loads(event)["requestId"])

    def _wait_for(self, request: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._answered == request)
            self._answered = ""  # the same request comes again if Lambda repeats it


def _read(connection: http.client.HTTPConnection) -> tuple[http.client.HTTPMessage, bytes]:
    """Headers and body. Raises OSError for another status than 200."""
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise OSError(f"{answer.status} {body.decode(errors='replace')}")
    return answer.headers, body
