"""Azure's dialect of faults: names of calls, refusals, and what lag hides."""

from __future__ import annotations

import pytest

from cloud_twin.faults import AZURE, Rule
from cloud_twin.faults.dialect import Request

from .bench import GROUP, PLACE, Bench
from .refusing import refused

GROUP_PATH = "/subscriptions/s/resourceGroups/g"
NIC = f"{GROUP_PATH}/providers/Microsoft.Network/networkInterfaces/n"


@pytest.mark.parametrize(
    ("method", "path", "api"),
    [
        ("PUT", NIC, "PUT Microsoft.Network/networkInterfaces/{name}"),
        ("GET", GROUP_PATH, "GET resourceGroups/{name}"),
        ("GET", "/subscriptions/s", "GET subscriptions/{name}"),
        ("GET", "/subscriptions/s/locations", "GET locations"),
        ("PATCH", f"{NIC}/providers/Microsoft.Resources/tags/default", "PATCH Microsoft.Resources/tags/{name}"),
        (
            "POST",
            f"{GROUP_PATH}/providers/Microsoft.Compute/virtualMachines/v/start",
            "POST Microsoft.Compute/virtualMachines/{name}/start",
        ),
        ("POST", "/tenant/oauth2/v2.0/token", "POST oauth2/v2.0/token"),
        ("GET", "/tenant/v2.0/.well-known/openid-configuration", "GET v2.0/.well-known/openid-configuration"),
    ],
)
def test_calls_are_named_by_method_and_path(method: str, path: str, api: str) -> None:
    assert AZURE.api(Request(method, path, "", {}, b"")) == api


def test_what_is_new_is_hidden_and_the_rest_is_not(bench: Bench) -> None:
    bench.group()
    bench.twin.rules.add(Rule(api="PUT Microsoft.Network/virtualNetworks/{name}", lag=30))
    network = bench.network(a="10.0.1.0/24")
    refused(bench.call("GET", network), 404, "ResourceNotFound")
    refused(bench.call("GET", f"{network}/subnets/a"), 404, "ResourceNotFound")
    assert bench.get("/providers/Microsoft.Network/virtualNetworks")["value"] == []
    assert bench.get(f"/resourceGroups/{GROUP}")["name"] == GROUP
    bench.twin.clock.advance(30)
    assert bench.get(network)["properties"]["subnets"][0]["name"] == "a"


def test_a_change_of_what_is_known_hides_nothing(bench: Bench) -> None:
    bench.group()
    network = bench.network()
    bench.twin.rules.add(Rule(api="PUT *", lag=30))
    bench.network()
    assert bench.get(network)["name"] == "net-1"


def test_operations_and_log_ins_are_never_hidden(bench: Bench) -> None:
    bench.group()
    bench.twin.rules.add(Rule(lag=30))
    made = bench.call(
        "PUT",
        f"/resourceGroups/{GROUP}/providers/Microsoft.Network/publicIPAddresses/ip-1",
        {"location": PLACE},
    )
    assert bench.http.get(made.headers["Azure-AsyncOperation"]).json()["status"] == "InProgress"
    assert bench.credential().get_token(f"{bench.url}/.default").token


def test_throttling_in_arms_form(bench: Bench) -> None:
    bench.twin.rules.add(Rule(throttle=True, retry_after=7, times=1))
    answer = bench.call("GET", "/resourceGroups")
    refused(answer, 429, "SubscriptionRequestsThrottled")
    assert answer.headers["Retry-After"] == "7"


def test_the_log_tells_code_and_region(bench: Bench) -> None:
    bench.twin.log.clear()
    bench.group()
    bench.call("GET", "/resourceGroups/none")
    bench.call("GET", "/providers/Microsoft.Compute/locations/westus/vmSizes")
    put, missing, sizes = bench.twin.log.calls()
    assert (put.api, put.region, put.status) == ("PUT resourceGroups/{name}", PLACE, 201)
    assert (missing.status, missing.code) == (404, "ResourceGroupNotFound")
    assert (sizes.api, sizes.region) == ("GET Microsoft.Compute/locations/{name}/vmSizes", "westus")
