"""Who calls: signatures of the old and of the new SDK, nonces, time stamps."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from aliyunsdkcore.auth.composer import rpc_signature_composer

from cloud_twin.alibaba.account import string_to_sign

from .bench import REGION, VERSIONS, Bench

BASE = {"Action": "DescribeVpcs", "Version": VERSIONS["vpc"], "RegionId": REGION}
Change = Callable[[dict[str, str]], object]


def _answer(alibaba: Bench, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
    answer = alibaba.http.get("/?" + urlencode(query))
    return answer.status_code, json.loads(answer.data)


def _signed(alibaba: Bench, **more: str) -> dict[str, str]:
    return dict(parse_qsl(alibaba.signed({**BASE, **more}).partition("?")[2], keep_blank_values=True))


def _ago(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda query: query.pop("Signature"), 400, "MissingSignature"),
        (lambda query: query.pop("AccessKeyId"), 400, "MissingAccessKeyId"),
        (lambda query: query.pop("Timestamp"), 400, "MissingTimestamp"),
        (lambda query: query.pop("SignatureNonce"), 400, "MissingSignatureNonce"),
        (lambda query: query.update(AccessKeyId="LTAInone"), 404, "InvalidAccessKeyId.NotFound"),
        (lambda query: query.update(Timestamp=_ago(1000)), 400, "InvalidTimeStamp.Expired"),
        (lambda query: query.update(Timestamp=_ago(-1000)), 400, "InvalidTimeStamp.Expired"),
        (lambda query: query.update(Timestamp="now"), 400, "InvalidTimeStamp.Format"),
        (lambda query: query.update(Signature="bm9uZQ=="), 400, "SignatureDoesNotMatch"),
        (lambda query: query.update(VpcName="more"), 400, "SignatureDoesNotMatch"),
        (lambda query: query.update(SignatureMethod="HMAC-SHA256"), 501, "NotImplemented"),
        (lambda query: query.update(SignatureVersion="2.0"), 400, "InvalidSignatureVersion"),
        (lambda query: query.pop("Action"), 400, "MissingAction"),
        (lambda query: query.update(Action="DescribeNothing"), 404, "InvalidAction.NotFound"),
        (lambda query: query.update(Version="2011-01-01"), 400, "InvalidVersion"),
    ],
)
def test_what_is_wrong_is_said(alibaba: Bench, change: Change, status: int, code: str) -> None:
    query = _signed(alibaba)
    change(query)
    found, error = _answer(alibaba, query)
    assert (found, error["Code"]) == (status, code)


def test_a_wrong_signature_is_told_what_was_to_be_signed(alibaba: Bench) -> None:
    query = {**_signed(alibaba), "Signature": "none"}
    _, error = _answer(alibaba, query)
    assert error["Message"].endswith("server string to sign is:" + string_to_sign("GET", query))


def test_a_nonce_is_good_once(alibaba: Bench) -> None:
    query = _signed(alibaba)
    assert _answer(alibaba, query)[0] == 200
    status, error = _answer(alibaba, query)
    assert (status, error["Code"]) == (400, "SignatureNonceUsed")


@pytest.mark.parametrize("text", ["a b+c*d~e", "名前/?&=%", "%2F", "x" * 200])
def test_all_that_texts_may_hold_is_signed(alibaba: Bench, text: str) -> None:
    assert _answer(alibaba, _signed(alibaba, VpcName=text[:128]))[0] == 200


def test_what_is_sent_in_a_form_is_signed_as_well(alibaba: Bench) -> None:
    form = {"CidrBlock": "10.0.0.0/16", "VpcName": "a net"}
    given = {**BASE, "Action": "CreateVpc"}
    key = alibaba.key
    url, _ = rpc_signature_composer.get_signed_url(
        dict(given), key["AccessKeyId"], key["AccessKeySecret"], "JSON", "POST", form
    )
    wrong = alibaba.http.post(url, data={**form, "VpcName": "another"})
    assert json.loads(wrong.data)["Code"] == "SignatureDoesNotMatch"
    assert alibaba.http.post(url, data=form).status_code == 200
    assert alibaba.call("DescribeVpcs", VpcName="a net")["TotalCount"] == 1


def test_a_body_that_is_no_form_is_refused_and_not_passed_over(alibaba: Bench) -> None:
    key = alibaba.key
    url, _ = rpc_signature_composer.get_signed_url(
        dict(BASE), key["AccessKeyId"], key["AccessKeySecret"], "JSON", "POST", {}
    )
    answer = alibaba.http.post(url, json={"VpcName": "net"})
    assert (answer.status_code, json.loads(answer.data)["Message"]) == (
        501,
        "Cloud-Twin does not serve a body that is no form",
    )


@pytest.mark.parametrize("wanted", ["XML", ""])
def test_answers_in_xml_are_refused_in_so_many_words(alibaba: Bench, wanted: str) -> None:
    key = alibaba.key
    url, _ = rpc_signature_composer.get_signed_url(
        dict(BASE), key["AccessKeyId"], key["AccessKeySecret"], wanted or None, "GET", {}
    )
    answer = alibaba.http.get(url)
    assert answer.status_code == 501
    assert "ask for the Format JSON" in json.loads(answer.data)["Message"]
