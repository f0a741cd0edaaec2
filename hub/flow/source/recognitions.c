/* recognitions - whoever has a client is told when the client's employer may train nobody any more.
 */
#include "hub/flow/source/recognitions.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/base/metrics.h"
#include "hub/flow/intake/recognition.h"
#include "hub/handover/handover.h"
#include "hub/view/named.h"

#define LOOK_EVERY_MS 2000
#define LOOK_SHARE 50 /* a look takes at most one part of so many of the time */
#define WORDS_MAX 256 /* of one look; the others go with the next */

enum { TOLD, METRICS };

static struct metric metrics[METRICS] = {
	[TOLD] = {.name = "lokethub_recognition_words_total",
		.kind = METRICS_COUNTER,
		.doc = "Referrals of which it was told that the employer lost its recognition."},
};

/* A word on its way. */
struct errand {
	struct recognitions *of;
	struct intake_job *job; /* NULL: it has arrived, or there is none */
};

struct recognitions {
	const struct outside *outside;
	const struct tasks *tasks;
	int64_t look_at;
	struct errand errands[WORDS_MAX];
	size_t pending;
	/* What was sent last to each partition of intake, and the view may lack; -1: nothing. */
	int64_t *last;
	struct arena arena;
};

/* What is found in one look at the view. */
struct look {
	const struct recognitions *of;
	struct view_reader *reader;
	struct view_facts facts; /* sorted by id */
	struct bytes leerbedrijf; /* the company at hand */
	struct recognition *said; /* of it */
	size_t said_count;
	bool is_withdrawn; /* something of it */
	struct view_messages told; /* the words that were sent about it */
	const struct client *client; /* at hand */
	struct recognition_word words[WORDS_MAX];
	size_t words_count;
};

/* The first that is not before id. */
static size_t place_of(const struct view_facts *facts, struct bytes id)
{
	size_t from = 0, to = facts->count;
	while (from < to) {
		size_t middle = (from + to) / 2;
		if (bytes_compare(facts->items[middle]->id, id) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static enum outcome find_told(struct look *look, struct err *err)
{
	const struct view_case which = {
		bytes_of_string("hub"), bytes_of_string(""), look->leerbedrijf};
	look->told = (struct view_messages){0};
	return look->is_withdrawn ? view_messages_of_case(look->reader, &which, &look->told, err)
				  : OK;
}

/* How many facts from there on are of the company. */
static size_t count_of(const struct view_facts *facts, size_t first, struct bytes prefix)
{
	size_t count = 0;
	while (first + count < facts->count) {
		struct bytes id = facts->items[first + count]->id;
		if (id.size < prefix.size || memcmp(id.data, prefix.data, prefix.size) != 0)
			break;
		count++;
	}
	return count;
}

static enum outcome enter(
	struct look *look, struct bytes leerbedrijf, struct arena *arena, struct err *err)
{
	struct bytes prefix = bytes_of_string(arena_format(arena, "%.*s/", BYTES_ARG(leerbedrijf)));
	size_t first = place_of(&look->facts, prefix);
	size_t count = count_of(&look->facts, first, prefix);
	look->leerbedrijf = leerbedrijf;
	look->said = arena_get_array(arena, count + 1, sizeof(*look->said));
	look->said_count = 0;
	look->is_withdrawn = false;
	for (size_t i = first; i < first + count; i++)
		look->said_count +=
			recognition_read(look->facts.items[i], &look->said[look->said_count]);
	for (size_t i = 0; i < look->said_count; i++)
		look->is_withdrawn = look->is_withdrawn ||
			recognition_withdraws(
				&look->said[i], look->said, look->said_count, look->said[i].crebo);
	return find_told(look, err);
}

static bool was_told(const struct look *look, const struct recognition_word *word)
{
	struct arena arena = {0};
	const char *reference = recognition_reference(word, &arena);
	bool was = false;
	for (size_t i = 0; i < look->told.count && !was; i++) {
		const struct message *message = look->told.items[i].message;
		was = message != NULL && bytes_equal_string(message->reference, reference);
	}
	arena_done(&arena);
	return was;
}

/* What it says of the referral and was not told yet; absent crebo: whatever it asks for. */
static void add_words(struct look *look, struct uuid referral, struct bytes crebo)
{
	for (size_t i = 0; i < look->said_count && look->words_count < WORDS_MAX; i++) {
		const struct recognition_word word = {referral, look->said[i]};
		if (recognition_withdraws(&look->said[i], look->said, look->said_count, crebo) &&
			!was_told(look, &word))
			look->words[look->words_count++] = word;
	}
}

/* Its last message that counts: an amendment may name another company, or none. NULL: none. */
static enum outcome read_body(
	struct look *look, struct uuid referral, const struct referral **out, struct err *err)
{
	struct view_messages messages = {0};
	*out = NULL;
	if (view_messages_of_referral(look->reader, referral, &messages, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < messages.count; i++) {
		const struct view_message *item = &messages.items[i];
		bool counts = item->message != NULL && item->event != NULL &&
			item->message->body_referral != NULL &&
			item->event->result == RESULT_APPLIED;
		*out = counts ? item->message->body_referral : *out;
	}
	return OK;
}

/* Whether there is nothing that could be said of the referral still. */
static bool is_all_told(const struct look *look, struct uuid referral)
{
	for (size_t i = 0; i < look->said_count; i++) {
		const struct recognition *one = &look->said[i];
		const struct recognition_word word = {referral, *one};
		if (recognition_withdraws(one, look->said, look->said_count, one->crebo) &&
			!was_told(look, &word))
			return false;
	}
	return true;
}

static bool is_open(const struct look *look, struct uuid referral)
{
	const struct client_referral *found =
		look->client != NULL ? handover_referral(look->client, referral) : NULL;
	return found != NULL &&
		(found->state <= REFERRAL_STATE_CANCEL_REQUESTED ||
			found->state == REFERRAL_STATE_RETURNED);
}

static enum outcome consider(struct look *look, const struct view_naming *naming, struct err *err)
{
	const struct referral *body;
	if (!look->is_withdrawn)
		return OK;
	if (view_client(look->reader, naming->client, &look->client, err) != OK)
		return err->outcome;
	if (!is_open(look, naming->referral) || is_all_told(look, naming->referral))
		return OK;
	if (read_body(look, naming->named_by, &body, err) != OK)
		return err->outcome;
	if (body == NULL || body->employer == NULL ||
		!bytes_equal(body->employer->leerbedrijf_id, look->leerbedrijf))
		return OK;
	add_words(look, naming->referral,
		body->education != NULL ? body->education->crebo : (struct bytes){0});
	return OK;
}

/* Whether the view has all that was sent: else it would be sent again. */
static enum outcome has_come(struct look *look, bool *has, struct err *err)
{
	struct view_positions positions = {0};
	if (view_positions(look->reader, &positions, err) != OK)
		return err->outcome;
	*has = true;
	for (size_t i = 0; i < positions.count; i++) {
		const struct view_position *position = &positions.items[i];
		if (bytes_equal_string(position->topic, "intake"))
			*has = *has && position->next > look->of->last[position->partition];
	}
	return OK;
}

static enum outcome find_words(struct look *look, struct arena *arena, struct err *err)
{
	struct view_namings namings = {0};
	bool has = false;
	if (has_come(look, &has, err) != OK || !has)
		return err->outcome;
	if (view_facts(look->reader, FACT_KIND_RECOGNITION, &look->facts, err) != OK ||
		view_namings(look->reader, &namings, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < namings.count && look->words_count < WORDS_MAX; i++) {
		const struct view_naming *naming = &namings.items[i];
		if (!tasks_is_ours(look->of->tasks, naming->leerbedrijf))
			continue;
		if (!bytes_equal(naming->leerbedrijf, look->leerbedrijf) &&
			enter(look, naming->leerbedrijf, arena, err) != OK)
			return err->outcome;
		if (consider(look, naming, err) != OK)
			return err->outcome;
	}
	return OK;
}

/* What was not stored is found again. */
static void on_stored(void *context, const struct intake_receipt *receipt)
{
	struct errand *errand = context;
	struct recognitions *recognitions = errand->of;
	errand->job = NULL;
	recognitions->pending--;
	if (receipt->fate != INTAKE_STORED)
		return;
	metrics_add(&metrics[TOLD], NULL, 1);
	if (recognitions->last[receipt->partition] < receipt->offset)
		recognitions->last[receipt->partition] = receipt->offset;
}

static void send_words(struct recognitions *recognitions, const struct look *look)
{
	for (size_t i = 0; i < look->words_count; i++) {
		struct errand *errand = &recognitions->errands[i];
		errand->of = recognitions;
		errand->job = intake_recognition_word(recognitions->outside->intake,
			&look->words[i], (struct intake_caller){on_stored, errand});
		recognitions->pending += errand->job != NULL ? 1 : 0;
	}
	if (look->words_count > 0)
		log_info("recognition", "sent=%zu found=%zu", recognitions->pending,
			look->words_count);
}

static void look_around(struct recognitions *recognitions)
{
	struct err err = {0};
	struct arena *arena = &recognitions->arena;
	struct look *look = arena_get(arena, sizeof(*look));
	look->of = recognitions;
	look->reader = recognitions->outside->reader;
	enum outcome outcome = view_reader_begin(look->reader, arena, &err);
	if (outcome == OK) {
		outcome = find_words(look, arena, &err);
		view_reader_end(look->reader);
	}
	if (outcome == OK)
		send_words(recognitions, look);
	else
		log_warn("recognition", "text=%s", log_quote(err.text));
	arena_reset(arena);
}

void recognitions_turn(struct recognitions *recognitions)
{
	const struct outside *outside = recognitions->outside;
	if (clock_monotonic() < recognitions->look_at || outside->reader == NULL ||
		!view_is_ready(outside->view) || !intake_can_store(outside->intake) ||
		recognitions->pending > 0)
		return;
	int64_t before = clock_steady();
	look_around(recognitions);
	int64_t wait = LOOK_SHARE * (clock_steady() - before);
	recognitions->look_at = clock_monotonic() + (wait > LOOK_EVERY_MS ? wait : LOOK_EVERY_MS);
}

struct recognitions *recognitions_new(const struct outside *outside, const struct tasks *tasks)
{
	struct recognitions *recognitions = memory_get_zeroed(1, sizeof(*recognitions));
	size_t partitions = (size_t)outside->kafka->partitions;
	recognitions->outside = outside;
	recognitions->tasks = tasks;
	recognitions->last = memory_get(memory_product(partitions, sizeof(*recognitions->last)));
	for (size_t i = 0; i < partitions; i++)
		recognitions->last[i] = -1;
	metrics_register(metrics, METRICS);
	return recognitions;
}

void recognitions_free(struct recognitions *recognitions)
{
	if (recognitions == NULL)
		return;
	for (size_t i = 0; i < WORDS_MAX; i++)
		if (recognitions->errands[i].job != NULL)
			intake_forget(recognitions->errands[i].job);
	arena_done(&recognitions->arena);
	free(recognitions->last);
	free(recognitions);
}
