"""A stage in an emulated AWS whose functions run here, each in a process with the variables that the stack gave it."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import boto3
import pytest

from deployment.chalice_part import Json
from deployment.functions import HELD
from deployment.stack import Stack
from tests.servers import DUMMY_CREDENTIALS, clean_environment, ministack
from tests.system.spider import Client

from .events import of_queue
from .front import Front, serving
from .function_url import FunctionUrl
from .instances import Invoke, instances
from .recorder import Needed, Recorder, recorder
from .rest_api import RestApi, definition
from .support import LOGIN, small

HERE = Path(__file__).parent
ROOT = str(HERE.parents[1])
POLL_SECONDS = 1
PASSWORD = "only in the secret"

Statement = dict[str, Any]


@dataclass(frozen=True)
class Program:
    """`python`: an interpreter with its options. `folders`: where the application and what it imports are."""

    python: tuple[str, ...]
    folders: tuple[str, ...]

    def function(self, name: str) -> list[str]:
        """Of `app.py`, by its name there."""
        return [*self.python, str(HERE / "function.py"), name, *self.folders]


OURS = Program((sys.executable,), (ROOT,))


@dataclass(frozen=True)
class Function:
    """`recorder`: what it has asked of AWS. `statements`: of its role."""

    name: str
    program: Program
    environment: dict[str, str]
    recorder: Recorder
    statements: list[Statement]

    def started(self, name: str) -> contextlib.AbstractContextManager[Invoke]:
        """A process of it."""
        return contextlib.closing(Invoke(self.program.function(name), self.environment))


def refused(statements: Sequence[Statement], needed: Iterable[Needed]) -> set[Needed]:
    """What was needed and is not allowed."""
    return {one for one in needed if not any(_allows(each, one) for each in statements)}


def unused(statements: Sequence[Statement], needed: Iterable[Needed]) -> set[str]:
    """The actions of a statement that were not needed on any of its resources."""
    made = set(needed)
    return {
        action
        for statement in statements
        for action in statement["Action"]
        if not any(one[0] == action and _allows(statement, one) for one in made)
    }


def _allows(statement: Statement, needed: Needed) -> bool:
    action, arn = needed
    resources = statement["Resource"]
    named = [resources] if isinstance(resources, str) else resources
    return action in statement["Action"] and any(fnmatchcase(arn, one) for one in named)


class Deployed:
    """The functions of a stage, run by `program`. `variables`: settings beside those that it has."""

    def __init__(
        self,
        stage: Stack,
        session: boto3.Session,
        url: str,
        stack: ExitStack,
        built: Json,
        program: Program,
        variables: Mapping[str, str],
    ) -> None:
        """`url`: of the emulated AWS. What is started ends with `stack`."""
        self.stage = stage
        self.session = session
        self._program = program
        self._definition = definition(built)
        found = session.client("cloudformation").describe_stack_resources(StackName=stage.name)["StackResources"]
        self.physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}
        self._url = url
        self._stack = stack
        self._variables = variables
        # The emulated AWS would run what lies in the archives.
        functions = session.client("lambda")
        for one in functions.list_event_source_mappings()["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=one["UUID"], Enabled=False)

    def function(self, name: str) -> Function:
        told = self.session.client("lambda").get_function_configuration(FunctionName=self.physical[name])
        role = self.session.client("iam").get_role_policy(RoleName=self.physical[f"{name}Role"], PolicyName="own")
        url, made = self._stack.enter_context(recorder(self._url))
        given = {**told["Environment"]["Variables"], **self._variables, **DUMMY_CREDENTIALS}
        lambdas = {"AWS_LAMBDA_FUNCTION_NAME": name, "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}
        environment = {**clean_environment(), **given, **lambdas}
        return Function(name, self._program, environment, made, role["PolicyDocument"]["Statement"])

    @contextlib.contextmanager
    def client(self, function: Function) -> Iterator[Client]:
        """Behind the front that the template gives the function, logged in."""
        with instances(function.program.function("app"), function.environment) as invoke:
            front: Front = FunctionUrl(invoke) if function.name == HELD else RestApi(self._definition, invoke)
            with serving(front) as url:
                yield Client(url, (LOGIN["UserName"], PASSWORD))
            assert front.failures == []

    @contextlib.contextmanager
    def working(self, function: Function) -> Iterator[None]:
        """As Lambda polls a queue for its function: a message at a time, and gone once the function has returned."""
        ended = threading.Event()
        with function.started("work") as invoke:
            thread = threading.Thread(target=self._poll, args=(invoke, ended))
            thread.start()
            try:
                yield
            finally:
                ended.set()
                thread.join()

    def _poll(self, invoke: Invoke, ended: threading.Event) -> None:
        sqs, url = self.session.client("sqs"), self.physical["Queue"]
        while not ended.is_set():
            given = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=POLL_SECONDS, AttributeNames=["All"])
            for message in given.get("Messages", []):
                invoke(of_queue(message))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@contextlib.contextmanager
def emulated(
    built: Json, folder: Path, program: Program = OURS, variables: Mapping[str, str] | None = None
) -> Iterator[Deployed]:
    """A stage of the template `built` in an AWS of its own."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        url = stack.enter_context(ministack())
        for name, value in {**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}.items():
            patch.setenv(name, value)
        session = boto3.Session()
        secrets = session.client("secretsmanager")
        secrets.create_secret(Name=LOGIN["PasswordSecret"], SecretString=PASSWORD)
        stage = Stack("dev", session)
        stage.deploy(small(folder, built), LOGIN)
        yield Deployed(stage, session, url, stack, built, program, variables or {})
