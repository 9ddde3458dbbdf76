"""From a file to a policy, or to everything that is wrong with it at once."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from pydantic import ValidationError

from schemas.policy import Policy
from streams.detection.detector import DetectorPolicy
from streams.detection.detectors import sections
from streams.policy_file.mistakes import Mistake, did_you_mean, dotted, explained
from streams.policy_file.source import Document, written
from streams.policy_file.unreachable import findings

Sections = Mapping[str, type[DetectorPolicy]]


class PolicyInvalid(Exception):
    """Every mistake, a line each, as `file:line:column: field: what is wrong`."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class Checked(Struct, frozen=True):
    policy: Policy | None
    """None where there are mistakes."""
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()
    """What is allowed and cannot be meant."""


def load_policy(path: Path | str) -> Policy:
    """The policy in the file; PolicyInvalid holds all mistakes."""
    checked = check_policy(path)
    if checked.policy is None:
        raise PolicyInvalid(checked.mistakes)
    return checked.policy


def check_policy(path: Path | str) -> Checked:
    name = str(path)
    try:
        text = Path(path).read_bytes().decode()
    except OSError as error:
        return Checked(None, (Mistake(name, None, "", f"cannot be read: {error.strerror}"),))
    except UnicodeDecodeError as error:
        return Checked(None, (Mistake(name, None, "", f"is not UTF-8: byte {error.start} cannot be"),))
    return check(text, name, sections())


def check(text: str, file: str, known: Sections) -> Checked:
    """`known`: the model of each detector's section."""
    document = Document(text)
    mistakes = [Mistake(file, slip.place, dotted(slip.path), slip.message) for slip in document.slips]
    if document.content is None and mistakes:
        return Checked(None, tuple(mistakes))
    if not isinstance(document.content, dict):
        found = "nothing" if document.content is None else written(document.content)
        said = f"must hold a mapping that begins with `version:` and `channels:`, not {found}"
        return Checked(None, (*mistakes, Mistake(file, document.place(()), "", said)))
    policy: Policy | None = None
    try:
        policy = Policy.model_validate(document.content)
    except ValidationError as invalid:
        mistakes += [explained(error, Policy, document, file) for error in invalid.errors(include_url=False)]
    mistakes += _in_sections(document, file, known)
    if policy is None or mistakes:
        return Checked(None, tuple(sorted(mistakes, key=_line)))
    warnings = [Mistake(file, document.place(path), dotted(path), said) for path, said in findings(policy, known)]
    return Checked(policy, (), tuple(sorted(warnings, key=_line)))


def _in_sections(document: Document, file: str, known: Sections) -> list[Mistake]:
    mistakes: list[Mistake] = []
    detectors = document.content.get("detectors")
    if not isinstance(detectors, dict):
        return mistakes  # the policy's own model says so
    for name, section in detectors.items():
        if name not in known:
            path = ("detectors", str(name))
            said = f"there is no such detector{did_you_mean(str(name), known)}"
            mistakes.append(Mistake(file, document.place(path, of_key=True), dotted(path), said))
        elif isinstance(section, dict):
            try:
                known[name].model_validate(section)
            except ValidationError as invalid:
                errors = invalid.errors(include_url=False)
                mistakes += [explained(error, known[name], document, file, ("detectors", name)) for error in errors]
    return mistakes


def _line(mistake: Mistake) -> tuple[int, int]:
    return (mistake.place.line, mistake.place.column) if mistake.place else (0, 0)
