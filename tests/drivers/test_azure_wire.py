"""How the Azure driver takes ARM's and Entra's answers, and the lack of them. Fakes the wire, not the objects."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from spider_drivers.azure import calls
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    CloudError,
    InUse,
    Invalid,
    KeyPairRequest,
    MissingReference,
    NoAnswer,
    NoCapacity,
    NotFound,
    Ref,
    Refused,
    SpiderError,
    Throttled,
    Unavailable,
    Unreachable,
    VpcRequest,
    Wait,
    WrongState,
    throttling,
)

from tests.drivers.azure_support import (
    CREDENTIAL,
    EMPTY,
    LOG_IN,
    SECRET,
    SUBSCRIPTION,
    TOKEN,
    Answer,
    Azure,
    Wire,
    connect,
    refusal,
    shown,
    wire,
)
from tests.drivers.support import PUBLIC_KEY
from tests.servers import free_port

VPC = VpcRequest("net", "10.0.0.0/16")
KEY = KeyPairRequest("key", PUBLIC_KEY)
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/koreacentral"
VNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/net"
ABSENT = refusal("ResourceNotFound", "The Resource 'x' was not found.", 404)
READ_VNETS = "GET Microsoft.Network/virtualNetworks"
PUT_VNET = "PUT Microsoft.Network/virtualNetworks/{name}"


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


@pytest.fixture
def azure(server: Wire) -> Iterator[Azure]:
    found = connect(server.url)
    yield found
    found.connection.close()


def vnet(state: str = "Succeeded", token: str = "token", **more: Any) -> Answer:
    properties = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [], "provisioningState": state}
    return shown(
        {
            "id": VNET,
            "name": "net",
            "location": "koreacentral",
            "tags": {"spider-token": token},
            "properties": properties,
            **more,
        }
    )


# Refusals


@pytest.mark.parametrize(
    ("code", "text", "status", "expected"),
    [
        ("ResourceNotFound", "", 404, NotFound),
        ("NotFound", "", 404, NotFound),
        ("PlatformImageNotFound", "", 404, NotFound),
        ("InUseSubnetCannotBeDeleted", "", 400, InUse),
        ("InUseNetworkSecurityGroupCannotBeDeleted", "", 400, InUse),
        ("NicInUse", "", 400, InUse),
        ("PublicIPAddressCannotBeDeleted", "", 400, InUse),
        ("SkuNotAvailable", "", 409, NoCapacity),
        ("ZonalAllocationFailed", "", 409, NoCapacity),
        ("QuotaExceeded", "", 409, NoCapacity),
        ("PublicIPCountLimitReached", "", 400, NoCapacity),
        ("OperationNotAllowed", "It results in exceeding approved Total Regional Cores quota.", 409, NoCapacity),
        ("OperationNotAllowed", "Operation 'start' is not allowed on VM 'vm'.", 409, WrongState),
        ("PropertyChangeNotAllowed", "", 409, AlreadyExists),
        ("InvalidParameter", "", 400, Invalid),
        ("NetcfgSubnetRangeOutsideVnet", "", 400, Invalid),
        ("AuthorizationFailed", "", 403, Refused),
        ("InvalidAuthenticationToken", "", 401, Refused),
        ("SubscriptionNotFound", "", 404, Refused),
        ("MissingSubscriptionRegistration", "", 409, Refused),
        ("SomethingNew", "", 400, Refused),
        ("InternalServerError", "", 500, Unavailable),
        ("ServiceUnavailable", "", 503, Unavailable),
    ],
)  # fmt: skip
def test_a_refusal_keeps_azure_s_code_and_text(
    server: Wire, azure: Azure, code: str, text: str, status: int, expected: type[SpiderError]
) -> None:
    text = text or "What Azure said."
    server.answers = [refusal(code, text, status)]
    with pytest.raises(SpiderError) as refused:
        azure.connection.vpc.get(Ref("net", VNET))
    assert type(refused.value) is expected
    assert (refused.value.code, refused.value.text) == (code, text)
    assert code in refused.value.message
    assert text in refused.value.message
    last = azure.records[-1]
    assert (last.api, last.error_code, last.error) == ("GET Microsoft.Network/virtualNetworks/{name}", code, text)


def test_an_inner_code_says_what_a_general_one_does_not(server: Wire, azure: Azure) -> None:
    server.answers = [refusal("BadRequest", "One or more errors.", 400, inner=["SkuNotAvailable"])]
    with pytest.raises(NoCapacity) as refused:
        azure.connection.vpc.get(Ref("net", VNET))
    assert refused.value.code == "BadRequest"


def test_a_refused_create_names_the_field(server: Wire, azure: Azure) -> None:
    server.answers = [ABSENT, shown({"id": GROUP}), refusal("InvalidCIDRNotation", "The address prefix is invalid.")]
    with pytest.raises(Invalid) as refused:
        azure.connection.vpc.create(VPC, Attempt("token"))
    assert refused.value.field == "cidr"
    assert [one.method for one in server.seen] == ["GET", "GET", "PUT"]


def test_what_a_request_names_and_does_not_exist_is_a_missing_reference(server: Wire, azure: Azure) -> None:
    server.answers = [ABSENT]
    with pytest.raises(MissingReference) as refused:
        azure.connection.image.base(Ref("", "Canonical:ubuntu-24_04-lts:server:1.0.0"))
    assert (refused.value.field, refused.value.code) == ("image", "ResourceNotFound")


# What Azure goes on with after its answer


def test_a_create_waits_until_azure_is_done_and_puts_once(server: Wire, azure: Azure) -> None:
    server.answers = [
        ABSENT,
        shown({"id": GROUP}),
        shown({"id": VNET}, 201, Azure_AsyncOperation="https://elsewhere.test/operation"),
        vnet("Updating"),
    ]
    attempt = Attempt("token")
    answer = azure.connection.vpc.create(VPC, attempt)
    assert isinstance(answer, Wait)
    assert "updating" in answer.reason
    assert attempt.parts == {"vpc": VNET, "visible": VNET}
    server.answers = [vnet("Succeeded")]
    made = azure.connection.vpc.create(VPC, attempt)
    assert not isinstance(made, Wait)
    assert made.iid.id == VNET
    assert [one.method for one in server.seen].count("PUT") == 1


@pytest.mark.parametrize("state", ["Failed", "Canceled"])
def test_what_azure_fails_to_make_is_refused(server: Wire, azure: Azure, state: str) -> None:
    server.answers = [ABSENT, shown({"id": GROUP}), shown({"id": VNET}, 201), vnet(state)]
    with pytest.raises(Refused, match="ProvisioningState/failed"):
        azure.connection.vpc.create(VPC, Attempt("token"))


@pytest.mark.parametrize(("token", "puts"), [("token", 0), ("another", 0), ("", 0)])
def test_what_is_there_is_never_put_again(server: Wire, azure: Azure, token: str, puts: int) -> None:
    server.answers = [vnet(token=token)]
    if token == "token":
        made = azure.connection.vpc.create(VPC, Attempt("token"))
        assert not isinstance(made, Wait)
    else:
        with pytest.raises(AlreadyExists):
            azure.connection.vpc.create(VPC, Attempt("token"))
    assert [one.method for one in server.seen].count("PUT") == puts


@pytest.mark.parametrize("status", [409, 412, 429])
def test_another_change_of_the_same_resource_is_waited_for(server: Wire, azure: Azure, status: int) -> None:
    code = "PreconditionFailed" if status == 412 else "AnotherOperationInProgress"
    server.answers = [ABSENT, shown({"id": GROUP}), refusal(code, "Another operation is in progress.", status)]
    began = time.monotonic()
    answer = azure.connection.vpc.create(VPC, Attempt("token"))
    assert isinstance(answer, Wait)
    assert "Another operation is in progress." in answer.reason
    assert time.monotonic() - began < 2
    assert len(server.seen) == 3


# Throttling


def test_throttling_is_waited_out(server: Wire, azure: Azure) -> None:
    server.answers = [
        refusal("TooManyRequests", "slow down", 429, Retry_After="0.1"),
        refusal("ServerBusy", "slow down", 503, Retry_After="0.1"),
        EMPTY,
    ]
    assert azure.connection.vpc.list() == []
    codes = [(record.api, record.error_code) for record in azure.records[2:]]
    assert codes == [(READ_VNETS, "TooManyRequests"), (READ_VNETS, "ServerBusy"), (READ_VNETS, "")]


def test_retry_after_is_obeyed(server: Wire, azure: Azure) -> None:
    server.answers = [refusal("TooManyRequests", "slow down", 429, Retry_After="1"), EMPTY]
    azure.connection.vpc.list()
    began = time.monotonic()
    server.answers = [refusal("TooManyRequests", "slow down", 429, Retry_After="1"), EMPTY]
    azure.connection.vpc.list()
    assert time.monotonic() - began >= 1.0


def test_a_long_retry_after_is_the_caller_s_to_wait(server: Wire, azure: Azure) -> None:
    server.answers = [refusal("TooManyRequests", "slow down", 429, Retry_After="11")]
    began = time.monotonic()
    with pytest.raises(Throttled) as refused:
        azure.connection.vpc.create(VPC, Attempt("token"))
    assert time.monotonic() - began < 2
    assert refused.value.retry_after == 11.0
    assert len(server.seen) == 1


def test_throttled_to_the_end(server: Wire, azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling.Patience.__init__, "__defaults__", (1.0,))
    server.answers = [refusal("TooManyRequests", "slow down", 429, Retry_After="0.3")]
    with pytest.raises(Throttled):
        azure.connection.vpc.list()
    assert len(server.seen) == 4
    assert len(azure.records) == len(LOG_IN) + 4


def test_a_throttled_log_in_is_waited_out(server: Wire, azure: Azure) -> None:
    server.log_in = shown(
        {"error": "temporarily_unavailable", "error_description": "AADSTS90055: slow down"}, 429, Retry_After="11"
    )
    with pytest.raises(Throttled) as refused:
        azure.connection.vpc.create(VPC, Attempt("token"))
    assert refused.value.retry_after == 11.0
    assert server.seen == []


# No answer, or none of Azure's


def test_a_lost_answer_of_a_change_is_not_sent_again(server: Wire, azure: Azure) -> None:
    server.answers = [ABSENT, shown({"id": GROUP}), Answer(None)]
    with pytest.raises(NoAnswer):
        azure.connection.vpc.create(VPC, Attempt("token"))
    assert [one.method for one in server.seen] == ["GET", "GET", "PUT"]
    assert azure.records[-1].api == PUT_VNET
    assert azure.records[-1].error_code


def test_no_answer_in_time(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "READ_SECONDS", 0.3)
    server.answers = [ABSENT, shown({"id": GROUP}), Answer("", delay=5)]
    with pytest.raises(NoAnswer):
        connect(server.url).connection.vpc.create(VPC, Attempt("token"))
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    "answer",
    [
        refusal("InternalServerError", "oops", 500),
        refusal("GatewayTimeout", "oops", 504),
        Answer("<html>Bad gateway</html>", 502),
        Answer("<html>Log in to this hotel</html>", 200, {"Content-Type": "text/html"}),
        Answer("no JSON at all", 201),
        shown({"ok": True}, 201),
    ],
    ids=["500", "504", "page_502", "page_200", "text_201", "json_201"],
)
def test_a_change_that_azure_breaks_down_on_may_have_taken_effect(server: Wire, azure: Azure, answer: Answer) -> None:
    server.answers = [ABSENT, shown({"id": GROUP}), answer]
    with pytest.raises(CloudError) as broken:
        azure.connection.vpc.create(VPC, Attempt("token"))
    assert type(broken.value) is NoAnswer
    assert azure.records[-1].error_code
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    "answer",
    [
        Answer("<html>Bad gateway</html>", 502),
        Answer("<html>Log in to this hotel</html>", 200, {"Content-Type": "text/html"}),
        Answer("", 200),
        shown({"ok": True}),
        shown({"value": "none"}),
    ],
    ids=["page_502", "page_200", "nothing", "other_json", "no_list"],
)
def test_what_is_not_azure_s_answer_is_no_empty_list(server: Wire, azure: Azure, answer: Answer) -> None:
    server.answers = [answer]
    with pytest.raises(Unavailable):
        azure.connection.vpc.list()
    assert azure.records[-1].error_code


def test_a_redirection_is_not_followed(server: Wire, azure: Azure) -> None:
    server.answers = [Answer("", 307, {"Location": f"{server.url}/subscriptions"})]
    with pytest.raises(Refused):
        azure.connection.vpc.list()
    assert len(server.seen) == 1


def test_a_page_at_another_address_is_not_asked_for(server: Wire, azure: Azure) -> None:
    """The token would be shown to whoever is there."""
    with wire() as other:
        server.answers = [shown({"value": [], "nextLink": f"{other.url}/subscriptions/next"})]
        with pytest.raises(Unavailable, match="another address"):
            azure.connection.vpc.list()
        assert other.seen == []


def test_pages_are_followed(server: Wire, azure: Azure) -> None:
    one = {"id": VNET, "name": "net", "location": "koreacentral", "properties": {}}
    server.answers = [
        shown(
            {
                "value": [one],
                "nextLink": f"{server.url}{GROUP}/providers/Microsoft.Network/virtualNetworks?$skiptoken=2",
            }
        ),
        shown({"value": [{**one, "id": VNET + "2", "name": "net2"}]}),
    ]
    assert [vpc.iid.id for vpc in azure.connection.vpc.list()] == [VNET, VNET + "2"]
    assert [record.api for record in azure.records[2:]] == [READ_VNETS, READ_VNETS]


def test_nobody_listens() -> None:
    azure = connect(f"https://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        azure.connection.key_pair.create(KEY, Attempt("token"))
    assert [record.api for record in azure.records] == LOG_IN[:1]


# The log-in


def test_a_refused_log_in_keeps_entra_s_words(server: Wire, azure: Azure) -> None:
    words = "AADSTS7000215: Invalid client secret provided."
    server.log_in = shown({"error": "invalid_client", "error_description": words, "error_codes": [7000215]}, 401)
    with pytest.raises(Refused) as refused:
        azure.connection.check()
    assert (refused.value.code, refused.value.text) == ("invalid_client", words)
    assert [(one.api, one.error_code) for one in azure.records] == [(LOG_IN[0], ""), (LOG_IN[1], "invalid_client")]
    assert server.seen == []


@pytest.mark.parametrize("answer", [Answer(None), Answer("<html>502</html>", 502), Answer("<html>hotel</html>", 200)])
def test_a_lost_log_in_has_changed_nothing(server: Wire, azure: Azure, answer: Answer) -> None:
    server.log_in = answer
    with pytest.raises(Unavailable):
        azure.connection.vpc.create(VPC, Attempt("token"))
    assert server.seen == []


def test_it_logs_in_once_and_shows_the_token(server: Wire, azure: Azure) -> None:
    azure.connection.vpc.list()
    azure.connection.key_pair.list()
    assert [record.api for record in azure.records] == [*LOG_IN, READ_VNETS, "GET Microsoft.Compute/sshPublicKeys"]
    assert {one.headers["authorization"] for one in server.seen} == {f"Bearer {TOKEN}"}
    assert "authorization" not in server.logged_in[0].headers


def test_a_token_serves_every_connection_of_its_credential_and_no_other(server: Wire, azure: Azure) -> None:
    azure.connection.vpc.list()
    assert _listing(connect(server.url)) == [READ_VNETS]
    assert _listing(connect(server.url, {**CREDENTIAL, "ClientSecret": "another-secret"})) == [*LOG_IN, READ_VNETS]
    assert "another-secret" in server.logged_in[-1].body


def test_a_token_that_is_not_taken_any_more_is_asked_for_anew(server: Wire, azure: Azure) -> None:
    server.answers = [refusal("ExpiredAuthenticationToken", "The access token expiry is earlier.", 401), EMPTY]
    with pytest.raises(Refused):
        azure.connection.vpc.list()
    assert azure.connection.vpc.list() == []
    assert [one.path.rpartition("/")[2] for one in server.logged_in].count("token") == 2


def test_secrets_are_masked(server: Wire, azure: Azure, caplog: pytest.LogCaptureFixture) -> None:
    server.log_in = shown({"error": "invalid_client", "error_description": f"AADSTS1: {SECRET} is not it"}, 401)
    with pytest.raises(Refused) as refused:
        azure.connection.check()
    server.log_in = None
    server.answers = [refusal("Odd", f"bearer {TOKEN} of {SECRET}")]
    with pytest.raises(Refused) as other:
        azure.connection.check()
    for error in (refused.value, other.value):
        told = f"{error!r} {error.text} {error.message} {azure.records} {caplog.text}"
        assert SECRET not in told
        assert TOKEN not in told


# Statuses


def test_where_a_list_has_no_instance_views_they_come_from_the_list_of_statuses(server: Wire, azure: Azure) -> None:
    vm = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm"
    entry = {"id": vm, "name": "vm", "location": "koreacentral", "properties": {"provisioningState": "Succeeded"}}
    view = {"statuses": [{"code": "ProvisioningState/succeeded"}, {"code": "PowerState/deallocated"}]}
    told = {"id": vm.upper(), "name": "vm", "location": "koreacentral", "properties": {"instanceView": view}}
    for first in ([shown({"value": [entry]})], [refusal("BadRequest", "$expand", 400), shown({"value": [entry]})]):
        server.answers = [*first, shown({"value": [told]})]
        ((iid, status),) = azure.connection.vm.statuses()
        assert (iid.id, status) == (vm, "Suspended")
    assert server.seen[0].query["$expand"] == "instanceView"
    assert server.seen[1].query["statusOnly"] == "true"


def _listing(azure: Azure) -> list[str]:
    return azure.apis_of(azure.connection.vpc.list)
