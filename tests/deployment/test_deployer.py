"""What who deploys is allowed to do, docs/deployer-policy.json, against what he does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from deployment import archives, deployer
from deployment.chalice_part import Json
from deployment.stack import ERRORS, Stack
from tests.servers import DUMMY_CREDENTIALS, ministack

from .support import LOGIN, small

POLICY = archives.ROOT / "docs" / "deployer-policy.json"
# As IAM calls what S3's client calls otherwise.
ACTIONS = {"s3:ListObjectsV2": "s3:ListBucket", "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock"}
OF_ANYBODY = {"sts:GetCallerIdentity"}


@pytest.fixture(scope="module")
def root() -> Iterator[boto3.Session]:
    """Of an emulated AWS that asks IAM about every call, the account's own."""
    with ministack(AUTH="true") as url, pytest.MonkeyPatch.context() as patch:
        for name, value in {**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}.items():
            patch.setenv(name, value)
        found = boto3.Session()
        found.client("secretsmanager").create_secret(Name=LOGIN["PasswordSecret"], SecretString="only there")
        yield found


def user(root: boto3.Session, name: str, policy: Json) -> boto3.Session:
    """With that policy and no other."""
    iam = root.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])


def called(session: boto3.Session) -> set[str]:
    """The actions that its clients call from now on."""
    found: set[str] = set()

    def note(model: Any, **_: object) -> None:
        action = f"{model.service_model.service_name}:{model.name}"
        found.add(ACTIONS.get(action, action))

    session.events.register("before-call", note)
    return found


def test_who_has_the_policy_can_deploy_change_and_remove(root: boto3.Session, built: Json, tmp_path: Path) -> None:
    session = user(root, "deployer", json.loads(POLICY.read_text()))
    actions = called(session)
    stack = Stack("dev", session)
    stack.deploy(small(tmp_path, built), LOGIN)
    stack.deploy(small(tmp_path, built, note="changed"), {})
    stack.destroy()
    # Asked only where CloudFormation gives up.
    assert actions - OF_ANYBODY == deployer.OWN - {"cloudformation:DescribeStackEvents"}


@pytest.mark.parametrize("action", ["cloudformation:CreateStack", "s3:CreateBucket", "s3:PutObject"])
def test_with_one_action_less_it_is_refused(root: boto3.Session, built: Json, tmp_path: Path, action: str) -> None:
    policy = json.loads(POLICY.read_text())
    for statement in policy["Statement"]:
        statement["Action"] = [one for one in statement["Action"] if one != action]
    name = action.partition(":")[2].lower()
    stack = Stack(name, user(root, name, policy))
    with pytest.raises(ERRORS, match=f"not authorized to perform: {action}|Access Denied"):
        stack.deploy(small(tmp_path, built), LOGIN)


def test_nothing_that_is_called_anything_but_spider_is_touched() -> None:
    policy = json.loads(POLICY.read_text())
    broad = [one for one in policy["Statement"] if any("spider-" not in resource for resource in one["Resource"])]
    actions = {action for one in broad for action in one["Action"]}
    # What AWS gives no name that could be chosen, or asks for without one.
    assert {one.partition(":")[0] for one in actions} == {"apigateway", "kms", "lambda", "logs", "secretsmanager"}
    assert all(one.endswith("EventSourceMapping") for one in actions if one.startswith("lambda:"))
    assert all(one.startswith("logs:Describe") for one in actions if one.startswith("logs:"))
    assert "kms:Decrypt" not in actions


def test_iam_takes_it() -> None:
    assert len("".join(POLICY.read_text().split())) <= deployer.LARGEST
