/* snapshot - complete lists of sources that are held, since too much is missing from them: shown,
 * and released or dropped. */
#include <string.h>

#include "hub/base/clock.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/flow/source/snapshot/holding.h"

#define WAIT_MS 5000 /* for the view to read what was written */
#define LOOK_EVERY_MS 100

static void add(struct page_table *table, const struct holding *last, const struct holding *hold)
{
	struct page_row *row = page_table_row(table);
	bool is_held = hold->source.size > 0 && !hold->is_released;
	const char *state = last->listed.size == 0 ? "compared" : "settled";
	page_bytes(row, "SOURCE", "source", last->source);
	page_text(row, "STATE", "state", is_held ? "held" : state);
	if (is_held)
		page_tone(row, TERMINAL_BAD);
	page_number(row, "TAKEN", "taken_at", PAGE_TIME, last->taken_at);
	page_number(row, "OPEN", "open", PAGE_COUNT, last->open);
	page_number(row, "GONE", "gone", PAGE_COUNT, last->gone);
	page_number(row, "UNREADABLE", "unreadable", PAGE_COUNT, last->nameless);
	page_bytes(row, "DOCUMENT", "document",
		last->document.size > 0 ? last->document : bytes_of_string("a file"));
	page_cut(row);
}

static enum outcome run(struct cli_call *call, struct err *err)
{
	struct view_facts lasts, holds;
	size_t held = 0;
	struct page_table *table = page_table(
		call->page, "snapshots", NULL, "No source has sent a complete list yet.");
	if (view_facts(call->reader, FACT_KIND_CURSOR, &lasts, err) != OK ||
		view_facts(call->reader, FACT_KIND_HOLD, &holds, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < lasts.count; i++) {
		struct holding last;
		if (!holding_read(lasts.items[i], &last))
			continue;
		const struct holding hold = holding_find(&holds, last.source);
		held += hold.source.size > 0 && !hold.is_released ? 1 : 0;
		add(table, &last, &hold);
	}
	call->code = held > 0 ? CLI_FOUND : CLI_OK;
	return OK;
}

/* By its name, or with its partner's OIN before it. */
static bool is_called(const struct holding *holding, const char *name)
{
	struct bytes rest = holding->source;
	return bytes_equal_string(holding->source, name) ||
		bytes_equal_string(bytes_cut_last(&rest, '/'), name);
}

/* REJECT: none of that name is held, or several are. */
static enum outcome find(struct cli_call *call, struct holding *out, struct err *err)
{
	const char *name = cli_argument(call, 0);
	struct view_facts holds;
	size_t found = 0;
	if (view_facts(call->reader, FACT_KIND_HOLD, &holds, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < holds.count; i++) {
		struct holding hold;
		if (!holding_read(holds.items[i], &hold) || hold.is_released ||
			!is_called(&hold, name))
			continue;
		found++;
		*out = hold;
	}
	if (found == 0)
		return err_set(
			err, REJECT, "no list of source %s is held: see lokethub snapshot", name);
	if (found > 1)
		return err_set(err, REJECT, "%zu partners have a source %s: write it as OIN/%s",
			found, name, name);
	return OK;
}

/* What is known of one source's lists. Zeroed: nothing. */
struct known {
	struct holding last, hold;
};

static enum outcome read_known(
	struct cli_call *call, struct bytes source, struct known *out, struct err *err)
{
	struct view_facts lasts, holds;
	if (view_facts(call->reader, FACT_KIND_CURSOR, &lasts, err) != OK ||
		view_facts(call->reader, FACT_KIND_HOLD, &holds, err) != OK)
		return err->outcome;
	*out = (struct known){holding_find(&lasts, source), holding_find(&holds, source)};
	return OK;
}

static bool is_of_another(const struct holding *hold, const struct holding *last)
{
	return !bytes_equal(hold->hash, last->hash);
}

/* Until the view has what was written, or a newer list. false: it has neither. */
static enum outcome wait_for_view(struct cli_call *call, const struct holding *written,
	struct known *out, bool *has, struct err *err)
{
	int64_t deadline = clock_monotonic() + WAIT_MS;
	do {
		clock_sleep(LOOK_EVERY_MS);
		if (cli_look(call, err) != OK || read_known(call, written->source, out, err) != OK)
			return err->outcome;
		cli_leave(call);
		*has = out->hold.source.size == 0 || out->hold.at == written->at ||
			is_of_another(written, &out->last);
	} while (!*has && clock_monotonic() < deadline);
	return OK;
}

static enum outcome write_hold(
	struct cli_call *call, const struct holding *hold, bool drops, struct err *err)
{
	struct buffer text = {0};
	char id[HOLDING_ID_SIZE];
	const struct fact fact = holding_fact(FACT_KIND_HOLD, hold, id, &text);
	enum outcome outcome = reach_fact(call->conf, &fact, drops, err);
	buffer_done(&text);
	return outcome;
}

/* What was written took the place of what held the newer list, if that is held. */
static enum outcome give_way(struct cli_call *call, const struct holding *last, struct err *err)
{
	if (last->listed.size > 0 && write_hold(call, last, false, err) != OK)
		return err->outcome;
	return err_set(err, REJECT,
		"a newer list of source %.*s came meanwhile, and nobody is asked about the one "
		"before: look with lokethub snapshot what is missing from the newer one",
		BYTES_ARG(last->source));
}

static enum outcome settle(struct cli_call *call, bool drops, struct err *err)
{
	struct holding hold;
	struct known known;
	bool has = false;
	if (find(call, &hold, err) != OK)
		return err->outcome;
	cli_leave(call);
	hold.at = clock_wall();
	hold.is_released = true;
	if (write_hold(call, &hold, drops, err) != OK ||
		wait_for_view(call, &hold, &known, &has, err) != OK)
		return err->outcome;
	if (is_of_another(&hold, &known.last))
		return give_way(call, &known.last, err);
	struct page_row *facts = page_facts(call->page);
	page_bytes(facts, drops ? "dropped" : "released", "source", hold.source);
	page_number(facts, "gone", "gone", PAGE_COUNT, hold.gone);
	if (!has)
		page_line(call->page, TERMINAL_PLAIN,
			"No edge has read it yet. Look again later: lokethub snapshot");
	return OK;
}

static enum outcome release(struct cli_call *call, struct err *err)
{
	return settle(call, false, err);
}

static enum outcome drop(struct cli_call *call, struct err *err)
{
	return settle(call, true, err);
}

const struct cli_verb snapshot_verb = {
	.name = "snapshot",
	.arguments = "",
	.needs = CLI_MOMENT,
	.summary = "Complete lists of sources: which cases are missing, and which list is held",
	.about =
		"The last complete list of each source. TAKEN: when it was made; a file was last\n"
		"written then, and lies in done/ of its folder. OPEN: so many referrals that the\n"
		"source sent were open; GONE: so many of these are missing from the list;\n"
		"UNREADABLE: of so many of its rows nobody knows whose they are. The sender of\n"
		"what is missing is asked what became of it. If it is more than vanished_limit "
		"and\n"
		"vanished_few of the source allow, or all of it, or rows are unreadable, the list\n"
		"is held: nobody is asked before you release it; if it is only half a list, drop\n"
		"it. Then it is settled. The next complete list takes its place in any case.",
	.found = "a list is held",
	.examples = "  lokethub snapshot\n"
		    "  lokethub snapshot --json | jq '.snapshots[] | select(.state == \"held\")'",
	.run = run,
};

const struct cli_verb snapshot_drop_verb = {
	.name = "snapshot drop",
	.arguments = "SOURCE",
	.least = 1,
	.most = 1,
	.needs = CLI_KAFKA | CLI_MOMENT,
	.summary = "Of what is missing from a list that is held, nobody is asked",
	.about = "For a list that is not all that its source has. What it did say was taken when\n"
		 "it came. SOURCE: its name, or OIN/NAME where two partners have one of it.",
	.examples = "  lokethub snapshot drop export",
	.run = drop,
};

const struct cli_verb snapshot_release_verb = {
	.name = "snapshot release",
	.arguments = "SOURCE",
	.least = 1,
	.most = 1,
	.needs = CLI_KAFKA | CLI_MOMENT,
	.summary = "Of what is missing from a list that is held, the senders are asked",
	.about =
		"Within seconds an edge asks the sending desk of each referral what became of it;\n"
		"of one that was told of again since, or that has ended, nobody. SOURCE: its\n"
		"name, or OIN/NAME where two partners have one of it.",
	.examples = "  lokethub snapshot release export\n"
		    "  lokethub snapshot release 00000099000000002000/export",
	.run = release,
};
