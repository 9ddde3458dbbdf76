"""docker-compose.yml as Docker Compose reads it, as far as these tests need it."""

import re
from functools import cache
from typing import Any

from ruamel.yaml import YAML

from tests.deploy.series import REPOSITORY

FILE = REPOSITORY / "docker-compose.yml"
OURS = ("topics", "worker-1", "worker-2", "simulator")
WORKERS = ("worker-1", "worker-2")


@cache
def services() -> dict[str, dict[str, Any]]:
    """Merge keys resolved, variables at their defaults, `$$` as the one dollar that the container sees."""
    return {name: _filled_in(service) for name, service in YAML(typ="safe").load(FILE)["services"].items()}


def _filled_in(found: Any) -> Any:
    match found:
        case dict():
            return {key: _filled_in(value) for key, value in found.items()}
        case list():
            return [_filled_in(value) for value in found]
        case str():
            return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", found).replace("$$", "$")
    return found


def bound(service: dict[str, Any]) -> dict[str, str]:
    """Of the files and folders of this repository that a service sees: the path here by the path there."""
    return {there: here for here, there, *_ in (volume.split(":") for volume in service.get("volumes", ())) if here.startswith(".")}


def published(service: dict[str, Any]) -> dict[int, int]:
    """The port inside by the port of this machine; only those of the loopback address, and a test says that there are no others."""
    return {int(port): int(inside) for host, port, inside in (text.split(":") for text in service.get("ports", ())) if host == "127.0.0.1"}
