/* answers - what the partner API answers, and takes beside drafts, member by member, as JSON
 * Schemas. */
#include "hub/web/openapi/answers.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

#include "hub/web/api/api.h"
#include "hub/web/json.h"
#include "hub/web/openapi/schema.h"

#define SIGN "SignOfLife"

enum form { TEXT, UUID, TIME, DATE, WHOLE, FLAG, ONE, LIST, LISTS, WORDS, WORD_LISTS };

/* Members that follow each other and have the same answer. */
static const struct row {
	const char *answer, *name;
	enum form form;
	const char *of; /* ONE, LIST, LISTS: of which schema */
	bool always;
	const char *doc;
} rows[] = {
	{"Stored", "message", UUID, NULL, true, "The hub's id of the message."},
	{"Stored", "referral", UUID, NULL, true, "Id of the referral it is about."},
	{"Stored", "result", TEXT, NULL, true, "STORED; PARKED or FORWARDED if decided so."},

	{"Decided", "message", UUID, NULL, true, "The hub's id of the message."},
	{"Decided", "result", TEXT, NULL, true,
		"APPLIED or DUPLICATE. Beside it stands all of State."},

	{"State", "referral", UUID, NULL, true, "Its id."},
	{"State", "kind", TEXT, NULL, true, "TRANSFER, SERVICE or REQUEST."},
	{"State", "question", TEXT, NULL, true, "What is asked for."},
	{"State", "group", TEXT, NULL, false, "Its offer group."},
	{"State", "state", TEXT, NULL, false, "Where it stands, if you may know."},
	{"State", "progress", TEXT, NULL, false, "How far it is, if you may know."},
	{"State", "review_on", DATE, NULL, false,
		"The day on which its hold is looked at, if you may know."},
	{"State", "outcome", TEXT, NULL, false, "What came of it, if you may know."},
	{"State", "next_step", TEXT, NULL, false, "What is next for the person, likewise."},
	{"State", "delivery", TEXT, NULL, true, "Whether the target's machine has it."},
	{"State", "version", WHOLE, NULL, true, "To be sent back as seen_version."},
	{"State", "target", TEXT, NULL, false, "The desk it is offered to, if you may know."},
	{"State", "client", ONE, "ClientState", true, "Who has the client, and what is next."},
	{"State", "actions", WORD_LISTS, NULL, true, "What your desks may do now, by desk."},
	{"State", "complete", FLAG, NULL, false, "Whether all is in it that you sent before."},

	{"ClientState", "status", TEXT, NULL, true, "OPEN or CLOSED."},
	{"ClientState", "closing_reason", TEXT, NULL, false, "Why CLOSED."},
	{"ClientState", "responsible", ONE, "Responsible", false, "Who has the client now."},
	{"ClientState", "next_action", ONE, "NextAction", false, "What is next."},

	{"Responsible", "is_you", FLAG, NULL, true, "It is a desk of yours."},
	{"Responsible", "desk", TEXT, NULL, false, "Which desk, if you may know."},
	{"Responsible", "kind", TEXT, NULL, false, "Which kind of desk, if you may know."},
	{"Responsible", "since", TIME, NULL, false, "Since when."},

	{"NextAction", "duty", TEXT, NULL, false, "What is to be done, if you may know."},
	{"NextAction", "desk", TEXT, NULL, false, "By which desk, if you may know."},
	{"NextAction", "by", TIME, NULL, false, "By when."},

	{"Story", "referral", UUID, NULL, true, "Whose story it is."},
	{"Story", "story", LIST, "StoryLine", true, "What happened, oldest first."},
	{"Story", "complete", FLAG, NULL, true, "Whether all is in it that you sent before."},

	{"StoryLine", "at", TIME, NULL, true, "When it was decided."},
	{"StoryLine", "who", TEXT, NULL, false, "A partner, if you may know; a clock; or the hub."},
	{"StoryLine", "what", TEXT, NULL, true, "In one line."},

	{"Receipt", "messages", LIST, "ReceiptMessage", true, "All that you sent, oldest first."},
	{"Receipt", "referrals", LIST, "State", true, "What came of it, as it is now."},
	{"Receipt", "complete", FLAG, NULL, true, "Whether all is in it that you sent before."},

	{"ReceiptMessage", "message", UUID, NULL, true, "The hub's id of it."},
	{"ReceiptMessage", "reference", TEXT, NULL, true, "Yours, or the hub's if you gave none."},
	{"ReceiptMessage", "received_at", TIME, NULL, false, "When it was stored."},
	{"ReceiptMessage", "result", TEXT, NULL, true, "What became of it; IN_FLIGHT: not yet."},
	{"ReceiptMessage", "decided_at", TIME, NULL, false, "When that was decided."},
	{"ReceiptMessage", "code", TEXT, NULL, false, "Why it was refused."},
	{"ReceiptMessage", "field", TEXT, NULL, false, "The field at fault."},
	{"ReceiptMessage", "text", TEXT, NULL, false, "What to do, in one line."},

	{"Feed", "desk", TEXT, NULL, true, "Whose feed it is."},
	{"Feed", "handovers", LIST, "FeedItem", true, "Oldest first."},
	{"Feed", "after", TEXT, NULL, true, "The cursor to ask with for what comes next."},
	{"Feed", "more", FLAG, NULL, true, "There is more already."},

	{"FeedItem", "id", TEXT, NULL, true, "Of this handover, however often it is read."},
	{"FeedItem", "url", TEXT, NULL, false, "Of its referral."},
	{"FeedItem", "own_case", TEXT, NULL, false,
		"What you call that referral, as far as known."},
	{"FeedItem", "handover", ONE, "ToldHandover", true, "What the desk is told."},
	{"FeedItem", "person", ONE, "ToldPerson", false, "What the desk may see of the person."},
	{"FeedItem", "withheld", TEXT, NULL, false,
		"Why there is no person though one was sent: ERASED, CONSENT_WITHDRAWN, "
		"UNREADABLE."},

	{"Rehearsal", "result", TEXT, NULL, true, "APPLIED, DUPLICATE, REJECTED …"},
	{"Rehearsal", "code", TEXT, NULL, false, "Why it would be refused."},
	{"Rehearsal", "field", TEXT, NULL, false, "The field at fault."},
	{"Rehearsal", "text", TEXT, NULL, false, "What to do, in one line."},
	{"Rehearsal", "route", ONE, "Route", false, "Where the hub would send it."},
	{"Rehearsal", "referral", ONE, "State", false, "As it would be then."},
	{"Rehearsal", "clocks", LIST, "RunningClock", true, "Which clocks would run."},
	{"Rehearsal", "told", LIST, "Told", true, "Who would hear of it."},
	{"Rehearsal", "complete", FLAG, NULL, true, "Whether all counts that you sent before."},

	{"Route", "desk", TEXT, NULL, false, "To which desk, if you may know."},
	{"Route", "rule", TEXT, NULL, true, "By which rule."},
	{"Route", "config", TEXT, NULL, true, "Version of the configuration."},

	{"RunningClock", "clock", TEXT, NULL, true, "T0 to T13."},
	{"RunningClock", "role", TEXT, NULL, true, "Who must act."},
	{"RunningClock", "due", TIME, NULL, true, "By when."},

	{"Told", "kind", TEXT, NULL, true, "What: OFFER, DETAILS, STATUS …"},
	{"Told", "role", TEXT, NULL, true, "As what the desk hears it."},
	{"Told", "desk", TEXT, NULL, false, "Which desk, if you may know."},
	{"Told", "deadline", TIME, NULL, false, "By when it must act."},
	{"Told", "fields", WORDS, NULL, false, "Which fields of the person it would see."},

	{"Desks", "desks", LIST, "Desk", true, "All of them, by their ids."},

	{"Desk", "desk", TEXT, NULL, true, "Its id."},
	{"Desk", "name", TEXT, NULL, true, "As people know it."},
	{"Desk", "kind", TEXT, NULL, true, "What sort of desk it is."},
	{"Desk", "region", TEXT, NULL, false, "Its labour market region; none: nationwide."},
	{"Desk", "partner", TEXT, NULL, false, "Whose it is."},
	{"Desk", "active", FLAG, NULL, true, "Something new may go there."},
	{"Desk", "successor", TEXT, NULL, false, "Where its work goes instead."},
	{"Desk", "takes", WORDS, NULL, true, "The questions that it takes; none: all."},
	{"Desk", "holds", FLAG, NULL, true, "May be responsible for clients."},
	{"Desk", "has_room", FLAG, NULL, true, "As far as it has said."},
	{"Desk", "full_until", DATE, NULL, false, "It has said that it is full, to this day."},
	{"Desk", "full_vouchers", LIST, "FullVoucher", false, "Kinds of voucher that are gone."},
	{"Desk", "capacity", WHOLE, NULL, false, "Clients that it can have at once."},
	{"Desk", "feedback", TEXT, NULL, false, "What it reports back: none, closure or full."},

	{"FullVoucher", "voucher_kind", TEXT, NULL, true, "Of which kind there are none."},
	{"FullVoucher", "full_until", DATE, NULL, false, "To this day."},

	{API_BODY_CAPACITY, "full_until", DATE, NULL, false,
		"The last day on which it is full; left out: it has room."},
	{API_BODY_CAPACITY, "voucher_kind", TEXT, NULL, false,
		"Only for vouchers of this kind, a code; left out: the desk."},

	{"CapacityStored", "desk", TEXT, NULL, true, "Which desk it is about."},
	{"CapacityStored", "result", TEXT, NULL, true, "STORED."},

	{SIGN, "referral", UUID, NULL, true, "Any referral of the client."},
	{SIGN, "next_date", DATE, NULL, false, "The day of the next action."},
	{SIGN, "reference", TEXT, NULL, false,
		"Your id of this sign of life, so that it counts once if it is sent again."},

	{"SignReceipts", "receipts", LIST, "SignReceipt", true, "In the order they were sent."},

	{"SignReceipt", "referral", UUID, NULL, true, "The referral that was named."},
	{"SignReceipt", "message", UUID, NULL, true, "The hub's id of the message."},
	{"SignReceipt", "result", TEXT, NULL, true,
		"STORED; what was decided where Prefer: wait asked for it."},
	{"SignReceipt", "code", TEXT, NULL, false, "Why it was refused."},
	{"SignReceipt", "text", TEXT, NULL, false, "What to do, in one line."},

	{"Codes", "lists", LISTS, "Code", true, "By the name of the list."},

	{"Code", "code", TEXT, NULL, true, "What is sent."},
	{"Code", "label_nl", TEXT, NULL, true, "What it means, in Dutch."},

	{"Openapi", "openapi", TEXT, NULL, true, "3.1.0"},

	{"Problem", "type", TEXT, NULL, true, "A URN that names the kind of problem."},
	{"Problem", "title", TEXT, NULL, true, "The same in words."},
	{"Problem", "status", WHOLE, NULL, true, "The HTTP status."},
	{"Problem", "detail", TEXT, NULL, true, "What to do about it."},
	{"Problem", "errors", LIST, "FieldError", false, "All that is wrong, at once."},
	{"Problem", "message", UUID, NULL, false, "409: the hub's id of the message."},
	{"Problem", "code", TEXT, NULL, false, "409: why it was refused."},
	{"Problem", "client", ONE, "ClientState", false,
		"409: who has the client, and what is next."},
	{"Problem", "state", TEXT, NULL, false, "409: where the referral stands, if you may know."},
	{"Problem", "version", WHOLE, NULL, false, "409: its version."},
	{"Problem", "actions", WORD_LISTS, NULL, false, "409: what your desks may do now."},

	{"FieldError", "field", TEXT, NULL, true, "The path of the field."},
	{"FieldError", "text", TEXT, NULL, true, "What is wrong with it."},
	{"FieldError", "example", TEXT, NULL, false, "A good value."},
};

static struct json_object *of_type(const char *type, const char *format)
{
	struct json_object *object = openapi_schema_type(type);
	json_put_text(object, "format", format);
	return object;
}

static struct json_object *with(
	struct json_object *object, const char *name, struct json_object *inner)
{
	json_object_object_add(object, name, inner);
	return object;
}

static struct json_object *list_of(struct json_object *item)
{
	return with(openapi_schema_type("array"), "items", item);
}

static struct json_object *map_of(struct json_object *value)
{
	return with(openapi_schema_type("object"), "additionalProperties", value);
}

static struct json_object *of_form(const struct row *row)
{
	switch (row->form) {
	case TEXT:
		break;
	case UUID:
		return of_type("string", "uuid");
	case TIME:
		return of_type("string", "date-time");
	case DATE:
		return of_type("string", "date");
	case WHOLE:
		return openapi_schema_type("integer");
	case FLAG:
		return openapi_schema_type("boolean");
	case ONE:
		return openapi_schema_ref(row->of);
	case LIST:
		return list_of(openapi_schema_ref(row->of));
	case LISTS:
		return map_of(list_of(openapi_schema_ref(row->of)));
	case WORDS:
		return list_of(openapi_schema_type("string"));
	case WORD_LISTS:
		return map_of(list_of(openapi_schema_type("string")));
	}
	return openapi_schema_type("string");
}

static void add_member(
	const struct row *row, struct json_object *members, struct json_object *required)
{
	struct json_object *object = of_form(row);
	json_put_text(object, "description", row->doc);
	json_object_object_add(members, row->name, object);
	if (row->always)
		json_add_text(required, row->name);
}

/* What is posted may hold nothing else. */
static bool is_posted(const char *name)
{
	return strcmp(name, API_BODY_CAPACITY) == 0 || strcmp(name, SIGN) == 0;
}

static void put_signs(struct json_object *components)
{
	struct json_object *list = list_of(openapi_schema_ref(SIGN));
	json_put_number(list, "minItems", 1);
	json_put_number(list, "maxItems", API_SIGNS_MAX);
	json_object_object_add(components, API_BODY_SIGNS, list);
}

/* What an answer holds besides, and is no error to find, is nothing that it has today. */
void openapi_answers(struct json_object *components)
{
	struct json_object *members = NULL, *required = NULL;
	const char *last = "";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].answer, last) != 0) {
			struct json_object *object = openapi_schema_type("object");
			last = rows[i].answer;
			members = json_put_object(object, "properties");
			required = json_put_array(object, "required");
			if (is_posted(last))
				json_put_flag(object, "additionalProperties", false);
			json_object_object_add(components, last, object);
		}
		add_member(&rows[i], members, required);
	}
	put_signs(components);
}
