"""The judge of answers sees what is wrong with one."""

from __future__ import annotations

import pytest

from cloud_twin.aws import model

from . import answers

HEAD = '<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15"><requestId>1</requestId>'
TAIL = "</DescribeVpcsResponse>"


def faults(inner: str, head: str = HEAD) -> list[str]:
    return answers.faults((head + inner + TAIL).encode(), model.operation("DescribeVpcs"))


def test_a_right_answer_has_no_fault() -> None:
    assert faults("<vpcSet><item><vpcId>vpc-1</vpcId><isDefault>true</isDefault></item></vpcSet>") == []


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ("<moonSet/>", "moonSet is unknown"),
        ("<vpcSet><item><colour>red</colour></item></vpcSet>", "colour is unknown"),
        ("<vpcSet><vpc/></vpcSet>", "stands among items"),
        ("<vpcSet><item><isDefault>yes</isDefault></item></vpcSet>", "'yes' is no boolean"),
        ("<vpcSet><item><state>lost</state></item></vpcSet>", "not in the enumeration"),
        ("<vpcSet><item>text</item></vpcSet>", "text in a structure"),
        ("<vpcSet><item><vpcId><a/></vpcId></item></vpcSet>", "elements in a string"),
        ("<vpcSet/><vpcSet/>", "comes twice"),
    ],
)
def test_a_fault_is_found(inner: str, told: str) -> None:
    assert told in "".join(faults(inner))


def test_an_answer_without_request_id_is_found() -> None:
    assert faults("", HEAD.replace("<requestId>1</requestId>", "")) == ["there is no requestId"]


def test_the_answer_of_another_action_is_found() -> None:
    answer = f"{HEAD}{TAIL}".encode()
    assert "the root is" in answers.faults(answer, model.operation("DescribeSubnets"))[0]
