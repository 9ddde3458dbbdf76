"""What differs between one worker's surroundings and another's; what is watched stands in the policy file.

Each field is read from `THROUGHLINE_<FIELD>`; times are integer milliseconds and say so, as Kafka's own settings do.
"""

import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from streams.kafka.access import PREFIX, Access, secret

_Loaded = TypeVar("_Loaded", bound=Access)

_BROKER = re.compile(r"^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})$")
_KAFKA_NAME = re.compile(r"^[a-zA-Z0-9._-]{1,100}$")


def _brokers(text: str) -> str:
    for broker in text.split(","):
        found = _BROKER.match(broker.strip())
        if found is None or not 0 < int(found[2]) < 65536:
            raise ValueError("must be host:port, or several with commas between, such as kafka-1:9092,kafka-2:9092")
    return ",".join(broker.strip() for broker in text.split(","))


def _kafka_name(text: str) -> str:
    if not _KAFKA_NAME.match(text):
        raise ValueError("must hold only letters, digits, dots, _ and -, at most 100 of them")
    return text


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value().encode()) < 16:
        raise ValueError("must be at least 16 bytes long, or the identifiers it hides can be guessed")
    return secret


class Settings(Access):
    kafka: Annotated[str, AfterValidator(_brokers)] = Field(
        "localhost:9092", description="Kafka's bootstrap servers: host:port, comma-separated"
    )
    policy: Path = Field(Path("deploy/policy.yaml"), description="The policy file: channels, targets, detectors")
    application: Annotated[str, AfterValidator(_kafka_name)] = Field(
        "throughline", description="The consumer group, and the beginning of the changelog's name and of the transactional ids"
    )
    instance: Annotated[str, AfterValidator(_kafka_name)] | None = Field(
        None,
        description="A name that stays with this worker when it restarts (a StatefulSet's pod name): "
        "it then gets its partitions back without a rebalance",
    )
    partitions: int | None = Field(
        None, ge=1, le=10_000, description="How many partitions every channel topic must have; without it, they must only be equal"
    )
    embedded: bool = Field(
        default=False, description="The broker is the embedded one, for trying out: it has no transactions' isolation and no checksums"
    )

    checkpoint_ms: int = Field(500, ge=50, le=60_000, description="Between two checkpoints: how long a finished alert waits at most")
    probe_ms: int = Field(
        1_000, ge=100, le=60_000, description="Between two probes of the topics' ends, which let time go on where nothing arrives"
    )
    session_timeout_ms: int = Field(
        10_000, ge=6_000, le=300_000, description="After so long without a heartbeat a worker's partitions go to others"
    )
    delivery: Annotated[Literal["exactly_once", "at_least_once"], BeforeValidator(_lower)] = Field(
        "exactly_once",
        description="at_least_once is for clusters that forbid transactions: after a crash alerts, dead letters and forwarded records "
        "may come twice, with equal content; a worker that is stopped in the midst of writing and woken after another took over may set "
        "journeys back. Nothing is lost in either",
    )
    transaction_timeout_ms: int = Field(
        60_000,
        ge=1_000,
        le=900_000,
        description="After so long the broker gives up the transaction of a worker that died with no successor, and readers of its alerts "
        "go on; a successor ends it at once. It must outlast a broker's failure, or a worker that waits for the new leader is shut out",
    )
    stop_ms: int = Field(
        10_000, ge=1_000, le=600_000, description="How long a worker that is told to stop may take for its last checkpoint"
    )
    stuck_ms: int = Field(
        60_000, ge=5_000, le=3_600_000, description="A worker with unread records and no progress for so long ends itself"
    )
    behind_ms: int = Field(60_000, ge=1_000, description="A worker that is further behind than this is not ready")

    queued_records: int = Field(
        100_000,
        ge=1_000,
        description="How many records (of 4 KB; larger ones count as several) may wait between the broker and the detectors",
    )

    metrics_host: str = Field("127.0.0.1", description="Where /metrics, /healthz and /readyz are served; 0.0.0.0 for every address")
    metrics_port: int = Field(9469, ge=0, le=65_535, description="0 takes any free port, and the log says which")

    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        "info", description="Throughline's own; libraries log warnings and errors alone"
    )
    log_format: Annotated[Literal["auto", "json", "console"], BeforeValidator(_lower)] = Field(
        "auto", description="auto: readable on a terminal, JSON elsewhere"
    )
    log_key: Annotated[SecretStr, AfterValidator(_long_enough)] | None = Field(
        None, description="Hashes the identifiers in logs. Give every worker the same, or they cannot be compared; without it, a random one"
    )


class SettingsInvalid(Exception):
    """Every mistake in one message, a line each, naming the variable."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


def load_settings(**given: Any) -> Settings:
    """From the environment; what is `given` and not None, from the command line, beats it. SettingsInvalid says what to mend."""
    return _loaded(Settings, given)


def load_access() -> Access:
    """From the environment: what a command needs to reach Kafka, and no other setting. SettingsInvalid says what to mend."""
    return _loaded(Access, {})


def _loaded(kind: type[_Loaded], given: Mapping[str, Any]) -> _Loaded:
    try:
        return kind(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsInvalid(line for mistake in error.errors() for line in _worded(mistake).splitlines()) from None


def unknown_variables(environ: Mapping[str, str] = os.environ) -> list[str]:
    """A sentence for each variable that bears our prefix and that nothing reads: a slip of the pen, most likely."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    return [f"{name}: nothing reads this variable" + _closest(name) for name in unknown]


def _worded(mistake: ErrorDetails) -> str:
    text = mistake["msg"].removeprefix("Value error, ").removeprefix("Input should be ").removeprefix("must be ")
    if not mistake["loc"]:
        return text
    variable = PREFIX + str(mistake["loc"][0]).upper()
    if mistake["type"] == "extra_forbidden":
        return f"{variable}: there is no such setting{_closest(variable)}"
    given = mistake["input"]
    said = "" if secret(str(mistake["loc"][0])) else f", not {given!r}"
    wanted = text if text.startswith("must ") else f"must be {text}"
    return f"{variable}: {wanted}{said}"


def _closest(variable: str) -> str:
    close = get_close_matches(variable.upper(), (PREFIX + name.upper() for name in Settings.model_fields), n=1, cutoff=0.85)
    return f"; did you mean {close[0]}?" if close else ""
