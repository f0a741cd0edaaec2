/* trial_sender - what a partner's system must do well towards the hub: the rows of a sender. */
#include "hub/cli/play/trial.h"

#include <string.h>

#include "hub/cli/play/stranger.h"

#define BAD_TOKEN "this-is-no-token-that-the-hub-has-ever-given-to-anybody"

static struct trial_result says_status(
	struct trial *trial, const struct party_letter *letter, int32_t expected)
{
	const struct party_answer answer = party_ask(trial->party, letter, &trial->arena);
	if (answer.outcome != OK)
		return trial_says(trial, TRIAL_FAIL, "no answer: %s", answer.text);
	return trial_says(trial, answer.status == expected ? TRIAL_PASS : TRIAL_FAIL, "status %d",
		answer.status);
}

static struct trial_result ask_with(struct trial *trial, const char *token, int32_t expected)
{
	const struct party_letter letter = {.method = "GET", .path = "/v1/desks", .token = token};
	return says_status(trial, &letter, expected);
}

static struct trial_result good_token(struct trial *trial)
{
	return ask_with(trial, trial->token, 200);
}

static struct trial_result bad_token(struct trial *trial)
{
	return ask_with(trial, BAD_TOKEN, 401);
}

/* Says a document, and looks what became of its case. */
static struct trial_result say(struct trial *trial, const struct template *template,
	struct bytes document, const char *case_name, struct trial_receipt *out)
{
	const struct party_answer answer = trial_post(trial, trial->path, template->type, document);
	bool is_taken = trial_is_taken(&answer);
	*out = (struct trial_receipt){.code = ""};
	if (is_taken || answer.status == 409)
		*out = trial_receipt(trial, case_name, 1, "");
	if (!is_taken)
		return trial_not_taken(trial, &answer);
	return trial_says_receipt(trial, out->referrals == 1 && out->refused == 0, out);
}

/* Refers a person whom nobody has on offer yet, of a number not below this one. */
static struct trial_result say_new(struct trial *trial, const struct template *template,
	struct bytes *document, const char **case_name)
{
	struct trial_result result;
	struct trial_receipt receipt;
	int tries = 0;
	do {
		if (trial_write(trial, template, trial->number, document, case_name) != OK)
			return trial_says(
				trial, TRIAL_NOT_POSSIBLE, "the template cannot be filled");
		result = say(trial, template, *document, *case_name, &receipt);
	} while (trial_is_known(&receipt) && ++tries < TRIAL_PEOPLE && ++trial->number > 0);
	return result;
}

static struct trial_result refers(struct trial *trial)
{
	const char *case_name = NULL;
	const struct trial_result result =
		say_new(trial, &trial->referral, &trial->said, &case_name);
	trial->first = trial->number;
	if (result.end == TRIAL_PASS)
		trial->case_name = case_name;
	return result;
}

/* Again while it is decided later than is waited for. */
static struct party_answer post_said(struct trial *trial)
{
	int64_t end = loop_now(trial->loop) + (int64_t)trial->wait_s * 1000;
	struct party_answer answer;
	do
		answer = trial_post(trial, trial->path, trial->referral.type, trial->said);
	while (answer.status == 202 && loop_now(trial->loop) < end);
	return answer;
}

/* The same bytes: once more a message, or none where the hub needs no further look. */
static struct trial_result says_it_again(struct trial *trial)
{
	if (trial->case_name == NULL)
		return trial_says(trial, TRIAL_FAIL, "there is no referral to say again");
	const struct party_answer answer = post_said(trial);
	if (!trial_is_taken(&answer))
		return trial_not_taken(trial, &answer);
	const struct trial_receipt receipt = trial_receipt(trial, trial->case_name, 1, "");
	return trial_says_receipt(trial, receipt.referrals == 1 && receipt.refused == 0, &receipt);
}

/* Its document, or the notification on which the hub would ask. */
static struct trial_result says_it_as_nobody(struct trial *trial)
{
	const struct party_letter letter = {.method = "POST",
		.path = trial->path,
		.type = trial->type,
		.body = trial->said,
		.token = BAD_TOKEN};
	if (trial->said.data == NULL)
		return trial_says(trial, TRIAL_FAIL, "there is no referral to say again");
	return says_status(trial, &letter, 401);
}

/* The same referral, changed. */
static struct trial_result amends(struct trial *trial)
{
	const char *case_name = NULL;
	struct bytes document;
	if (trial->case_name == NULL)
		return trial_says(trial, TRIAL_FAIL, "there is no referral to amend");
	if (trial->amend.path == NULL)
		return trial_says(trial, TRIAL_NOT_POSSIBLE,
			"there is no template of an amendment in format %s", trial->format);
	if (trial_write(trial, &trial->amend, trial->first, &document, &case_name) != OK)
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "the template cannot be filled");
	const struct trial_receipt before = trial_receipt(trial, trial->case_name, 1, "");
	const struct party_answer answer =
		trial_post(trial, trial->path, trial->amend.type, document);
	if (!trial_is_taken(&answer))
		return trial_not_taken(trial, &answer);
	const struct trial_receipt after =
		trial_receipt(trial, trial->case_name, before.messages + 1, "");
	bool is_one = after.referrals == 1 && after.refused == 0;
	return trial_says_receipt(trial, is_one && after.applied == before.applied + 1, &after);
}

static bool is_cancelled(const struct trial_receipt *receipt)
{
	return strncmp(receipt->state, TRIAL_CANCELLED, strlen(TRIAL_CANCELLED)) == 0;
}

/* A cancel before its referral waits for it; it has the later time. */
static struct trial_result cancel_first(
	struct trial *trial, int64_t number, struct trial_receipt *receipt)
{
	const char *case_name = NULL;
	struct bytes cancel, referral;
	*receipt = (struct trial_receipt){.code = ""};
	if (trial_write(trial, &trial->referral, number, &referral, &case_name) != OK ||
		trial_write(trial, &trial->cancel, number, &cancel, &case_name) != OK)
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "the template cannot be filled");
	const struct party_answer answer =
		trial_post(trial, trial->path, trial->cancel.type, cancel);
	if (!trial_is_taken(&answer))
		return trial_not_taken(trial, &answer);
	const struct trial_result said = say(trial, &trial->referral, referral, case_name, receipt);
	if (said.end != TRIAL_PASS)
		return said;
	*receipt = trial_receipt(trial, case_name, 2, TRIAL_CANCELLED);
	return trial_says_receipt(trial, receipt->referrals == 1 && is_cancelled(receipt), receipt);
}

static struct trial_result out_of_order(struct trial *trial)
{
	struct trial_result result;
	struct trial_receipt receipt;
	int tries = 0;
	if (trial->cancel.path == NULL)
		return trial_says(trial, TRIAL_NOT_POSSIBLE,
			"there is no template of a cancel in format %s", trial->format);
	do
		result = cancel_first(trial, ++trial->number, &receipt);
	while (trial_is_known(&receipt) && ++tries < TRIAL_PEOPLE);
	return result;
}

/* Cancels by an action in the hub's own JSON. more: further members. */
static struct party_answer act(
	struct trial *trial, const struct trial_receipt *on, const char *name, const char *more)
{
	static const char body[] =
		"{\"reference\":\"%s-%s\",\"body\":{\"StatusChange\":{\"action\":\"CANCEL\","
		"\"reason\":\"CLIENT_DECLINED\"%s}}}";
	struct arena *arena = &trial->arena;
	const char *path = arena_format(arena, "/v1/referrals/%s/actions", on->referral);
	return trial_post(trial, path, "application/json",
		bytes_of_string(arena_format(arena, body, trial->case_name, name, more)));
}

/* By a version that is gone. What is decided later than is waited for is tried anew. */
static struct party_answer act_stale(struct trial *trial, const struct trial_receipt *on)
{
	int64_t end = loop_now(trial->loop) + (int64_t)trial->wait_s * 1000;
	struct party_answer answer;
	int tries = 0;
	do {
		const char *name = arena_format(&trial->arena, "stale-%d", ++tries);
		answer = act(trial, on, name, ",\"seen_version\":0");
	} while (answer.status == 202 && loop_now(trial->loop) < end);
	return answer;
}

/* Other refusals show nothing. That the desk has it by now, or answers it, is no change of ours. */
static struct trial_result stale(struct trial *trial)
{
	if (trial->case_name == NULL)
		return trial_says(trial, TRIAL_FAIL, "there is no referral to act on");
	const struct trial_receipt before = trial_receipt(trial, trial->case_name, 1, "");
	if (before.referral[0] == '\0')
		return trial_says_receipt(trial, false, &before);
	const struct party_answer answer = act_stale(trial, &before);
	if (answer.status != 409)
		return trial_not_taken(trial, &answer);
	const char *code = trial_text(trial, trial_tree(trial, answer.body), "code");
	const struct trial_receipt after = trial_receipt(trial, trial->case_name, 1, "");
	bool is_done = is_cancelled(&after);
	return trial_says(trial, strcmp(code, "STALE") == 0 && !is_done ? TRIAL_PASS : TRIAL_FAIL,
		"status %d, %s, %s %s", answer.status, code, is_done ? "and now" : "still",
		after.state);
}

static struct trial_result old_schema(struct trial *trial)
{
	const char *case_name = NULL;
	struct bytes document;
	if (trial->old.path == NULL)
		return trial_says(trial, TRIAL_NOT_POSSIBLE,
			"there is no template of an old document in format %s", trial->format);
	trial->number++;
	return say_new(trial, &trial->old, &document, &case_name);
}

/* A table's answer tells it row by row. */
static bool is_refusal(const struct party_answer *answer)
{
	if (answer->status == 200)
		return trial_has(answer->body, "refused");
	if (answer->status == 500)
		return trial_is_clients_fault(answer->body);
	return answer->status >= 400 && answer->status < 500;
}

/* Cut off in the middle, so that it is of no format. */
static struct trial_result bad_input(struct trial *trial)
{
	static const char garbage[] = "{\"this\": is no document of any format\xff";
	const struct party_answer answer =
		trial_post(trial, trial->path, trial->type, bytes_of(garbage, sizeof(garbage) - 1));
	if (answer.outcome != OK)
		return trial_says(trial, TRIAL_FAIL, "no answer: %s", answer.text);
	return trial_says(
		trial, is_refusal(&answer) ? TRIAL_PASS : TRIAL_FAIL, "status %d", answer.status);
}

/* In the partner's format if it has such a thing, of its first referral. */
static struct party_answer cancel(struct trial *trial)
{
	const char *case_name = NULL;
	struct bytes document;
	const struct trial_receipt receipt = trial_receipt(trial, trial->case_name, 1, "");
	if (trial->cancel.path == NULL ||
		trial_write(trial, &trial->cancel, trial->first, &document, &case_name) != OK)
		return act(trial, &receipt, "cancel", "");
	return trial_post(trial, trial->path, trial->cancel.type, document);
}

static struct trial_result cancels(struct trial *trial)
{
	if (trial->case_name == NULL)
		return trial_says(trial, TRIAL_FAIL, "there is no referral to cancel");
	const struct party_answer answer = cancel(trial);
	if (!trial_is_taken(&answer))
		return trial_not_taken(trial, &answer);
	const struct trial_receipt receipt =
		trial_receipt(trial, trial->case_name, 2, TRIAL_CANCELLED);
	return trial_says_receipt(trial, is_cancelled(&receipt), &receipt);
}

/* Speaks to the hub with other certificates than was agreed; *err: that cannot even be tried. */
static struct party_answer ask_as(
	struct trial *trial, const struct party_options *options, struct err *err)
{
	struct party *party = NULL;
	struct party_answer answer = {.outcome = FATAL};
	const struct party_letter letter = {
		.method = "GET", .path = "/v1/desks", .token = trial->token};
	if (party_new(&party, options, err) == OK)
		answer = party_ask(party, &letter, &trial->arena);
	party_free(party);
	return answer;
}

static bool speaks_tls(const struct trial *trial)
{
	return strncmp(party_url(trial->party), "https://", 8) == 0;
}

static struct trial_result try_certificate(struct trial *trial, bool is_of_hub)
{
	struct stranger stranger;
	struct err err = {0};
	struct party_options options = trial->options;
	if (!speaks_tls(trial))
		return trial_says(
			trial, TRIAL_NOT_POSSIBLE, "%s is without TLS", party_url(trial->party));
	if (!is_of_hub && trial->conf->http.tls_client_ca_file == NULL)
		return trial_says(
			trial, TRIAL_NOT_POSSIBLE, "the hub asks for no certificate of clients");
	if (stranger_new(&stranger, trial->partner->rules->oin, &err) != OK)
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "%s", err.text);
	if (is_of_hub) {
		options.ca_file = stranger.cert_file;
	} else {
		options.cert_file = stranger.cert_file;
		options.key_file = stranger.key_file;
	}
	const struct party_answer answer = ask_as(trial, &options, &err);
	stranger_free(&stranger);
	if (err.outcome != OK)
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "%s", err.text);
	bool is_refused = answer.outcome != OK || (!is_of_hub && answer.status == 401);
	return trial_says(trial, is_refused ? TRIAL_PASS : TRIAL_FAIL, "%s%s",
		answer.outcome != OK ? "no connection: " : "",
		answer.outcome != OK ? answer.text
				     : arena_format(&trial->arena, "status %d", answer.status));
}

static struct trial_result certificate_of_hub(struct trial *trial)
{
	return try_certificate(trial, true);
}

static struct trial_result certificate_of_partner(struct trial *trial)
{
	return try_certificate(trial, false);
}

const struct trial_row trial_sender_rows[] = {
	{"token", "asks for the desks with its token", "200", TRIAL_ALWAYS, good_token, NULL},
	{"bad token", "asks the same with a token that nobody has", "401", TRIAL_ALWAYS, bad_token,
		NULL},
	{"referral", "refers a made-up person in its own format", "taken: one referral",
		TRIAL_ALWAYS, refers, trial_asked_refers},
	{"duplicate", "says the same once more", "taken: still one referral", TRIAL_ALWAYS,
		says_it_again, trial_asked_repeats},
	{"message with a bad token", "says the same with a token that nobody has", "401",
		TRIAL_ALWAYS, says_it_as_nobody, says_it_as_nobody},
	{"amend", "says it anew with something changed in it",
		"taken: one message more applied, still one referral", TRIAL_OPTIONAL, amends,
		trial_asked_amends},
	{"stale", "acts on a version of it that is gone", "409, STALE, and nothing changed",
		TRIAL_ALWAYS, stale, stale},
	{"out of order", "cancels a referral, and refers behind that",
		"both taken: one referral, cancelled", TRIAL_OPTIONAL, out_of_order,
		trial_asked_disorders},
	{"old schema", "refers as the first released schema had it", "taken: one referral",
		TRIAL_OPTIONAL, old_schema, NULL},
	{"bad input", "sends bytes that are no document of its format", "refused as it says",
		TRIAL_ALWAYS, bad_input, NULL},
	{"cancel", "cancels its first referral", "taken: cancelled", TRIAL_ALWAYS, cancels,
		trial_asked_cancels},
	{"certificate of the hub", "trusts nobody who vouches for the hub", "no connection",
		TRIAL_OPTIONAL, certificate_of_hub, NULL},
	{"certificate of the partner", "shows one that is expired and of nobody",
		"no connection, or 401", TRIAL_OPTIONAL, certificate_of_partner, NULL},
	{0},
};
