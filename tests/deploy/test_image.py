"""The image: the same packages as everywhere else, none of those for developing, and nobody in it who may do anything."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.deploy.series import REPOSITORY

DOCKERFILE = (REPOSITORY / "deploy" / "docker" / "Dockerfile").read_text()
FINAL = DOCKERFILE.split("\nFROM ")[-1]
WHOLE = REPOSITORY / "requirements.lock"
IMAGES = REPOSITORY / "deploy" / "docker" / "requirements.lock"


def locked(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """By name: version and marker, and the hashes."""
    found = re.findall(r"^([\w.-]+(?:\[[\w,]+\])?)==(\S+(?: ;.*?)?) \\\n((?: +--hash=.*\n)+)", path.read_text(), re.MULTILINE)
    return {name: (version, frozenset(re.findall(r"sha256:\w+", hashes))) for name, version, hashes in found}


def test_the_images_packages_are_the_same_to_the_byte() -> None:
    image, whole = locked(IMAGES), locked(WHOLE)
    assert len(image) == len(re.findall(r"^\S+==", IMAGES.read_text(), re.MULTILINE)) > 30
    assert {name: found[1] for name, found in image.items()} == {name: whole[name][1] for name in image}, "make lock"


def test_everything_that_runs_is_there_and_nothing_that_only_develops() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    runs = {_name(wanted) for wanted in project["dependencies"]}
    develops = {_name(wanted) for wanted in project["optional-dependencies"]["dev"]} - runs - {"setuptools"}
    names = {_name(name) for name in locked(IMAGES)}
    assert runs <= names
    assert not develops & names


def _name(wanted: str) -> str:
    matched = re.match(r"[\w.-]+", wanted)
    assert matched
    return re.sub(r"[._]", "-", matched[0].lower())


def test_what_builds_it_is_no_longer_in_it() -> None:
    assert "pip uninstall --yes setuptools pip" in DOCKERFILE
    assert "pip" not in re.sub(r"#.*", "", FINAL)
    assert "apt-get" not in DOCKERFILE


def test_packages_come_by_their_hashes_and_are_never_compiled() -> None:
    assert "pip install --no-deps --require-hashes --only-binary :all: --requirement requirements.lock" in DOCKERFILE
    assert "--no-deps --no-build-isolation" in DOCKERFILE


def test_both_stages_stand_on_the_same_pinned_python() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(stages) == 2
    assert len(set(stages)) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", stages[0])


@pytest.mark.parametrize(
    "line",
    [
        "USER 10001:10001",  # a number, not root's
        'ENTRYPOINT ["throughline"]',  # no shell between: signals reach it
        'CMD ["worker"]',
        "STOPSIGNAL SIGTERM",
    ],
)
def test_it_runs_one_command_as_nobody(line: str) -> None:
    assert line in FINAL.splitlines()


def test_only_what_it_is_built_from_reaches_the_builder() -> None:
    """.dockerignore leaves all out but what it names, and names all that is copied."""
    ignored, *let_in = [line for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert ignored == "*"
    named = {line.removeprefix("!") for line in let_in if line.startswith("!")}
    copied = {source for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE) for source in sources.split()}
    assert named == copied
    assert all((REPOSITORY / name).exists() for name in named)
