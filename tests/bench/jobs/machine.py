"""On what the figures were measured: without it they mean nothing."""

import os
import platform
import re
import subprocess
from pathlib import Path

import psutil

from deploy.kafka.jars import POM, java
from tests.bench.jobs.result import Machine


def this_machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_bytes=psutil.virtual_memory().total,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        java=_found(r'version "([^"]+)"', subprocess.run([java(), "-version"], capture_output=True, text=True, check=True).stderr),
        kafka=_found(r"<kafka\.version>(.+)<", POM.read_text()),
    )


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    told = re.search(r"^model name\s*:\s*(.+)$", known.read_text(), re.MULTILINE) if known.exists() else None
    return told[1] if told else platform.machine()


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else "unknown"
