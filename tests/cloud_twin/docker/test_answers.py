"""Every answer is what Engine 20.10 has been recorded to say: status, type, members, words. That the record is true is
looked at in tests/real/docker/test_twin_alike.py."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from cloud_twin.serve import serving
from cloud_twin.twin import Twin

from .dialogue import run
from .talk import Talk, recorded


def test_every_answer_is_the_engine_s() -> None:
    twin = Twin("docker")
    twin.clouds["docker"].settings.transition_seconds = 0.0
    with serving(twin) as url:
        talk = Talk(lambda: http.client.HTTPConnection(urlsplit(url).netloc), "10.9")
        before = twin.clouds["docker"].contents()
        run(talk, "alike")
        assert twin.clouds["docker"].contents() == before
    expected = recorded()
    assert len(expected) > 200
    assert [one.call for one in talk.said] == [one.call for one in expected]
    for told, found in zip(expected, talk.said, strict=True):
        assert found == told
