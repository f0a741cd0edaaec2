/* folded - what waits for a desk that is only told so: many handovers, one mail. */
#include "hub/flow/delivery/desk/folded.h"

#include "hub/flow/delivery/desk/attempt.h"
#include "hub/flow/delivery/desk/errand.h"
#include "hub/flow/delivery/desk/fault.h"
#include "hub/flow/delivery/place/mailer.h"

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

/* What the server says of this mail says nothing of those to others. It may be another answer
 * tomorrow, as of a full mailbox, or once the address is mended. */
static enum attempt_end end_of(const struct client_answer *answer)
{
	if (answer->outcome != OK)
		return ATTEMPT_FAILED;
	return answer->status >= 200 && answer->status < 300 ? ATTEMPT_TAKEN : ATTEMPT_REFUSED_NOW;
}

static void take_answer(void *context, const struct client_answer *answer)
{
	struct desk *desk = context;
	struct err err = {0};
	struct attempt_result result = {
		.end = end_of(answer), .text = answer->text, .sending = answer->seconds};
	desk->mail = NULL;
	if (result.end == ATTEMPT_REFUSED_NOW) {
		err_set(&err, RETRY, "the mail server answered %d", answer->status);
		result.text = err.text;
	}
	for (struct errand *errand; (errand = first_out(desk)) != NULL;) {
		errand_take_result(errand, &result);
		result.is_told = true;
	}
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
