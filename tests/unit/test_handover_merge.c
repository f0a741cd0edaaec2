/* test_handover_merge - two records of one person: the conversation between them, in every order.
 */
#include "tests/unit/parties.h"

static void the_loser_closes_and_its_answer_clears_the_mark(void **state)
{
	(void)state;
	start(2);
	const struct event *event = merge(1, 2);
	EXPECT_RESULT(event, APPLIED);
	assert_string_equal(world_rows(world_of(1)), "28:COMPLETED");
	assert_true(world_of(1)->state.client.has_merging);
	assert_string_equal(world_told(world_of(1)), "");

	event = take_next(2);
	EXPECT_RESULT(event, APPLIED);
	assert_string_equal(world_rows(world_of(2)), "28:COMPLETED");
	assert_string_equal(world_told(world_of(2)), "STATUS>roc#3 STATUS>uwv#3");
	const struct client *loser = &world_of(2)->state.client;
	assert_int_equal(loser->status, CLIENT_STATUS_CLOSED);
	assert_true(bytes_equal_string(loser->closing_reason, "MERGED_INTO"));
	assert_int_equal(number_of(loser->merged_into), 1);
	assert_int_equal(loser->clocks_count, 1);
	assert_non_null(world_clock(world_of(2), 0, CLOCK_NAME_T11));

	event = take_next(1);
	EXPECT_RESULT(event, APPLIED);
	assert_string_equal(world_rows(world_of(1)), "28:COMPLETED");
	assert_false(world_of(1)->state.client.has_merging);
	assert_int_equal(world_of(1)->state.client.status, CLIENT_STATUS_OPEN);
	assert_false(world_of(1)->decision.sends);
	assert_true(bytes_equal_string(world_owner(world_of(1)), "wsp"));
	end();
}

static void a_merge_needs_a_person_and_another_record(void **state)
{
	(void)state;
	start(2);
	prepare_merge(1, 2);
	world_of(1)->change.actor.worker = (struct bytes){0};
	const struct event *event = send_to(1);
	assert_int_equal(event->code, REJECTION_CODE_INVALID);
	assert_true(bytes_equal_string(event->field, "body.StatusChange.actor.worker"));

	prepare_merge(1, 2);
	world_of(1)->change.has_other_client = false;
	event = send_to(1);
	assert_int_equal(event->code, REJECTION_CODE_INVALID);
	assert_true(bytes_equal_string(event->field, "body.StatusChange.other_referral"));

	event = merge(1, 1);
	assert_int_equal(event->code, REJECTION_CODE_ILLEGAL);
	EXPECT_TEXT(event, "of this client already");

	world_act(world_of(1), 1, ACTION_MERGE, "uwv");
	world_of(1)->change.has_other_referral = world_of(1)->change.has_other_client = true;
	event = send_to(1);
	assert_int_equal(event->code, REJECTION_CODE_ILLEGAL);
	EXPECT_TEXT(event, "not for this partner or desk");
	assert_false(world_of(1)->state.client.has_merging);
	end();
}

/* Nobody but the hub answers, and nobody but the hub closes as MERGED_INTO. */
static void the_words_of_a_merge_are_the_hubs(void **state)
{
	static const enum action answers[] = {ACTION_MERGED, ACTION_NOT_MERGED};
	(void)state;
	start(2);
	merge(1, 2);
	for (size_t i = 0; i < UNIT_COUNT(answers); i++) {
		EXPECT_RESULT(act_on(1, 1, answers[i], "wsp"), REJECTED);
		assert_true(world_of(1)->state.client.has_merging);
	}
	world_act(world_of(2), 2, ACTION_CLOSE, "roc");
	world_of(2)->change.closing_reason = bytes_of_string("MERGED_INTO");
	EXPECT_RESULT(send_to(2), REJECTED);
	assert_int_equal(world_of(2)->state.client.status, CLIENT_STATUS_OPEN);
	end();
}

static bool may(size_t client, enum action action)
{
	struct rules rules = world_rules();
	enum action legal[ACTION_COUNT];
	const struct world *world = world_of(client);
	size_t count = handover_actions(&world->state.client, world_find(world, (uint8_t)client),
		bytes_of_string(owners[client - 1]), &rules, legal);
	for (size_t i = 0; i < count; i++)
		if (legal[i] == action)
			return true;
	return false;
}

static void the_mark_forbids_closing_and_merging_and_being_merged_away(void **state)
{
	(void)state;
	start(3);
	assert_true(may(1, ACTION_MERGE) && may(1, ACTION_CLOSE));
	merge(1, 2);
	assert_false(may(1, ACTION_MERGE) || may(1, ACTION_CLOSE));
	const struct event *event = act_on(1, 1, ACTION_CLOSE, "wsp");
	assert_int_equal(event->code, REJECTION_CODE_ILLEGAL);
	EXPECT_TEXT(event, "a merge is under way");
	event = merge(1, 3);
	assert_int_equal(event->code, REJECTION_CODE_ILLEGAL);
	EXPECT_TEXT(event, "a merge is under way");
	assert_false(world_of(1)->decision.sends);

	merge(3, 1);
	event = take_next(1);
	EXPECT_RESULT(event, REJECTED);
	EXPECT_TEXT(event, "a merge is under way");
	assert_int_equal(world_of(1)->state.client.status, CLIENT_STATUS_OPEN);
	take_all();
	assert_false(world_of(3)->state.client.has_merging);
	assert_false(world_of(1)->state.client.has_merging);
	assert_true(may(1, ACTION_MERGE) && may(1, ACTION_CLOSE));
	end();
}

static void a_loser_with_an_open_referral_refuses_and_the_asker_hears_why(void **state)
{
	(void)state;
	start(2);
	world_refer(world_of(2), 40, "roc", "leerwerk", REFERRAL_KIND_SERVICE);
	send_to(2);
	merge(1, 2);
	const struct event *event = take_next(2);
	EXPECT_RESULT(event, REJECTED);
	assert_int_equal(event->code, REJECTION_CODE_ILLEGAL);
	assert_string_equal(world_of(2)->decision.reject_owner, "roc");
	assert_int_equal(world_of(2)->state.client.status, CLIENT_STATUS_OPEN);

	event = take_next(1);
	EXPECT_RESULT(event, APPLIED);
	assert_false(world_of(1)->state.client.has_merging);
	assert_string_equal(world_told(world_of(1)), "VERDICT>wsp#3");
	const struct handover *verdict = &world_of(1)->decision.handovers[0];
	assert_true(verdict->has_code && verdict->code == REJECTION_CODE_ILLEGAL);
	EXPECT_TEXT(verdict, "open referral: complete or cancel it first");

	act_on(2, 40, ACTION_ACCEPT, "leerwerk");
	act_on(2, 40, ACTION_COMPLETE, "leerwerk");
	merge_away(1, 2);
	end();
}

static void a_closed_or_unknown_record_is_not_merged(void **state)
{
	(void)state;
	start(3);
	act_on(2, 2, ACTION_CLOSE, "roc");
	merge(1, 2);
	const struct event *event = take_next(2);
	EXPECT_RESULT(event, REJECTED);
	EXPECT_TEXT(event, "closed already");
	take_all();
	assert_false(world_of(1)->state.client.has_merging);

	handover_state_new(&world_of(3)->state, pseudonym_of(3));
	merge(1, 3);
	event = take_next(3);
	EXPECT_RESULT(event, REJECTED);
	assert_false(event->has_client);
	assert_false(world_of(3)->decision.changes_client);
	take_all();
	assert_false(world_of(1)->state.client.has_merging);
	end();
}

static void what_was_merged_before_is_not_refused(void **state)
{
	(void)state;
	start(2);
	merge_away(1, 2);
	EXPECT_RESULT(merge(1, 2), APPLIED);
	const struct event *event = take_next(2);
	EXPECT_RESULT(event, APPLIED);
	assert_string_equal(world_rows(world_of(2)), "");
	assert_string_equal(world_told(world_of(2)), "");
	assert_false(event->has_merged_into);
	assert_int_equal(number_of(world_of(2)->state.client.merged_into), 1);
	take_next(1);
	assert_string_equal(world_told(world_of(1)), "");
	assert_false(world_of(1)->state.client.has_merging);
	end();
}

/* Its record goes on in that of somebody else, which may be merged in its place. */
static void what_was_merged_into_another_is_refused_with_that_reason(void **state)
{
	(void)state;
	start(3);
	merge_away(3, 2);
	merge(1, 2);
	const struct event *event = take_next(2);
	EXPECT_RESULT(event, REJECTED);
	EXPECT_TEXT(event, "merged into another record before");
	take_next(1);
	assert_string_equal(world_told(world_of(1)), "VERDICT>wsp#3");
	assert_false(world_of(1)->state.client.has_merging);
	assert_int_equal(number_of(world_of(2)->state.client.merged_into), 3);
	end();
}

/* What persons will still do, by client; they do it whenever it pleases them. */
struct asks {
	size_t merge[CLIENTS_MAX + 1]; /* with whom; 0: nothing */
	bool close[CLIENTS_MAX + 1];
};

enum move { TAKE, ASK, CLOSE };

struct choice {
	enum move move;
	size_t client;
};

/* One order of all that happens: which of the possible moves was taken at each step. Begins zeroed,
 * and next_order makes the following one of it, until all have been. */
#define STEPS_MAX 24
struct order {
	size_t taken[STEPS_MAX], possible[STEPS_MAX];
	size_t steps;
};

static bool next_order(struct order *order)
{
	while (order->steps > 0 &&
		order->taken[order->steps - 1] + 1 == order->possible[order->steps - 1])
		order->steps--;
	if (order->steps == 0)
		return false;
	order->taken[order->steps - 1]++;
	memset(order->taken + order->steps, 0,
		(STEPS_MAX - order->steps) * sizeof(order->taken[0]));
	return true;
}

static size_t possible_moves(const struct asks *asks, struct choice *ready)
{
	size_t count = 0;
	for (size_t i = 1; i <= parties_count; i++) {
		if (parties[i - 1].count > 0)
			ready[count++] = (struct choice){TAKE, i};
		if (asks->merge[i] != 0)
			ready[count++] = (struct choice){ASK, i};
		if (asks->close[i])
			ready[count++] = (struct choice){CLOSE, i};
	}
	return count;
}

static void move(struct choice choice, struct asks *asks)
{
	size_t client = choice.client;
	switch (choice.move) {
	case TAKE:
		take_next(client);
		return;
	case ASK:
		merge(client, asks->merge[client]);
		asks->merge[client] = 0;
		return;
	case CLOSE:
		act_on(client, (uint8_t)client, ACTION_CLOSE, owners[client - 1]);
		asks->close[client] = false;
		return;
	}
}

static void happen(struct asks asks, struct order *order)
{
	struct choice ready[3 * CLIENTS_MAX];
	size_t step = 0;
	for (size_t count; (count = possible_moves(&asks, ready)) > 0; step++) {
		assert_true(step < STEPS_MAX);
		order->possible[step] = count;
		move(ready[order->taken[step]], &asks);
	}
	order->steps = step;
}

/* Whose record goes on: each chain of merges ends at an OPEN client. */
static size_t end_of_chain(size_t client)
{
	size_t steps = 0;
	while (world_of(client)->state.client.has_merged_into && steps++ < CLIENTS_MAX)
		client = number_of(world_of(client)->state.client.merged_into);
	assert_true(steps < CLIENTS_MAX);
	return client;
}

static size_t check_rest(void)
{
	size_t open = 0;
	for (size_t i = 1; i <= parties_count; i++) {
		const struct client *client = &world_of(i)->state.client;
		assert_false(client->has_merging);
		assert_true(bytes_equal_string(world_owner(world_of(i)), owners[i - 1]));
		assert_int_equal(
			world_of(end_of_chain(i))->state.client.status, CLIENT_STATUS_OPEN);
		open += client->status == CLIENT_STATUS_OPEN;
	}
	return open;
}

static void of_two_that_merge_each_other_one_goes_on_or_both_are_refused(void **state)
{
	const struct asks each_other = {.merge = {0, 2, 1}};
	struct order order = {0};
	unsigned both_refused = 0, one_merged = 0;
	(void)state;
	do {
		start(2);
		happen(each_other, &order);
		if (check_rest() == 2)
			both_refused++;
		else
			one_merged++; /* it heard CLOSE before its own person asked */
		end();
	} while (next_order(&order));
	assert_true(both_refused > 0);
	assert_true(one_merged > 0);
}

static void ask_both_at_once(size_t first)
{
	start(2);
	merge(first, 3 - first);
	merge(3 - first, first);
}

/* Asked before either hears the other: each keeps its owner, and one retry succeeds. */
static void asked_at_once_both_are_refused_and_either_retry_succeeds(void **state)
{
	struct order order = {0}, rest = {0};
	(void)state;
	do
		for (size_t run = 0; run < 4; run++) {
			size_t first = 1 + (run & 1), again = 1 + (run >> 1);
			ask_both_at_once(first);
			happen((struct asks){0}, &order);
			assert_int_equal(check_rest(), 2);
			merge(again, 3 - again);
			happen((struct asks){0}, &rest);
			assert_int_equal(check_rest(), 1);
			assert_int_equal(end_of_chain(3 - again), again);
			end();
		}
	while (next_order(&order));
}

/* The same while desks close their clients. */
static void a_merge_beside_a_closing_leaves_nobody_in_a_record_that_is_no_more(void **state)
{
	const struct asks all = {.merge = {0, 2, 1}, .close = {false, true, true}};
	struct order order = {0};
	(void)state;
	do {
		start(2);
		happen(all, &order);
		for (size_t i = 1; i <= 2; i++) {
			assert_false(world_of(i)->state.client.has_merging);
			end_of_chain(i);
		}
		end();
	} while (next_order(&order));
}

static void of_three_in_a_ring_at_least_one_goes_on(void **state)
{
	const struct asks ring = {.merge = {0, 2, 3, 1}};
	struct order order = {0};
	(void)state;
	do {
		start(3);
		happen(ring, &order);
		assert_true(check_rest() >= 1);
		end();
	} while (next_order(&order));
}

static void an_answer_that_nobody_waits_for_changes_nothing(void **state)
{
	(void)state;
	start(2);
	merge(1, 2);
	take_next(2);
	struct record answer = parties[0].queue[parties[0].first];
	take_next(1);
	int32_t version = world_of(1)->state.client.version;
	parties[0].queue[parties[0].first + parties[0].count++] = answer;
	EXPECT_RESULT(take_next(1), APPLIED);
	assert_string_equal(world_rows(world_of(1)), "");
	assert_int_equal(world_of(1)->state.client.version, version + 1);
	end();
}

/* Else the mark would stay for ever. */
static void what_ops_leaves_out_is_not_the_word_of_a_merge(void **state)
{
	struct handover_fault fault = {REJECTION_CODE_UNREADABLE, NULL, "no Avro"};
	struct rules rules = world_rules();
	(void)state;
	start(2);
	struct handover_input input = {.offset = 90, .fault = &fault, .now = world_of(2)->now};
	handover_park(&world_of(2)->state, &input, &rules, &world_of(2)->decision);
	handover_fold(&world_of(2)->state, &world_of(2)->decision.event);
	world_of(2)->offset = 91;
	merge(1, 2);
	struct record close = parties[1].queue[parties[1].first];
	EXPECT_RESULT(take_next(2), PARKED);
	assert_false(world_of(2)->decision.sends);

	world_act(world_of(2), 2, ACTION_SIGN_OF_LIFE, "roc");
	world_of(2)->redrive = 1;
	world_of(2)->skip = true;
	send_to(2);
	assert_int_equal(world_of(2)->state.client.redriven, 1);
	world_of(2)->redrive = 2;
	parties[1].queue[parties[1].first + parties[1].count++] = close;
	EXPECT_RESULT(take_next(2), APPLIED);
	assert_int_equal(world_of(2)->state.client.status, CLIENT_STATUS_CLOSED);
	world_of(2)->redrive = 0;
	world_of(2)->skip = false;
	take_all();
	assert_false(world_of(1)->state.client.has_merging);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loser_closes_and_its_answer_clears_the_mark),
		cmocka_unit_test(a_merge_needs_a_person_and_another_record),
		cmocka_unit_test(the_words_of_a_merge_are_the_hubs),
		cmocka_unit_test(the_mark_forbids_closing_and_merging_and_being_merged_away),
		cmocka_unit_test(a_loser_with_an_open_referral_refuses_and_the_asker_hears_why),
		cmocka_unit_test(a_closed_or_unknown_record_is_not_merged),
		cmocka_unit_test(what_was_merged_before_is_not_refused),
		cmocka_unit_test(what_was_merged_into_another_is_refused_with_that_reason),
		cmocka_unit_test(of_two_that_merge_each_other_one_goes_on_or_both_are_refused),
		cmocka_unit_test(asked_at_once_both_are_refused_and_either_retry_succeeds),
		cmocka_unit_test(
			a_merge_beside_a_closing_leaves_nobody_in_a_record_that_is_no_more),
		cmocka_unit_test(of_three_in_a_ring_at_least_one_goes_on),
		cmocka_unit_test(an_answer_that_nobody_waits_for_changes_nothing),
		cmocka_unit_test(what_ops_leaves_out_is_not_the_word_of_a_merge),
	};
	return PARTIES_RUN(tests);
}
