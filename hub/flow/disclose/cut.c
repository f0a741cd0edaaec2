/* cut - what of a handover its desk may see: fields of the person, who has the client, and what the
 * target reports. */
#include "hub/flow/disclose/cut.h"

#include <string.h>

#include "hub/handover/handover.h"
#include "schemas/tables.h"

/* Whom to call at the sender: of no client. */
static const char *const of_worker[] = {"worker_name", "worker_phone", "worker_email", NULL};

bool cut_is_reported(enum rules_feedback feedback, enum referral_state state)
{
	switch (state) {
	case REFERRAL_STATE_ACCEPTED:
	case REFERRAL_STATE_IN_PROGRESS:
	case REFERRAL_STATE_ON_HOLD:
		return feedback == RULES_FEEDBACK_FULL;
	case REFERRAL_STATE_COMPLETED:
	case REFERRAL_STATE_CLOSED:
		return feedback != RULES_FEEDBACK_NONE;
	case REFERRAL_STATE_SUBMITTED:
	case REFERRAL_STATE_OFFERED:
	case REFERRAL_STATE_INFO_NEEDED:
	case REFERRAL_STATE_CANCEL_REQUESTED:
	case REFERRAL_STATE_DECLINED:
	case REFERRAL_STATE_RETURNED:
	case REFERRAL_STATE_CANCELLED:
	case REFERRAL_STATE_RECALLED:
	case REFERRAL_STATE_ENTERED_IN_ERROR:
		break;
	}
	return true;
}

static struct bytes desk_at(const struct cut *cut, int32_t place)
{
	return cut->client == NULL ? (struct bytes){0} : handover_desk(cut->client, place);
}

static bool is_receiver(const struct cut *cut, int32_t place)
{
	return bytes_equal_string(desk_at(cut, place), cut->desk->id);
}

static bool is_of_partner(const struct cut *cut, struct bytes desk)
{
	const struct rules_partner *partner =
		desk.data == NULL ? NULL : rules_partner_of_desk(cut->rules, desk);
	return partner != NULL && strcmp(partner->oin, cut->partner->oin) == 0;
}

static bool has_client(const struct cut *cut)
{
	return cut->client != NULL && cut->client->status == CLIENT_STATUS_OPEN &&
		is_receiver(cut, cut->client->owner);
}

static bool is_past_acceptance(const struct cut *cut)
{
	const struct client_referral *referral = cut->referral;
	if (cut->offer != NULL)
		return bytes_equal_string(cut->offer->owner, cut->desk->id) && has_client(cut);
	if (has_client(cut))
		return true;
	if (referral == NULL || referral->state == REFERRAL_STATE_ENTERED_IN_ERROR)
		return false;
	if (is_receiver(cut, referral->target))
		return referral->accepted;
	return is_receiver(cut, referral->sender) || is_receiver(cut, referral->giver);
}

/* To who sent or gave the client, be it responsible for it, unless its own desk is the target. */
static bool is_reported(const struct cut *cut, const struct handover *handover)
{
	const struct rules_partner *target;
	struct bytes desk;
	bool is_news = handover->role == ROLE_SENDER || handover->role == ROLE_GIVER;
	if (!is_news || cut->referral == NULL || !handover->has_state)
		return true;
	desk = desk_at(cut, cut->referral->target);
	if (is_of_partner(cut, desk))
		return true;
	target = rules_partner_of_desk(cut->rules, desk);
	return target == NULL || cut_is_reported(target->feedback, handover->state);
}

bool cut_is_withdrawn(const struct cut *cut)
{
	return cut->client != NULL && cut->client->consent == CONSENT_WITHDRAWN;
}

bool cut_has_person(const struct cut *cut, const struct handover *handover)
{
	return handover->kind != HANDOVER_KIND_VERDICT && is_reported(cut, handover);
}

static struct bytes owner_for(const struct cut *cut, struct bytes owner)
{
	const struct rules_desk *desk;
	if (is_of_partner(cut, owner))
		return owner;
	switch (cut->partner->disclose_owner) {
	case RULES_DISCLOSE_DESK:
		return owner;
	case RULES_DISCLOSE_KIND:
		desk = rules_desk(cut->rules, owner);
		return desk == NULL ? (struct bytes){0} : bytes_of_string(desk->kind);
	case RULES_DISCLOSE_NOTHING:
		break;
	}
	return (struct bytes){0};
}

struct bytes cut_refusal(enum rejection_code code, struct bytes text)
{
	if (code == REJECTION_CODE_ILLEGAL)
		return bytes_of_string(
			"not possible as things stand: see which actions are possible now");
	if (code == REJECTION_CODE_STALE)
		return bytes_of_string(
			"the referral has changed since: look again and decide anew");
	return text;
}

static void leave_out_report(struct handover *handover)
{
	const struct bytes absent = {0};
	if (handover->has_code)
		handover->text = cut_refusal(handover->code, handover->text);
	handover->has_state = false;
	handover->has_action = false;
	handover->row = absent;
	handover->reason = absent;
	handover->outcome = absent;
	handover->next_step = absent;
	handover->suggested_desk = absent;
}

void cut_handover(const struct cut *cut, struct handover *handover)
{
	if (!is_reported(cut, handover))
		leave_out_report(handover);
	handover->sealed = NULL;
	if (handover->owner.data != NULL)
		handover->owner = owner_for(cut, handover->owner);
	if (cut_is_withdrawn(cut))
		handover->body = NULL;
}

static bool is_among(const char *const *names, const char *name)
{
	for (; names != NULL && *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

bool cut_has_words(const struct handover *handover)
{
	return handover->kind == HANDOVER_KIND_QUESTION || handover->kind == HANDOVER_KIND_ANSWER;
}

static bool may_see(const struct cut *cut, const char *const *list, const char *name)
{
	if (cut->has_words && strcmp(name, "text") == 0)
		return true;
	if (strcmp(name, "bsn") == 0 && (!cut->partner->may_see_bsn || cut->partner->is_private))
		return false;
	return is_among(list, name);
}

void cut_person(
	const struct cut *cut, struct person *person, struct cut_fields *left, struct arena *arena)
{
	const struct record *rows = schema_person.rows;
	const char *const *list =
		is_past_acceptance(cut) ? cut->desk->fields_accepted : cut->desk->fields;
	*left = (struct cut_fields){
		.names = arena_get_array(arena, rows->count, sizeof(*left->names))};
	for (size_t i = 0; i < rows->count; i++) {
		const struct field *field = &rows->fields[i];
		struct bytes *value = field_place(person, field->offset);
		if (value->data == NULL)
			continue;
		if (!may_see(cut, list, field->name)) {
			*value = (struct bytes){0};
			continue;
		}
		left->names[left->count++] = bytes_of_string(field->name);
		left->identify = left->identify || !is_among(of_worker, field->name);
	}
}

void cut_list(const struct cut *cut, struct cut_fields *out, struct arena *arena)
{
	const struct record *rows = schema_person.rows;
	struct person person = {0};
	for (size_t i = 0; i < rows->count; i++)
		*(struct bytes *)field_place(&person, rows->fields[i].offset) = bytes_of_string("");
	cut_person(cut, &person, out, arena);
}
