"""Deploys a stage to AWS, or removes it: python -m deployment.deploy STAGE [--destroy]"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import boto3

from . import alarms, package
from .stack import ERRORS, CannotDeploy, Stack
from .wheels import CannotBuild


def main(words: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(words)
    try:
        stack = Stack(arguments.stage, boto3.Session())
        if arguments.destroy:
            stack.destroy()
            print(f"{stack.name} is gone.")
        else:
            deploy(stack, arguments)
    except (CannotBuild, CannotDeploy, *ERRORS) as why:
        print(f"deploy: {why}", file=sys.stderr)
        return 1
    return 0


def deploy(stack: Stack, arguments: argparse.Namespace) -> None:
    """Raises CannotBuild and CannotDeploy."""
    parameters = {
        "UserName": arguments.user_name,
        "PasswordSecret": arguments.password_secret,
        alarms.TOPIC: arguments.alarm_topic,
    }
    given = {name: value for name, value in parameters.items() if value is not None}
    stack.check(given)  # before a minute is spent
    made = package.build(arguments.stage)
    print(f"Deploying {stack.name} (minutes the first time) ...", flush=True)
    for name, value in stack.deploy(made, given).items():
        print(f"{name}: {value}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deploy", description="Deploy a stage of .chalice/config.json to AWS.")
    parser.add_argument("stage")
    parser.add_argument("--user-name", help="of HTTP Basic; needed the first time")
    parser.add_argument("--password-secret", help="name of the secret in Secrets Manager that holds its password")
    parser.add_argument("--alarm-topic", help="ARN of the topic of SNS that alarms are sent to; '': no alarms any more")
    parser.add_argument(
        "--destroy", action="store_true", help="remove the stage, its tables with all that they hold included"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
