/* folded - what waits for a desk that is only told so: many handovers, one mail. */
#include "hub/flow/delivery/folded.h"

#include "hub/flow/delivery/attempt.h"
#include "hub/flow/delivery/errand.h"
#include "hub/flow/delivery/fault.h"
#include "hub/flow/delivery/mailer.h"

static bool is_late(const struct handover *handover, int64_t now)
{
	return handover->kind == HANDOVER_KIND_ESCALATION ||
		handover->kind == HANDOVER_KIND_REMINDER ||
		(handover->has_deadline && handover->deadline < now);
}

/* What is told now goes out together. */
static void take_all(struct desk *desk, int64_t now, struct mailer_news *news)
{
	struct queue_item *place = desk->queue.first;
	for (; place != NULL; place = place->behind) {
		struct errand *errand = (struct errand *)place;
		if (place->out || errand->ended)
			continue;
		place->out = true;
		desk->out++;
		errand->times.tried = now;
		news->waiting++;
		news->late += is_late(errand->handover, now) ? 1 : 0;
		news->number = place->cursor;
	}
}

static struct errand *first_out(const struct desk *desk)
{
	struct queue_item *place = desk->queue.first;
	while (place != NULL && (!place->out || ((struct errand *)place)->ended))
		place = place->behind;
	return (struct errand *)place;
}

static void take_answer(void *context, const struct client_answer *answer)
{
	struct desk *desk = context;
	bool is_taken = answer->outcome == OK && answer->status >= 200 && answer->status < 300;
	struct attempt_result result = {.end = is_taken ? ATTEMPT_TAKEN : ATTEMPT_FAILED,
		.text = answer->outcome == OK ? "the mail was refused" : answer->text,
		.sending = answer->seconds};
	desk->mail = NULL;
	for (struct errand *errand; (errand = first_out(desk)) != NULL;)
		errand_take_result(errand, &result);
}

int64_t folded_turn(struct desk *desk, int64_t now)
{
	struct mailer_news news = {.to = desk->conf->mail_to,
		.desk = desk->rules->id,
		.done = take_answer,
		.context = desk};
	int64_t when = INT64_MAX;
	struct queue_item *place = queue_next(&desk->queue, now, &when);
	if (desk->mail != NULL)
		return INT64_MAX;
	if (place == NULL)
		return when;
	if (((struct errand *)place)->ended) {
		errand_start((struct errand *)place, now);
		return now;
	}
	if (!fault_may_send(desk, now, &when))
		return when;
	take_all(desk, now, &news);
	desk->mail = mailer_send(desk->ground->mailer, &news);
	return INT64_MAX;
}

void folded_cancel(struct desk *desk)
{
	mailer_cancel(desk->mail);
	desk->mail = NULL;
}
