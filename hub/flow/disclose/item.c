/* item - one handover on its way to being opened: found in the view, cut, its person unsealed. */
#include "hub/flow/disclose/item.h"

#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/flow/disclose/own_case.h"

#define SOURCE "urn:lokethub"
/* For a referral whose message is no more kept: the widest of the purposes. */
#define PURPOSE "GUIDANCE"

static const char *url_of(const struct item *item, const struct item_kit *kit)
{
	const char *base = kit->conf->http.base_url;
	char referral[37];
	if (base == NULL || !item->handover.has_referral)
		return NULL;
	bytes_to_uuid(item->handover.referral.data, referral);
	return arena_format(kit->arena, "%s/v1/referrals/%s", base, referral);
}

/* Where it lies in the topic, which no other has. */
static void address(struct item *item, const struct item_kit *kit, int64_t cursor)
{
	struct opened *opened = &item->opened;
	opened->handover = &item->handover;
	opened->id = arena_format(kit->arena, "handover-%lld", (long long)cursor);
	opened->source = SOURCE;
	opened->url = url_of(item, kit);
	opened->desk_name = kit->desk->name;
	opened->partner = kit->partner->oin;
	opened->sequence = cursor;
	opened->arena = kit->arena;
}

/* An offer that the hub made itself has the body of the message at the head of its line. */
static void put_body(struct item *item, const struct item_kit *kit)
{
	const struct client_referral *referral = item->found.referral;
	struct handover *handover = &item->handover;
	if (handover->body != NULL || item->found.body == NULL || referral == NULL ||
		(handover->kind != HANDOVER_KIND_OFFER && handover->kind != HANDOVER_KIND_DETAILS))
		return;
	struct referral *body = arena_get(kit->arena, sizeof(*body));
	*body = *item->found.body;
	body->has_referral = true;
	body->referral = handover->referral;
	body->kind = referral->kind;
	body->to_desk = handover->desk;
	handover->body = body;
}

static void put_own_pseudonym(struct item *item, const struct item_kit *kit)
{
	struct handover *handover = &item->handover;
	struct pseudonym own;
	if (!handover->has_client)
		return;
	ids_for_partner(
		kit->ids, bytes_of_string(kit->partner->oin), handover->client.data, own.data);
	handover->client = own;
}

enum outcome item_find(struct item *item, const struct item_kit *kit, struct view_reader *reader,
	const struct view_handover *from, struct err *err)
{
	item->age = kit->view != NULL ? view_age(kit->view, from->written_at, kit->now)
				      : kit->now - from->written_at;
	if (found_read(reader, from->handover, item->age, &item->found, err) != OK)
		return err->outcome;
	const struct own_case_asked asked = {.handover = from->handover,
		.found = &item->found,
		.rules = &kit->conf->rules,
		.desk = kit->desk,
		.system = kit->system,
		.age = item->age};
	if (own_case_read(reader, &asked, &item->opened.own_case, err) != OK)
		return err->outcome;
	item->handover = *from->handover;
	item->client = from->handover->client;
	item->cut = (struct cut){.rules = &kit->conf->rules,
		.desk = kit->desk,
		.partner = kit->partner,
		.client = item->found.client,
		.referral = item->found.referral,
		.offer = from->handover->kind == HANDOVER_KIND_OFFER ? from->handover : NULL,
		.has_words = cut_has_words(from->handover)};
	item->may_have_person = cut_has_person(&item->cut, &item->handover);
	put_body(item, kit);
	cut_handover(&item->cut, &item->handover);
	put_own_pseudonym(item, kit);
	address(item, kit, from->cursor);
	return OK;
}

static enum outcome unseal(struct item *item, const struct item_kit *kit, struct err *err)
{
	const struct sealed *sealed = item->found.sealed;
	struct seal_key key;
	enum outcome outcome =
		keyring_to_open(kit->ring, sealed->key.data, clock_monotonic(), &key, err);
	if (outcome == REJECT)
		item->opened.withheld = OPENED_ERASED;
	if (outcome != OK)
		return outcome;
	outcome = seal_open(&key, sealed->box, &item->clear, err);
	seal_wipe(&key, sizeof(key));
	if (outcome == OK)
		outcome = person_decode(&item->person, buffer_bytes(&item->clear), kit->arena, err);
	if (outcome == OK)
		return OK;
	item->opened.withheld = OPENED_UNREADABLE;
	log_error("disclose", "id=%s desk=%s text=%s", item->opened.id, kit->desk->id,
		log_quote("its sealed person is damaged: the desk gets it without"));
	return outcome;
}

static bool is_gone(const struct item *item)
{
	bool is_fresh = item->age < FOUND_ARRIVAL_MS && found_is_whole(&item->handover);
	return item->found.client == NULL && !(is_fresh && item->handover.has_client);
}

/* What nobody can open any more, or whose client is gone, is handed out without, so that it holds
 * up nothing. A key that is not there may still come. */
enum outcome item_open(struct item *item, const struct item_kit *kit, struct err *err)
{
	if (item->found.sealed == NULL || !item->may_have_person)
		return OK;
	if (is_gone(item) || cut_is_withdrawn(&item->cut)) {
		item->opened.withheld = is_gone(item) ? OPENED_ERASED : OPENED_WITHDRAWN;
		return OK;
	}
	enum outcome outcome = unseal(item, kit, err);
	if (outcome == REJECT && item->clear.size == 0 && item->age < FOUND_ARRIVAL_MS)
		return err->outcome = RETRY;
	if (outcome != OK)
		return outcome == REJECT ? OK : outcome;
	cut_person(&item->cut, &item->person, &item->fields, kit->arena);
	if (item->fields.count > 0)
		item->opened.person = &item->person;
	return OK;
}

bool item_is_access(const struct item *item)
{
	return item->opened.person != NULL && item->fields.identify;
}

static enum legal_basis_kind basis_of(const struct found *found)
{
	if (found->body != NULL)
		return found->body->legal_basis.kind;
	return found->client->consent == CONSENT_GIVEN ? LEGAL_BASIS_KIND_CONSENT
						       : LEGAL_BASIS_KIND_PUBLIC_TASK;
}

void item_access(const struct item *item, const struct item_kit *kit, struct access *out)
{
	const struct found *found = &item->found;
	*out = (struct access){.client = item->client,
		.has_referral = item->handover.has_referral,
		.referral = item->handover.referral,
		.at = kit->now,
		.partner = bytes_of_string(kit->partner->oin),
		.desk = bytes_of_string(kit->desk->id),
		.purpose = found->body != NULL ? found->body->purpose : bytes_of_string(PURPOSE),
		.basis = basis_of(found),
		.fields = item->fields.names,
		.fields_count = item->fields.count};
}

void item_done(struct item *item)
{
	seal_wipe_buffer(&item->clear);
}
