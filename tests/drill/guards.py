"""The registry of guards: what each promises, the short drill that shows it, and what is seen without it.

Not here, since no fault of the drill but only somebody's hand or a defect could break them: the triggers that keep what
is issued and recorded from being changed, and the keys that no flow of today runs into (one mail a paper, one payment a
key, one case an event, one reversal a line). tests/faults/test_fault_database.py takes each of those out and sees it.
"""

import guards_broker
import guards_database
import guards_deploy
import guards_doubled
import guards_events
import guards_frozen
import guards_killed
import guards_mail
import guards_others
import guards_poison
import guards_producer
import guards_taken as taken
import guards_time
from guards_kit import AUDIT, DRILLS, Guard, both, without_key, without_row_locks, without_trigger

from partnershop.drill.verdict import Kind

LOST, DOUBLED, WRONG = Kind.LOST, Kind.DOUBLED, Kind.WRONG

GUARDS: tuple[Guard, ...] = (
    # Hand-overs
    Guard("row before the call", "A call that was made is known, whatever dies after it.",
          "killed_after_the_call_to_unitedprint", taken.row_before_the_call, WRONG),
    Guard("cut-off calls", "A call to Unitedprint that was cut off is never made again blindly.",
          "killed_after_the_call_to_unitedprint", taken.cut_off_calls_are_noted, DOUBLED),
    Guard("calls claimed alone", "After a crash at most one call to Unitedprint is in doubt.",
          "killed_after_the_call_to_unitedprint", taken.calls_are_claimed_alone, LOST),
    Guard("begin within", "A worker that was held up between its claim and its call does not call any more.",
          "frozen_between_the_claim_and_the_call_to_unitedprint", taken.calls_begin_in_time, DOUBLED),
    Guard("lease number of hand-overs", "A late answer changes nothing for who holds the lease now.",
          "frozen_with_a_refusal_while_another_has_delivered", taken.dispatch_is_fenced, LOST),
    Guard("cancelled during its call", "An item that is cancelled while its ticket is written is taken back.",
          "frozen_with_a_ticket_while_its_item_is_cancelled", taken.cancelled_calls_are_withdrawn, LOST),
    Guard("claim and rename, tickets", "A ticket is delivered once, also when it was fetched before the retry.",
          "killed_after_a_ticket_was_written", taken.deliveries_are_claimed_and_renamed, DOUBLED),
    Guard("rename into place, tickets", "A ticket is never seen half-written.",
          "killed_while_a_ticket_is_written", taken.deliveries_are_claimed_and_renamed, DOUBLED),
    Guard("one live hand-over an item", "No item is at two producers, or twice at one.",
          "two_dispatchers", without_row_locks, DOUBLED,
          also=without_key("uq_dispatch_live"), caught_by="the unique key of live hand-overs"),
    # Leases end
    *(
        Guard(f"lease that ends, {what}", f"What a dead worker had in its hands is taken up again: {what}.",
              f"killed_with_{name}_in_hand", taken.leases_end, LOST)
        for what, name in (("tickets", "a_ticket"), ("orders at Unitedprint", "an_order"), ("papers", "a_paper"),
                           ("refunds", "a_refund"), ("mails", "a_mail"))
    ),
    # Papers
    Guard("lease number of papers", "The bytes of a paper are those that were stored first.",
          "frozen_with_a_printed_paper", taken.papers_are_fenced, AUDIT,
          also=taken.bytes_stay_the_same, caught_by="the trigger that keeps bytes the same"),
    Guard("counter lock", "Two writers never take the same number.",
          "two_writers_of_one_series", taken.counters_are_locked, DOUBLED,
          also=both(
              without_trigger("number_series", "forward_only"),
              without_key("uq_document_shop_id_series_year_sequence", "uq_document_shop_id_number"),
          ),
          caught_by="the trigger that lets counters only go forward, and the unique keys of numbers"),
    Guard("last issue date", "Dates of a series never run backwards, though the clock does.",
          "the_clock_is_set_back_by_two_days", taken.dates_are_remembered, AUDIT,
          also=without_trigger("number_series", "forward_only")),
    Guard("order lock", "Cases of an order are settled one after the other, each on what the other left.",
          "two_cases_of_one_order", taken.orders_are_locked, LOST),
    Guard("savepoint of a case", "A case whose paper is refused has changed nothing.",
          "a_correction_that_is_refused_and_mended", taken.cases_are_undone, LOST),
    Guard("attempts of a case", "A case that always fails is parked, where operators see it.",
          "a_case_that_always_fails", taken.cases_are_given_up, WRONG),
    Guard("attempts of a paper", "A paper that always fails is parked; the others are printed.",
          "a_paper_that_always_fails", taken.papers_are_given_up, WRONG),
    Guard("one commission an item", "An item is billed once.",
          "two_bookers_of_commissions", without_row_locks, DOUBLED,
          also=without_key("uq_commission_entry_item_id"), caught_by="the unique key of commission entries"),
    # Money and mail
    Guard("name of a refund", "The same request is one payment, however often it is instructed.",
          "killed_after_a_refund_was_instructed", taken.refunds_have_one_name, DOUBLED),
    Guard("claim and rename, refunds", "An instruction is delivered once, also when it was fetched before the retry.",
          "frozen_before_a_refund_is_instructed", taken.deliveries_are_claimed_and_renamed, DOUBLED),
    Guard("rename into place, refunds", "An instruction is never seen half-written.",
          "killed_while_a_refund_is_instructed", taken.deliveries_are_claimed_and_renamed, DOUBLED),
    Guard("lease number of refunds", "A late refusal does not open a request that another has in hand.",
          "frozen_with_a_refund_refused_while_another_has_instructed_it", taken.refunds_are_fenced, DOUBLED,
          also=taken.deliveries_are_claimed_and_renamed, caught_by="the name of a refund: whoever pays knows it"),
    Guard("lease number of mails", "A late worker does not send what another is sending.",
          "frozen_with_a_mail_while_another_sends_it", taken.mail_is_fenced, DOUBLED),
    Guard("uncertain mark of mails", "A mail of which nobody knows whether it arrived is sent a few times at most.",
          "killed_each_time_after_a_mail_was_sent", taken.mails_count_as_uncertain, DOUBLED),
    Guard("composed once", "A mail that is sent again is the same mail.",
          "killed_after_a_mail_was_sent", taken.mails_are_composed_once, DOUBLED),
    # The inbox and the door
    Guard("unique key of events", "An event is stored once, on however many connections it comes at once.",
          "the_same_event_on_two_connections_at_once", taken.events_are_inserted_once, DOUBLED,
          also=without_key("uq_event_source_event_id")),
    Guard("digest of events", "What comes under a known id with another body is no duplicate.",
          "the_same_id_with_another_body", taken.duplicates_are_compared, LOST),
    Guard("inbox lane", "No event is parked for an order that is just being placed.",
          "a_payment_whose_order_is_just_being_placed", taken.the_inbox_is_one_lane, LOST),
    Guard("one transaction a batch", "An event is applied wholly or not at all.",
          "killed_in_the_middle_of_a_transaction", taken.tasks_are_transactions, DOUBLED),
    Guard("batches one by one", "A defect of one event holds up no other.",
          "an_event_that_fails_for_a_while", taken.batches_are_done_one_by_one, LOST),
    Guard("202 after the commit", "What was answered 202 is stored.",
          "web_killed_while_it_stores", taken.answers_follow_the_commit, LOST),
    Guard("groups one by one", "What cannot be stored of one request holds up no other.",
          "a_request_that_cannot_be_stored_beside_a_good_one", taken.groups_are_stored_one_by_one, LOST),
    # Routing, hints, periods, clocks
    Guard("one live decision", "An item is routed once.",
          "two_routers", without_row_locks, DOUBLED,
          also=without_key("uq_routing_decision_live"), caught_by="the unique key of live decisions"),
    Guard("sweeper", "Work is found though every hint is lost.", "every_hint_is_lost", taken.sweeper, LOST),
    Guard("hints after the commit", "Whoever is woken finds the row.",
          "a_hint_is_followed_at_once", taken.hints_follow_the_commit, LOST,
          also=taken.sweeper, caught_by="the sweeper"),
    Guard("claim of a period", "Two beats do the work of a period once.",
          "two_beats", taken.periods_are_claimed, DOUBLED),
    Guard("lease number of a period", "A late run ends at its next check, once another has taken its period over.",
          "frozen_with_a_period_in_hand", taken.periods_are_fenced, DOUBLED),
    Guard("clocks set back", "A lease of a clock that was ahead holds nothing up.",
          "the_clock_is_set_back_with_leases_in_hand", taken.clocks_may_be_set_back, LOST),
    # Limits of the database
    Guard("lock time limit", "A lock that is held for ever holds up only what needs it.",
          "a_lock_that_is_held_for_ever", taken.no_limit("lock"), LOST),
    Guard("idle time limit", "A worker that is frozen with a lock in hand loses it.",
          "frozen_with_a_lock_in_hand", taken.no_limit("idle"), LOST),
    Guard("statement time limit", "A statement that never ends is ended, and gives its locks free.",
          "a_statement_that_never_ends", taken.no_limit("statement"), LOST),
    # Brokers, doors, producers, mail servers, clocks, poison and deploys
    *(
        Guard(f"sweeper, {what}", "Work is found, whatever becomes of the hints.", name, taken.sweeper, LOST)
        for what, name in (
            ("broker emptied", "the_broker_is_emptied_between_a_commit_and_its_receipt"),
            ("broker full", "the_broker_has_no_memory_left"), ("broker silent", "the_broker_never_answers"),
        )
    ),
    Guard("wakers never raise", "That the broker is gone is nobody's failure: what was committed is answered 202.",
          "nobody_listens_where_the_broker_was", guards_broker.wakers_never_raise, WRONG),
    Guard("unique key of events, at the door", "An event that a client sends again is the same event.",
          "events_come_twice_at_once_and_again_later", taken.events_are_inserted_once, DOUBLED,
          also=without_key("uq_event_source_event_id")),
    Guard("digest of events, at the door", "What comes under a known id with another body is refused.",
          "events_come_with_another_body_under_their_id", taken.duplicates_are_compared, LOST),
    Guard("age of signatures", "A request that somebody kept back for a month is not taken.",
          "a_request_that_was_signed_a_month_ago", guards_events.requests_grow_old, WRONG),
    Guard("row before the call, database gone", "A call that was made is known, though the database went meanwhile.",
          "the_database_is_gone_while_the_producer_takes_an_order", taken.row_before_the_call, WRONG),
    Guard("unknown outcomes", "A call of which nobody knows whether it arrived is never made again blindly.",
          "the_producer_times_out_after_having_accepted", guards_producer.unknown_is_never_sent_again, DOUBLED),
    Guard("uncertain mark of mails, receipt lost", "One whose receipt is lost each time is sent a few times at most.",
          "the_connection_is_lost_after_a_mail_each_time", taken.mails_count_as_uncertain, DOUBLED),
    Guard("composed once, receipt lost", "A mail that is sent again has the same bytes.",
          "the_connection_is_lost_after_a_mail", taken.mails_are_composed_once, DOUBLED),
    Guard("Message-ID of mails", "A mail that is sent again is the same mail to any receiver.",
          "the_connection_is_lost_after_a_mail", guards_mail.mails_keep_their_name, WRONG),
    Guard("last issue date, new year", "A worker for which it is still the old year issues papers of the new one.",
          "the_year_ends", taken.dates_are_remembered, DOUBLED,
          also=both(without_trigger("number_series", "forward_only"),
                    without_key("uq_document_shop_id_series_year_sequence", "uq_document_shop_id_number")),
          caught_by="the trigger of counters and the unique keys of numbers"),
    Guard("clocks ahead", "A lease of a worker whose clock was ahead holds nothing up.",
          "a_worker_two_hours_ahead_is_killed_in_render_papers", taken.clocks_may_be_set_back, LOST),
    Guard("attempts of a paper, crash", "A paper that kills its renderer is parked; the others are printed.",
          "a_paper_that_crashes_its_renderer", taken.papers_are_given_up, WRONG),
    Guard("ends when asked", "A worker that is asked to end finishes what it has in hand and begins nothing new.",
          "sigterm_during_a_rendering", guards_deploy.workers_end_when_asked, WRONG),
)  # fmt: skip

FAMILIES = (
    guards_doubled, guards_frozen, guards_killed, guards_others, guards_broker, guards_events, guards_producer,
    guards_mail, guards_time, guards_database, guards_poison, guards_deploy,
)  # fmt: skip
"""Importing them enters their drills."""


def names_of_drills(*families: str) -> list[str]:
    """The drills of these families of faults, in the order in which they are told."""
    return [name for name, drill in DRILLS.items() if drill.family in families]
