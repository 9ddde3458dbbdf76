"""The policy file, read and explained: every mistake with its line, and the rules that can never match."""

from streams.policy_file.checking import Checked, PolicyInvalid, check, check_policy, load_policy
from streams.policy_file.mistakes import Mistake
from streams.policy_file.unreachable import warnings

__all__ = ["Checked", "Mistake", "PolicyInvalid", "check", "check_policy", "load_policy", "warnings"]
