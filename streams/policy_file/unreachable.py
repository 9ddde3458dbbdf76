"""What a policy says in vain: rules that can never match, and names that it does not know."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from pydantic import BaseModel

from schemas.policy import Policy, TargetRule
from streams.detection.detector import DetectorPolicy
from streams.detection.detectors import sections
from streams.policy_file.mistakes import Mistake, did_you_mean, dotted
from streams.policy_file.source import Path

ANY_OTHER = "\0any other"
"""A tier, priority or theme that no rule names."""

Finding = tuple[Path, str]
Customer = tuple[str, str, str, str]
"""Channel, tier, priority and theme, as a rule asks for them."""


def warnings(policy: Policy) -> list[Mistake]:
    """Of a policy whose file is not at hand; `check_policy` gives the same with lines."""
    return [Mistake("policy", None, dotted(path), said) for path, said in findings(policy, sections())]


def findings(policy: Policy, known: Mapping[str, type[DetectorPolicy]]) -> Iterator[Finding]:
    if policy.tiers:
        yield from _unknown("tier that the policy names", policy.severity.tier_weights, policy.tiers, ("severity", "tier_weights"))
    for name, content in policy.detectors.items():
        section = known[name].model_validate(content)
        path: Path = ("detectors", name)
        if not section.enabled:
            continue
        yield from _states(section, known[name], path)
        for field, rules in _rule_lists(section, path):
            if field[len(path)] in content:
                yield from _names(policy, rules, field)
                yield from _never(policy, rules, field)


def _rule_lists(section: BaseModel, path: Path) -> Iterator[tuple[Path, tuple[TargetRule, ...]]]:
    """Every list of rules in the section, and in the sections within it."""
    for field in type(section).model_fields:
        value = getattr(section, field)
        match value:
            case (TargetRule(), *_):
                yield (*path, field), value
            case BaseModel():
                yield from _rule_lists(value, (*path, field))


def _states(section: DetectorPolicy, model: type[DetectorPolicy], path: Path) -> Iterator[Finding]:
    states = model().severity
    for name in section.severity:  # a state, or state/reason
        if states and name.partition("/")[0] not in states:
            yield (*path, "severity", name), f"{name} is no state of this detector{did_you_mean(name, states)}"


def _names(policy: Policy, rules: tuple[TargetRule, ...], path: Path) -> Iterator[Finding]:
    for index, rule in enumerate(rules):
        yield from _unknown("channel that the policy names", rule.channel or (), policy.channels, (*path, index, "channel"))
        if policy.tiers:
            yield from _unknown("tier that the policy names", rule.tier or (), policy.tiers, (*path, index, "tier"))


def _unknown(kind: str, named: Iterable[str], known: Iterable[str], path: Path) -> Iterator[Finding]:
    known = tuple(known)
    for name in named:
        if name not in known:
            yield (*path, name), f"{name} is no {kind}{did_you_mean(name, known)}"


def _never(policy: Policy, rules: tuple[TargetRule, ...], path: Path) -> Iterator[Finding]:
    """Tried on every kind of customer that the rules tell apart: there are few."""
    kinds = _kinds(policy, rules)
    reached = [set[int]() for _ in rules]
    """For each rule, the earlier rules that take customers from it."""
    live = [False for _ in rules]
    for kind in kinds:
        matching = [index for index, rule in enumerate(rules) if rule.matches(*kind)]
        for index in matching[1:]:
            reached[index].add(matching[0])
        if matching:
            live[matching[0]] = True
    for index, alive in enumerate(live):
        if alive:
            continue
        reason = "it names no channel of the policy"
        if earlier := sorted(reached[index]):
            before = " and ".join(str(number + 1) for number in earlier)
            reason = f"what it matches is matched before it, by rule {before} of this list"
        yield (*path, index), f"can never match: {reason}"


def _kinds(policy: Policy, rules: tuple[TargetRule, ...]) -> Iterable[Customer]:
    return product(
        policy.channels,
        (*{name for rule in rules for name in rule.tier or ()}, ANY_OTHER),
        (*{name for rule in rules for name in rule.priority or ()}, ANY_OTHER),
        (*{name for rule in rules for name in rule.theme or ()}, ANY_OTHER),
    )
