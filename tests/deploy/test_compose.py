"""docker-compose.yml, held to everything it speaks of: the format, the files, the settings, the commands, the launcher's Kafka."""

import asyncio
import json
import shlex
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from prometheus_client import CollectorRegistry
from ruamel.yaml import YAML
from typer.main import get_command

from deploy.kafka.configuration import CLIENTS, CONTROLLER, properties
from streams.cli.app import app
from streams.engine.web import Web
from streams.kafka.access import PREFIX
from streams.readiness import Phase, Readiness
from streams.settings import Settings
from tests.deploy.compose import FILE, OURS, WORKERS, bound, published, services
from tests.deploy.rules import read
from tests.deploy.series import REPOSITORY

ALL = sorted(services())
SETTINGS = Settings.model_fields


def setting(name: str) -> Any:
    return SETTINGS[name].default


def test_the_file_is_what_the_compose_specification_allows() -> None:
    """The schema that Docker publishes, as check-jsonschema carries it; the package itself does not run beside Faust's click."""
    schema = distribution("check-jsonschema").locate_file("check_jsonschema/builtin_schemas/vendor/compose-spec.json")
    Draft202012Validator(json.loads(Path(str(schema)).read_text())).validate(YAML(typ="safe").load(FILE))


@pytest.mark.parametrize("name", ALL)
def test_every_file_and_folder_that_a_container_sees_is_there_and_cannot_be_changed(name: str) -> None:
    service = services()[name]
    for here in bound(service).values():
        assert (REPOSITORY / here).exists(), here
    for volume in service.get("volumes", ()):
        assert volume.endswith(":ro") == volume.startswith("."), volume


@pytest.mark.parametrize("name", ALL)
def test_images_are_of_one_version(name: str) -> None:
    _, _, version = services()[name]["image"].partition(":")
    assert version.removeprefix("v")[0].isdigit()
    assert version.count(".") == 2


@pytest.mark.parametrize("name", ALL)
def test_a_container_may_change_nothing_and_become_nobody_else(name: str) -> None:
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert not {"privileged", "cap_add", "network_mode", "pid", "user"} & service.keys()


def test_only_this_machine_reaches_what_is_published_and_no_port_twice() -> None:
    ports = [port for name in ALL for port in services()[name].get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert len({port.split(":")[1] for port in ports}) == len(ports)


@pytest.mark.parametrize("name", WORKERS)
def test_a_workers_published_port_and_health_are_where_it_serves_them(name: str) -> None:
    service = services()[name]
    port = setting("metrics_port")
    assert set(published(service).values()) == {port}
    assert f"http://127.0.0.1:{port}/readyz" in " ".join(service["healthcheck"]["test"])
    assert f"EXPOSE {port}" in (REPOSITORY / "deploy" / "docker" / "Dockerfile").read_text()
    assert f"{name}:{port}" in _scraped("throughline")


def test_prometheus_scrapes_every_worker_and_nobody_else_as_throughline() -> None:
    assert _scraped("throughline") == [f"{name}:{setting('metrics_port')}" for name in WORKERS]


def _scraped(job: str) -> list[str]:
    configuration = read(REPOSITORY / "deploy" / "prometheus" / "prometheus.yml")
    (found,) = (scraped for scraped in configuration["scrape_configs"] if scraped["job_name"] == job)
    (static,) = found["static_configs"]
    return list(static["targets"])


@pytest.mark.parametrize(
    ("asks", "path", "named"),
    [
        ("prometheus", "deploy/prometheus/prometheus.yml", "alertmanager:9093"),
        ("grafana", "deploy/grafana/provisioning/datasources/prometheus.yml", "http://prometheus:9090"),
    ],
)
def test_services_ask_one_another_by_name_and_by_the_port_that_is_served(asks: str, path: str, named: str) -> None:
    assert named in (REPOSITORY / path).read_text()
    name, port = named.removeprefix("http://").split(":")
    assert int(port) in published(services()[name]).values()
    assert any((REPOSITORY / path).is_relative_to(REPOSITORY / here) for here in bound(services()[asks]).values())


async def test_the_health_check_tells_a_ready_worker_from_one_that_is_not() -> None:
    now = Readiness(Phase.READY, "well")
    web = Web(CollectorRegistry(), lambda: now, host="127.0.0.1", port=0)
    url = await web.start()
    kind, _, *arguments = services()["worker-1"]["healthcheck"]["test"]
    assert kind == "CMD"
    moved = [argument.replace(f"http://127.0.0.1:{setting('metrics_port')}", url) for argument in arguments]

    async def healthy() -> bool:
        asked = await asyncio.create_subprocess_exec(sys.executable, *moved, stderr=asyncio.subprocess.DEVNULL)
        return await asked.wait() == 0

    try:
        assert await healthy()
        now = Readiness(Phase.BEHIND, "an hour behind")
        assert not await healthy()
    finally:
        await web.stop()
    assert not await healthy()


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_has_longer_to_stop_than_it_takes(name: str) -> None:
    grace = services()[name]["stop_grace_period"]
    assert int(grace.removesuffix("s")) * 1000 > setting("stop_ms") + 5_000


@pytest.mark.parametrize("name", [*WORKERS, "simulator"])
def test_what_cannot_mend_itself_is_not_started_for_ever(name: str) -> None:
    policy, _, tries = services()[name]["restart"].partition(":")
    assert policy == "on-failure"
    assert 0 < int(tries) <= 10


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_that_is_read(name: str) -> None:
    given = services()[name].get("environment", {})
    assert {variable.removeprefix(PREFIX).lower() for variable in given} <= SETTINGS.keys()
    Settings(**{variable.removeprefix(PREFIX).lower(): value for variable, value in given.items()})


def test_workers_keep_their_names_and_no_two_have_the_same() -> None:
    assert [services()[name]["environment"]["THROUGHLINE_INSTANCE"] for name in WORKERS] == list(WORKERS)


@pytest.mark.parametrize("name", OURS)
def test_commands_and_options_are_throughlines_own(name: str) -> None:
    for words in _commands(services()[name]["command"]):
        command: Any = get_command(app)
        while hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        command.make_context(command.name, [word.replace("$RANDOM", "1") for word in _existing(words)])


def _commands(given: list[str]) -> list[list[str]]:
    if len(given) > 1 or " " not in given[0]:
        return [list(given)]
    return [shlex.split(part)[1:] for part in given[0].split("|")]


def _existing(words: list[str]) -> list[str]:
    """Paths inside the container stand for those that are bound there."""
    here = bound(services()["simulator"])
    return [str(REPOSITORY / here[word]) if word in here else word for word in words]


def test_every_container_of_ours_sees_the_policy_where_the_image_looks_for_it() -> None:
    dockerfile = (REPOSITORY / "deploy" / "docker" / "Dockerfile").read_text()
    for name in OURS:
        (there,) = bound(services()[name])
        assert f"THROUGHLINE_POLICY={there}" in dockerfile


KAFKA = services()["kafka"]["environment"]
ITS_OWN = {
    "process.roles", "node.id", "controller.quorum.voters", "listeners", "advertised.listeners", "listener.security.protocol.map",
    "controller.listener.names", "inter.broker.listener.name", "log.dirs",
}  # fmt: skip
"""Who and where a broker is."""


def test_kafka_behaves_as_the_launchers_single_broker() -> None:
    given = {name.removeprefix("KAFKA_").replace("_", ".").lower(): value for name, value in KAFKA.items() if name.startswith("KAFKA_")}
    launched = properties(0, "data", {CLIENTS: 1}, {CLIENTS: "PLAINTEXT"}, [2])
    of_the_jvm = {"heap.opts"}
    assert {name: given[name] for name in given.keys() - ITS_OWN - of_the_jvm} == {
        name: launched[name] for name in launched.keys() - ITS_OWN
    }
    for name in ("process.roles", "controller.listener.names", "inter.broker.listener.name"):
        assert given[name] == launched[name]


def test_kafka_is_of_the_launchers_version() -> None:
    _, _, version = services()["kafka"]["image"].partition(":")
    assert f"<kafka.version>{version}</kafka.version>" in (REPOSITORY / "deploy" / "kafka" / "pom.xml").read_text()


def test_each_client_is_sent_back_to_the_name_it_came_by() -> None:
    served = dict(listener.split("://:") for listener in KAFKA["KAFKA_LISTENERS"].split(","))
    advertised = dict(listener.split("://") for listener in KAFKA["KAFKA_ADVERTISED_LISTENERS"].split(","))
    protocols = dict(pair.split(":") for pair in KAFKA["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    assert served.keys() == protocols.keys() == {CLIENTS, "HOST", CONTROLLER}
    assert advertised == {CLIENTS: f"kafka:{served[CLIENTS]}", "HOST": "localhost:9092"}
    assert published(services()["kafka"]) == {9092: int(served["HOST"])}
    assert KAFKA["KAFKA_CONTROLLER_QUORUM_VOTERS"] == f"{KAFKA['KAFKA_NODE_ID']}@kafka:{served[CONTROLLER]}"
    for name in OURS:
        said = json.dumps([services()[name]["command"], services()[name].get("environment", {})])
        if "kafka:" in said or name != "topics":
            assert f"kafka:{served[CLIENTS]}" in said


def test_what_must_be_kept_has_a_volume_and_every_volume_is_used() -> None:
    declared = set(YAML(typ="safe").load(FILE)["volumes"])
    used = {volume.split(":")[0] for service in services().values() for volume in service.get("volumes", ()) if volume[0] not in "./$"}
    assert used == declared
    assert f"kafka:{KAFKA['KAFKA_LOG_DIRS']}" in services()["kafka"]["volumes"]


def test_the_head_of_the_file_names_the_ports_that_are_published() -> None:
    head = FILE.read_text().split("\nname:")[0]
    for service in services().values():
        for port in published(service):
            assert f"localhost:{port}" in head


def test_grafana_finds_the_dashboard_where_its_provider_looks() -> None:
    grafana = services()["grafana"]
    (provider,) = read(REPOSITORY / "deploy" / "grafana" / "provisioning" / "dashboards" / "throughline.yml")["providers"]
    folder = bound(grafana)[provider["options"]["path"]]
    home = Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (REPOSITORY / folder / home.relative_to(provider["options"]["path"])).exists()
