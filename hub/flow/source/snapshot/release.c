/* release - the referrals of a snapshot that was held and then released: their senders are told. */
#include "hub/flow/source/snapshot/release.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/flow/source/snapshot/teller.h"
#include "hub/view/outstanding.h"

#define LOOKED_AT_ONCE 100 /* in one transaction */
#define AGAIN_MS 200

struct release {
	struct release_options options;
	char source[HOLDING_ID_SIZE], snapshot[HOLDING_SNAPSHOT_SIZE];
	int64_t taken_at, at;
	struct outstanding_of of;
	struct uuid *items;
	size_t count, looked, kept; /* those that are to be told come first */
	struct teller *teller;
	struct intake_job *job;
	void (*step)(struct release *release); /* the next one */
	struct loop_timer timer;
};

static void go_on_in(struct release *release, void (*step)(struct release *release), int64_t ms)
{
	struct loop *loop = release->options.outside->loop;
	release->step = step;
	loop_set(loop, &release->timer, loop_now(loop) + ms);
}

static void on_timer(void *context)
{
	struct release *release = context;
	release->step(release);
}

static void finish(struct release *release)
{
	const struct release_options options = release->options;
	log_info("snapshot", "source=%s listed=%zu told=%zu outcome=released", release->source,
		release->count, release->kept);
	release_cancel(release);
	options.done(options.context);
}

static void forget(struct release *release);

static void on_forgotten(void *context, const struct intake_receipt *receipt)
{
	struct release *release = context;
	release->job = NULL;
	if (receipt->fate == INTAKE_STORED)
		finish(release);
	else
		go_on_in(release, forget, AGAIN_MS);
}

/* Another snapshot may be held by now, which the view may have yet to read. RETRY: it cannot be
 * asked. */
static enum outcome is_replaced(const struct release *release, bool *out, struct err *err)
{
	const struct outside *outside = release->options.outside;
	const struct conf_source *source = release->options.source;
	struct view_reader *reader = release->options.outside->reader;
	struct arena arena = {0};
	struct view_facts facts;
	if (reader == NULL)
		return err_set(err, RETRY, "there is no view yet");
	if (view_reader_begin(reader, &arena, err) != OK)
		return err->outcome;
	enum outcome outcome = view_facts(reader, FACT_KIND_HOLD, &facts, err);
	if (outcome == OK)
		*out = outside->compared[source - outside->conf->sources] > release->taken_at ||
			holding_find(&facts, bytes_of_string(release->source)).at != release->at;
	view_reader_end(reader);
	arena_done(&arena);
	return outcome;
}

static void forget(struct release *release)
{
	struct intake *intake = release->options.outside->intake;
	const struct holding named = {
		.source = bytes_of_string(release->source), .at = clock_wall()};
	struct buffer text = {0};
	char id[HOLDING_ID_SIZE];
	struct err err = {0};
	bool replaced = false;
	const struct fact fact = holding_fact(FACT_KIND_HOLD, &named, id, &text);
	bool is_known = is_replaced(release, &replaced, &err) == OK;
	if (is_known && !replaced && intake_can_store(intake))
		release->job = intake_forget_fact(
			intake, &fact, (struct intake_caller){on_forgotten, release});
	buffer_done(&text);
	if (is_known && replaced)
		finish(release);
	else if (release->job == NULL)
		go_on_in(release, forget, AGAIN_MS);
}

static void on_told(void *context)
{
	struct release *release = context;
	release->teller = NULL;
	forget(release);
}

static enum outcome keep(struct release *release, struct uuid referral, struct err *err)
{
	struct view_reader *reader = release->options.outside->reader;
	struct outstanding found;
	int64_t said_at;
	if (outstanding_find(reader, &release->of, referral, &found, err) != OK)
		return err->outcome;
	if (found.case_.data == NULL || found.is_asked)
		return OK;
	if (outstanding_said_at(reader, &release->of, found.case_, &said_at, err) != OK)
		return err->outcome;
	if (said_at < release->taken_at)
		release->items[release->kept++] = referral;
	return OK;
}

static enum outcome look_at_some(struct release *release, struct err *err)
{
	const struct outside *outside = release->options.outside;
	struct arena arena = {0};
	enum outcome outcome = OK;
	if (outside->reader == NULL || !view_is_ready(outside->view))
		return err_set(err, RETRY, "there is no view yet");
	if (view_reader_begin(outside->reader, &arena, err) != OK)
		return err->outcome;
	for (int i = 0; i < LOOKED_AT_ONCE && release->looked < release->count && outcome == OK;
		i++) {
		outcome = keep(release, release->items[release->looked], err);
		release->looked += outcome == OK ? 1 : 0;
	}
	view_reader_end(outside->reader);
	arena_done(&arena);
	return outcome;
}

static void tell(struct release *release)
{
	const struct teller_options options = {.outside = release->options.outside,
		.snapshot = bytes_of_string(release->snapshot),
		.items = release->items,
		.count = release->kept,
		.done = on_told,
		.context = release};
	if (release->kept > 0)
		teller_start(&release->teller, &options);
	else
		forget(release);
}

static void look(struct release *release)
{
	struct err err = {0};
	if (look_at_some(release, &err) != OK) {
		log_debug("snapshot", "source=%s text=%s", release->source, log_quote(err.text));
		go_on_in(release, look, AGAIN_MS);
	} else if (release->looked < release->count) {
		go_on_in(release, look, 1);
	} else {
		tell(release);
	}
}

void release_start(struct release **out, const struct release_options *options)
{
	struct release *release = memory_get_zeroed(1, sizeof(*release));
	const struct conf_source *source = options->source;
	release->options = *options;
	release->timer = (struct loop_timer){.fn = on_timer, .context = release};
	release->taken_at = options->holding->taken_at;
	release->at = options->holding->at;
	release->of = (struct outstanding_of){bytes_of_string(source->oin),
		bytes_of_string(source->system), &options->outside->conf->rules};
	release->count = options->list.size / sizeof(*release->items);
	release->items = memory_get(options->list.size);
	if (release->count > 0)
		memcpy(release->items, options->list.data,
			release->count * sizeof(*release->items));
	holding_source(source, release->source);
	holding_snapshot(options->holding, release->snapshot);
	*out = release;
	go_on_in(release, look, 0);
}

void release_cancel(struct release *release)
{
	if (release == NULL)
		return;
	if (release->job != NULL)
		intake_forget(release->job);
	teller_cancel(release->teller);
	loop_clear(release->options.outside->loop, &release->timer);
	free(release->items);
	free(release);
}
