"""Exit codes (of sysexits.h) for what waiting does not mend: whoever restarts a worker should wait for a person instead."""

REFUSED = 77
"""EX_NOPERM: Kafka does not let us in, or not do what must be done."""
MISCONFIGURED = 78
"""EX_CONFIG: what the settings say and what is there do not fit."""
