/* own_case - what the receiver of a handover itself calls the referral that it is about. */
#include "hub/flow/disclose/own_case.h"

#include <string.h>

#include "hub/handover/handover.h"

/* Of referrals that the hub made from each other. */
#define LINE_MAX 8

static bool is_of_partner(const struct own_case_asked *asked, struct bytes desk)
{
	const struct rules_desk *found = desk.data != NULL ? rules_desk(asked->rules, desk) : NULL;
	return found != NULL && strcmp(found->partner, asked->desk->partner) == 0;
}

static struct bytes desk_at(const struct own_case_asked *asked, int32_t place)
{
	return handover_desk(asked->found->client, place);
}

/* The desk that sent the referral. Absent: not known. */
static struct bytes sender_of(const struct own_case_asked *asked)
{
	const struct client_referral *referral = asked->found->referral;
	if (referral != NULL)
		return desk_at(asked, referral->sender);
	return asked->handover->body != NULL ? asked->handover->body->from_desk : (struct bytes){0};
}

/* What a message of its own said, which was refused, or with which it sent the client. Of which
 * system that was the handover does not tell. */
static bool is_named_by_itself(const struct own_case_asked *asked)
{
	return asked->handover->case_.data != NULL && asked->system == NULL &&
		(asked->handover->kind == HANDOVER_KIND_VERDICT ||
			is_of_partner(asked, sender_of(asked)));
}

static bool is_its_own(const struct own_case_asked *asked, const struct message *message)
{
	return message->case_.size > 0 &&
		bytes_equal_string(message->partner, asked->desk->partner) &&
		(asked->system == NULL || bytes_equal_string(message->system, asked->system));
}

static bool is_offer_of_others(const struct own_case_asked *asked)
{
	return asked->handover->kind == HANDOVER_KIND_OFFER &&
		!is_of_partner(asked, sender_of(asked));
}

/* false: about none. */
static bool referral_of(const struct own_case_asked *asked, struct uuid *out)
{
	const struct client *client = asked->found->client;
	if (asked->handover->has_referral)
		*out = asked->handover->referral;
	else if (client != NULL)
		*out = client->owner_via;
	return asked->handover->has_referral || client != NULL;
}

/* How its system answered when this was brought to it. */
static bool is_answer(const struct own_case_asked *asked, const struct message *message)
{
	const struct status_change *change = message->body_status_change;
	return change != NULL && change->action == ACTION_DELIVERED &&
		bytes_equal_string(message->partner, "hub") && message->case_.size > 0 &&
		bytes_equal_string(change->actor.desk, asked->desk->id);
}

static enum outcome read_answers(struct view_reader *reader, const struct own_case_asked *asked,
	struct uuid referral, struct bytes *out, struct err *err)
{
	struct view_messages messages;
	if (view_messages_of_referral(reader, referral, &messages, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < messages.count; i++) {
		const struct message *message = messages.items[i].message;
		if (message != NULL && is_answer(asked, message))
			*out = message->case_;
	}
	return OK;
}

/* Also of those that the hub made this one from. */
static enum outcome read_line(struct view_reader *reader, const struct own_case_asked *asked,
	struct uuid referral, struct bytes *out, struct err *err)
{
	const struct view_referral *found = NULL;
	for (int i = 0; i < LINE_MAX && out->data == NULL; i++) {
		if (read_answers(reader, asked, referral, out, err) != OK ||
			view_referral(reader, referral, &found, err) != OK)
			return err->outcome;
		if (found == NULL || found->parent == NULL)
			break;
		referral = *found->parent;
	}
	return OK;
}

/* NULL: it is not there, or not yet. */
static enum outcome read_creator(struct view_reader *reader, struct uuid referral,
	const struct message **out, struct err *err)
{
	const struct view_referral *found = NULL;
	if (view_referral(reader, referral, &found, err) != OK)
		return err->outcome;
	const struct view_message *by = found != NULL ? found->created_by : NULL;
	*out = by != NULL ? by->message : NULL;
	return OK;
}

static bool is_same(struct uuid a, struct uuid b)
{
	return memcmp(a.data, b.data, sizeof(a.data)) == 0;
}

/* What the message itself says that was refused, if it came from this system. RETRY: the view has
 * it not yet. */
static enum outcome read_refused(struct view_reader *reader, const struct own_case_asked *asked,
	struct bytes *out, struct err *err)
{
	const struct view_case which = {
		.partner = bytes_of_string(asked->desk->partner), .case_ = asked->handover->case_};
	struct view_messages messages;
	if (view_messages_of_case(reader, &which, &messages, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < messages.count; i++) {
		const struct message *message = messages.items[i].message;
		if (message == NULL || !is_same(message->id, asked->handover->message))
			continue;
		if (is_its_own(asked, message))
			*out = message->case_;
		return OK;
	}
	return asked->age < FOUND_PERSON_MS
		? err_set(err, RETRY, "the view has not the message yet that was refused")
		: OK;
}

/* Most handovers are offers which nobody has a name for yet: only one that was changed may have
 * been brought before. What it was made from is another referral, which is not offered. */
static enum outcome read_offer(struct view_reader *reader, const struct own_case_asked *asked,
	struct uuid referral, struct bytes *out, struct err *err)
{
	return asked->handover->version > 1 ? read_answers(reader, asked, referral, out, err) : OK;
}

/* Who made the referral, or the first of its line, and what it was called where it was brought. */
static enum outcome read_referral(struct view_reader *reader, const struct own_case_asked *asked,
	struct bytes *out, struct err *err)
{
	const struct message *by = NULL;
	struct uuid referral;
	if (!referral_of(asked, &referral))
		return OK;
	if (is_offer_of_others(asked))
		return read_offer(reader, asked, referral, out, err);
	if (read_creator(reader, referral, &by, err) != OK)
		return err->outcome;
	if (by == NULL && asked->age < FOUND_PERSON_MS && is_of_partner(asked, sender_of(asked)))
		return err_set(err, RETRY, "the view has no message for it yet");
	if (by != NULL && is_its_own(asked, by))
		*out = by->case_;
	return out->data != NULL ? OK : read_line(reader, asked, referral, out, err);
}

enum outcome own_case_read(struct view_reader *reader, const struct own_case_asked *asked,
	struct bytes *out, struct err *err)
{
	const struct handover *handover = asked->handover;
	*out = (struct bytes){0};
	if (is_named_by_itself(asked)) {
		*out = handover->case_;
		return OK;
	}
	if (handover->kind == HANDOVER_KIND_VERDICT && handover->case_.data != NULL &&
		read_refused(reader, asked, out, err) != OK)
		return err->outcome;
	return out->data != NULL ? OK : read_referral(reader, asked, out, err);
}
