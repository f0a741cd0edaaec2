/* snapshot - complete lists of sources that are held, since too much is missing from them: shown,
 * and released or dropped. */
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/crash.h"
#include "hub/cli/reach.h"
#include "hub/cli/verbs.h"
#include "hub/flow/source/snapshot/holding.h"

#define WAIT_MS 5000 /* for the view to read what was written */
#define LOOK_EVERY_MS 100

static void add(struct page_table *table, const struct holding *last, bool is_held)
{
	struct page_row *row = page_table_row(table);
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

/* What is held of a source. A list that is newer than one that was released since is, too: what was
 * written of the older one took the place of what held it. Zeroed: nothing. */
static struct holding held_of(const struct holding *last, const struct holding *hold)
{
	struct holding held = *last;
	if (!hold->is_released)
		return *hold;
	if (last->listed.size == 0 || bytes_equal(last->hash, hold->hash))
		return (struct holding){0};
	held.listed = (struct bytes){0};
	return held;
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
		bool is_held = held_of(&last, &hold).source.size > 0;
		held += is_held ? 1 : 0;
		add(table, &last, is_held);
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
	struct view_facts lasts, holds;
	size_t found = 0;
	if (view_facts(call->reader, FACT_KIND_CURSOR, &lasts, err) != OK ||
		view_facts(call->reader, FACT_KIND_HOLD, &holds, err) != OK)
		return err->outcome;
	for (size_t i = 0; i < holds.count; i++) {
		struct holding hold;
		if (!holding_read(holds.items[i], &hold) || !is_called(&hold, name))
			continue;
		const struct holding last = holding_find(&lasts, hold.source);
		const struct holding held = held_of(&last, &hold);
		if (held.source.size == 0)
			continue;
		found++;
		*out = held;
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
	return last->source.size > 0 && !bytes_equal(hold->hash, last->hash);
}

/* One look: what is found lies in the arena, in the place of what the look before found. */
static enum outcome look(struct cli_call *call, struct bytes source, struct arena *arena,
	struct known *out, struct err *err)
{
	arena_reset(arena);
	if (view_reader_begin(call->reader, arena, err) != OK)
		return err->outcome;
	enum outcome outcome = read_known(call, source, out, err);
	view_reader_end(call->reader);
	return outcome;
}

/* Until the view has what was written, or a newer list. RETRY: it has neither, and what became of
 * the source's lists is not known. */
static enum outcome wait_for_view(struct cli_call *call, const struct holding *written,
	struct arena *arena, struct known *out, struct err *err)
{
	int64_t deadline = clock_monotonic() + WAIT_MS;
	do {
		clock_sleep(LOOK_EVERY_MS);
		if (look(call, written->source, arena, out, err) != OK)
			return err->outcome;
		if (out->hold.source.size == 0 || out->hold.at == written->at ||
			is_of_another(written, &out->last))
			return OK;
	} while (clock_monotonic() < deadline);
	return err_set(err, RETRY,
		"it is written, but no edge has read it within %d s, so that nobody knows whether "
		"a newer list of source %.*s came meanwhile: look again later with lokethub "
		"snapshot",
		WAIT_MS / 1000, BYTES_ARG(written->source));
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
static enum outcome give_way(
	struct cli_call *call, const struct holding *last, bool drops, struct err *err)
{
	if (last->listed.size > 0 && write_hold(call, last, false, err) != OK)
		return err->outcome;
	return err_set(err, REJECT,
		"a newer list of source %.*s came meanwhile, and %s: look with lokethub snapshot "
		"what is missing from the newer one",
		BYTES_ARG(last->source),
		drops ? "the one before is gone without your drop"
		      : "nobody is asked about the one before");
}

static enum outcome conclude(struct cli_call *call, const struct holding *hold, bool drops,
	const struct known *known, struct err *err)
{
	if (is_of_another(hold, &known->last))
		return give_way(call, &known->last, drops, err);
	if (!drops && known->last.source.size == 0)
		return err_set(err, REJECT,
			"which cases are missing from the list of source %.*s is not known any "
			"more: nobody is asked before its next one",
			BYTES_ARG(hold->source));
	struct page_row *facts = page_facts(call->page);
	page_bytes(facts, drops ? "dropped" : "released", "source", hold->source);
	page_number(facts, "gone", "gone", PAGE_COUNT, hold->gone);
	return OK;
}

static enum outcome settle(struct cli_call *call, bool drops, struct err *err)
{
	struct holding hold;
	struct known known;
	struct arena arena = {0};
	if (find(call, &hold, err) != OK)
		return err->outcome;
	cli_leave(call);
	hold.at = clock_wall();
	hold.is_released = true;
	enum outcome outcome = write_hold(call, &hold, drops, err);
	crash_point("snapshot-written");
	if (outcome == OK)
		outcome = wait_for_view(call, &hold, &arena, &known, err);
	if (outcome == OK)
		outcome = conclude(call, &hold, drops, &known, err);
	arena_done(&arena);
	return outcome;
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
