/* trial - what a partner must show before it is admitted: one row per thing, in the order in which
 * they are tried. */
#include "hub/cli/play/trial.h"

#include <stdio.h>
#include <string.h>

#include "hub/cli/play/script.h"
#include "schemas/json_tree.h"

enum { DEPTH = 32, LOOK_MS = 200 };

#define CASE "{{case}}"

struct trial_result trial_says(struct trial *trial, enum trial_end end, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *came = arena_format_list(&trial->arena, format, arguments);
	va_end(arguments);
	return (struct trial_result){end, came};
}

struct trial_result trial_try(struct trial *trial, const struct trial_row *row)
{
	bool is_mute = trial->system == NULL && trial->referral.path == NULL;
	if (row->asked == NULL)
		return row->fn(trial);
	if (is_mute)
		return trial_says(trial, TRIAL_NOT_POSSIBLE, "%s", trial->not_tried);
	return trial->system != NULL ? row->asked(trial) : row->fn(trial);
}

/* With the person and case of a number. */
static enum outcome fill(
	struct trial *trial, const struct template *template, int64_t number, struct bytes *out)
{
	struct dice dice = dice_of(trial->seed + number, bytes_of_string("trial"));
	struct script script = {.conf = trial->conf,
		.plan = trial->plan,
		.desk = trial->desk,
		.dice = &dice,
		.arena = &trial->arena};
	struct buffer text = {0};
	struct err err = {0};
	script_begin_case(&script, trial->seed, number);
	enum outcome outcome = template_fill(template, script_value, &script, &text, &err);
	*out = arena_copy(&trial->arena, buffer_bytes(&text));
	buffer_done(&text);
	return outcome;
}

const char *trial_case(struct trial *trial, int64_t number)
{
	static const struct template usual = {
		.path = "case", .text = {(const uint8_t *)CASE, sizeof(CASE) - 1}};
	const struct template *template = trial->case_.path != NULL ? &trial->case_ : &usual;
	struct bytes name;
	if (fill(trial, template, number, &name) != OK)
		return NULL;
	char *line = arena_string(&trial->arena, name);
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

enum outcome trial_write(struct trial *trial, const struct template *template, int64_t number,
	struct bytes *out, const char **case_name)
{
	*case_name = trial_case(trial, number);
	return *case_name != NULL ? fill(trial, template, number, out) : REJECT;
}

struct party_answer trial_post(
	struct trial *trial, const char *path, const char *type, struct bytes body)
{
	const struct party_letter letter = {.method = "POST",
		.path = path,
		.type = type,
		.body = body,
		.token = trial->token,
		.wait_s = 5};
	return party_ask(trial->party, &letter, &trial->arena);
}

static const struct json_tree *read_tree(struct bytes json, struct arena *arena)
{
	struct problems *problems = arena_get(arena, sizeof(*problems));
	problems_init(problems, arena);
	return json_tree_parse(json, DEPTH, problems);
}

const struct json_tree *trial_tree(struct trial *trial, struct bytes json)
{
	return read_tree(json, &trial->arena);
}

static const struct json_tree *get(
	struct trial *trial, const char *path, int32_t *status, struct arena *arena)
{
	const struct party_letter letter = {.method = "GET", .path = path, .token = trial->token};
	const struct party_answer answer = party_ask(trial->party, &letter, arena);
	if (status != NULL)
		*status = answer.status;
	if (answer.outcome != OK || answer.status != 200)
		return NULL;
	return read_tree(answer.body, arena);
}

const struct json_tree *trial_get(struct trial *trial, const char *path, int32_t *status)
{
	return get(trial, path, status, &trial->arena);
}

const struct json_tree *trial_look(struct trial *trial, const char *path, int32_t *status)
{
	arena_reset(&trial->looked);
	return get(trial, path, status, &trial->looked);
}

const char *trial_text(struct trial *trial, const struct json_tree *in, const char *name)
{
	const struct json_tree *found = in == NULL ? NULL : json_tree_member(in, name);
	return found == NULL || found->kind != JSON_TREE_STRING
		? ""
		: arena_string(&trial->arena, found->text);
}

static void stop(void *context)
{
	loop_stop(context);
}

void trial_pause(struct trial *trial, int32_t ms)
{
	struct loop_timer timer = {.fn = stop, .context = trial->loop};
	loop_set(trial->loop, &timer, loop_now(trial->loop) + ms);
	loop_run(trial->loop);
}

/* page NULL: there is none, or not yet. */
static struct trial_receipt read_receipt(struct trial *trial, const struct json_tree *page)
{
	struct trial_receipt receipt = {.referral = "", .state = "", .code = ""};
	if (page == NULL)
		return receipt;
	const struct json_tree *messages = json_tree_member(page, "messages");
	const struct json_tree *referrals = json_tree_member(page, "referrals");
	for (const struct json_tree *it = messages == NULL ? NULL : messages->first; it != NULL;
		it = it->next) {
		const char *result = trial_text(trial, it, "result");
		receipt.in_flight += strcmp(result, "IN_FLIGHT") == 0;
		receipt.applied += strcmp(result, "APPLIED") == 0;
		receipt.messages++;
		if (strcmp(result, "REJECTED") != 0)
			continue;
		receipt.refused++;
		receipt.code = trial_text(trial, it, "code");
	}
	if (referrals == NULL || referrals->first == NULL)
		return receipt;
	receipt.referrals = referrals->count;
	receipt.referral = trial_text(trial, referrals->first, "referral");
	receipt.state = trial_text(trial, referrals->first, "state");
	return receipt;
}

/* A case may hold what has another meaning in a path. */
static const char *path_of(struct trial *trial, const char *case_name)
{
	struct buffer path = {0};
	buffer_add_string(&path, "/v1/receipts/");
	for (; *case_name != '\0'; case_name++) {
		bool is_plain = strchr("/?#% ", *case_name) == NULL;
		if (is_plain)
			buffer_add(&path, case_name, 1);
		else
			buffer_add_format(&path, "%%%02X", (unsigned)(unsigned char)*case_name);
	}
	const char *kept = arena_string(&trial->arena, buffer_bytes(&path));
	buffer_done(&path);
	return kept;
}

struct trial_receipt trial_receipt(
	struct trial *trial, const char *case_name, size_t messages, const char *state)
{
	const char *path = path_of(trial, case_name);
	int64_t end = loop_now(trial->loop) + (int64_t)trial->wait_s * 1000;
	struct trial_receipt receipt;
	int32_t status;
	do {
		receipt = read_receipt(trial, trial_look(trial, path, &status));
		receipt.status = status;
		if (status == 200 && receipt.in_flight == 0 && receipt.messages >= messages &&
			strncmp(receipt.state, state, strlen(state)) == 0)
			break;
		trial_pause(trial, LOOK_MS);
	} while (loop_now(trial->loop) < end);
	return receipt;
}

bool trial_is_known(const struct trial_receipt *receipt)
{
	return receipt->refused > 0 && strcmp(receipt->code, "ILLEGAL") == 0;
}

struct trial_result trial_says_receipt(
	struct trial *trial, bool is_good, const struct trial_receipt *receipt)
{
	if (receipt->status != 200)
		return trial_says(trial, TRIAL_FAIL, "taken, but there is no receipt: %s",
			receipt->status == 0
				? "no answer"
				: arena_format(&trial->arena, "status %d", receipt->status));
	return trial_says(trial, is_good ? TRIAL_PASS : TRIAL_FAIL,
		"%zu message%s, %zu applied, %zu refused, %zu referral%s%s%s", receipt->messages,
		receipt->messages == 1 ? "" : "s", receipt->applied, receipt->refused,
		receipt->referrals, receipt->referrals == 1 ? "" : "s",
		receipt->state[0] != '\0' ? ", " : "", receipt->state);
}

bool trial_is_taken(const struct party_answer *answer)
{
	return answer->outcome == OK && answer->status >= 200 && answer->status < 300;
}

struct trial_result trial_not_taken(struct trial *trial, const struct party_answer *answer)
{
	if (answer->outcome != OK)
		return trial_says(trial, TRIAL_FAIL, "no answer: %s", answer->text);
	return trial_says(trial, TRIAL_FAIL, "status %d: %.*s", answer->status,
		answer->body.size < 300 ? (int)answer->body.size : 300,
		(const char *)answer->body.data);
}

bool trial_has(struct bytes body, const char *words)
{
	return body.size > 0 && memmem(body.data, body.size, words, strlen(words)) != NULL;
}

/* One of SOAP 1.1 always comes with 500, and so may one of StUF: they say whose it is, and behind a
 * dot what of it. */
bool trial_is_clients_fault(struct bytes body)
{
	static const char *const marks[] = {":Client</faultcode>", ">Client</faultcode>",
		":Client.", ">Client.", "plek>client<"};
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (trial_has(body, marks[i]))
			return true;
	return false;
}
