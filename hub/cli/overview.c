/* overview - several clients at once, a line each: who has them, what is next and by when. */
#include "hub/cli/overview.h"

#include "hub/cli/find.h"
#include "hub/cli/story.h"

static const struct table_column columns[] = {
	{"ASKED", "asked", TABLE_TEXT, false},
	{"CLIENT", "client", TABLE_ID, false},
	{"STATUS", "status", TABLE_TEXT, false},
	{"WITH", "desk", TABLE_TEXT, false},
	{"LAST REFERRAL", "referral", TABLE_TEXT, false},
	{"NEXT DESK", "next_desk", TABLE_TEXT, false},
	{"NEXT", "next", TABLE_TEXT, false},
	{"BY", "next_due", TABLE_DUE, false},
};
static const struct page_table about_clients = {
	"clients", NULL, NULL, columns, sizeof(columns) / sizeof(columns[0])};

static void add_desk(struct table *table, const struct client *client, int32_t place)
{
	if (place < 0 || (size_t)place >= client->desks_count)
		table_none(table);
	else
		table_bytes(table, client->desks[place]);
}

static void add_last_referral(struct table *table, const struct client *client)
{
	if (client->referrals_count == 0) {
		table_none(table);
		return;
	}
	const struct client_referral *last = &client->referrals[client->referrals_count - 1];
	struct bytes target = {0};
	if (last->target >= 0 && (size_t)last->target < client->desks_count)
		target = client->desks[last->target];
	table_format(table, "%s %.*s", referral_state_name(last->state), BYTES_ARG(target));
}

static void add_next(struct table *table, const struct client *client)
{
	if (client->status != CLIENT_STATUS_OPEN) {
		table_none(table);
		table_none(table);
		table_none(table);
		return;
	}
	add_desk(table, client, client->duty_desk);
	table_text(table, story_duty(client->duty));
	table_number(table, client->duty_due);
}

static void add_client(struct table *table, const struct client *client)
{
	char id[33];
	bool open = client->status == CLIENT_STATUS_OPEN;
	bytes_to_hex(bytes_of(client->client.data, sizeof(client->client.data)), id);
	table_text(table, id);
	table_text(table, client_status_name(client->status));
	table_tone(table, open ? TERMINAL_GOOD : TERMINAL_FAINT);
	add_desk(table, client, client->owner);
	table_tone(table, open ? TERMINAL_TITLE : TERMINAL_FAINT);
	add_last_referral(table, client);
	add_next(table, client);
}

static void add_nobody(struct table *table, const struct find *find)
{
	table_none(table);
	table_text(table, find->undecided > 0 ? "not decided yet" : "not known");
	table_tone(table, TERMINAL_BAD);
	for (int i = 0; i < 5; i++)
		table_none(table);
}

/* A line per client that is meant. */
static enum outcome add_lines(struct view_reader *reader, struct table *table, const char *text,
	bool *all, struct err *err)
{
	struct find find;
	const struct client *client;
	if (find_by_text(reader, text, &find, err) != OK)
		return err->outcome;
	*all = *all && find.count == 1;
	if (find.count == 0) {
		table_text(table, text);
		add_nobody(table, &find);
	}
	for (size_t i = 0; i < find.count; i++) {
		if (view_client(reader, find.items[i].client, &client, err) != OK)
			return err->outcome;
		table_text(table, text);
		if (client == NULL)
			add_nobody(table, &find);
		else
			add_client(table, client);
	}
	return OK;
}

int overview_show(struct cli_call *call, struct view_reader *reader)
{
	struct page *page = page_new(clock_wall());
	struct table *table = page_table(page, &about_clients);
	struct err err = {0};
	bool all = true;
	const char *text;
	for (int i = 0; (text = cli_argument(call, i)) != NULL; i++) {
		if (add_lines(reader, table, text, &all, &err) == OK)
			continue;
		page_free(page);
		return cli_fail(call, &err, CLI_USAGE);
	}
	return cli_show(call, page, all ? CLI_OK : CLI_FOUND);
}
