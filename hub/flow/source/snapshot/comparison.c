/* comparison - a document that names all that its source has open, against what is open here. */
#include "hub/flow/source/snapshot/comparison.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/crash.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/flow/source/snapshot/holding.h"
#include "hub/flow/source/snapshot/teller.h"
#include "hub/view/outstanding.h"

#define LOOK_EVERY_MS 100
#define LOOK_MS 900000 /* then the document is tried again later */
#define AGAIN_MS 200 /* when intake cannot store now */
#define FIRST_CAPACITY 64

struct comparison {
	struct comparison_options options;
	char source[HOLDING_ID_SIZE]; /* "OIN/NAME" */
	char document[HOLDING_DOCUMENT_MAX + 1];
	char hash[ROLL_HASH_SIZE];
	char snapshot[HOLDING_SNAPSHOT_SIZE];
	int64_t until; /* clock_steady */
	struct outstanding_of of;
	bool walks;
	int64_t views, after; /* of the walk */
	int64_t open, later; /* later: missing, but spoken of since */
	struct uuid *gone;
	size_t gone_count, gone_capacity;
	bool is_held;
	struct teller *teller;
	struct intake_job *job;
	int facts; /* of the two, so many are stored */
	void (*step)(struct comparison *comparison); /* the next one */
	struct loop_timer timer;
};

static void go_on_in(
	struct comparison *comparison, void (*step)(struct comparison *comparison), int64_t ms)
{
	struct loop *loop = comparison->options.outside->loop;
	comparison->step = step;
	loop_set(loop, &comparison->timer, loop_now(loop) + ms);
}

static void on_timer(void *context)
{
	struct comparison *comparison = context;
	comparison->step(comparison);
}

static void finish(struct comparison *comparison, enum outcome outcome, const char *why)
{
	const struct comparison_options options = comparison->options;
	char text[sizeof(((struct err *)NULL)->text)];
	snprintf(text, sizeof(text), "%s", why);
	comparison_cancel(comparison);
	options.done(options.context, outcome, text);
}

/* It changes nothing, and comes to nothing. */
static void leave(struct comparison *comparison, const char *why)
{
	log_warn("snapshot", "source=%s outcome=skip text=%s", comparison->source, log_quote(why));
	finish(comparison, OK, "");
}

static bool is_shared(const struct comparison *comparison)
{
	const struct conf *conf = comparison->options.outside->conf;
	const struct conf_source *own = comparison->options.source;
	for (size_t i = 0; i < conf->sources_count; i++) {
		const struct conf_source *other = &conf->sources[i];
		if (other != own && strcmp(other->oin, own->oin) == 0 &&
			strcmp(other->system, own->system) == 0)
			return true;
	}
	return false;
}

/* Why it cannot be compared at all; NULL: it can. */
static const char *fault_of(const struct comparison *comparison)
{
	const struct roll *roll = comparison->options.roll;
	if (roll->is_full)
		return "it has more cases than can be compared: nobody is told what is missing";
	if (roll->count == 0)
		return "it names no case at all: nobody is told what is missing";
	if (is_shared(comparison))
		return "its system is that of another source too, whose cases would all be "
		       "missing: give each a system of its own";
	return NULL;
}

static bool has_passed(const struct comparison *comparison)
{
	const struct outside *outside = comparison->options.outside;
	size_t partner = (size_t)(comparison->options.source->partner - outside->conf->partners);
	if (outside->reader == NULL || !view_is_ready(outside->view))
		return false;
	for (int32_t i = 0; i < outside->kafka->partitions; i++) {
		int64_t last = sent_last(outside->sent, partner, i);
		if (last >= 0 && !view_decided(outside->view, i, last))
			return false;
	}
	return true;
}

/* What is known of snapshots of this source. Zeroed: nothing. */
struct known {
	struct holding last, hold;
};

static enum outcome read_known(
	const struct comparison *comparison, struct known *out, struct err *err)
{
	struct view_reader *reader = comparison->options.outside->reader;
	struct bytes source = bytes_of_string(comparison->source);
	struct view_facts last, hold;
	if (view_facts(reader, FACT_KIND_CURSOR, &last, err) != OK ||
		view_facts(reader, FACT_KIND_HOLD, &hold, err) != OK)
		return err->outcome;
	*out = (struct known){holding_find(&last, source), holding_find(&hold, source)};
	return OK;
}

/* One that was made before another that is known would tell of what came in between. */
static const char *overtaken(const struct comparison *comparison, const struct known *known)
{
	const struct comparison_options *options = &comparison->options;
	const struct outside *outside = options->outside;
	int64_t newest = outside->compared[options->source - outside->conf->sources];
	if (known->last.taken_at > newest)
		newest = known->last.taken_at;
	if (newest > options->taken_at)
		return "it is older than one that was compared before";
	if (known->hold.is_released && bytes_equal_string(known->hold.hash, comparison->hash))
		return "a person has released it before";
	return NULL;
}

/* RETRY: the view cannot be asked. skip: why there is nothing to compare. */
static enum outcome look_back(struct comparison *comparison, const char **skip, struct err *err)
{
	struct view_reader *reader = comparison->options.outside->reader;
	struct arena arena = {0};
	struct known known = {0};
	enum outcome outcome = view_reader_begin(reader, &arena, err);
	if (outcome == OK) {
		outcome = read_known(comparison, &known, err);
		view_reader_end(reader);
	}
	*skip = outcome == OK ? overtaken(comparison, &known) : NULL;
	arena_done(&arena);
	return outcome;
}

static void begin_walk(struct comparison *comparison)
{
	comparison->views = comparison->options.outside->views;
	comparison->walks = true;
	comparison->after = 0;
	comparison->open = 0;
	comparison->later = 0;
	comparison->gone_count = 0;
}

static void add_gone(struct comparison *comparison, struct uuid referral)
{
	if (comparison->gone_count == comparison->gone_capacity) {
		comparison->gone_capacity = comparison->gone_capacity == 0
			? FIRST_CAPACITY
			: 2 * comparison->gone_capacity;
		comparison->gone = memory_resize(comparison->gone,
			memory_product(comparison->gone_capacity, sizeof(*comparison->gone)));
	}
	comparison->gone[comparison->gone_count++] = referral;
}

static enum outcome compare(
	struct comparison *comparison, const struct outstanding *item, struct err *err)
{
	const struct comparison_options *options = &comparison->options;
	int64_t said_at;
	if (roll_has(options->roll, item->case_)) {
		comparison->open++;
		return OK;
	}
	if (item->is_asked)
		return OK;
	if (outstanding_said_at(
		    options->outside->reader, &comparison->of, item->case_, &said_at, err) != OK)
		return err->outcome;
	comparison->open++;
	if (said_at < options->taken_at)
		add_gone(comparison, item->referral);
	else
		comparison->later++;
	return OK;
}

/* A few hundred clients, in a transaction of its own: the view's file grows meanwhile. */
static enum outcome walk_on(struct comparison *comparison, bool *is_last, struct err *err)
{
	struct view_reader *reader = comparison->options.outside->reader;
	struct arena arena = {0};
	struct outstanding_page page;
	if (view_reader_begin(reader, &arena, err) != OK)
		return err->outcome;
	enum outcome outcome =
		outstanding_next(reader, &comparison->of, comparison->after, &page, err);
	for (size_t i = 0; i < page.count && outcome == OK; i++)
		outcome = compare(comparison, &page.items[i], err);
	view_reader_end(reader);
	arena_done(&arena);
	comparison->after = page.after;
	*is_last = page.is_last;
	return outcome;
}

/* But for the list of what is missing. */
static struct holding holding_of(const struct comparison *comparison)
{
	return (struct holding){.source = bytes_of_string(comparison->source),
		.hash = bytes_of_string(comparison->hash),
		.document = bytes_of_string(comparison->document),
		.taken_at = comparison->options.taken_at,
		.at = clock_wall(),
		.open = comparison->open,
		.gone = (int64_t)comparison->gone_count,
		.nameless = (int64_t)comparison->options.roll->nameless};
}

static void report(const struct comparison *comparison)
{
	const struct roll *roll = comparison->options.roll;
	const char *why = "more is missing from it than may be without a person: nobody is told. "
			  "Look with lokethub snapshot, then lokethub snapshot release, or drop";
	log_line(comparison->is_held ? LOG_ERROR : LOG_INFO, "snapshot",
		"source=%s cases=%zu nameless=%zu open=%lld gone=%zu later=%lld outcome=%s text=%s",
		comparison->source, roll->count, roll->nameless, (long long)comparison->open,
		comparison->gone_count, (long long)comparison->later,
		comparison->is_held ? "held" : "ok", log_quote(comparison->is_held ? why : ""));
}

static void store_next(struct comparison *comparison);

static void on_fact(void *context, const struct intake_receipt *receipt)
{
	struct comparison *comparison = context;
	comparison->job = NULL;
	if (receipt->fate != INTAKE_STORED) {
		go_on_in(comparison, store_next, AGAIN_MS);
		return;
	}
	crash_point("snapshot-noted");
	comparison->facts++;
	store_next(comparison);
}

static void list_gone(const struct comparison *comparison, struct buffer *out)
{
	char hex[2 * sizeof(struct uuid) + 1];
	for (size_t i = 0; i < comparison->gone_count && i < HOLDING_LISTED_MAX; i++) {
		bytes_to_hex(bytes_of(&comparison->gone[i], sizeof(struct uuid)), hex);
		buffer_add_string(out, hex);
	}
}

/* First the last one, with the list if it is held; then that it is held, or that none is. */
static void store_next(struct comparison *comparison)
{
	const struct outside *outside = comparison->options.outside;
	const struct intake_caller caller = {on_fact, comparison};
	struct holding holding = holding_of(comparison);
	struct buffer text = {0}, list = {0};
	char id[HOLDING_ID_SIZE];
	if (comparison->facts == 2) {
		finish(comparison, OK, "");
		return;
	}
	bool is_last = comparison->facts == 0;
	if (is_last && comparison->is_held)
		list_gone(comparison, &list);
	holding.listed = buffer_bytes(&list);
	const struct fact fact =
		holding_fact(is_last ? FACT_KIND_CURSOR : FACT_KIND_HOLD, &holding, id, &text);
	if (intake_can_store(outside->intake))
		comparison->job = is_last || comparison->is_held
			? intake_fact(outside->intake, &fact, caller)
			: intake_forget_fact(outside->intake, &fact, caller);
	if (comparison->job == NULL)
		go_on_in(comparison, store_next, AGAIN_MS);
	buffer_done(&text);
	buffer_done(&list);
}

static void on_told(void *context)
{
	struct comparison *comparison = context;
	comparison->teller = NULL;
	store_next(comparison);
}

static void judge(struct comparison *comparison)
{
	const struct outside *outside = comparison->options.outside;
	const struct holding holding = holding_of(comparison);
	const struct teller_options options = {.outside = outside,
		.snapshot = bytes_of_string(comparison->snapshot),
		.items = comparison->gone,
		.count = comparison->gone_count,
		.done = on_told,
		.context = comparison};
	outside->compared[comparison->options.source - outside->conf->sources] =
		comparison->options.taken_at;
	comparison->walks = false;
	comparison->is_held = holding_is_due(&holding, comparison->options.source);
	report(comparison);
	if (comparison->is_held || comparison->gone_count == 0)
		store_next(comparison);
	else
		teller_start(&comparison->teller, &options);
}

static void look(struct comparison *comparison);

static void wait_on(struct comparison *comparison)
{
	if (clock_steady() < comparison->until)
		go_on_in(comparison, look, LOOK_EVERY_MS);
	else
		finish(comparison, RETRY,
			"it is stored, but what became of it is not known yet, so that it could "
			"not be compared");
}

static void look(struct comparison *comparison)
{
	struct err err = {0};
	const char *skip = NULL;
	enum outcome outcome = OK;
	bool is_last = false;
	if (!has_passed(comparison)) {
		comparison->walks = false;
		wait_on(comparison);
		return;
	}
	if (!comparison->walks || comparison->views != comparison->options.outside->views) {
		begin_walk(comparison);
		outcome = look_back(comparison, &skip, &err);
	}
	if (outcome == OK && skip == NULL)
		outcome = walk_on(comparison, &is_last, &err);
	if (outcome != OK)
		finish(comparison, RETRY, err.text);
	else if (skip != NULL)
		leave(comparison, skip);
	else if (is_last)
		judge(comparison);
	else
		go_on_in(comparison, look, 1);
}

static void begin(struct comparison *comparison)
{
	const char *fault = fault_of(comparison);
	if (fault != NULL)
		leave(comparison, fault);
	else
		look(comparison);
}

void comparison_start(struct comparison **out, const struct comparison_options *options)
{
	struct comparison *comparison = memory_get_zeroed(1, sizeof(*comparison));
	const struct conf_source *source = options->source;
	crash_point("snapshot-stored");
	comparison->options = *options;
	comparison->timer = (struct loop_timer){.fn = on_timer, .context = comparison};
	comparison->until = clock_steady() + LOOK_MS;
	comparison->of = (struct outstanding_of){bytes_of_string(source->oin),
		bytes_of_string(source->system), &options->outside->conf->rules};
	roll_close(options->roll);
	roll_hash(options->roll, options->taken_at, comparison->hash);
	holding_source(source, comparison->source);
	holding_document(options->document, comparison->document);
	const struct holding named = holding_of(comparison);
	holding_snapshot(&named, comparison->snapshot);
	*out = comparison;
	go_on_in(comparison, begin, 0);
}

void comparison_cancel(struct comparison *comparison)
{
	if (comparison == NULL)
		return;
	if (comparison->job != NULL)
		intake_forget(comparison->job);
	teller_cancel(comparison->teller);
	loop_clear(comparison->options.outside->loop, &comparison->timer);
	free(comparison->gone);
	free(comparison);
}
