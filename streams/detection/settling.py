"""Settling one journey: touchpoints in order of place, deadlines in between, late evidence where it occurred."""

from collections import Counter
from collections.abc import Iterable, Iterator

from schemas.instant import DAY, NEVER
from schemas.policy import Policy
from schemas.touchpoints.customer import CustomerErased
from streams.detection import counted
from streams.detection.change import AlertChange, Change, Failed
from streams.detection.detector import Measured, View
from streams.detection.fold import SEPARATOR, DetectorRaised, Fold, Folding, Step
from streams.detection.journey import FORGETTABLE, Journey, Pending
from streams.detection.packing import unpack
from streams.detection.past import Item, Mark, Past, Place
from streams.detection.telling import Told, word_for

REST = DAY
"""How long after its window a journey in which nothing happens is tidied up."""

_MANY = 32
"""A busy journey is tidied up early once its history holds more than this and a quarter of a window too much."""


class Settling:
    """For the journeys of one partition number."""

    def __init__(self, number: int, policy: Policy, folding: Folding) -> None:
        self.counts = dict.fromkeys(("late", "order_repaired", "rebuilt", "replayed", "erased"), 0)
        self.open: Counter[str] = Counter()
        """How many told alerts are open, by `detector/severity number`: which level that is the policy may say anew."""
        self._number = number
        self._policy = policy
        self._window = policy.window
        self._deduplication = policy.deduplication
        self._folding = folding
        self._by_name = {detector.name: detector for detector in folding.detectors}

    def settle(self, key: str, journey: Journey, to: int) -> list[Change]:
        """All that is placed strictly before `to`; sets when the journey is due next."""
        past = journey.changing_past(self._folding)
        changes: list[Change] = []
        step = Step()
        while True:
            place = journey.pending[0].place if journey.pending else NEVER
            deadline = past.fold.next_deadline()
            if place >= to and deadline >= to:
                break
            if place <= deadline:
                self._show(key, journey, past, journey.pending.pop(0), step, changes)
            else:
                journey.settled_to = deadline
                self._folding.fire(past.fold, deadline, step)
            if step.keys or step.measured:
                changes += self._tell(key, journey, past, step.keys, step.measured)
                step.clear()
            if past.items > _MANY and past.first_at < journey.settled_to - self._window - self._window // 4:
                self._tidy(journey, past)  # only now: what was told must be known while there is something to tell
        journey.due = self._folding.next_word(past.fold, min(place, self._rest(journey, past, to)))
        if journey.due == NEVER:  # at most something is to be forgotten: then there is time to tidy it up at once
            journey.due = FORGETTABLE if journey.is_blank(self._folding) else min(deadline + self._window + REST, NEVER)
        return changes

    # -- one touchpoint
    def _show(self, key: str, journey: Journey, past: Past, pending: Pending, step: Step, changes: list[Change]) -> None:
        """`step` hears what it leaves to be told; what else it changes joins `changes`."""
        place, seen, fold = pending.place, unpack(pending.packed), past.fold
        journey.settled_to = place
        if type(seen.data) is CustomerErased:
            changes += self._erase(key, journey, past)
            return
        at, horizon = seen.occurred, place - self._window
        if at < horizon or at < past.horizon:
            at = max(horizon, past.horizon)
        if at <= past.erased_at:
            self.counts["erased"] += 1
            return
        occurred = (at, pending.channel, pending.offset)
        try:
            if at > fold.fired and at >= fold.now and occurred > past.last:
                past.append(occurred, pending.packed)
                self._folding.observe(fold, at, seen, step)
                past.mark(self._folding)
                if at < place:  # else none can be due before it: a deadline takes effect no earlier than what was just observed
                    self._folding.run(fold, place, step)
            else:
                self._insert(past, Item(at, pending.packed, seen), place, step)
                step.keys.update(past.told, past.fold.views)
        except DetectorRaised as failure:
            step.clear()
            self._leave_out(past, occurred, place, step)
            step.keys.update(past.told, past.fold.views)
            changes.append(Failed(seen, key, self._number, failure.detector, failure.error))

    def _insert(self, past: Past, late: Item, settled: int, step: Step) -> None:
        """Folds again from the mark before it on; where it changes nothing, what follows stays as it is."""
        mark = past.mark_before(late.place)
        before, after = past.insert(late, mark)
        fold = self._folded_to(past, mark)
        self._folding.go_on(fold, before, step)
        if not self._folding.observe_late(fold, late, step):
            past.fold.now = max(past.fold.now, late.at)
            return
        past.drop_marks_after(mark)
        self.counts["rebuilt"] += 1
        self.counts["replayed"] += past.items - (mark.items if mark else 0)
        self._folding.go_on(fold, after, step)
        self._folding.run(fold, settled, step)
        past.fold = fold

    def _folded_to(self, past: Past, mark: Mark | None) -> Fold:
        """As far as the mark, without what is over and was let go since it was made."""
        if mark is None:
            return self._folding.start(past.base)
        fold = self._folding.unpack(mark.fold)
        fold.views = {name: view for name, view in fold.views.items() if view.ended_at is None or view.ended_at >= past.horizon}
        return fold

    def _leave_out(self, past: Past, place: Place, settled: int, step: Step) -> None:
        """A detector raised at it: the fold may be half changed, so it is folded again."""
        history = [item for item in past.unpacked() if item.place != place]
        past.hold(history)
        past.fold = self._folding.start(past.base)
        self.counts["rebuilt"] += 1
        self.counts["replayed"] += len(history)
        self._folding.go_on(past.fold, history, step)
        self._folding.run(past.fold, settled, step)

    # -- telling
    def _tell(self, key: str, journey: Journey, past: Past, names: Iterable[str], measured: Iterable[Measured]) -> Iterator[Change]:
        time = journey.settled_to
        for one in measured:
            clock = counted.name_of(one.clock, one.key)
            if (at := counted.find(past.measured, clock)) < 0:
                yield one
            else:
                past.measured = counted.without(past.measured, at)
            past.measured += counted.entry(clock, time)
        for name in sorted(names):
            view, before = past.fold.views.get(name), past.told.get(name)
            word = word_for(before, view)
            if word is None:
                continue
            told = past.told[name] = Told(before.revision + 1 if before else 0, word, time, view)
            shown = before.view if word == "retracted" and before else view
            yield self._change(key, told, shown)
            self._keep_count(journey, before, told)

    def _change(self, key: str, told: Told, view: View | None, reason: str | None = None) -> AlertChange:
        if view is None:
            raise AssertionError("an alert without a view is never told")
        return AlertChange(told.word, told.revision, told.at, key, self._number, self._by_name[view.detector], view, self._policy, reason)

    def _erase(self, key: str, journey: Journey, past: Past) -> Iterator[Change]:
        """Only hashes of what has been counted stay behind, as long as copies are told."""
        for _, told in sorted(past.told.items()):
            if told.word not in ("opened", "updated") or told.view is None:
                continue  # over already: when that is forgotten must not be seen
            gone = Told(told.revision + 1, "retracted", journey.settled_to, told.view)
            self._keep_count(journey, told, gone)
            yield self._change(key, gone, told.view, "customer_erased")
        past.erased_at = journey.settled_to
        past.fold, past.base = self._folding.blank(), b""
        past.told, past.measured = {}, b""
        past.hold([])

    def _keep_count(self, journey: Journey, before: Told | None, now: Told) -> None:
        for told, difference in ((before, -1), (now, 1)):
            if told is None or told.view is None or told.word not in ("opened", "updated"):
                continue
            name = f"{told.view.detector}/{told.view.severity}"
            self.open[name] += difference
            journey.open[name] = journey.open.get(name, 0) + difference
            if not journey.open[name]:
                del journey.open[name]

    # -- forgetting: never visible, whenever it is done
    def _rest(self, journey: Journey, past: Past, to: int) -> int:
        """When it is to be looked at again although nothing is due; NEVER: not before something happens."""
        rest = journey.settled_to + self._window + REST
        if rest >= to:
            return rest
        journey.settled_to = to
        self._tidy(journey, past)
        return to + REST if journey.counted or past.history or past.measured else NEVER

    def _tidy(self, journey: Journey, past: Past) -> None:
        """Nothing can be inserted before the horizon any more: the base moves up to it, and what is over is let go."""
        horizon = max(past.horizon, journey.settled_to - self._window)
        base = self._moved_base(past, horizon)
        past.horizon = horizon
        for name in [name for name, view in base.views.items() if view.ended_at is not None]:
            base.views.pop(name)
            past.fold.views.pop(name, None)
            past.told.pop(name, None)
        blank = self._folding.blank_detectors(base)
        for name, told in list(past.told.items()):
            # A retracted alert may be opened again, with its next revision, as long as its detector knows of what opened it.
            if told.word == "retracted" and told.at < horizon and name.split(SEPARATOR, 1)[0] in blank:
                del past.told[name]
                past.fold.views.pop(name, None)
        if past.erased_at < horizon:
            past.erased_at = -NEVER
        past.measured = counted.since(past.measured, horizon)
        journey.counted = counted.since(journey.counted, journey.settled_to - self._deduplication)
        past.base = b"" if self._folding.is_blank(base) else self._folding.pack(base)

    def _moved_base(self, past: Past, horizon: int) -> Fold:
        """The fold of all before the horizon, which leaves the history."""
        if past.fold.now < horizon:  # nothing has happened since: the two are the same
            past.hold([])
            return past.fold
        mark = past.mark_before((horizon, "", -1))
        base = self._folded_to(past, mark)
        self._folding.go_on(base, past.leave_behind(horizon, mark), Step())
        self._folding.run(base, horizon, Step())
        return base
