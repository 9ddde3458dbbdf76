"""No client of Kafka is made past `streams.kafka.security`: in plain text it would work on every machine but the one that counts."""

import ast
from pathlib import Path

import streams

SOURCES = Path(streams.__file__).parent
CLIENTS = {"AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient", "AIOKafkaConnection", "Consumer", "Producer", "AdminClient"}
TOLD_BY = ("client(", "**self._reached", "**reached", "security.aiokafka(", "security.librdkafka(")
"""What knows how Kafka is reached."""
ADDRESS = ("bootstrap.servers", "bootstrap_servers")
KNOWS_ADDRESSES = {"kafka/security.py", "kafka/greeting.py", "broker.py"}
"""`broker.py` is the embedded broker."""


def modules() -> dict[str, ast.Module]:
    return {str(file.relative_to(SOURCES)): ast.parse(file.read_text()) for file in SOURCES.rglob("*.py")}


def made(tree: ast.Module) -> list[str]:
    """The calls that make a client."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [ast.unparse(call) for call in calls if isinstance(call.func, ast.Name) and call.func.id in CLIENTS]


def test_every_client_is_told_how_kafka_is_reached() -> None:
    calls = [(name, call) for name, tree in modules().items() for call in made(tree) if name != "broker.py"]
    assert len(calls) >= 8, "the clients have moved: this test looks for them in vain"
    assert [(name, call) for name, call in calls if not any(told in call for told in TOLD_BY)] == []


def test_no_other_module_names_an_address_for_a_client() -> None:
    for name, tree in modules().items():
        words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        words += [node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg]
        assert name in KNOWS_ADDRESSES or not set(ADDRESS) & set(words), name
