"""A worker as a process of its own: `worker_process.py SETTINGS POLICY`, both in JSON."""

import json
import sys

from schemas.policy import Policy
from streams import log
from streams.engine.run import run
from streams.settings import load_settings

if __name__ == "__main__":
    settings = load_settings(log_format="json", **json.loads(sys.argv[1]))
    log.configure(settings)
    sys.exit(run(settings, Policy.model_validate(json.loads(sys.argv[2]))))
