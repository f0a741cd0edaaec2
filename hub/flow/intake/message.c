/* message - the Message that the hub makes of a Draft: ids, pseudonym and digest. */
#include "hub/flow/intake/message.h"

#include <assert.h>
#include <string.h>

#include "hub/base/clock.h"

#define CANONICAL_USUAL 1024 /* bytes; more is possible */
#define PARTNER(sender) bytes_of_string((sender)->partner->rules->oin)

/* Of what the partner says, in the one form that Avro gives it. When it says so, and under which
 * reference, is not what it says. */
static struct digest digest_of(
	const struct ids *ids, const struct message_sender *sender, const struct draft *draft)
{
	struct draft said = *draft;
	struct buffer canonical = {0};
	struct digest digest;
	said.reference = (struct bytes){0};
	said.has_occurred_at = false;
	buffer_reserve(&canonical, CANONICAL_USUAL);
	draft_encode(&said, &canonical);
	ids_digest(ids, PARTNER(sender), buffer_bytes(&canonical), digest.data);
	explicit_bzero(canonical.data, canonical.size);
	buffer_done(&canonical);
	return digest;
}

static struct bytes kvk_of(const struct draft *draft)
{
	const struct referral *referral = draft->body_referral;
	if (referral->subject != SUBJECT_EMPLOYER)
		return (struct bytes){0};
	if (draft->person != NULL && draft->person->kvk.data != NULL)
		return draft->person->kvk;
	return referral->employer->kvk;
}

static struct pseudonym client_of(
	const struct ids *ids, const struct message_sender *sender, const struct draft *draft)
{
	const struct person none = {0};
	const struct person *person = draft->person != NULL ? draft->person : &none;
	struct bytes kvk = kvk_of(draft);
	struct pseudonym client;
	if (kvk.data != NULL)
		ids_of_kvk(ids, kvk, client.data);
	else if (person->bsn.data != NULL && draft->body_referral->subject == SUBJECT_PERSON)
		ids_of_bsn(ids, person->bsn, client.data);
	else if (person->own_number.data != NULL)
		ids_of_own_number(ids, PARTNER(sender), person->own_number, client.data);
	else
		ids_of_case(ids, PARTNER(sender), draft->system, draft->case_, client.data);
	return client;
}

/* What stands for a reference that the format does not have: which referral, and the content. An
 * action that is done again at another time is another one. */
static struct bytes derive_reference(
	const struct draft *draft, const struct digest *digest, struct arena *arena)
{
	char content[2 * sizeof(digest->data) + 1];
	char referral[37];
	bytes_to_hex(bytes_of(digest->data, sizeof(digest->data)), content);
	if (draft->body_referral != NULL)
		return bytes_of_string(arena_format(arena, "%.*s/%.*s#%s", BYTES_ARG(draft->case_),
			BYTES_ARG(draft->leg), content));
	bytes_to_uuid(draft->body_status_change->referral.data, referral);
	return bytes_of_string(arena_format(arena, "%s#%s@%lld", referral, content,
		draft->has_occurred_at ? (long long)draft->occurred_at : 0LL));
}

bool message_names_client(const struct draft *draft)
{
	const struct person *person = draft->person;
	if (draft->body_referral->subject == SUBJECT_EMPLOYER)
		return true;
	return person != NULL && (person->bsn.data != NULL || person->own_number.data != NULL);
}

void message_move(const struct ids *ids, struct pseudonym client, struct message *message)
{
	message->has_client = true;
	message->client = client;
	message->body_referral->has_referral = true;
	const struct ids_referral of = {.partner = message->partner,
		.system = message->system,
		.case_ = message->case_,
		.leg = message->leg,
		.client = message->client.data};
	ids_referral(ids, &of, message->body_referral->referral.data);
}

static void put_referral(const struct ids *ids, const struct message_sender *sender,
	const struct draft *draft, struct arena *arena, struct message *out)
{
	struct referral *referral = arena_get(arena, sizeof(*referral));
	*referral = *draft->body_referral;
	out->body_referral = referral;
	message_move(ids, client_of(ids, sender, draft), out);
	if (draft->person != NULL && referral->subject == SUBJECT_PERSON)
		out->has_match = ids_match(ids, draft->person->family_name,
			draft->person->birth_date, out->match.data);
}

static void put_change(const struct message_sender *sender, const struct draft *draft,
	struct arena *arena, struct message *out)
{
	struct status_change *change = arena_get(arena, sizeof(*change));
	*change = *draft->body_status_change;
	out->body_status_change = change;
	change->has_text = draft->person != NULL && draft->person->text.size > 0;
	change->actor.partner = PARTNER(sender);
	change->actor.has_role = sender->role == CONF_TOKEN_COORDINATOR;
	if (change->actor.has_role)
		change->actor.role = ROLE_COORDINATOR;
}

void message_make(const struct ids *ids, const struct message_sender *sender,
	const struct draft *draft, struct arena *arena, struct message *out)
{
	*out = (struct message){.partner = PARTNER(sender),
		.system = draft->system,
		.reference = draft->reference,
		.derived_reference = draft->reference.data == NULL,
		.case_ = draft->case_,
		.leg = draft->leg,
		.digest = digest_of(ids, sender, draft),
		.occurred_at = draft->has_occurred_at ? draft->occurred_at : sender->now,
		.trace = sender->trace};
	if (out->derived_reference)
		out->reference = derive_reference(draft, &out->digest, arena);
	ids_message(ids, out->partner, out->system, out->reference, out->id.data);
	if (draft->body_referral != NULL)
		put_referral(ids, sender, draft, arena, out);
	else
		put_change(sender, draft, arena, out);
}

struct uuid message_referral(const struct message *message)
{
	return message->body_referral != NULL ? message->body_referral->referral
					      : message->body_status_change->referral;
}

const uint8_t *message_owner(const struct message *message)
{
	return message->has_client ? message->client.data
				   : message->body_status_change->referral.data;
}
