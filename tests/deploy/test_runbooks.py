"""docs/alerts.md: whoever is woken finds what it means and three steps, with commands and settings that exist."""

import re
import shlex
from typing import Any

import pytest
from typer.main import get_command

from deploy.grafana.panels import ROWS
from streams.cli.app import app
from streams.settings import Settings
from tests.deploy.rules import ALERTS
from tests.deploy.series import REPOSITORY

PAGE = (REPOSITORY / "docs" / "alerts.md").read_text()
SECTIONS = dict(re.findall(r"^### (\w+)\n\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
TYPED = sorted(set(re.findall(r"`throughline ([^`]+)`", PAGE)))


def test_every_alert_has_its_section_and_every_section_its_alert() -> None:
    assert list(SECTIONS) == re.findall(r"^### (\w+)", PAGE, re.MULTILINE)
    assert set(SECTIONS) == {rule["alert"] for rule in ALERTS}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_leads_to_what_it_means_and_three_steps(rule: dict[str, Any]) -> None:
    assert rule["annotations"]["runbook"] == f"docs/alerts.md#{rule['alert'].lower()}"
    means, _, steps = SECTIONS[rule["alert"]].partition("\n\n")
    assert not means.startswith("1.")
    assert re.findall(r"^(\d)\. ", steps, re.MULTILINE) == ["1", "2", "3"]


@pytest.mark.parametrize("typed", TYPED)
def test_every_command_is_understood(typed: str) -> None:
    words, command = shlex.split(typed), get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)


def test_every_setting_panel_and_section_named_exists() -> None:
    assert {name.lower() for name in re.findall(r"THROUGHLINE_(\w+)", PAGE)} <= Settings.model_fields.keys()
    titles = " ".join(panel.title for row in ROWS for panel in row.panels)
    named = re.findall(r'"([^"]+)"(?= on the dashboard|\s+tells)', PAGE)
    assert named
    assert all(name in titles for name in named)
    for page, anchor in re.findall(r"\]\(([\w.]*)#([\w-]+)\)", PAGE):
        text = (REPOSITORY / "docs" / page).read_text() if page else PAGE
        assert anchor in {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
