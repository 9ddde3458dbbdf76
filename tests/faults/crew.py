"""The workers, as processes, and the orchestrator that starts again what has ended."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from tests.faults.exits import Exit, exit_of
from tests.faults.policy import POLICY

AGAIN_AFTER_S = 0.5
LOOK_S = 0.2
SCRAPE_S = 1.0
END_S = 60.0
MUST_BE_ZERO = ("throughline_redelivered_total", "throughline_order_repaired_total")


class Life:
    """One process."""

    def __init__(self, log: Path, command: list[str]) -> None:
        self.log = log
        self.told_to_stop = self.killed = self.paused = False
        self.counted: dict[str, float] = {}
        """What its metrics said last."""
        self.url: str | None = None
        with log.open("w") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.PIPE)

    def stop(self) -> None:
        """SIGTERM, once."""
        self.told_to_stop = True
        self.process.terminate()

    def scrape(self) -> None:
        if self.url is None:
            self.url = next(
                (line.split('"url"', 1)[1].split('"')[1] for line in self.log.read_text().splitlines() if '"url"' in line), None
            )
        if self.url is None or self.paused:
            return
        try:
            with urlopen(f"{self.url}/metrics", timeout=1) as answer:  # noqa: S310 -- the worker's own address
                text = answer.read().decode()
        except (URLError, OSError):
            return
        for family in text_string_to_metric_families(text):
            for name in MUST_BE_ZERO:
                values = [sample.value for sample in family.samples if sample.name == name]
                if values:
                    self.counted[name] = sum(values)

    def ended(self) -> Exit | None:
        code = self.process.poll()
        return None if code is None else exit_of(self.log, code, killed=self.killed, told_to_stop=self.told_to_stop)


class Crew:
    """`workers` by slot; a thread starts again whatever ends, unless its slot is empty by then."""

    def __init__(self, kafka: str, folder: Path, application: str, *, static: bool, sabotage: str | None = None) -> None:
        """`static`: a slot's workers have one name in the group; `sabotage`: how they are broken, one of sabotage.py."""
        self._settings = {
            "kafka": kafka,
            "application": application,
            "metrics_port": 0,
            "session_timeout_ms": 6000,
            "checkpoint_ms": 250,
            "probe_ms": 500,
        }
        self._folder = folder
        self._sabotage = [sabotage] if sabotage else []
        self._static = static
        self._lock = threading.RLock()
        self._slots: dict[int, Life] = {}
        self._lives = 0
        self._held_back = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._orchestrate, name="crew", daemon=True)
        self.exits: list[Exit] = []
        self.past: list[Life] = []
        self.broke: BaseException | None = None
        self._thread.start()

    @property
    def slots(self) -> list[int]:
        return sorted(self._slots)

    def join(self) -> int:
        """One worker more; its slot."""
        with self._lock:
            slot = next(number for number in range(len(self._slots) + 1) if number not in self._slots)
            self._slots[slot] = self._born(slot)
            return slot

    def leave(self, slot: int) -> None:
        """Told to stop, and not replaced."""
        with self._lock:
            life = self._slots.pop(slot)
        life.scrape()
        life.stop()
        self._stopped(life)

    def restart(self, slot: int) -> None:
        """Told to stop; the orchestrator replaces it."""
        life = self._slots[slot]
        life.scrape()
        life.stop()
        life.process.wait(END_S)

    def kill(self, slot: int) -> None:
        life = self._slots[slot]
        life.killed = True
        life.process.kill()
        life.process.wait(END_S)

    def kill_all(self) -> None:
        """Nobody is replaced before `back`."""
        self._held_back = True
        for slot in self.slots:
            self.kill(slot)

    def back(self) -> None:
        self._held_back = False

    def pause(self, slot: int) -> None:
        life = self._slots[slot]
        life.paused = True
        life.process.send_signal(signal.SIGSTOP)

    def wake(self, slot: int) -> None:
        life = self._slots[slot]
        life.process.send_signal(signal.SIGCONT)
        life.paused = False

    def stop(self) -> None:
        """All at once; nobody is replaced."""
        with self._lock:
            lives = list(self._slots.values())
            self._slots.clear()
        for life in lives:
            life.scrape()
            life.stop()
        for life in lives:
            self._stopped(life)
        self._finish()
        if self.broke is not None:
            raise self.broke

    def destroy(self) -> None:
        """Whatever is left, in whatever state."""
        self._finish()
        with self._lock:
            for life in self._slots.values():
                life.process.kill()
                life.process.wait(END_S)
            self._slots.clear()

    def counted(self, metric: str) -> int:
        """The sum over all lives."""
        return int(sum(life.counted.get(metric, 0) for life in (*self.past, *self._slots.values())))

    def _stopped(self, life: Life) -> None:
        """Once it has ended, as it was told to."""
        try:
            life.process.wait(END_S)
        except subprocess.TimeoutExpired:
            life.process.kill()
            life.process.wait()
        self._bury(life)

    def _bury(self, life: Life) -> None:
        found = life.ended()
        if found is None:
            raise AssertionError("only what has ended is buried")
        self.exits.append(found)
        self.past.append(life)

    def _born(self, slot: int) -> Life:
        self._lives += 1
        given: Mapping[str, Any] = self._settings | ({"instance": f"worker-{slot}"} if self._static else {})
        command = [sys.executable, "-m", "tests.faults.worker_process", json.dumps(given), POLICY.model_dump_json(), *self._sabotage]
        return Life(self._folder / f"worker-{slot}.{self._lives}.log", command)

    def _orchestrate(self) -> None:
        scraped = time.monotonic()
        try:
            while not self._over.wait(LOOK_S):
                if not self._held_back:
                    self._replace()
                if time.monotonic() - scraped > SCRAPE_S:
                    scraped = time.monotonic()
                    for life in list(self._slots.values()):
                        life.scrape()
        except BaseException as error:  # noqa: BLE001 -- a thread's end is nobody's: whoever stops the crew is told
            self.broke = error

    def _replace(self) -> None:
        with self._lock:
            ended = [(slot, life) for slot, life in self._slots.items() if life.process.poll() is not None]
            for _, life in ended:
                self._bury(life)
            if ended:
                time.sleep(AGAIN_AFTER_S)  # as an orchestrator backs off
            for slot, _ in ended:
                self._slots[slot] = self._born(slot)

    def _finish(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
