"""Who shares a TLS context."""

from __future__ import annotations

import pytest
from spider_drivers.contract import Invalid
from spider_drivers.contract.tls import shared_tls_context, tls_context

from cloud_twin.tls import Authority


def test_those_share_one_who_trust_the_same() -> None:
    one, other = Authority().certificate, Authority().certificate
    assert shared_tls_context(one) is shared_tls_context(one)
    assert shared_tls_context(one) is not shared_tls_context(other)
    assert shared_tls_context(one) is not shared_tls_context(None)
    assert [len(shared_tls_context(ca).get_ca_certs()) for ca in (one, other)] == [1, 1]


def test_a_context_of_one_s_own_is_nobody_else_s() -> None:
    assert tls_context(None) is not tls_context(None)
    assert tls_context(None) is not shared_tls_context(None)


def test_what_is_no_pem_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(Invalid, match="CA"):
            shared_tls_context("no PEM")
