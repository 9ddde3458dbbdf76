"""What went wrong outside of this program, as one clear line and an exit code; a bug stays a traceback."""

import errno
from enum import IntEnum

from streams import exits


class Exit(IntEnum):
    """What the shell learns."""

    DONE = 0
    FAILED = 1
    """Something was found, or could not be finished."""
    USAGE = 2
    """Nothing was done: an option, a file or a policy is wrong."""
    REFUSED = exits.REFUSED
    MISCONFIGURED = exits.MISCONFIGURED


class Trouble(Exception):
    """Ends the command with this text on standard error."""

    def __init__(self, text: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(text)
        self.code = code


def trouble_of(error: Exception) -> Trouble | None:
    """None if the error is not the user's to mend."""
    from streams.detection.detectors import PolicyMistake
    from streams.kafka.client import KafkaTrouble
    from streams.logs.file import LogBroken
    from streams.policy_file import PolicyInvalid
    from streams.settings import SettingsInvalid

    match error:
        case Trouble():
            return error
        case LogBroken() | PolicyMistake() | PolicyInvalid() | SettingsInvalid():
            return Trouble(str(error), Exit.USAGE)
        case KafkaTrouble(code=code):
            return Trouble(str(error), Exit.FAILED if code is None else Exit(code))
        case OSError(errno=code, filename=str(file), strerror=str(why)) if code != errno.EPIPE:
            return Trouble(f"{file}: {why.lower()}", Exit.USAGE)
        case _:
            return None
