"""Settings come from the environment, and a wrong one is named as its variable."""

import pytest

from streams.settings import Settings, SettingsInvalid, load_settings, unknown_variables


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"THROUGHLINE_{name.upper()}", raising=False)


def test_the_defaults_are_a_worker_on_this_machine() -> None:
    settings = load_settings()
    assert (settings.kafka, settings.application, settings.checkpoint_ms) == ("localhost:9092", "throughline", 500)


def test_what_is_given_beats_the_environment_and_none_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_KAFKA", "kafka-1:9092, kafka-2:9092")
    monkeypatch.setenv("THROUGHLINE_METRICS_PORT", "1234")
    settings = load_settings(kafka=None, metrics_port=0)
    assert (settings.kafka, settings.metrics_port) == ("kafka-1:9092,kafka-2:9092", 0)


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_INSTANCE", "")
    assert load_settings().instance is None


def test_words_may_be_written_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_LOG_LEVEL", "WARNING")
    assert load_settings().log_level == "warning"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("KAFKA", "kafka", "must be host:port, or several with commas between, such as kafka-1:9092,kafka-2:9092, not 'kafka'"),
        ("KAFKA", "kafka:0", "must be host:port"),
        ("KAFKA", "kafka:9092,", "must be host:port"),
        ("APPLICATION", "our shop", "must hold only letters, digits, dots, _ and -, at most 100 of them, not 'our shop'"),
        ("METRICS_PORT", "http", "must be a valid integer, unable to parse string as an integer, not 'http'"),
        ("METRICS_PORT", "65536", "must be less than or equal to 65535, not '65536'"),
        ("CHECKPOINT_MS", "49", "must be greater than or equal to 50, not '49'"),
        ("SESSION_TIMEOUT_MS", "5999", "must be greater than or equal to 6000, not '5999'"),
        ("LOG_LEVEL", "loud", "must be 'debug', 'info', 'warning' or 'error', not 'loud'"),
        ("PARTITIONS", "0", "must be greater than or equal to 1, not '0'"),
    ],
)
def test_a_mistake_names_the_variable_and_what_it_must_be(variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"THROUGHLINE_{variable}", value)
    with pytest.raises(SettingsInvalid) as invalid:
        load_settings()
    (mistake,) = invalid.value.mistakes
    assert mistake.startswith(f"THROUGHLINE_{variable}: {said}")


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_KAFKA", "x")
    monkeypatch.setenv("THROUGHLINE_STOP_MS", "x")
    with pytest.raises(SettingsInvalid) as invalid:
        load_settings()
    assert [mistake.partition(":")[0] for mistake in invalid.value.mistakes] == ["THROUGHLINE_KAFKA", "THROUGHLINE_STOP_MS"]


def test_how_often_and_how_long_have_nothing_to_do_with_each_other() -> None:
    assert load_settings(checkpoint_ms=60_000, transaction_timeout_ms=1_000).checkpoint_ms == 60_000


def test_delivery_is_one_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_DELIVERY", "At_Least_Once")
    assert load_settings().delivery == "at_least_once"
    with pytest.raises(SettingsInvalid, match="THROUGHLINE_DELIVERY: must be 'exactly_once' or 'at_least_once', not 'at_most_once'"):
        load_settings(delivery="at_most_once")


def test_the_key_is_never_shown_not_even_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_LOG_KEY", "0123456789abcdef")
    assert "0123456789abcdef" not in repr(load_settings())
    monkeypatch.setenv("THROUGHLINE_LOG_KEY", "0123456789abcde")
    with pytest.raises(SettingsInvalid) as invalid:
        load_settings()
    assert "0123456789abcde" not in str(invalid.value)
    assert str(invalid.value).startswith("THROUGHLINE_LOG_KEY: must be at least 16 bytes long")


def test_a_setting_that_is_not_there_is_a_mistake_with_the_likely_name() -> None:
    with pytest.raises(SettingsInvalid, match="THROUGHLINE_METRIC_PORT: there is no such setting; did you mean THROUGHLINE_METRICS_PORT"):
        load_settings(metric_port=1)


def test_a_variable_that_nothing_reads_is_pointed_out() -> None:
    environ = {"THROUGHLINE_KAFAK": "x", "THROUGHLINE_KAFKA": "x", "PATH": "x", "THROUGHLINE_OTHER": "x"}
    assert unknown_variables(environ) == [
        "THROUGHLINE_KAFAK: nothing reads this variable; did you mean THROUGHLINE_KAFKA?",
        "THROUGHLINE_OTHER: nothing reads this variable",
    ]


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
