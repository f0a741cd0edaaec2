/* found - what the view knows about a handover: its client, its referral as it was sent, and where
 * its person lies. */
#include "hub/flow/disclose/found.h"

#include "hub/handover/handover.h"

bool found_is_whole(const struct handover *handover)
{
	return handover->kind == HANDOVER_KIND_OFFER && handover->body != NULL;
}

static bool tells_whom(const struct handover *handover)
{
	return handover->kind == HANDOVER_KIND_OFFER || handover->kind == HANDOVER_KIND_DETAILS;
}

/* Topics come to the view in any order. A referral may be missing in a client that had so many that
 * the oldest was forgotten. */
static bool is_behind(const struct handover *handover, const struct found *found)
{
	if (!handover->has_client)
		return false;
	if (found->client == NULL)
		return true;
	if (!handover->has_referral)
		return false;
	if (found->referral == NULL)
		return found->client->referrals_count < HANDOVER_REFERRALS_MAX;
	return found->referral->version < handover->version;
}

static enum outcome read_client(struct view_reader *reader, const struct handover *handover,
	struct found *out, struct err *err)
{
	if (!handover->has_client)
		return OK;
	if (view_client(reader, handover->client, &out->client, err) != OK)
		return err->outcome;
	if (out->client != NULL && handover->has_referral)
		out->referral = handover_referral(out->client, handover->referral);
	return OK;
}

/* The message that made the referral, or the first of its line, has the body. */
static enum outcome read_body(struct view_reader *reader, const struct handover *handover,
	struct found *out, struct err *err)
{
	const struct view_referral *found = NULL;
	out->body = handover->body;
	if (out->body != NULL || !handover->has_referral)
		return OK;
	if (view_referral(reader, handover->referral, &found, err) != OK)
		return err->outcome;
	if (found != NULL && found->created_by != NULL && found->created_by->message != NULL)
		out->body = found->created_by->message->body_referral;
	return OK;
}

/* An offer that brings its body brings its person too, if there is one. */
static enum outcome read_person(struct view_reader *reader, const struct handover *handover,
	int64_t age, struct found *out, struct err *err)
{
	const struct sealed_person *person = NULL;
	out->sealed = handover->sealed;
	if (out->sealed != NULL || !tells_whom(handover) || !handover->has_referral ||
		found_is_whole(handover))
		return OK;
	if (view_person(reader, handover->referral, &person, err) != OK)
		return err->outcome;
	if (person == NULL && age < FOUND_PERSON_MS)
		return err_set(err, RETRY, "the view has no person for it yet");
	out->sealed = person == NULL ? NULL : &person->sealed;
	return OK;
}

enum outcome found_read(struct view_reader *reader, const struct handover *handover, int64_t age,
	struct found *out, struct err *err)
{
	*out = (struct found){0};
	bool is_verdict = handover->kind == HANDOVER_KIND_VERDICT;
	if (is_verdict && !handover->has_state)
		return OK;
	if (read_client(reader, handover, out, err) != OK)
		return err->outcome;
	bool is_first = out->client == NULL && found_is_whole(handover);
	if (age < FOUND_ARRIVAL_MS && !is_first && is_behind(handover, out))
		return err_set(err, RETRY, "the view is behind it");
	if (is_verdict)
		return OK;
	if (read_person(reader, handover, age, out, err) != OK)
		return err->outcome;
	if (out->sealed == NULL && !tells_whom(handover))
		return OK;
	return read_body(reader, handover, out, err);
}
