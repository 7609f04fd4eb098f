"""Deploys a stage to AWS, or removes it: python -m deployment.deploy STAGE [--destroy]"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import boto3

from . import package
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
            deploy(stack, arguments.stage, arguments.user_name, arguments.password_secret)
    except (CannotBuild, CannotDeploy, *ERRORS) as why:
        print(f"deploy: {why}", file=sys.stderr)
        return 1
    return 0


def deploy(stack: Stack, stage: str, user_name: str, password_secret: str) -> None:
    """Raises CannotBuild and CannotDeploy."""
    given = {"UserName": user_name, "PasswordSecret": password_secret}
    stack.check(given)  # before a minute is spent
    made = package.build(stage)
    print(f"Deploying {stack.name} (minutes the first time) ...", flush=True)
    for name, value in stack.deploy(made, given).items():
        print(f"{name}: {value}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deploy", description="Deploy a stage of .chalice/config.json to AWS.")
    parser.add_argument("stage")
    parser.add_argument("--user-name", default="", help="of HTTP Basic; needed the first time")
    parser.add_argument(
        "--password-secret", default="", help="name of the secret in Secrets Manager that holds its password"
    )
    parser.add_argument(
        "--destroy", action="store_true", help="remove the stage, its tables with all that they hold included"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
