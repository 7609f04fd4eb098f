"""What tells an operator that something is wrong: alarms of CloudWatch, where a topic of SNS is named to tell it to."""

from __future__ import annotations

from typing import Final

from .chalice_part import Json

TOPIC: Final = "AlarmTopic"
_CONDITION: Final = "HasAlarmTopic"
_MINUTE: Final = 60
_OLD_SECONDS: Final = 15 * _MINUTE  # of a message: its worker has died twice, or none takes it


def parameters() -> Json:
    return {
        TOPIC: {
            "Type": "String",
            "Description": "ARN of the topic of SNS that alarms are sent to; nothing, and there are none",
            "Default": "",
            "AllowedPattern": "(arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+)?",
            "ConstraintDescription": "is the ARN of a topic of SNS, or nothing",
        }
    }


def conditions() -> Json:
    return {_CONDITION: {"Fn::Not": [{"Fn::Equals": [{"Ref": TOPIC}, ""]}]}}


def resources() -> Json:
    return {
        "DeadLettersAlarm": _of_queue(
            "DeadLetters", "ApproximateNumberOfMessagesVisible", 0, "Five workers died of a message"
        ),
        "QueueAlarm": _of_queue("Queue", "ApproximateAgeOfOldestMessage", _OLD_SECONDS, "Operations are not worked on"),
        "SweepAlarm": _of_errors("Sweep", 2, "Nothing puts back the operations of workers that died"),
        "WorkAlarm": _of_errors("Work", 0, "A worker died; another one goes on with its operation"),
        "APIHandlerAlarm": _of_errors("APIHandler", 0, "A call behind API Gateway was not answered"),
        "HeldAlarm": _of_errors("Held", 0, "A call behind the Function URL was not answered"),
    }


def _of_queue(queue: str, metric: str, beyond: int, why: str) -> Json:
    named = {"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}
    return _alarm("AWS/SQS", metric, "Maximum", named, beyond, why)


def _of_errors(function: str, beyond: int, why: str) -> Json:
    """`beyond`: so many in five minutes are no alarm."""
    return _alarm("AWS/Lambda", "Errors", "Sum", {"Name": "FunctionName", "Value": {"Ref": function}}, beyond, why)


def _alarm(namespace: str, metric: str, statistic: str, dimension: Json, beyond: int, why: str) -> Json:
    """Without data all is well: neither a queue that nobody uses tells any, nor a function."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Condition": _CONDITION,
        "Properties": {
            "AlarmDescription": {"Fn::Sub": f"${{AWS::StackName}}: {why}"},
            "AlarmActions": [{"Ref": TOPIC}],
            "OKActions": [{"Ref": TOPIC}],
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [dimension],
            "Statistic": statistic,
            "Period": 5 * _MINUTE,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": beyond,
            "TreatMissingData": "notBreaching",
        },
    }
