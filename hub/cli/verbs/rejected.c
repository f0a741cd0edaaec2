/* rejected - what could not be applied, why, and who must act. */
#include <inttypes.h>

#include "hub/cli/lookup/find.h"
#include "hub/cli/verbs.h"
#include "hub/view/story.h"

static void add_rejection(
	struct page_row *row, const struct conf *conf, const struct report_rejection *found)
{
	const struct rejection *rejection = found->rejection;
	const char *name = story_partner(&conf->rules, rejection->partner);
	page_format(row, "ID", "id", "%d-%" PRId64, (int)found->partition, found->offset);
	page_number(row, "SINCE", "since", PAGE_TIME, rejection->since);
	page_text(row, "CODE", "code", rejection_code_name(rejection->code));
	page_bytes(row, "PARTNER", "partner",
		name == NULL ? rejection->partner : bytes_of_string(name));
	page_id(row, "CLIENT", "client", rejection->has_client ? rejection->client.data : NULL);
	page_id(row, "OTHER", "other", rejection->has_other ? rejection->other.data : NULL);
	page_bytes(row, "CASE", "case", rejection->case_);
	page_number(row, "NUMBER", "number", PAGE_COUNT,
		rejection->has_number ? rejection->number : PAGE_NONE);
	page_text(row, "", "waits", found->waits ? "waits" : NULL);
	page_tone(row, TERMINAL_BAD);
	page_bytes(row, "ACTS", "owner", rejection->owner);
	page_bytes(row, "FIELD", "field", rejection->field);
	page_bytes(row, "WHY", "text", rejection->text);
	page_cut(row);
}

static void add_rejections(
	struct page *page, const struct conf *conf, const struct report_rejections *rejections)
{
	struct page_table *table = page_table(page, "rejected", NULL, "Nothing was rejected.");
	int64_t waiting = 0;
	for (size_t i = 0; i < rejections->count; i++) {
		add_rejection(page_table_row(table), conf, &rejections->items[i]);
		waiting += rejections->items[i].waits;
	}
	page_number(page_facts(page), NULL, "waiting", PAGE_COUNT, waiting);
	if (rejections->count > 0)
		page_line(page, TERMINAL_FAINT, "\nThe message itself: lokethub rejected show ID");
	if (waiting > 0)
		page_line(page, TERMINAL_FAINT,
			"Let a parked client go on: lokethub rejected redrive CLIENT");
}

static enum outcome read_which(const struct cli_call *call, struct report_rejected *which,
	struct pseudonym *named, struct err *err)
{
	const char *code = cli_value(call, "code"), *client = cli_value(call, "client");
	*which = (struct report_rejected){.partner = bytes_of_string(cli_value(call, "partner")),
		.waits = cli_has(call, "waiting"),
		.limit = (int32_t)cli_number(call, "limit"),
		.has_code = code != NULL};
	if (code != NULL && !rejection_code_from_name(bytes_of_string(code), &which->code))
		return err_set(err, REJECT, "--code: no such code; the list shows those in use");
	if (client == NULL)
		return OK;
	which->client = named;
	return find_one(call->reader, client, named, err);
}

static enum outcome any_waits(struct view_reader *reader, bool *out, struct err *err)
{
	const struct report_rejected which = {.waits = true, .limit = 1};
	struct report_rejections rejections;
	if (report_rejected(reader, &which, &rejections, err) != OK)
		return err->outcome;
	*out = rejections.count > 0;
	return OK;
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct report_rejected which;
	struct report_rejections rejections;
	struct pseudonym client;
	bool waits = false;
	if (read_which(call, &which, &client, err) != OK ||
		report_rejected(call->reader, &which, &rejections, err) != OK ||
		any_waits(call->reader, &waits, err) != OK)
		return err->outcome;
	add_rejections(call->page, call->conf, &rejections);
	call->code = waits ? CLI_FOUND : CLI_OK;
	return OK;
}

static const struct cli_option options[] = {
	{"waiting", 'w', NULL, "only what waits in the queue of a parked client, in its order", 0,
		0},
	{"client", 0, "CLIENT", "of one client: its id, a referral or a case", 0, 0},
	{"partner", 'p', "OIN", "of one partner", 0, 0},
	{"code", 0, "CODE", "of one kind: ILLEGAL, STALE, UNREADABLE …", 0, 0},
	{"limit", 'n', "N", "at most so many (50)", 50, 100000},
	{0},
};

const struct cli_verb rejected_verb = {
	.name = "rejected",
	.arguments = "",
	.needs = CLI_MOMENT,
	.summary = "What could not be applied, why, and who must act",
	.about = "The newest first. ACTS is the desk that must act, or ops. NUMBER is the\n"
		 "place in the queue of a client that is parked, because a message of it could\n"
		 "not be read. CASE_TWICE: a case of CLIENT named OTHER too; its message went\n"
		 "on. Without a CLIENT it was refused: the case stands for too many.",
	.options = options,
	.found = "a client is parked: see --waiting",
	.examples = "  lokethub rejected --waiting\n"
		    "  lokethub rejected --client 2026-000123\n"
		    "  lokethub rejected --json | jq -r '.rejected[] | [.id, .code, .text] | @tsv'",
	.run = run,
};
