"""The stack of a stage, with the bucket of its archives: made, changed, removed, by boto3 and as the user."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import boto3
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from .chalice_part import Json
from .package import Package, key_of

ERRORS: Final = (Boto3Error, BotoCoreError, ClientError)  # the first of an upload
_NOTHING_TO_DO: Final = "No updates are to be performed"
_EVERY_SECONDS: Final = 5


class CannotDeploy(Exception):
    """Says why in a sentence for the user."""


class Stack:
    def __init__(self, stage: str, session: boto3.Session) -> None:
        """Raises CannotDeploy where the session has no region or no credentials."""
        if not session.region_name:
            raise CannotDeploy("no region is configured: set AWS_DEFAULT_REGION")
        self.name = f"spider-{stage}"
        self._session = session
        self._formation = session.client("cloudformation")
        self._s3 = session.client("s3")
        self.bucket = f"{self.name}-artefacts-{_account(session)}-{session.region_name}"

    def deploy(self, package: Package, given: Mapping[str, str]) -> dict[str, str]:
        """Makes or changes it, waits, answers its outputs. `given`: the template's parameters UserName, PasswordSecret
        and AlarmTopic; an existing stack keeps what is not given. Raises CannotDeploy."""
        existing = self.check(given)
        self._make_bucket()
        for archive in (package.layer, package.function):
            self._send(archive.path, key_of(archive))
        body = package.template.read_bytes()
        key = f"spider/{hashlib.sha256(body).hexdigest()}.json"
        self._send(package.template, key)
        named = {**given, "LayerKey": key_of(package.layer), "FunctionKey": key_of(package.function)}
        named["ArtefactBucket"] = self.bucket
        kept = (json.loads(body)["Parameters"].keys() & existing) - named.keys()
        told: list[Json] = [{"ParameterKey": name, "ParameterValue": value} for name, value in named.items()]
        told += [{"ParameterKey": name, "UsePreviousValue": True} for name in sorted(kept)]
        self._apply(key, told, exists=bool(existing))
        return self.outputs()

    def check(self, given: Mapping[str, str]) -> set[str]:
        """Names of the parameters that the stack has, of none where it is not there. Raises CannotDeploy if it could be
        used by anybody, or by nobody."""
        existing = self._existing()
        lacking = [name for name in ("UserName", "PasswordSecret") if not given.get(name)]
        if lacking and not existing:
            raise CannotDeploy(f"{' and '.join(lacking)} must be given: anybody could use this API")
        if secret := given.get("PasswordSecret"):
            self._check_secret(secret)
        return existing

    def outputs(self) -> dict[str, str]:
        described = self._described() or {}
        return {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}

    def destroy(self) -> None:
        """Removes it with all that it holds, and the bucket. What is gone is success. Raises CannotDeploy."""
        if self._described() is not None:
            self._delete()
        try:
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
            for key in [one["Key"] for page in pages for one in page.get("Contents", [])]:
                self._s3.delete_object(Bucket=self.bucket, Key=key)
            self._s3.delete_bucket(Bucket=self.bucket)
        except self._s3.exceptions.NoSuchBucket:
            return

    def _existing(self) -> set[str]:
        """A first try that failed leaves a stack behind that cannot be changed: it goes."""
        described = self._described()
        if described and described["StackStatus"] == "ROLLBACK_COMPLETE":
            self._delete()
            described = None
        return {one["ParameterKey"] for one in described["Parameters"]} if described else set()

    def _delete(self) -> None:
        self._formation.delete_stack(StackName=self.name)
        self._wait("stack_delete_complete")

    def _described(self) -> Json | None:
        """None where there is no such stack."""
        try:
            (stack,) = self._formation.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return dict(stack)

    def _apply(self, key: str, parameters: list[Json], *, exists: bool) -> None:
        # The address as S3's client spells it, wherever that AWS is.
        signed = self._s3.generate_presigned_url("get_object", {"Bucket": self.bucket, "Key": key})
        request = {
            "StackName": self.name,
            "TemplateURL": signed.partition("?")[0],
            "Parameters": parameters,
            "Capabilities": ["CAPABILITY_IAM"],
        }
        if not exists:
            self._formation.create_stack(**request)
            return self._wait("stack_create_complete")
        try:
            self._formation.update_stack(**request)
        except ClientError as error:
            if _NOTHING_TO_DO in str(error):
                return None
            raise
        return self._wait("stack_update_complete")

    def _wait(self, what: str) -> None:
        try:
            self._formation.get_waiter(what).wait(StackName=self.name, WaiterConfig={"Delay": _EVERY_SECONDS})
        except WaiterError as error:
            raise CannotDeploy(f"CloudFormation gave up:\n{self._failures() or error}") from error

    def _failures(self) -> str:
        events = self._formation.describe_stack_events(StackName=self.name)["StackEvents"]
        failed = [one for one in events if one["ResourceStatus"].endswith("FAILED")]
        return "\n".join(
            f"  {one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in reversed(failed)
        )

    def _check_secret(self, name: str) -> None:
        secrets = self._session.client("secretsmanager")
        try:
            secrets.describe_secret(SecretId=name)
        except secrets.exceptions.ResourceNotFoundException:
            raise CannotDeploy(
                f"there is no secret '{name}' in Secrets Manager in {self._session.region_name}"
            ) from None

    def _make_bucket(self) -> None:
        region = self._session.region_name
        # The oldest region has no name here ("CreateBucket").
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            self._s3.create_bucket(Bucket=self.bucket, **where)
        except self._s3.exceptions.BucketAlreadyOwnedByYou:
            return
        closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        self._s3.put_public_access_block(Bucket=self.bucket, PublicAccessBlockConfiguration=dict.fromkeys(closed, True))

    def _send(self, file: Path, key: str) -> None:
        """Unless it is there: the name tells the content."""
        found = self._s3.list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1)
        if not found.get("KeyCount"):
            self._s3.upload_file(str(file), self.bucket, key)


def _account(session: boto3.Session) -> str:
    try:
        return str(session.client("sts").get_caller_identity()["Account"])
    except ERRORS as error:
        raise CannotDeploy(f"AWS does not know who you are: {error}") from error
