"""Time, order, copies and progress."""

from tests.mutate.mutant import LAWS, Mutant

_SETTLING = "streams/detection/settling.py"
_PARTITION = "streams/detection/partition.py"
_ORDER = LAWS + "test_order.py::"
_COPIES = LAWS + "test_copies.py::"

ORDER = [
    Mutant(
        "at one instant the deadline comes first",
        _SETTLING,
        "if place <= deadline:",
        "if place < deadline:",
        _ORDER + "test_an_answer_exactly_at_the_limit_is_in_time_in_whatever_channel[chat]",
    ),
    Mutant(
        "what lies at the settled time is settled",
        _SETTLING,
        "if place >= to and deadline >= to:",
        "if place > to and deadline > to:",
        _ORDER + "test_settling_is_strict_what_lies_at_the_settled_time_may_still_have_company",
    ),
    Mutant(
        "touchpoints are placed by arrival",
        _PARTITION,
        "place, earliest = touchpoint.occurred, arrived - self._lateness[channel]",
        "place, earliest = arrived, arrived - self._lateness[channel]",
        _ORDER + "test_an_answer_in_time_that_arrives_within_the_lateness_of_its_channel_is_in_time",
    ),
    Mutant(
        "what silence has to say waits for the next touchpoint",
        "streams/detection/fold.py",
        "max(fold.due[n], detector.next_word(self._state(fold, n)))",
        "before if fold.due[n] > fold.now else fold.due[n]",
        _ORDER + "test_a_hundred_thousand_seconds_of_silence_say_the_same_second_by_second_or_at_once",
    ),
    Mutant(
        "a deadline is stamped when it is noticed",
        _SETTLING,
        "journey.settled_to = deadline\n",
        "journey.settled_to = to\n",
        _ORDER + "test_a_deadline_is_stamped_at_itself_however_late_it_is_noticed",
    ),
    Mutant(
        "a deadline in the past takes effect in the past",
        "streams/detection/fold.py",
        "return self.soonest if self.soonest > self.now else self.now",
        "return self.soonest",
        _ORDER + "test_a_deadline_in_the_past_takes_effect_when_it_is_created_and_after_all_touchpoints_of_that_instant",
    ),
    Mutant(
        "late evidence is appended where it arrives",
        _SETTLING,
        "if at > fold.fired and at >= fold.now and occurred > past.last:",
        "if at:",
        LAWS + "test_telling.py::test_a_late_proof_of_a_timely_answer_retracts_what_was_over",
    ),
    Mutant(
        "evidence at a deadline that has fired counts as after it",
        _SETTLING,
        "at > fold.fired and",
        "at >= fold.fired and",
        _ORDER + "test_a_millisecond_beyond_the_lateness_it_is_late_evidence_which_takes_the_breach_back",
    ),
    Mutant(
        "evidence later than the window is told from its own time on",
        _SETTLING,
        "at = max(horizon, past.horizon)",
        "pass",
        _ORDER + "test_later_than_the_window_counts_as_occurring_one_window_before_its_place",
    ),
    Mutant(
        "late evidence stands at the end of history",
        "streams/detection/past.py",
        "return first + sum(other.place < item.place for other in _unpacked(stored[first:end]))",
        "return len(stored)",
        LAWS + "test_telling.py::test_an_earlier_opening_learned_late_retracts_the_old_alert_and_opens_another",
    ),
    Mutant(
        "late evidence stands behind all of its instant",
        "streams/detection/past.py",
        "return first + sum(other.place < item.place for other in _unpacked(stored[first:end]))",
        "return end",
        LAWS + "test_busy.py::test_late_evidence_in_a_busy_journey_is_told_as_if_folded_from_its_beginning",
    ),
    Mutant(
        "a replay starts behind the touchpoint that it is for",
        "streams/detection/past.py",
        "for mark in reversed(self.marks) if mark.last < place",
        "for mark in reversed(self.marks)",
        LAWS + "test_telling.py::test_late_evidence_anywhere_in_a_long_history_is_told_as_if_folded_from_its_beginning",
    ),
    Mutant(
        "a place to replay from does not know of the deadlines that it holds",
        "streams/detection/past.py",
        "last = max(self.last, (self.fold.fired, _AFTER_ALL, 0))",
        "last = self.last",
        LAWS + "test_telling.py::test_late_evidence_from_before_a_deadline_is_not_folded_from_what_was_stored_behind_it",
    ),
    Mutant(
        "late evidence of which nothing is said at once makes no difference",
        "streams/detection/fold.py",
        " or self._known_of(fold, late) != before",
        "",
        LAWS + "test_telling.py::test_late_evidence_anywhere_in_a_long_history_is_told_as_if_folded_from_its_beginning",
    ),
    Mutant(
        "the places to replay from outlive late evidence before them",
        _SETTLING,
        "        past.drop_marks_after(mark)\n",
        "",
        LAWS + "test_busy.py::test_late_evidence_in_a_busy_journey_is_told_as_if_folded_from_its_beginning",
    ),
    Mutant(
        "the places to replay from do not move for late evidence before them",
        "streams/detection/past.py",
        "mark.moved(1, len(entry))",
        "mark",
        LAWS + "test_busy.py::test_late_evidence_that_changes_nothing_leaves_what_lies_around_it_where_it_was",
    ),
    Mutant(
        "what is pending is ordered by offset",
        "streams/detection/journey.py",
        "if self.pending and pending < self.pending[-1]:",
        "if self.pending and pending.offset < self.pending[-1].offset:",
        _ORDER + "test_evidence_stands_in_the_order_of_occurrence_not_of_offsets",
    ),
    Mutant(
        "a clock that stepped back too far is not repaired",
        _PARTITION,
        "            place = journey.settled_to\n",
        "",
        _ORDER + "test_a_clock_that_steps_back_further_is_repaired_and_counted",
    ),
    Mutant(
        "the skew of clocks is ignored",
        "streams/detection/progress.py",
        "arrived - SKEW",
        "arrived",
        _ORDER + "test_a_leader_change_in_a_backlog_steps_back_within_the_skew",
    ),
    Mutant(
        "the fastest channel decides how far all are read",
        "streams/detection/progress.py",
        "return min(read - ",
        "return max(read - ",
        _ORDER + "test_a_backlog_invents_no_missed_response",
    ),
    Mutant(
        "a copy at the last moment counts",
        _PARTITION,
        "<= self._deduplication:",
        "< self._deduplication:",
        _COPIES + "test_a_copy_within_the_policys_time_is_dropped_and_one_a_millisecond_later_counts[86400000]",
    ),
    Mutant(
        "copies are counted from the last copy",
        _PARTITION,
        '                return "repeated"\n',
        "                journey.counted = counted.without(journey.counted, at) + counted.entry(name, arrived)\n"
        '                return "repeated"\n',
        _COPIES + "test_copies_are_counted_from_the_last_that_counted_not_from_the_last_copy",
    ),
    Mutant(
        "what has been counted is forgotten as soon as it is settled",
        _SETTLING,
        "journey.settled_to - self._deduplication",
        "journey.settled_to",
        _COPIES + "test_what_has_been_counted_is_remembered_for_24_hours_in_a_busy_journey_too",
    ),
    Mutant(
        "a customer and a visitor of one id are joined",
        "schemas/identity.py",
        "return kind + identity",
        "return _CUSTOMER + identity",
        _COPIES + "test_a_customer_and_a_visitor_of_one_id_are_two_though_their_records_have_one_key",
    ),
]
