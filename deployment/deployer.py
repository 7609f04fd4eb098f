"""What who deploys must be allowed to do: what `make deploy` and `make destroy` call, and what CloudFormation calls in
their user's name, as AWS's own descriptions of the types in the template tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Final

from .chalice_part import Json

# What stack.py calls. GetCallerIdentity needs no permission.
OWN: Final = {
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
    "cloudformation:UpdateStack",
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutObject",
    "secretsmanager:DescribeSecret",
}
# CloudFormation reads the template in the user's name; the rest is for parts that fail, and for large archives.
BESIDES: Final = {"s3:AbortMultipartUpload", "s3:GetObject"}

# The descriptions name what any table or function may need; ours are imported from nowhere, in no VPC, and nobody's
# replica. What reads and writes items is not for who deploys.
NEVER: Final = (
    "dynamodb:AssociateTableReplica",
    "dynamodb:BatchWriteItem",
    "dynamodb:CreateTableReplica",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:ImportTable",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
    "iam:CreateServiceLinkedRole",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:RevokeGrant",
    "lambda:PassCapacityProvider",
    "logs:CreateLogDelivery",
    "logs:CreateLogStream",
    "logs:DeleteResourcePolicy",
    "logs:DescribeLogStreams",
    "logs:DescribeResourcePolicies",
    "logs:PutBearerTokenAuthentication",
    "logs:PutLogEvents",
    "logs:PutResourcePolicy",
    "s3:GetObjectMetadata",
    "s3:REST.PUT.OBJECT",
)
# The first that fits. Stacks, and so all in them, are called spider-…, where AWS lets them be called anything.
RESOURCES: Final = {
    "apigateway:*": ["arn:aws:apigateway:*::/*"],
    "cloudformation:*": ["arn:aws:cloudformation:*:*:stack/spider-*"],
    "cloudwatch:*": ["arn:aws:cloudwatch:*:*:alarm:spider-*"],
    "dynamodb:*": ["arn:aws:dynamodb:*:*:table/spider-*"],
    "events:*": ["arn:aws:events:*:*:rule/spider-*"],
    "iam:*": ["arn:aws:iam::*:role/spider-*"],
    "kms:*": ["*"],
    "lambda:*EventSourceMapping": ["*"],
    "lambda:*": ["arn:aws:lambda:*:*:function:spider-*", "arn:aws:lambda:*:*:layer:spider-*"],
    "logs:Describe*": ["*"],
    "logs:*": ["arn:aws:logs:*:*:log-group:/aws/lambda/spider-*"],
    "s3:*": ["arn:aws:s3:::spider-*"],
    "secretsmanager:*": ["arn:aws:secretsmanager:*:*:secret:*"],
    "sqs:*": ["arn:aws:sqs:*:*:spider-*"],
}
LARGEST: Final = 6144  # "IAM and AWS STS quotas": characters of a managed policy, white space apart


def policy(built: Json, described: Callable[[str], Json]) -> Json:
    """An IAM policy for the template. `described`: a type's description (its resource provider schema)."""
    kinds = {one["Type"] for one in built["Resources"].values()}
    services = {kind.split("::")[1].lower() for kind in kinds}
    called = {action for kind in kinds for action in _called(described(kind))}
    wanted = OWN | BESIDES | {one for one in called if one.partition(":")[0] in services and one not in NEVER}
    statements = []
    for pattern, resources in RESOURCES.items():
        fitting = sorted(one for one in wanted if fnmatchcase(one, pattern))
        wanted = wanted.difference(fitting)
        statements.append({"Effect": "Allow", "Action": fitting, "Resource": resources})
    return {"Version": "2012-10-17", "Statement": statements}


def _called(description: Json) -> Iterator[str]:
    """Raises KeyError for a type of which AWS does not tell."""
    for verb, told in description["handlers"].items():
        if verb != "list":
            yield from told["permissions"]
