"""The KMS key under which the store's sealing keys are sealed."""

from __future__ import annotations

from .chalice_part import Json


def resources() -> Json:
    """Deleted, KMS waits for 7 days; without it no secret in the tables can be opened again."""
    statement = {
        "Sid": "PoliciesOfTheAccountDecide",
        "Effect": "Allow",
        "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}},
        "Action": "kms:*",
        "Resource": "*",  # in a key's own policy: that key
    }
    properties = {
        "Description": {"Fn::Sub": "${AWS::StackName}: seals the keys that seal Spider's secrets"},
        "EnableKeyRotation": True,
        "PendingWindowInDays": 7,
        "KeyPolicy": {"Version": "2012-10-17", "Statement": [statement]},
    }
    policy = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Retain"}
    return {"SealingKey": {"Type": "AWS::KMS::Key", **policy, "Properties": properties}}
