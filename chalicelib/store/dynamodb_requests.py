"""What is sent to DynamoDB for each change and query. Expressions are spelt by pynamodb."""

from __future__ import annotations

from typing import Any

from pynamodb.expressions.condition import Condition, Or
from pynamodb.expressions.operand import Path, Value
from pynamodb.expressions.update import Update as UpdateExpression

from .dynamodb_values import encode, encode_item
from .interface import EXPIRES, Change, Check, Delete, Item, Key, Put, Table, Update
from .queries import Query

Arguments = dict[str, Any]


def key_attributes(table: Table, key: Key) -> Arguments:
    """A key as DynamoDB takes it."""
    return encode_item(dict(zip(table.keys, key, strict=True)))


def live(item: Item, now: int) -> bool:
    """Whether the item has not expired."""
    return EXPIRES not in item or item[EXPIRES] > now


def plain_write(change: Change) -> tuple[str, Arguments] | None:
    """The operation of a change without conditions, which may simply be repeated; None for any other."""
    if isinstance(change, Put) and not change.if_absent:
        return "PutItem", {"Item": encode_item(change.item)}
    if isinstance(change, Delete) and not change.when:
        return "DeleteItem", {"Key": key_attributes(change.table, change.key)}
    return None


def transact_item(change: Change, name: str, now: int) -> Arguments:
    """One element of TransactItems."""
    expressions = _Expressions()
    told: Arguments = {"TableName": name}
    if isinstance(change, Put):
        told["Item"] = encode_item(change.item)
    else:
        told["Key"] = key_attributes(change.table, change.key)
    condition = _condition(change, now)
    if condition is not None:
        told["ConditionExpression"] = expressions.spell(condition)
    if isinstance(change, Update) and change.set:
        told["UpdateExpression"] = expressions.spell(_update(change))
    return {_verb(change): {**told, **expressions.arguments()}}


def query_arguments(query: Query, now: int) -> Arguments:
    """The arguments of Query, but for the table's name, the limit and the start."""
    expressions = _Expressions()
    condition: Condition = Path([query.hash_key]) == _value(query.hash_value)
    if query.bounds is not None:
        low, high = map(_value, query.bounds)
        condition &= Path([query.range_key or ""]).between(low, high)
    elif query.prefix:
        condition &= Path([query.range_key or ""]).startswith(_value(query.prefix))  # type: ignore[arg-type]  # it takes operands, annotated as str
    # An index of keys alone has no `expires`, and a filter by it is refused; the items are read afterwards.
    live = {} if query.keys_only else {"FilterExpression": expressions.spell(_not_expired(now))}
    return {
        "KeyConditionExpression": expressions.spell(condition),
        **live,
        "ScanIndexForward": not query.reverse,
        **({"ConsistentRead": True} if query.index is None else {"IndexName": query.index}),
        **expressions.arguments(),
    }


class _Expressions:
    """Expressions of one request, which share their placeholders."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def spell(self, expression: Condition | UpdateExpression) -> str:
        return expression.serialize(self._names, self._values) or ""

    def arguments(self) -> Arguments:
        names = {placeholder: name for name, placeholder in self._names.items()}
        told = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": self._values}
        return {key: value for key, value in told.items() if value}


def _verb(change: Change) -> str:
    if isinstance(change, Check) or (isinstance(change, Update) and not change.set):
        return "ConditionCheck"
    return type(change).__name__


def _condition(change: Change, now: int) -> Condition | None:
    if isinstance(change, Put):
        return _missing(change.table, now) if change.if_absent else None
    if isinstance(change, Check) and change.absent:
        return _missing(change.table, now)
    if isinstance(change, Delete) and not change.when:
        return None
    condition: Condition = Path([change.table.hash_key]).exists() & _not_expired(now)
    for name, value in change.when.items():
        path = Path([name])
        condition &= path.does_not_exist() if value is None else path == _value(value)
    return condition


def _update(change: Update) -> UpdateExpression:
    actions = [
        Path([name]).remove() if value is None else Path([name]).set(_value(value))
        for name, value in change.set.items()
    ]
    return UpdateExpression(*actions)


def _missing(table: Table, now: int) -> Condition:
    return Or(Path([table.hash_key]).does_not_exist(), Path([EXPIRES]) <= _value(now))


def _not_expired(now: int) -> Condition:
    return Or(Path([EXPIRES]).does_not_exist(), Path([EXPIRES]) > _value(now))


def _value(value: Any) -> Value:
    return Value(encode(value))
