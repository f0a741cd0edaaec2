/* open - what a Referral does: opens one, asks the responsible desk for the client, or amends what
 * is known. */
#include "hub/handover/open.h"

#include <stdio.h>
#include <string.h>

#include "hub/handover/clock/clocks.h"
#include "hub/handover/row/guard.h"
#include "hub/handover/row/table.h"
#include "hub/handover/tell.h"

#define FIELD(name) "body.Referral." name

/* What is found out about a new referral before anything is decided. */
struct opening {
	const struct referral *body;
	struct bytes from, sender; /* from is absent in a registration */
	const struct rules_desk *from_desk;
	struct route_answer route;
	struct bytes target;
};

static struct tag tag_of(const uint8_t *data)
{
	struct tag tag;

	memcpy(tag.data, data, sizeof(tag.data));
	return tag;
}

static bool tag_equal(struct tag a, struct tag b)
{
	return memcmp(a.data, b.data, sizeof(a.data)) == 0;
}

static bool body_is_complete(struct decider *d, const struct referral *body)
{
	if (body->legal_basis.kind == LEGAL_BASIS_KIND_CONSENT && !body->legal_basis.has_given_at) {
		decider_reject(d, REJECTION_CODE_INVALID, FIELD("legal_basis.given_at"),
			"consent needs the moment it was given");
		return false;
	}
	if (body->has_not_before && body->not_before > d->today + HANDOVER_DAYS_AHEAD_MAX) {
		decider_reject(d, REJECTION_CODE_INVALID, FIELD("not_before"),
			"lies more than two years ahead: give an earlier day");
		return false;
	}
	if (body->subject == SUBJECT_EMPLOYER && body->employer == NULL) {
		decider_reject(d, REJECTION_CODE_INVALID, FIELD("employer"),
			"subject EMPLOYER needs the employer");
		return false;
	}
	return true;
}

static bool find_sender(struct decider *d, struct opening *opening)
{
	const struct message *message = d->input->message;
	const struct rules_partner *partner = rules_partner(d->rules, message->partner);

	opening->from = opening->body->from_desk;
	if (opening->from.data == NULL) {
		opening->sender = bytes_of_string(partner != NULL ? partner->home_desk : NULL);
		if (opening->sender.data != NULL)
			return true;
		decider_reject(d, REJECTION_CODE_INVALID, "partner",
			"the partner is not in config: add it, then redrive");
		return false;
	}
	opening->sender = opening->from;
	opening->from_desk = rules_desk(d->rules, opening->from);
	if (opening->from_desk != NULL &&
		bytes_equal_string(message->partner, opening->from_desk->partner))
		return true;
	decider_reject(
		d, REJECTION_CODE_INVALID, FIELD("from_desk"), "is not a desk of this partner");
	return false;
}

static struct bytes known_region(const struct decider *d, const struct opening *opening)
{
	if (d->region.data != NULL)
		return d->region;
	return bytes_of_string(opening->from_desk != NULL ? opening->from_desk->region : NULL);
}

static bool find_route(struct decider *d, struct opening *opening)
{
	struct referral asked = *opening->body;
	struct err err = {0};

	if (asked.region.data == NULL && asked.municipality.data == NULL)
		asked.region = known_region(d, opening);
	struct route_question question = {
		&asked, d->input->message->partner, d->today, d->input->facts};
	if (route_find(d->rules, &question, &opening->route, &err) == OK) {
		opening->target = bytes_of_string(opening->route.desk->id);
		return true;
	}
	decider_reject(d, REJECTION_CODE_INVALID,
		asked.to_desk.data != NULL && rules_desk(d->rules, asked.to_desk) == NULL
			? FIELD("to_desk")
			: FIELD("region"),
		"%s", err.text);
	return false;
}

/* Which desks were full, and by which facts: what was decided can be looked into later. */
static void note_full(struct decider *d, const struct route_answer *route, struct bytes voucher)
{
	struct handover_decision *out = d->out;

	for (size_t i = 0; i < route->full_count; i++) {
		const struct route_full *full = &route->full[i];
		bool counts = strcmp(full->kind, "capacity") == 0;
		struct bytes kind = counts ? voucher : (struct bytes){0};

		(void)snprintf(out->routing_fact[i], sizeof(out->routing_fact[i]), "%s/%s%s%.*s=%s",
			full->kind, full->desk->id, kind.size > 0 ? "/" : "", BYTES_ARG(kind),
			counts ? "0" : "1");
		out->routing_facts[i] = bytes_of_string(out->routing_fact[i]);
	}
	out->routing.facts = out->routing_facts;
	out->routing.facts_count = route->full_count;
}

static void note_routing(struct decider *d, const struct opening *opening)
{
	const struct referral *body = opening->body;
	struct bytes region =
		bytes_of_string(opening->route.region != NULL ? opening->route.region->code : NULL);
	bool names_region = body->region.data != NULL || body->municipality.data != NULL;

	d->out->routing = (struct routing){
		.desk = opening->target, .rule = bytes_of_string(opening->route.rule)};
	note_full(d, &opening->route,
		body->voucher != NULL ? body->voucher->kind : (struct bytes){0});
	d->event->routing = &d->out->routing;
	if (region.data == NULL || bytes_equal(region, d->region))
		return;
	if (names_region || d->region.data == NULL) {
		d->region = region;
		d->event->region = region;
	}
}

/* What was withdrawn since is not given by a message that comes late. */
static bool gives_consent(const struct decider *d, const struct legal_basis *basis)
{
	const struct client *client = d->client;

	return basis->kind == LEGAL_BASIS_KIND_CONSENT &&
		!(client->has_withdrawn_at && basis->given_at <= client->withdrawn_at);
}

static void note_consent(struct decider *d, const struct referral *body)
{
	enum consent consent = d->consent;

	if (gives_consent(d, &body->legal_basis))
		consent = CONSENT_GIVEN;
	else if (!d->known)
		consent = CONSENT_NOT_NEEDED;
	if (consent == d->consent && d->known)
		return;
	d->consent = consent;
	d->event->has_consent = true;
	d->event->consent = consent;
}

static void store_person(struct decider *d, const struct referral_after *referral)
{
	if (d->input->message->sealed == NULL)
		return;
	d->out->stores_person = true;
	d->out->person_referral = referral->referral;
}

/* What an amendment may change too. */
static void take_terms(
	struct decider *d, struct referral_after *referral, const struct referral *body)
{
	referral->question = body->question;
	referral->urgent = bytes_equal_string(body->urgency, "URGENT");
	referral->digest = tag_of(d->input->message->digest.data);
	referral->has_not_before = body->has_not_before;
	referral->not_before = body->not_before;
	referral->has_expires_at = body->has_expires_at;
	referral->expires_at = body->expires_at;
	referral->has_review_every = body->has_review_every;
	referral->review_every = body->review_every;
	store_person(d, referral);
}

static void fill(struct decider *d, struct referral_after *referral, const struct opening *opening)
{
	const struct message *message = d->input->message;
	const struct referral *body = opening->body;

	referral->kind = body->kind;
	referral->subject = body->subject;
	referral->sender = opening->sender;
	referral->target = opening->target;
	referral->group = body->group;
	referral->created_by = tag_of(message->id.data);
	referral->sender_at = message->occurred_at;
	take_terms(d, referral, body);
}

static struct referral_after *add(struct decider *d, const struct opening *opening)
{
	struct referral_after *referral = decider_add(d, opening->body->referral);

	if (referral == NULL) {
		decider_reject(d, REJECTION_CODE_ILLEGAL, FIELD("kind"),
			"the client has %d open referrals: end some first", HANDOVER_REFERRALS_MAX);
		return NULL;
	}
	note_routing(d, opening);
	note_consent(d, opening->body);
	fill(d, referral, opening);
	return referral;
}

/* Rows 1, 1b and 24: nobody is responsible, so the sender becomes it, or else the region's entry
 * desk. */
static void open_client(struct decider *d, const struct opening *opening)
{
	bool sender_holds = opening->from_desk != NULL && opening->from_desk->holds &&
		opening->from_desk->active;
	struct bytes holder =
		sender_holds ? opening->from : bytes_of_string(opening->route.region->entry_desk);
	bool at_itself = bytes_equal(opening->target, holder);
	struct referral_after *referral = add(d, opening);

	if (referral == NULL)
		return;
	if (referral->kind == REFERRAL_KIND_REQUEST)
		referral->kind = REFERRAL_KIND_TRANSFER;
	referral->giver = holder;
	if (at_itself)
		decider_accept(d, referral);
	d->owner = (struct bytes){0};
	d->status = CLIENT_STATUS_OPEN;
	d->event->has_status = true;
	d->event->status = CLIENT_STATUS_OPEN;
	decider_give(d, holder, referral->referral);
	decider_open(d, sender_holds ? TABLE_1 : TABLE_1B, referral);
}

static void open_by_owner(struct decider *d, const struct opening *opening)
{
	struct referral_after *referral;

	if (opening->body->kind != REFERRAL_KIND_SERVICE && !guard_g1(d, opening->body->group)) {
		decider_reject(d, REJECTION_CODE_ILLEGAL, FIELD("group"),
			"the client is on offer already: cancel that first, or send with the same "
			"group");
		return;
	}
	referral = add(d, opening);
	if (referral == NULL)
		return;
	if (referral->kind == REFERRAL_KIND_REQUEST)
		referral->kind = REFERRAL_KIND_TRANSFER;
	referral->giver = d->owner;
	clocks_stop_duties(d);
	decider_open(d, TABLE_1, referral);
}

static void open_service(struct decider *d, const struct opening *opening)
{
	struct referral_after *referral = add(d, opening);

	if (referral == NULL)
		return;
	referral->giver = d->owner;
	decider_open(d, TABLE_1, referral);
}

/* Row 1d: another desk has the client, so it is asked. */
static void open_request(struct decider *d, const struct opening *opening)
{
	struct referral_after *referral = add(d, opening);
	struct handover *verdict;

	if (referral == NULL)
		return;
	referral->kind = REFERRAL_KIND_REQUEST;
	referral->giver = d->owner;
	referral->wished = opening->target;
	referral->target = d->owner;
	verdict = tell_verdict(d, referral);
	if (verdict != NULL)
		verdict->text = bytes_of_string("another desk is responsible for this client: the "
						"referral became a request to it");
	decider_open(d, TABLE_1D, referral);
}

static bool may_reopen(struct decider *d)
{
	struct bytes reason = d->client->closing_reason;

	if (!bytes_equal_string(reason, "MERGED_INTO") &&
		!bytes_equal_string(reason, "ENTERED_IN_ERROR"))
		return true;
	decider_reject(d, REJECTION_CODE_ILLEGAL, "client",
		"the client was closed as %.*s: ask ops", BYTES_ARG(reason));
	return false;
}

static void open_new(struct decider *d, const struct referral *body)
{
	struct opening opening = {.body = body};
	bool by_owner;

	if (!body_is_complete(d, body) || !find_sender(d, &opening) || !find_route(d, &opening))
		return;
	d->actor = opening.from;
	if (d->status == CLIENT_STATUS_CLOSED) {
		if (may_reopen(d))
			open_client(d, &opening);
		return;
	}
	by_owner = bytes_equal(opening.from, d->owner);
	if (bytes_equal(opening.target, opening.from) &&
		(by_owner || body->kind == REFERRAL_KIND_SERVICE)) {
		decider_reject(d, REJECTION_CODE_ILLEGAL, FIELD("to_desk"),
			"leads back to the sending desk: name another desk");
		return;
	}
	if (by_owner)
		open_by_owner(d, &opening);
	else if (body->kind == REFERRAL_KIND_SERVICE)
		open_service(d, &opening);
	else
		open_request(d, &opening);
}

static bool same_kind(enum referral_kind known, enum referral_kind asked)
{
	return (known == REFERRAL_KIND_SERVICE) == (asked == REFERRAL_KIND_SERVICE);
}

/* The desk asked for is the target, or still leads to it. */
static bool same_target(const struct referral_after *known, const struct opening *opening)
{
	struct bytes target = known->kind == REFERRAL_KIND_REQUEST ? known->wished : known->target;

	return opening->body->to_desk.data == NULL || bytes_equal(opening->body->to_desk, target) ||
		bytes_equal(opening->target, target);
}

/* It waited for its day, which may be another one now. */
static void amend_rest(struct decider *d, struct referral_after *referral)
{
	if (referral->state != REFERRAL_STATE_SUBMITTED)
		return;
	clocks_enter(d, referral);
	if (!clocks_rests(d, referral))
		tell(d, referral->target, ROLE_TARGET, HANDOVER_KIND_OFFER, referral);
}

/* A row that is sent again with another telephone number does not put off a review. */
static bool changes_place(const struct referral_after *known, const struct referral *body)
{
	return known->has_expires_at != body->has_expires_at ||
		known->expires_at != body->expires_at ||
		known->has_review_every != body->has_review_every ||
		known->review_every != body->review_every;
}

static void apply_amendment(
	struct decider *d, struct referral_after *referral, const struct opening *opening)
{
	const struct referral *body = opening->body;
	bool rested = clocks_rests(d, referral), moves_place = changes_place(referral, body);

	take_terms(d, referral, body);
	if (moves_place)
		clocks_place(d, referral);
	clocks_heard(d, referral, opening->sender);
	if (d->input->message->occurred_at > referral->sender_at)
		referral->sender_at = d->input->message->occurred_at;
	if (body->region.data != NULL || body->municipality.data != NULL)
		note_routing(d, opening);
	d->event->routing = NULL;
	decider_step(d, TABLE_1C, referral);
	if (rested)
		amend_rest(d, referral);
	else if (decider_is_open(referral->state))
		tell(d, referral->target, ROLE_TARGET,
			referral->accepted ? HANDOVER_KIND_DETAILS : HANDOVER_KIND_OFFER, referral);
}

static bool may_amend(
	struct decider *d, const struct referral_after *known, const struct opening *opening)
{
	if (!bytes_equal(known->sender, opening->sender))
		decider_reject(d, REJECTION_CODE_ILLEGAL, FIELD("from_desk"),
			"the referral came from another desk");
	else if (!same_kind(known->kind, opening->body->kind))
		decider_reject(d, REJECTION_CODE_ILLEGAL, FIELD("kind"),
			"the kind of a referral cannot change: cancel it and refer anew");
	else if (!same_target(known, opening))
		decider_reject(d, REJECTION_CODE_ILLEGAL, FIELD("to_desk"),
			"the target of a referral cannot change: cancel it and refer anew");
	else if (known->state == REFERRAL_STATE_ENTERED_IN_ERROR)
		decider_reject(d, REJECTION_CODE_ILLEGAL, "case",
			"the referral was entered in error: refer anew");
	else if (d->input->message->occurred_at < known->sender_at)
		decider_reject(d, REJECTION_CODE_STALE, "occurred_at",
			"a newer version of this referral was applied");
	else
		return true;
	return false;
}

static void amend(struct decider *d, struct referral_after *known, const struct referral *body)
{
	struct opening opening = {.body = body};

	if (tag_equal(known->digest, tag_of(d->input->message->digest.data))) {
		if (!clocks_heard(d, known, known->sender)) /* it had vanished and is there again */
			d->event->result = RESULT_DUPLICATE;
		return;
	}
	if (!body_is_complete(d, body) || !find_sender(d, &opening) || !find_route(d, &opening))
		return;
	d->actor = opening.from;
	if (may_amend(d, known, &opening))
		apply_amendment(d, known, &opening);
}

void open_decide(struct decider *d)
{
	const struct referral *body = d->input->message->body_referral;
	struct referral_after *known = body->has_referral ? decider_find(d, body->referral) : NULL;

	if (!body->has_referral)
		decider_reject(d, REJECTION_CODE_INVALID, FIELD("referral"),
			"the hub's id of the referral is missing");
	else if (known != NULL)
		amend(d, known, body);
	else
		open_new(d, body);
}
