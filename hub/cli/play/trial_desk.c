/* trial_desk - what a partner's desk must do well with what it is told: the rows of a desk. */
#include "hub/cli/play/trial.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/cli/play/script.h"
#include "schemas/json_tree.h"

enum { LOOK_MS = 300, QUIET_MS = 3000 };

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
	const struct json_tree *page = trial_tree(trial, answer->body);
	return answer->status == 201 && strcmp(trial_text(trial, page, "kind"), "TRANSFER") == 0 &&
		strcmp(trial_text(trial, page, "target"), trial->desk->id) == 0;
}

/* Why it is none. */
static const char *other_fate(struct trial *trial, const struct party_answer *answer)
{
	const struct json_tree *page = trial_tree(trial, answer->body);
	const char *target = trial_text(trial, page, "target");
	if (answer->outcome != OK)
		return answer->text;
	if (answer->status == 201 && target[0] != '\0')
		return arena_format(&trial->arena,
			"what own/offer.json asks of it went to %s as a %s", target,
			trial_text(trial, page, "kind"));
	return arena_format(&trial->arena, "status %d: %.*s", answer->status,
		answer->body.size < 200 ? (int)answer->body.size : 200,
		(const char *)answer->body.data);
}

static void note_offer(
	struct trial *trial, enum trial_offer which, const struct party_answer *answer)
{
	const char *id = strrchr(answer->location, '/');
	if (is_offered(trial, answer) && id != NULL)
		snprintf(trial->offers[which], sizeof(trial->offers[which]), "%s", id + 1);
	else
		trial->why = other_fate(trial, answer);
}

static bool offer(struct trial *trial, enum trial_offer which, const struct template *template)
{
	struct buffer body = {0};
	struct err err = {0};
	/* One that is decided later may be at the desk already. */
	bool is_open = true;
	for (int tries = 0; tries < TRIAL_PEOPLE && is_open; tries++) {
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
		const struct party_answer answer =
			party_ask(trial->giver_party, &letter, &trial->arena);
		note_offer(trial, which, &answer);
		is_open = trial->offers[which][0] == '\0' && answer.status != 202;
	}
	buffer_done(&body);
	return trial->offers[which][0] != '\0';
}

/* The partner's people can see to them together. */
bool trial_offer_all(struct trial *trial)
{
	struct template template;
	struct err err = {0};
	if (trial->has_offered)
		return trial->offers[TRIAL_OFFER_LEAVE][0] != '\0';
	trial->has_offered = true;
	trial->why = "own/offer.json is missing";
	if (template_load(&(struct template_name){trial->folder, "own", "offer"}, &trial->arena,
		    &template, &err) != OK) {
		trial->why = arena_format(&trial->arena, "%s", err.text);
		return false;
	}
	if (template.path == NULL)
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
	return trial_text(trial, trial_look(trial, path, NULL), "state");
}

const char *const trial_accepted[] = {"ACCEPTED", "IN_PROGRESS", "ON_HOLD", "COMPLETED", NULL};

bool trial_is_among(const char *state, const char *const *wanted)
{
	while (*wanted != NULL && strcmp(state, *wanted) != 0)
		wanted++;
	return *wanted != NULL;
}

/* wanted: states, ended by NULL. */
static const char *wait_for(struct trial *trial, enum trial_offer which, const char *const *wanted)
{
	int64_t end = loop_now(trial->loop) + (int64_t)trial->wait_s * 1000;
	const char *state = state_of(trial, which);
	while (!trial_is_among(state, wanted) && loop_now(trial->loop) < end) {
		trial_pause(trial, LOOK_MS);
		state = state_of(trial, which);
	}
	return state;
}

static struct trial_result not_offered(struct trial *trial)
{
	return trial_says(trial, TRIAL_NOT_POSSIBLE, "desk %s cannot refer to it: %s",
		trial->giver->rules->home_desk, trial->why);
}

static struct trial_result expect(
	struct trial *trial, enum trial_offer which, const char *const *wanted)
{
	if (!trial_offer_all(trial))
		return not_offered(trial);
	const char *state = wait_for(trial, which, wanted);
	return trial_says(trial, trial_is_among(state, wanted) ? TRIAL_PASS : TRIAL_FAIL,
		"%s within %d s", state, trial->wait_s);
}

static struct trial_result accepts(struct trial *trial)
{
	return expect(trial, TRIAL_OFFER_ACCEPT, trial_accepted);
}

static struct trial_result declines(struct trial *trial)
{
	static const char *const wanted[] = {"DECLINED", NULL};
	return expect(trial, TRIAL_OFFER_DECLINE, wanted);
}

static const char *const undecided[] = {"OFFERED", NULL};

/* It has it, and nobody decides a moment later, as a system does that decides all. */
static struct trial_result leaves(struct trial *trial)
{
	const struct trial_result first = expect(trial, TRIAL_OFFER_LEAVE, undecided);
	if (first.end != TRIAL_PASS)
		return first;
	trial_pause(trial, QUIET_MS);
	const char *state = state_of(trial, TRIAL_OFFER_LEAVE);
	return trial_says(
		trial, trial_is_among(state, undecided) ? TRIAL_PASS : TRIAL_FAIL, "%s", state);
}

/* What was done to it has had all the time of the rows between. */
static struct trial_result in_the_end(struct trial *trial)
{
	if (!trial_offer_all(trial))
		return not_offered(trial);
	const char *state = state_of(trial, TRIAL_OFFER_LEAVE);
	size_t twice = trial_told_verdicts(trial);
	bool is_good = trial_is_among(state, undecided) && twice == 0;
	return trial_says(
		trial, is_good ? TRIAL_PASS : TRIAL_FAIL, "%s, %zu answers too many", state, twice);
}

const struct trial_row trial_desk_rows[] = {
	{"accept", "is offered a made-up client whose case ends in ACCEPT",
		"ACCEPTED, or further on", TRIAL_ALWAYS, accepts, NULL},
	{"decline", "is offered one whose case ends in DECLINE", "DECLINED", TRIAL_ALWAYS, declines,
		NULL},
	{"no answer", "is offered one whose case ends in LEAVE", "OFFERED: it has it, undecided",
		TRIAL_ALWAYS, leaves, NULL},
	{"duplicate", "is brought the first offer once more", "taken, and not answered again",
		TRIAL_OPTIONAL, trial_told_again, NULL},
	{"every kind", "is brought each other kind of handover", "all taken that its format tells",
		TRIAL_OPTIONAL, trial_told_all, NULL},
	{"out of order", "is brought news of a referral that it does not know",
		"an answer below 500", TRIAL_OPTIONAL, trial_told_early, NULL},
	{"newer schema", "is brought a handover with a member of a later version", "taken",
		TRIAL_OPTIONAL, trial_told_newer, NULL},
	{"bad input", "is brought bytes that are no document, well signed",
		"400 to 499, or a fault of the sender in its format", TRIAL_OPTIONAL,
		trial_told_garbage, NULL},
	{"bad signature", "is brought a handover with a signature that is not the hub's",
		"400 to 499", TRIAL_OPTIONAL, trial_told_unsigned, NULL},
	{"bad credentials", "is brought one by somebody without the hub's token and certificate",
		"400 to 499, or no connection", TRIAL_OPTIONAL, trial_told_by_stranger, NULL},
	{"in the end", "had all that time for the offer to leave and the one brought twice",
		"OFFERED still, 0 answers too many", TRIAL_ALWAYS, in_the_end, NULL},
	{0},
};
