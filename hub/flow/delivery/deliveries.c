/* deliveries - the thread of an edge process that brings handovers to their desks, and says that
 * the edge lives. */
#include "hub/flow/delivery/deliveries.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/flow/delivery/desk/holds.h"
#include "hub/flow/delivery/desk/notices.h"
#include "hub/flow/delivery/desk/undelivered.h"
#include "hub/flow/delivery/inlet.h"
#include "hub/flow/delivery/ledger.h"
#include "hub/flow/delivery/letters.h"
#include "hub/flow/delivery/outlet.h"

#define TURN_MS 10
#define FAILED_TURN_MS 1000
#define FETCH_QUEUE_KB 16384 /* of handovers that were read ahead */
#define STOP_MS 3000 /* for what is on its way, and for how far the desks are to be told */
#define SLOW_EVERY 50 /* turns between two looks at the view's file, and at what is measured */
#define BEAT_ID_SIZE 80
#define HOLDS_EVERY 2 /* of those, between two looks at what ops holds */

struct deliveries {
	struct deliveries_options options;
	struct kafka_settings kafka;
	struct ground ground;
	struct sent *sent;
	struct inlet *inlet;
	struct letters *letters; /* NULL: nobody wants any */
	struct loop_timer turn;
	struct loop_bell *stop;
	pthread_t thread;
	bool runs;
	int64_t stop_by; /* as loop_now counts; 0: goes on */
	size_t pushed; /* desks that something is brought to */
	int64_t beat_at; /* the last heartbeat, epoch ms */
	int turns;
};

/* What one turn of the loop reads, it reads in one moment of the view. */
static void end_turn(void *context)
{
	struct ground *ground = context;
	if (ground->reader != NULL)
		view_reader_release(ground->reader);
}

static void take_slow_turn(struct deliveries *deliveries, int64_t now)
{
	struct ground *ground = &deliveries->ground;
	struct err err = {0};
	int turn = deliveries->turns++;
	if (turn % SLOW_EVERY != 0)
		return;
	if (view_reader_refresh(&ground->reader, deliveries->options.view_path, &err))
		intake_forget_view(ground->intake);
	if (ground->reader != NULL)
		view_reader_keep(ground->reader);
	else
		log_debug("delivery", "text=%s", log_quote(err.text));
	if (turn % (SLOW_EVERY * HOLDS_EVERY) == 0)
		holds_look(ground, now);
	undelivered_sweep(ground);
	if (deliveries->inlet != NULL)
		letters_turn(deliveries->letters, deliveries->inlet);
	notices_turn(ground, now);
	for (size_t i = 0; i < ground->desks_count; i++)
		if (ground->desks[i].outlet != NULL)
			desk_measure(&ground->desks[i], now);
}

/* This edge lives: it can bring things, and its view shows them to who asks. The routers miss it
 * when no edge says so. */
static void beat(struct deliveries *deliveries, int64_t now)
{
	const struct ground *ground = &deliveries->ground;
	char id[BEAT_ID_SIZE];
	if (llabs(now - deliveries->beat_at) < ground->conf->router.heartbeat_ms ||
		ground->stopping || !view_is_ready(ground->view) ||
		!intake_can_store(ground->intake))
		return;
	snprintf(id, sizeof(id), "edge/%s", ground->conf->node);
	const struct fact fact = {
		.kind = FACT_KIND_HEARTBEAT, .id = bytes_of_string(id), .at = now};
	if (intake_fact(ground->intake, &fact, (struct intake_caller){0}) != NULL)
		deliveries->beat_at = now;
}

static bool is_at_rest(const struct ground *ground)
{
	for (size_t i = 0; i < ground->desks_count; i++)
		if (ground->desks[i].outlet != NULL && !desk_is_at_rest(&ground->desks[i]))
			return false;
	return true;
}

static void turn(void *context)
{
	struct deliveries *deliveries = context;
	struct ground *ground = &deliveries->ground;
	struct err err = {0};
	int64_t now = clock_wall();
	take_slow_turn(deliveries, now);
	beat(deliveries, now);
	bool is_well = deliveries->inlet == NULL || inlet_turn(deliveries->inlet, &err) == OK;
	if (!is_well)
		log_warn("delivery", "text=%s", log_quote(err.text));
	for (size_t i = 0; i < ground->desks_count; i++)
		if (ground->desks[i].outlet != NULL)
			desk_turn(&ground->desks[i], now);
	if (ground->stopping &&
		(is_at_rest(ground) || loop_now(ground->loop) >= deliveries->stop_by))
		loop_stop(ground->loop);
	loop_set(ground->loop, &deliveries->turn,
		loop_now(ground->loop) + (is_well ? TURN_MS : FAILED_TURN_MS));
}

static void stop(void *context)
{
	struct deliveries *deliveries = context;
	deliveries->ground.stopping = true;
	deliveries->stop_by = loop_now(deliveries->ground.loop) + STOP_MS;
}

static void *run(void *context)
{
	struct deliveries *deliveries = context;
	pthread_setname_np(pthread_self(), "delivery");
	loop_run(deliveries->ground.loop);
	return NULL;
}

static enum outcome open_stores(struct deliveries *deliveries, struct err *err)
{
	struct ground *ground = &deliveries->ground;
	const struct intake_options intake = {.conf = ground->conf,
		.kafka = ground->kafka,
		.wire = ground->wire,
		.loop = ground->loop,
		.reader = &ground->reader,
		.view = ground->view,
		.sent = deliveries->sent,
		.writes_facts = true};
	const struct disclose_options disclose = {.conf = ground->conf,
		.kafka = ground->kafka,
		.wire = ground->wire,
		.loop = ground->loop,
		.reader = &ground->reader,
		.view = ground->view};
	if (intake_new(&ground->intake, &intake, err) != OK)
		return err->outcome;
	return disclose_new(&ground->disclose, &disclose, err);
}

/* Those of the list, which is in the order of their ids, and in its place ops; the row at this one.
 */
static const struct conf_delivery *row_at(const struct ground *ground, size_t at)
{
	const struct conf *conf = ground->conf;
	size_t ops = 0;
	if (ground->ops.mail_to == NULL)
		return &conf->deliveries[at];
	while (ops < conf->deliveries_count && strcmp(conf->deliveries[ops].desk, CONF_OPS) < 0)
		ops++;
	if (at == ops)
		return &ground->ops;
	return &conf->deliveries[at < ops ? at : at - 1];
}

static enum outcome open_desks(struct deliveries *deliveries, struct err *err)
{
	struct ground *ground = &deliveries->ground;
	const struct conf *conf = ground->conf;
	size_t count = conf->deliveries_count + (conf->mail.ops_to != NULL ? 1 : 0);
	ground->ops = (struct conf_delivery){.desk = CONF_OPS,
		.way = CONF_MAIL,
		.mail_to = conf->mail.ops_to,
		.from = INT32_MIN,
		.concurrency = 1};
	ground->desks_count = 2 * count;
	ground->desks = memory_get_zeroed(ground->desks_count + 1, sizeof(*ground->desks));
	for (size_t i = 0; i < ground->desks_count; i++)
		if (desk_open(&ground->desks[i], ground, row_at(ground, i % count), i >= count,
			    err) != OK)
			return err->outcome;
	return outlet_open_all(ground, err);
}

static enum outcome open_all(struct deliveries *deliveries, struct err *err)
{
	struct ground *ground = &deliveries->ground;
	if (loop_new(&ground->loop, err) != OK ||
		loop_bell_new(&deliveries->stop, ground->loop, stop, deliveries, err) != OK ||
		open_stores(deliveries, err) != OK || open_desks(deliveries, err) != OK ||
		letters_new(&deliveries->letters, ground, deliveries->options.view_path, err) != OK)
		return err->outcome;
	if (deliveries->pushed + letters_count(ground->conf) > 0 &&
		inlet_new(&deliveries->inlet, ground, err) != OK)
		return err->outcome;
	loop_at_end(ground->loop, end_turn, ground);
	deliveries->turn = (struct loop_timer){.fn = turn, .context = deliveries};
	loop_set(ground->loop, &deliveries->turn, loop_now(ground->loop));
	int code = pthread_create(&deliveries->thread, NULL, run, deliveries);
	if (code != 0)
		return err_set(err, FATAL, "no thread to be had: %s", strerror(code));
	deliveries->runs = true;
	return OK;
}

static size_t count_pushed(const struct conf *conf)
{
	size_t count = conf->mail.ops_to != NULL ? 1 : 0;
	for (size_t i = 0; i < conf->deliveries_count; i++)
		count +=
			conf->deliveries[i].way != CONF_FEED || conf->deliveries[i].mail_to != NULL;
	return count;
}

enum outcome deliveries_start(
	struct deliveries **out, const struct deliveries_options *options, struct err *err)
{
	const struct conf *conf = options->conf;
	*out = NULL;
	struct deliveries *deliveries = memory_get_zeroed(1, sizeof(*deliveries));
	deliveries->pushed = count_pushed(conf);
	deliveries->options = *options;
	deliveries->sent = sent_new(conf->rules.partners_count, options->kafka->partitions);
	deliveries->kafka = *options->kafka;
	deliveries->kafka.fetch_queue_kb = FETCH_QUEUE_KB;
	deliveries->ground = (struct ground){.conf = conf,
		.kafka = &deliveries->kafka,
		.wire = options->wire,
		.view = options->view};
	ledger_start();
	if (open_all(deliveries, err) != OK) {
		deliveries_stop(deliveries);
		return err_in(err, "delivery");
	}
	log_info("delivery", "desks=%zu", deliveries->pushed);
	*out = deliveries;
	return OK;
}

static void close_desks(struct ground *ground)
{
	for (size_t i = 0; ground->desks != NULL && i < ground->desks_count; i++) {
		if (ground->desks[i].outlet != NULL)
			desk_let_go(&ground->desks[i]);
		desk_done(&ground->desks[i]);
	}
	notices_let_go(ground);
	outlet_close_all(ground);
	free(ground->desks);
	arena_done(&ground->arena);
}

void deliveries_stop(struct deliveries *deliveries)
{
	if (deliveries == NULL)
		return;
	struct ground *ground = &deliveries->ground;
	if (deliveries->runs) {
		loop_ring(deliveries->stop);
		pthread_join(deliveries->thread, NULL);
	}
	letters_free(deliveries->letters);
	inlet_free(deliveries->inlet);
	close_desks(ground);
	disclose_free(ground->disclose);
	intake_free(ground->intake);
	view_reader_free(ground->reader);
	loop_bell_free(deliveries->stop);
	loop_free(ground->loop);
	sent_free(deliveries->sent);
	free(deliveries);
}
