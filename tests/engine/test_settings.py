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


@pytest.mark.parametrize("name", ["cache_seconds", "answer_limit"])
def test_what_can_be_left_out_may_be_0_and_not_below(name: str) -> None:
    variable = f"SPIDER_{name.upper()}"
    assert getattr(Settings.from_env({variable: "0"}), name) == 0
    with pytest.raises(ValueError, match=variable):
        Settings.from_env({variable: "-1"})


def test_answers_are_as_long_as_they_are_except_inside_lambda() -> None:
    inside = {"AWS_LAMBDA_FUNCTION_NAME": "spider"}
    assert Settings.from_env({}).answer_limit == 0
    assert 4_000_000 < Settings.from_env(inside).answer_limit < 6_000_000
    assert Settings.from_env({**inside, "SPIDER_ANSWER_LIMIT": "0"}).answer_limit == 0
