from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.engine.settings import Settings


def test_every_setting_is_read_from_the_environment() -> None:
    settings = Settings.from_env({"SPIDER_HOME": "/x", "SPIDER_WAIT_SECONDS": "2.5", "SPIDER_WORKERS": "3"})
    assert (settings.home, settings.wait_seconds, settings.workers) == (Path("/x"), 2.5, 3)


@pytest.mark.parametrize("text", ["abc", "", "0", "-1", "nan"])
def test_what_is_no_number_names_its_variable(text: str) -> None:
    with pytest.raises(ValueError, match="SPIDER_WAIT_SECONDS"):
        Settings.from_env({"SPIDER_WAIT_SECONDS": text})


@pytest.mark.parametrize("name", ["STORE", "ERROR_STATUS", "LOG_FORMAT"])
def test_a_word_that_means_nothing_is_told(name: str) -> None:
    with pytest.raises(ValueError, match=f"SPIDER_{name}"):
        Settings.from_env({f"SPIDER_{name}": "upstraem"})


def test_inside_lambda_the_store_is_dynamodb_unless_said_otherwise() -> None:
    inside = {"AWS_LAMBDA_FUNCTION_NAME": "spider", "AWS_REGION": "eu-west-1"}
    assert Settings.from_env(inside).store == "dynamodb"
    assert Settings.from_env(inside).aws_region == "eu-west-1"
    assert Settings.from_env({**inside, "SPIDER_STORE": "sqlite"}).store == "sqlite"


def test_the_password_is_not_shown() -> None:
    assert "hunter2" not in repr(Settings(password="hunter2"))
