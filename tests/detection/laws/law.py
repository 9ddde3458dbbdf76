"""How long a law is tried. LAWS_EXAMPLES=5000 looks longer; LAWS_SHRINK=0 is content with any counterexample."""

import os

from hypothesis import HealthCheck, Phase, settings

_phases = (Phase.explicit, Phase.reuse, Phase.generate, *((Phase.shrink,) if os.environ.get("LAWS_SHRINK") != "0" else ()))

law = settings(
    max_examples=int(os.environ.get("LAWS_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=_phases,
    print_blob=False,
)
