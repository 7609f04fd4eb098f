"""The queue and the sealing keys on AWS: SQS and KMS."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial

import pytest
from spider_drivers.contract import OutOfService

from chalicelib import aws
from chalicelib.engine import kms, sqs
from chalicelib.engine.sealing import BrokenSeal
from chalicelib.engine.sqs import SqsQueue
from chalicelib.store import CONNECTIONS
from tests.servers import DUMMY_CREDENTIALS, aws_twin
from tests.simulation.memory_store import MemoryStore

REGION = DUMMY_CREDENTIALS["AWS_DEFAULT_REGION"]


@pytest.fixture(scope="module", autouse=True)
def amazon() -> Iterator[None]:
    with aws_twin() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in {**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}.items():
            patch.setenv(name, value)
        aws.forget()
        yield
        aws.forget()


@pytest.fixture(scope="module")
def queue_url(amazon: None) -> str:
    return str(aws.client("sqs", REGION).create_queue(QueueName="operations")["QueueUrl"])


@pytest.fixture
def queue(queue_url: str) -> SqsQueue:
    return SqsQueue(partial(aws.client, "sqs", REGION), queue_url)


@pytest.fixture(scope="module")
def key(amazon: None) -> str:
    return str(aws.client("kms", REGION).create_key()["KeyMetadata"]["KeyId"])


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore(time.time)
    made.create_tables()
    return made


def received(queue_url: str) -> list[tuple[str, int]]:
    """What is there, each once."""
    client = aws.client("sqs", REGION)
    found = client.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        client.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [sqs.read(message["Body"]) for message in found]


def test_a_message_is_sent_before_the_block_is_entered(queue: SqsQueue, queue_url: str) -> None:
    with queue.announce("one"):
        assert received(queue_url) == [("one", 0)]
    assert received(queue_url) == []


def test_nothing_is_done_that_cannot_be_announced() -> None:
    entered = False
    with (
        pytest.raises(OutOfService),
        SqsQueue(partial(aws.client, "sqs", REGION), "http://127.0.0.1:9/gone").announce("one"),
    ):
        entered = True
    assert not entered


def test_what_cannot_be_sent_later_is_left_to_the_sweeper() -> None:
    SqsQueue(partial(aws.client, "sqs", REGION), "http://127.0.0.1:9/gone").send("one", 3.0)


def test_a_message_about_an_unknown_operation_comes_three_times_at_most(queue: SqsQueue, queue_url: str) -> None:
    delays = []
    for receipts in range(1, 6):
        queue.again("nobody's", receipts)
        time.sleep(1.2 * sqs.UNKNOWN_SECONDS)
        delays.append(received(queue_url))
    assert delays == [[("nobody's", 1)], [("nobody's", 2)], [], [], []]


def test_a_long_delay_is_cut_to_what_sqs_has(queue: SqsQueue, queue_url: str) -> None:
    queue.send("one", 3600.0)
    name = "ApproximateNumberOfMessagesDelayed"
    told = aws.client("sqs", REGION).get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])
    assert told["Attributes"][name] == "1"


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"operation": "x"}', '{"operation": "x", "receipts": "many"}'])
def test_a_strangers_message_is_told_apart(body: str) -> None:
    with pytest.raises(ValueError, match="not a message of Spider's"):
        sqs.read(body)


def test_who_waits_looks_less_and_less_often(queue: SqsQueue) -> None:
    looks = iter([False, False, True])
    assert queue.wait("one", lambda: next(looks), 60.0)
    assert not queue.wait("one", lambda: False, 0.1)


def test_two_processes_seal_under_one_key_which_only_kms_can_read(store: MemoryStore, key: str) -> None:
    client = aws.client("kms", REGION)
    one, other = (kms.kms_sealer(store, client, key, "spider") for _ in range(2))
    assert other.open(one.seal("secret", "place"), "place") == "secret"
    kept = store.get(CONNECTIONS, (kms.KIND, kms.NAME)) or {}
    (sealed,) = kept["keys"].values()
    plain = client.decrypt(CiphertextBlob=sealed, EncryptionContext={"spider": "spider"})["Plaintext"]
    assert len(plain) == 32
    assert plain not in json.dumps(kept, default=lambda value: value.decode("latin-1")).encode("latin-1")


def test_keys_of_another_purpose_or_store_open_nothing(store: MemoryStore, key: str) -> None:
    client = aws.client("kms", REGION)
    sealed = kms.kms_sealer(store, client, key, "spider").seal("secret", "place")
    with pytest.raises(OutOfService, match="KMS does not give"):
        kms.kms_sealer(store, client, key, "another")
    empty = MemoryStore(time.time)
    empty.create_tables()
    with pytest.raises(BrokenSeal):
        kms.kms_sealer(empty, client, key, "spider").open(sealed, "place")
