"""What is stored, forgotten and told."""

from tests.mutate.mutant import LAWS, Mutant

_SETTLING = "streams/detection/settling.py"
_PARTITION = "streams/detection/partition.py"
_JOURNEY = "streams/detection/journey.py"
_PAST = "streams/detection/past.py"
_TELLING = "streams/detection/telling.py"
_DEATH = LAWS + "test_death.py::"
_TOLD = LAWS + "test_telling.py::"
_BUSY = LAWS + "test_busy.py::"
_ERASURE = LAWS + "test_erasure.py::"

MEMORY = [
    Mutant(
        "a pending touchpoint is not stored",
        _JOURNEY,
        "self.counted, pending, self.settled_to",
        "self.counted, [], self.settled_to",
        _DEATH + "test_a_touchpoint_that_is_pending_when_its_worker_dies_is_not_lost",
    ),
    Mutant(
        "a past that may have changed is stored as it was",
        _JOURNEY,
        'self._packed_past = b""\n        return past',
        "return past",
        _ERASURE + "test_what_is_stored_at_once_holds_no_touchpoint_any_more",
    ),
    Mutant(
        "what a detector has come to know since it was last stored is not stored",
        "streams/detection/fold.py",
        "            state = self._to_change(fold, n)\n            try:",
        "            before = fold.packed[n]\n            state, fold.packed[n] = self._to_change(fold, n), before\n            try:",
        LAWS + "test_laws.py::test_what_is_delivered_again_after_a_crash_changes_nothing",
    ),
    Mutant(
        "what a deadline has changed is not stored",
        "streams/detection/fold.py",
        "            state = self._to_change(fold, n)\n            for",
        "            before = fold.packed[n]\n            state, fold.packed[n] = self._to_change(fold, n), before\n            for",
        _DEATH + "test_what_a_deadline_has_said_is_not_said_again_after_a_death",
    ),
    Mutant(
        "applied offsets are not stored",
        _JOURNEY,
        "if offset >= acked.get(channel, 0)}",
        "if offset >= acked.get(channel, 0) and not offset}",
        LAWS + "test_laws.py::test_what_is_delivered_again_after_a_crash_changes_nothing",
    ),
    Mutant(
        "a journey is forgotten before its offsets are acked",
        _PARTITION,
        "if key not in self._changed and all(",
        "if key not in self._changed or all(",
        _DEATH + "test_what_is_clean_after_a_restart_is_not_therefore_acked",
    ),
    Mutant(
        "deadlines are not scheduled after a restart",
        _PARTITION,
        "        self._schedule(journey, first.due, first.applied)\n",
        "",
        _DEATH + "test_a_deadline_survives_a_death_in_an_otherwise_dead_silence",
    ),
    Mutant(
        "a journey that earlier news has come for is not looked at earlier",
        _PARTITION,
        "        if place < journey.due:\n",
        "        if journey.due > (1 << 59):\n",
        LAWS + "test_order.py::test_an_alert_is_told_as_soon_as_its_place_is_settled",
    ),
    Mutant(
        "the base does not move with the horizon",
        _SETTLING,
        'past.base = b"" if self._folding.is_blank(base) else self._folding.pack(base)',
        "pass",
        _BUSY + "test_late_evidence_in_a_busy_journey_is_told_as_if_folded_from_its_beginning",
    ),
    Mutant(
        "the horizon is the settled time",
        _SETTLING,
        "horizon = max(past.horizon, journey.settled_to - self._window)\n",
        "horizon = journey.settled_to\n",
        _DEATH + "test_a_busy_journey_is_tidied_early_and_nobody_sees_it",
    ),
    Mutant(
        "a replay from the way remembers what has been forgotten since",
        _SETTLING,
        "if view.ended_at is None or view.ended_at >= past.horizon}",
        "}",
        _BUSY + "test_late_evidence_in_a_busy_journey_is_told_as_if_folded_from_its_beginning",
    ),
    Mutant(
        "the places to replay from stay where they were when what lies before them is forgotten",
        _PAST,
        "mark.moved(-n, -size)",
        "mark",
        _BUSY + "test_late_evidence_in_a_busy_journey_is_told_as_if_folded_from_its_beginning",
    ),
    Mutant(
        "what was forgotten under a shorter window is inserted before all the same",
        _SETTLING,
        "at = max(horizon, past.horizon)",
        "at = max(at, horizon)",
        LAWS + "test_two_lives.py::test_with_a_longer_window_nothing_is_inserted_before_what_the_shorter_one_forgot",
    ),
    Mutant(
        "a copy that counts anew is named like the first",
        "streams/detection/fold.py",
        "if at != seen.occurred:",
        "if at < seen.occurred:",
        LAWS + "test_copies.py::test_a_copy_that_comes_when_all_is_forgotten_opens_an_alert_of_its_own",
    ),
    Mutant(
        "a busy journey is never tidied",
        _SETTLING,
        "_MANY = 32",
        "_MANY = 1 << 30",
        _DEATH + "test_a_busy_journey_is_tidied_early_and_nobody_sees_it",
    ),
    Mutant(
        "a busy journey is tidied before what was found is told",
        _SETTLING,
        "            if step.keys or step.measured:\n",
        "            if past.items > _MANY:\n                self._tidy(journey, past)\n            if step.keys or step.measured:\n",
        _BUSY + "test_a_clock_is_measured_once_though_its_replay_and_its_forgetting_meet",
    ),
    Mutant(
        "that an alert was retracted is forgotten while it may come true again",
        _SETTLING,
        " and name.split(SEPARATOR, 1)[0] in blank:",
        ":",
        _TOLD + "test_a_retracted_alert_keeps_its_count_through_weeks_of_waiting",
    ),
    Mutant(
        "an alert that vanishes is not taken back",
        _TELLING,
        'return None if told is None or told.word == "retracted" else "retracted"',
        "return None",
        _TOLD + "test_an_earlier_opening_learned_late_retracts_the_old_alert_and_opens_another",
    ),
    Mutant(
        "what was never true is resolved instead of taken back",
        _TELLING,
        'return "retracted"  # what was said was never true, and it is over',
        'return "resolved"',
        _TOLD + "test_a_late_proof_of_an_answer_just_in_time_says_that_the_breach_never_was",
    ),
    Mutant(
        "revisions do not increase",
        _SETTLING,
        "Told(before.revision + 1 if before else 0,",
        "Told(before.revision if before else 0,",
        _TOLD + "test_a_late_proof_of_a_timely_answer_retracts_what_was_over",
    ),
    Mutant(
        "a clock is measured again at every replay",
        _SETTLING,
        "                yield one\n            else:\n",
        "                yield one\n            else:\n                yield one\n",
        "tests/detection/test_first_response.py::test_first_response[what has been measured is measured once, though it be replayed]",
    ),
    Mutant(
        "erasure keeps the history",
        _SETTLING,
        '{}, b""\n        past.hold([])\n',
        '{}, b""\n',
        _ERASURE + "test_what_is_stored_at_once_holds_no_touchpoint_any_more",
    ),
    Mutant(
        "how long an erasure is remembered can be seen",
        _SETTLING,
        "if at <= past.erased_at:",
        "if seen.occurred <= past.erased_at:",
        _ERASURE + "test_how_long_the_erasure_is_remembered_is_not_seen",
    ),
    Mutant(
        "erasure takes back what was over",
        _SETTLING,
        'if told.word not in ("opened", "updated") or told.view is None:',
        'if told.word == "retracted" or told.view is None:',
        _ERASURE + "test_an_alert_that_is_over_stays_as_it_was_whenever_it_is_forgotten",
    ),
    Mutant(
        "a touchpoint at which a detector raises stays in the journey",
        _SETTLING,
        "if item.place != place]",
        "if item]",
        LAWS + "test_failures.py::test_late_evidence_after_it_still_finds_a_journey_that_can_be_folded",
    ),
    Mutant(
        "a stored deadline is that of the policy that it was stored under",
        "streams/detection/fold.py",
        "if fold.policies != self._policies:",
        "if not fold.policies:",
        LAWS + "test_two_lives.py::test_a_deadline_that_lies_stored_is_that_of_the_policy_that_counts_now",
    ),
    Mutant(
        "a stored touchpoint that nobody wants any more stops the worker",
        "streams/detection/fold.py",
        "self._wanted.get(type(data), ())",
        "self._wanted[type(data)]",
        LAWS + "test_two_lives.py::test_late_evidence_is_replayed_over_touchpoints_that_nobody_wants_any_more",
    ),
]
