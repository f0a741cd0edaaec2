/* desk - one desk's handovers on their way to it: read, tried, settled. */
#include "hub/flow/delivery/desk/desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/flow/delivery/desk/errand.h"
#include "hub/flow/delivery/desk/fault.h"
#include "hub/flow/delivery/desk/folded.h"
#include "hub/flow/delivery/ledger.h"
#include "hub/flow/delivery/outlet.h"

#define LOOK_AGAIN_MS 50 /* the view has not yet what was noticed */
#define BUSY_MS 500 /* how far a busy desk is, is told no more often */
#define TEXT_MAX 1500

static void go_on(void *context)
{
	desk_turn(context, clock_wall());
}

/* Those who run the hub are no desk of a partner's, but are told like one. */
static const struct rules_desk *rules_of(const struct conf *conf, struct bytes id)
{
	static const struct rules_desk ops = {.id = CONF_OPS, .partner = "hub"};
	const struct rules_desk *desk = rules_desk(&conf->rules, id);
	return desk != NULL ? desk : &ops;
}

enum outcome desk_open(struct desk *desk, struct ground *ground, const struct conf_delivery *conf,
	bool is_second, struct err *err)
{
	struct bytes id = bytes_of_string(conf->desk);
	*desk = (struct desk){.ground = ground,
		.conf = conf,
		.rules = rules_of(ground->conf, id),
		.is_second = is_second,
		.from = conf->from != INT32_MIN ? calendar_start(conf->from) : INT64_MIN,
		.partition = topics_partition(ground->kafka, TOPIC_HANDOVERS, id),
		.kick = {.fn = go_on, .context = desk}};
	desk->name =
		is_second ? arena_format(&ground->arena, "%s" DESK_SECOND, conf->desk) : conf->desk;
	for (size_t i = 0; i < DESK_FACTS; i++)
		desk->notes[i].desk = desk;
	if (is_second || conf->signing_files == NULL)
		return OK;
	return sign_new(&desk->sign, conf->signing_files, err);
}

enum conf_way desk_way(const struct desk *desk)
{
	return desk->is_second ? CONF_MAIL : desk->conf->way;
}

void desk_kick(struct desk *desk)
{
	struct loop *loop = desk->ground->loop;
	desk->due = 0;
	loop_set(loop, &desk->kick, loop_now(loop));
}

void desk_take_over(struct desk *desk, int64_t end)
{
	desk->ours = true;
	desk->reading.look_until = end;
	desk->due = 0;
}

void desk_learn(struct desk *desk, const struct fact *fact)
{
	if (fact->kind != FACT_KIND_SETTLED)
		fault_learn(desk, fact);
	else
		queue_read(&desk->queue, fact->number, fact->text);
}

void desk_begin(struct desk *desk)
{
	desk->begun = true;
	desk->begun_at = clock_wall();
	desk->late_seen = 0;
	desk->ground->sweep_due = 0;
	reading_begin(desk);
	bool was_shut = desk->circuit_from != 0 || desk->outage_from != 0;
	if (fault_of(desk) == FAULT_NONE ? was_shut : desk->circuit_from == 0)
		fault_changed(desk, clock_wall());
	desk->scanned = queue_settled(&desk->queue);
	log_debug("desk", "to=%s via=%s settled=%" PRId64, desk->name, desk->outlet->name,
		desk->scanned);
}

static void forget_notes(struct desk *desk)
{
	for (size_t i = 0; i < DESK_FACTS; i++) {
		if (desk->notes[i].job != NULL)
			intake_forget(desk->notes[i].job);
		desk->notes[i] = (struct desk_note){.desk = desk};
	}
}

void desk_let_go(struct desk *desk)
{
	folded_cancel(desk);
	while (desk->queue.first != NULL) {
		struct errand *errand = (struct errand *)desk->queue.first;
		queue_drop(&desk->queue, &errand->place);
		errand_free(errand);
	}
	queue_done(&desk->queue);
	reading_forget(desk);
	forget_notes(desk);
	fault_let_go(desk);
	loop_clear(desk->ground->loop, &desk->kick);
	desk->ours = desk->begun = false;
	desk->due = 0;
	desk->out = 0;
	ledger_desk(desk->name, &(struct ledger_state){0});
}

bool desk_is_for(const struct desk *desk, const struct handover *handover)
{
	bool is_meant = !desk->is_second || handover->kind == HANDOVER_KIND_ESCALATION;
	return is_meant && handover->at >= desk->from;
}

static void send_due(struct desk *desk, int64_t now)
{
	int64_t when = INT64_MAX;
	if (desk_way(desk) == CONF_MAIL)
		when = folded_turn(desk, now);
	while (desk_way(desk) != CONF_MAIL && desk->out < desk->conf->concurrency) {
		struct errand *errand = (struct errand *)queue_next(&desk->queue, now, &when);
		if (errand == NULL || (!errand->ended && !fault_may_send(desk, now, &when)))
			break;
		errand_start(errand, now);
	}
	if (when < desk->due)
		desk->due = when;
}

static void take_note(void *context, const struct intake_receipt *receipt)
{
	struct desk_note *note = context;
	note->job = NULL;
	note->at = loop_now(note->desk->ground->loop);
	note->is_due = note->is_due || receipt->fate != INTAKE_STORED;
}

static void put_span(struct fact *fact, int64_t from, int64_t to)
{
	fact->has_from = true;
	fact->from = from;
	fact->has_to = to != 0;
	fact->to = to;
}

/* text has TEXT_MAX places. false: there is nothing to tell. */
static bool make_fact(
	const struct desk *desk, enum desk_fact which, struct fact *fact, char text[TEXT_MAX])
{
	*fact = (struct fact){.id = bytes_of_string(desk->name), .at = clock_wall()};
	switch (which) {
	case DESK_SETTLED:
		queue_write(&desk->queue, text, TEXT_MAX);
		fact->kind = FACT_KIND_SETTLED;
		fact->has_number = true;
		fact->number = queue_settled(&desk->queue);
		fact->text = text[0] != '\0' ? bytes_of_string(text) : (struct bytes){0};
		return true;
	case DESK_CIRCUIT:
		fact->kind = FACT_KIND_CIRCUIT;
		put_span(fact, desk->circuit_from, desk->circuit_to);
		fact->text = bytes_of_string(fault_name(fault_of(desk)));
		return desk->circuit_from != 0;
	case DESK_OUTAGE:
		snprintf(text, TEXT_MAX, "desk/%s/%" PRId64, desk->rules->id, desk->outage_from);
		fact->kind = FACT_KIND_OUTAGE;
		fact->id = bytes_of_string(text);
		put_span(fact, desk->outage_from, desk->outage_to);
		fact->text = bytes_of_string(desk->outage_why);
		return desk->outage_from != 0 && !desk->is_second;
	case DESK_FACTS:
		break;
	}
	return false;
}

/* Of a busy desk not each step is told: what was settled since is brought again after a kill. */
static void tell(struct desk *desk, enum desk_fact which)
{
	struct desk_note *note = &desk->notes[which];
	struct intake *intake = desk->ground->intake;
	char text[TEXT_MAX];
	struct fact fact;
	bool is_busy = desk->queue.first != NULL && !desk->ground->stopping &&
		loop_now(desk->ground->loop) < note->at + BUSY_MS;
	if (!note->is_due || note->job != NULL || (which == DESK_SETTLED && is_busy))
		return;
	note->is_due = false;
	if (!make_fact(desk, which, &fact, text))
		return;
	if (intake_can_store(intake))
		note->job = intake_fact(intake, &fact, (struct intake_caller){take_note, note});
	note->is_due = note->job == NULL;
}

void desk_turn(struct desk *desk, int64_t now)
{
	if (!desk->begun)
		return;
	for (enum desk_fact which = DESK_SETTLED; which < DESK_FACTS; which++)
		tell(desk, which);
	if (desk->ground->stopping)
		return;
	fault_turn(desk, now);
	if (now < desk->due)
		return;
	desk->due = INT64_MAX;
	if (!reading_fill(desk))
		desk->due = now + LOOK_AGAIN_MS;
	send_due(desk, now);
}

bool desk_is_at_rest(const struct desk *desk)
{
	bool is_told = true;
	for (size_t i = 0; i < DESK_FACTS; i++)
		is_told = is_told && !desk->notes[i].is_due && desk->notes[i].job == NULL;
	return !desk->begun || (is_told && desk->out == 0);
}

void desk_measure(const struct desk *desk, int64_t now)
{
	const struct errand *first = (const struct errand *)desk->queue.first;
	struct ledger_state state = {
		.waiting = (int64_t)desk->queue.count, .circuit = fault_of(desk)};
	if (!desk->begun)
		return;
	state.waiting += reading_is_done(desk) ? 0 : 1;
	state.oldest_s = first != NULL ? (now - first->handover->at) / 1000 : 0;
	ledger_desk(desk->name, &state);
}

void desk_done(struct desk *desk)
{
	sign_free(desk->sign);
	queue_done(&desk->queue);
}
