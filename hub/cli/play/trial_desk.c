/* trial_desk - what a partner's desk must do well with what it is told: the rows of a desk. */
#include "hub/cli/play/trial.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/cli/play/script.h"
#include "schemas/json_tree.h"

enum { LOOK_MS = 300, QUIET_MS = 3000, DEPTH = 32, TRIES = 10 };

static const char *const wishes[TRIAL_OFFERS] = {"ACCEPT", "DECLINE", "LEAVE"};

/* The case tells the partner's people, or its test system, what to do with it. */
static enum outcome write_offer(struct trial *trial, enum trial_offer which,
	const struct template *template, struct buffer *out, struct err *err)
{
	int64_t number = ++trial->number;
	const char *giver = trial->giver->rules->home_desk;
	struct dice dice = dice_of(trial->seed + number, bytes_of_string("offer"));
	struct script script = {.conf = trial->conf,
		.plan = &(struct conf_simulation){0},
		.desk = rules_desk(&trial->conf->rules, bytes_of_string(giver)),
		.to = trial->desk,
		.dice = &dice,
		.arena = &trial->arena};
	script_begin_case(&script, trial->seed, number);
	script.case_ = arena_format(&trial->arena, "CONFORM-%lld-%lld-%s", (long long)trial->seed,
		(long long)number, wishes[which]);
	script.reference = arena_format(&trial->arena, "%s-1", script.case_);
	return template_fill(template, script_value, &script, out, err);
}

/* Among so many, another one may have been the same: his desk is asked then, not the partner's. */
static bool is_offered(struct trial *trial, const struct party_answer *answer)
{
	struct problems *problems = arena_get(&trial->arena, sizeof(*problems));
	problems_init(problems, &trial->arena);
	const struct json_tree *page = json_tree_parse(answer->body, DEPTH, problems);
	return answer->status == 201 && strcmp(trial_text(trial, page, "kind"), "TRANSFER") == 0 &&
		strcmp(trial_text(trial, page, "target"), trial->desk->id) == 0;
}

static void note_offer(
	struct trial *trial, enum trial_offer which, const struct party_answer *answer)
{
	const char *id = strrchr(answer->location, '/');
	if (is_offered(trial, answer) && id != NULL)
		snprintf(trial->offers[which], sizeof(trial->offers[which]), "%s", id + 1);
	else
		trial->why = arena_format(&trial->arena, "status %d: %.*s", answer->status,
			answer->body.size < 200 ? (int)answer->body.size : 200,
			(const char *)answer->body.data);
}

static bool offer(struct trial *trial, enum trial_offer which, const struct template *template)
{
	struct buffer body = {0};
	struct err err = {0};
	for (int tries = 0; tries < TRIES && trial->offers[which][0] == '\0'; tries++) {
		buffer_clear(&body);
		if (write_offer(trial, which, template, &body, &err) != OK) {
			trial->why = arena_format(&trial->arena, "%s", err.text);
			break;
		}
		const struct party_letter letter = {.method = "POST",
			.path = "/v1/referrals",
			.type = template->type,
			.body = buffer_bytes(&body),
			.token = trial->giver_token,
			.wait_s = 5};
		const struct party_answer answer = party_ask(trial->party, &letter, &trial->arena);
		note_offer(trial, which, &answer);
	}
	buffer_done(&body);
	return trial->offers[which][0] != '\0';
}

/* All at once, so that the partner's people can see to them together. */
static bool offer_all(struct trial *trial)
{
	struct template template;
	struct err err = {0};
	if (trial->has_offered)
		return trial->offers[TRIAL_OFFER_LEAVE][0] != '\0';
	trial->has_offered = true;
	if (template_load(&(struct template_name){trial->folder, "own", "offer"}, &trial->arena,
		    &template, &err) != OK ||
		template.path == NULL)
		return false;
	for (enum trial_offer which = 0; which < TRIAL_OFFERS; which++)
		if (!offer(trial, which, &template))
			return false;
	return true;
}

/* As the partner sees it: it is the target. */
static const char *state_of(struct trial *trial, enum trial_offer which)
{
	const char *path = arena_format(&trial->arena, "/v1/referrals/%s", trial->offers[which]);
	return trial_text(trial, trial_get(trial, path, NULL), "state");
}

static const char *wait_for(struct trial *trial, enum trial_offer which, const char *wanted)
{
	int64_t end = loop_now(trial->loop) + (int64_t)trial->wait_s * 1000;
	const char *state = state_of(trial, which);
	while (strcmp(state, wanted) != 0 && loop_now(trial->loop) < end) {
		trial_pause(trial, LOOK_MS);
		state = state_of(trial, which);
	}
	return state;
}

static struct trial_result expect(struct trial *trial, enum trial_offer which, const char *wanted)
{
	if (!offer_all(trial))
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "desk %s cannot refer to it: %s",
			trial->giver->rules->home_desk,
			trial->why != NULL ? trial->why : "own/offer.json is missing");
	const char *state = wait_for(trial, which, wanted);
	return trial_says(trial, strcmp(state, wanted) == 0 ? TRIAL_PASS : TRIAL_FAIL,
		"%s within %d s", state, trial->wait_s);
}

static struct trial_result accepts(struct trial *trial)
{
	return expect(trial, TRIAL_OFFER_ACCEPT, "ACCEPTED");
}

static struct trial_result declines(struct trial *trial)
{
	return expect(trial, TRIAL_OFFER_DECLINE, "DECLINED");
}

/* It has it, and nobody decided in the meantime. */
static struct trial_result leaves(struct trial *trial)
{
	return expect(trial, TRIAL_OFFER_LEAVE, "OFFERED");
}

/* What the desk was told of a referral, as it stands in its feed: of a kind; NULL: none. *count:
 * how many. */
static const struct json_tree *find_told(
	struct trial *trial, const char *referral, const char *kind, size_t *count)
{
	const struct json_tree *found = NULL, *page;
	const char *after = "";
	*count = 0;
	do {
		const char *path =
			arena_format(&trial->arena, "/v1/handovers?limit=1000&desk=%s%s%s",
				trial->desk->id, after[0] != '\0' ? "&after=" : "", after);
		page = trial_get(trial, path, NULL);
		const struct json_tree *list =
			page == NULL ? NULL : json_tree_member(page, "handovers");
		for (const struct json_tree *it = list == NULL ? NULL : list->first; it != NULL;
			it = it->next) {
			const struct json_tree *told = json_tree_member(it, "handover");
			if (strcmp(trial_text(trial, told, "referral"), referral) == 0 &&
				strcmp(trial_text(trial, told, "kind"), kind) == 0) {
				found = it;
				(*count)++;
			}
		}
		after = trial_text(trial, page, "after");
	} while (page != NULL && json_tree_member(page, "more") != NULL &&
		json_tree_member(page, "more")->yes);
	return found;
}

static struct trial_result no_webhook(struct trial *trial)
{
	return trial_says(
		trial, TRIAL_NOT_POSSIBLE, "desk %s is not told by webhook", trial->desk->id);
}

/* The offer to accept, as it was brought; false: it is not in the feed. */
static bool open_offer(struct trial *trial, struct opened *out, struct handover *handover)
{
	size_t count;
	struct problems *problems = arena_get(&trial->arena, sizeof(*problems));
	const struct json_tree *item =
		find_told(trial, trial->offers[TRIAL_OFFER_ACCEPT], "OFFER", &count);
	problems_init(problems, &trial->arena);
	if (item == NULL ||
		!handover_from_json(handover, json_tree_member(item, "handover"), problems))
		return false;
	*out = (struct opened){.handover = handover,
		.id = trial_text(trial, item, "id"),
		.source = "urn:lokethub",
		.url = trial_text(trial, item, "url"),
		.desk_name = trial->desk->name,
		.partner = trial->partner->rules->oin,
		.sequence = 1,
		.arena = &trial->arena};
	return true;
}

/* A system that takes it for two answers it twice: the second answer is refused, and it is told so.
 */
static struct trial_result duplicate(struct trial *trial)
{
	struct handover handover;
	struct opened opened;
	size_t before, after;
	const char *referral = trial->offers[TRIAL_OFFER_ACCEPT];
	if (trial->courier == NULL)
		return no_webhook(trial);
	if (!offer_all(trial) || !open_offer(trial, &opened, &handover))
		return trial_says(trial, TRIAL_FAIL, "the desk was never told of the offer");
	find_told(trial, referral, "VERDICT", &before);
	const struct courier_answer answer =
		courier_bring(trial->courier, &opened, COURIER_AS_AGREED);
	if (answer.outcome != OK)
		return trial_says(trial, TRIAL_FAIL, "not taken: %s", answer.text);
	trial_pause(trial, QUIET_MS);
	find_told(trial, referral, "VERDICT", &after);
	return trial_says(trial, before == after ? TRIAL_PASS : TRIAL_FAIL,
		before == after ? "taken, and not answered again"
				: "taken, and answered a second time");
}

/* A handover that nobody has asked for, about a referral of the trial. */
static struct handover made_up(struct trial *trial, enum handover_kind kind)
{
	struct handover handover = {.desk = bytes_of_string(trial->desk->id),
		.number = 9,
		.kind = kind,
		.role = ROLE_TARGET,
		.at = clock_wall(),
		.has_referral = true,
		.case_ = bytes_of_string("CONFORM-NEWS"),
		.has_state = true,
		.state = REFERRAL_STATE_OFFERED,
		.version = 1};
	bytes_from_uuid(bytes_of_string(trial->offers[TRIAL_OFFER_LEAVE]), handover.referral.data);
	if (kind == HANDOVER_KIND_VERDICT) {
		handover.has_code = true;
		handover.code = REJECTION_CODE_STALE;
	}
	return handover;
}

static struct courier_answer bring(
	struct trial *trial, const struct handover *handover, enum courier_way way)
{
	const struct opened opened = {.handover = handover,
		.id = arena_format(&trial->arena, "handover-conform-%lld-%lld",
			(long long)trial->seed, (long long)++trial->number),
		.source = "urn:lokethub",
		.url = arena_format(&trial->arena, "%s/v1/referrals/%s", party_url(trial->party),
			trial->offers[TRIAL_OFFER_LEAVE]),
		.desk_name = trial->desk->name,
		.partner = trial->partner->rules->oin,
		.sequence = 1,
		.arena = &trial->arena};
	return courier_bring(trial->courier, &opened, way);
}

static struct trial_result every_kind(struct trial *trial)
{
	static const enum handover_kind kinds[] = {HANDOVER_KIND_QUESTION, HANDOVER_KIND_ANSWER,
		HANDOVER_KIND_STATUS, HANDOVER_KIND_DETAILS, HANDOVER_KIND_DUTY,
		HANDOVER_KIND_REMINDER, HANDOVER_KIND_ESCALATION, HANDOVER_KIND_RECALL,
		HANDOVER_KIND_VERDICT};
	const char *refused = "";
	if (trial->courier == NULL)
		return no_webhook(trial);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct handover handover = made_up(trial, kinds[i]);
		const struct courier_answer answer = bring(trial, &handover, COURIER_AS_AGREED);
		if (answer.outcome != OK)
			refused = arena_format(&trial->arena, "%s%s%s (%s)", refused,
				refused[0] != '\0' ? ", " : "", handover_kind_name(kinds[i]),
				answer.text);
	}
	return refused[0] == '\0' ? trial_says(trial, TRIAL_PASS, "all taken")
				  : trial_says(trial, TRIAL_FAIL, "not taken: %s", refused);
}

/* News of a referral that it has never heard of: its offer may still be on the way. */
static struct trial_result out_of_order(struct trial *trial)
{
	if (trial->courier == NULL)
		return no_webhook(trial);
	struct handover handover = made_up(trial, HANDOVER_KIND_STATUS);
	memset(handover.referral.data, 0x0f, sizeof(handover.referral.data));
	const struct courier_answer answer = bring(trial, &handover, COURIER_AS_AGREED);
	bool is_answered = answer.status >= 200 && answer.status < 500;
	return trial_says(trial, is_answered ? TRIAL_PASS : TRIAL_FAIL, "status %d%s%s",
		answer.status, answer.text[0] != '\0' ? ": " : "", answer.text);
}

static struct trial_result newer_schema(struct trial *trial)
{
	if (trial->courier == NULL)
		return no_webhook(trial);
	if (strcmp(trial->delivery->connector->name, "cloudevent") != 0)
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "%s is not the hub's own format",
			trial->delivery->connector->name);
	const struct handover handover = made_up(trial, HANDOVER_KIND_STATUS);
	const struct courier_answer answer = bring(trial, &handover, COURIER_NEWER);
	return trial_says(
		trial, answer.outcome == OK ? TRIAL_PASS : TRIAL_FAIL, "status %d", answer.status);
}

static struct trial_result refuses(struct trial *trial, enum courier_way way)
{
	const struct handover handover = made_up(trial, HANDOVER_KIND_STATUS);
	const struct courier_answer answer = bring(trial, &handover, way);
	bool is_refused = answer.status >= 400 && answer.status < 500;
	bool is_cut = way == COURIER_UNKNOWN && answer.status == 0; /* in the TLS handshake */
	return trial_says(trial, is_refused || is_cut ? TRIAL_PASS : TRIAL_FAIL, "status %d%s%s",
		answer.status, answer.text[0] != '\0' ? ": " : "", answer.text);
}

static struct trial_result bad_input(struct trial *trial)
{
	return trial->courier == NULL ? no_webhook(trial) : refuses(trial, COURIER_GARBAGE);
}

static struct trial_result bad_signature(struct trial *trial)
{
	if (trial->courier == NULL)
		return no_webhook(trial);
	if (trial->delivery->signing_files == NULL)
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "its delivery has no signing_secrets");
	return refuses(trial, COURIER_UNSIGNED);
}

static struct trial_result bad_credentials(struct trial *trial)
{
	if (trial->courier == NULL)
		return no_webhook(trial);
	const struct endpoint_settings *endpoint =
		conf_endpoint(trial->conf, trial->delivery->endpoint);
	if (endpoint->auth == ENDPOINT_NONE && endpoint->cert_file == NULL)
		return trial_says(trial, TRIAL_NOT_POSSIBLE,
			"endpoint %s has neither auth nor cert_file", endpoint->name);
	return refuses(trial, COURIER_UNKNOWN);
}

const struct trial_row trial_desk_rows[] = {
	{"accept", "is offered a made-up client whose case ends in ACCEPT", "ACCEPTED",
		TRIAL_ALWAYS, accepts, NULL},
	{"decline", "is offered one whose case ends in DECLINE", "DECLINED", TRIAL_ALWAYS, declines,
		NULL},
	{"no answer", "is offered one whose case ends in LEAVE", "OFFERED: it has it, undecided",
		TRIAL_ALWAYS, leaves, NULL},
	{"duplicate", "is brought the first offer once more", "taken, and not answered again",
		TRIAL_WITH_WEBHOOK, duplicate, NULL},
	{"every kind", "is brought each other kind of handover", "all taken", TRIAL_WITH_WEBHOOK,
		every_kind, NULL},
	{"out of order", "is brought news of a referral that it does not know",
		"an answer below 500", TRIAL_WITH_WEBHOOK, out_of_order, NULL},
	{"newer schema", "is brought a handover with a member of a later version", "taken",
		TRIAL_OPTIONAL, newer_schema, NULL},
	{"bad input", "is brought bytes that are no document, well signed", "400 to 499",
		TRIAL_WITH_WEBHOOK, bad_input, NULL},
	{"bad signature", "is brought a handover with a signature that is not the hub's",
		"400 to 499", TRIAL_OPTIONAL, bad_signature, NULL},
	{"bad credentials", "is brought one by somebody without the hub's token and certificate",
		"400 to 499, or no connection", TRIAL_OPTIONAL, bad_credentials, NULL},
	{0},
};
