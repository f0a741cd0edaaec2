/* api - the partner API: its paths, and what each does. */
#include "hub/web/api/api.h"

#include <assert.h>

#define JSON "application/json"
#define EVENT "application/cloudevents+json"
#define UUID_EXAMPLE "a3f1c2d4-0000-8000-8000-000000000000"

static const char *const anything[] = {SERVER_ANY_TYPE, NULL};
static const char *const drafts[] = {JSON, EVENT, NULL};
static const char *const plain[] = {JSON, NULL};

static const char example_referral[] =
	"{\"reference\": \"2026-000124-1\", \"case\": \"2026-000124\", \"person\": {\"bsn\": "
	"\"999990019\", \"family_name\": \"Voorbeeld\"}, \"body\": {\"Referral\": {\"kind\": "
	"\"TRANSFER\", \"subject\": \"PERSON\", \"from_desk\": \"gemeente-rotterdam\", "
	"\"question\": \"WERK\", \"municipality\": \"GM0599\", \"origin\": \"PARTNER\", "
	"\"purpose\": \"GUIDANCE\", \"legal_basis\": {\"kind\": \"PUBLIC_TASK\"}}}}";

static const char example_registration[] =
	"{\"reference\": \"2026-000125-1\", \"case\": \"2026-000125\", \"person\": "
	"{\"own_number\": \"WZ-4711\", \"phone\": \"0101234567\"}, \"body\": {\"Referral\": "
	"{\"kind\": \"TRANSFER\", \"subject\": \"PERSON\", \"question\": \"ORIENTATIE\", "
	"\"municipality\": \"GM0599\", \"origin\": \"SELF\", \"purpose\": \"GUIDANCE\", "
	"\"legal_basis\": {\"kind\": \"PUBLIC_TASK\"}}}}";

static const char example_action[] =
	"{\"reference\": \"2026-000124-2\", \"body\": {\"StatusChange\": {\"action\": \"ACCEPT\", "
	"\"actor\": {\"worker\": \"team-1\"}}}}";

static const char example_capacity[] = "{\"full_until\": \"2027-03-01\"}";

static const char example_signs[] =
	"[{\"referral\": \"" UUID_EXAMPLE "\", \"next_date\": \"2027-04-15\"}]";

/* Behind the path's own stands what a draft takes. */
static const struct operation_parameter for_action[] = {
	{"referral", OPERATION_PATH, OPERATION_UUID, 0, 0, "The referral's id.", UUID_EXAMPLE},
	{"dryRun", OPERATION_QUERY, OPERATION_BOOLEAN, 0, 0,
		"Says what would become of it, and stores nothing.", "true"},
	{"Prefer", OPERATION_HEADER, OPERATION_TEXT, 0, 200,
		"wait=N: answer once it is decided, after N seconds at most.", "wait=5"},
	{0},
};

static const struct operation_parameter for_referral[] = {
	{"referral", OPERATION_PATH, OPERATION_UUID, 0, 0, "The referral's id.", UUID_EXAMPLE},
	{0},
};

static const struct operation_parameter for_story[] = {
	{"referral", OPERATION_PATH, OPERATION_UUID, 0, 0, "The referral's id.", UUID_EXAMPLE},
	{"lang", OPERATION_QUERY, OPERATION_LANGUAGE, 0, 0,
		"In which language: nl, which it is if left out, or en.", "nl"},
	{0},
};

static const struct operation_parameter for_receipt[] = {
	{"case", OPERATION_PATH, OPERATION_TEXT, 1, 200, "Your own id of the referral.",
		"2026-000123"},
	{"system", OPERATION_QUERY, OPERATION_TEXT, 0, 100, "Of this one of your systems only.",
		"suite4werk"},
	{"leg", OPERATION_QUERY, OPERATION_TEXT, 0, 40, "Of this leg only.", "2"},
	{0},
};

static const struct operation_parameter for_feed[] = {
	{"after", OPERATION_QUERY, OPERATION_TEXT, 1, 100,
		"The cursor `after` of the last answer; left out: from the first handover that is "
		"kept. Says that everything up to it has arrived.",
		"00000000000012d4a1b2c3d4"},
	{"desk", OPERATION_QUERY, OPERATION_TEXT, 1, 60,
		"Which desk of yours; left out: your home desk.", "wsp-rijnmond"},
	{"limit", OPERATION_QUERY, OPERATION_INTEGER, 1, API_FEED_MAX, "So many handovers at most.",
		"100"},
	{"Prefer", OPERATION_HEADER, OPERATION_TEXT, 0, 200,
		"wait=N: if there is nothing yet, answer when there is, after N seconds at most.",
		"wait=30"},
	{0},
};

static const struct operation_parameter for_capacity[] = {
	{"desk", OPERATION_PATH, OPERATION_TEXT, 1, 60, "One of your desks.", "wsp-rijnmond"},
	{0},
};

static const struct operation_parameter for_signs[] = {
	{"Prefer", OPERATION_HEADER, OPERATION_TEXT, 0, 200,
		"wait=N: answer once all are decided, after N seconds at most.", "wait=5"},
	{0},
};

static const struct operation_parameter for_source[] = {
	{"oin", OPERATION_PATH, OPERATION_TEXT, 20, 20, "Your own OIN.", "00000099002000022000"},
	{"source", OPERATION_PATH, OPERATION_TEXT, 1, 60,
		"The name of one of your sources, as it was agreed.", "zgw"},
	{0},
};

static const struct operation_parameter for_list[] = {
	{"If-None-Match", OPERATION_HEADER, OPERATION_TEXT, 0, 200, "The ETag of what you have.",
		"\"1f0c2a6b3c4d5e6f\""},
	{0},
};

static const struct operation_answer to_draft[] = {
	{200, "With dryRun: what would become of it.", "Rehearsal"},
	{201, "Stored and decided, where Prefer: wait asked for it.", "Decided"},
	{202, "Stored durably; the answer to it comes with the receipt and the feed.", "Stored"},
	{409, "Refused as things stand; the answer says the state and what is possible now.", NULL},
	{0},
};

static const struct operation_answer to_source[] = {
	{200, "Stored durably; the connector of the source tells what became of each row.", NULL},
	{204, "Stored durably.", NULL},
	{404, "There is no such source of yours.", NULL},
	{0},
};

static const struct operation_answer to_action[] = {
	{200, "With dryRun: what would become of it.", "Rehearsal"},
	{201, "Stored and decided, where Prefer: wait asked for it.", "Decided"},
	{202, "Stored durably; the answer to it comes with the receipt and the feed.", "Stored"},
	{404, "That is no id of a referral.", NULL},
	{409, "Refused as things stand; the answer says the state and what is possible now.", NULL},
	{0},
};

static const struct operation_answer to_referral[] = {
	{200, "Who has the client, since when, what is next, and what you may do now.", "State"},
	{404, "There is no such referral, or it is not yours.", NULL},
	{0},
};

static const struct operation_answer to_story[] = {
	{200, "What became of it, oldest first, as far as you may know.", "Story"},
	{404, "There is no such referral, or it is not yours.", NULL},
	{0},
};

static const struct operation_answer to_receipt[] = {
	{200, "All that you sent under this case, and the referrals that came of it.", "Receipt"},
	{404, "You sent nothing under this case.", NULL},
	{0},
};

static const struct operation_answer to_capacity[] = {
	{200, "Stored durably: routing goes by it within seconds.", "CapacityStored"},
	{404, "There is no such desk of yours.", NULL},
	{0},
};

static const struct operation_answer to_signs[] = {
	{200, "All are stored durably: a receipt each, in the same order.", "SignReceipts"},
	{0},
};

static const struct operation_answer to_feed[] = {
	{200, "The handovers behind the cursor, oldest first, opened as far as the desk may see.",
		"Feed"},
	{404, "There is no such desk of yours.", NULL},
	{0},
};

static const struct operation_answer to_desks[] = {
	{200, "All desks: what they take, whether they have room, and what they report back.",
		"Desks"},
	{304, "As you have it.", OPERATION_NO_BODY},
	{0},
};

static const struct operation_answer to_codes[] = {
	{200, "The code lists, each in its order, with Dutch labels.", "Codes"},
	{304, "As you have it.", OPERATION_NO_BODY},
	{0},
};

static const struct operation_answer to_openapi[] = {
	{200, "The partner API, as this hub takes it.", "Openapi"},
	{304, "As you have it.", OPERATION_NO_BODY},
	{0},
};

/* In each route: method, path, what it takes and gives; then what is done with its head, all of it,
 * and when time is up. */
static const struct operation operations[] = {
	{
		.route = {"POST", "/v1/referrals", drafts, JSON, call_head, api_post_referral,
			call_late},
		.id = "postReferral",
		.summary =
			"Refers a client, or amends what was referred under the same case and leg.",
		.body = API_BODY_REFERRAL,
		.example = example_referral,
		.parameters = &for_action[1],
		.answers = to_draft,
	},
	{
		.route = {"POST", "/v1/registrations", drafts, JSON, call_head,
			api_post_registration, call_late},
		.id = "postRegistration",
		.summary =
			"Passes on who registered without a desk: the region's entry desk becomes "
			"responsible.",
		.body = API_BODY_REFERRAL,
		.example = example_registration,
		.parameters = &for_action[1],
		.answers = to_draft,
	},
	{
		.route = {"POST", "/v1/referrals/{}/actions", drafts, JSON, call_head,
			api_post_action, call_late},
		.id = "postAction",
		.summary = "Accepts, declines, cancels, completes, closes: what a desk does.",
		.body = API_BODY_ACTION,
		.example = example_action,
		.parameters = for_action,
		.answers = to_action,
	},
	{
		.route = {"POST", "/v1/signs-of-life", plain, JSON, call_head, api_post_signs,
			call_late},
		.id = "postSignsOfLife",
		.summary = "Says of many clients at once that they are not forgotten.",
		.body = API_BODY_SIGNS,
		.example = example_signs,
		.parameters = for_signs,
		.answers = to_signs,
	},
	{
		.route = {"POST", "/v1/desks/{}/capacity", plain, JSON, call_head,
			api_post_capacity, call_late},
		.id = "postCapacity",
		.summary = "Says that a desk of yours is full until a day, or has room again.",
		.body = API_BODY_CAPACITY,
		.example = example_capacity,
		.parameters = for_capacity,
		.answers = to_capacity,
	},
	{
		.route = {"POST", "/v1/in/{}/{}", anything, NULL, call_head, api_post_in,
			call_late},
		.id = "postIn",
		.summary = "Takes what a system says in its own format: a notification, an export.",
		.parameters = for_source,
		.answers = to_source,
	},
	{
		.route = {"GET", "/v1/referrals/{}", NULL, JSON, call_head, api_get_referral,
			call_late},
		.id = "getReferral",
		.summary = "Who has my client?",
		.parameters = for_referral,
		.answers = to_referral,
	},
	{
		.route = {"GET", "/v1/referrals/{}/story", NULL, JSON, call_head, api_get_story,
			call_late},
		.id = "getStory",
		.summary = "How did that come about?",
		.parameters = for_story,
		.answers = to_story,
	},
	{
		.route = {"GET", "/v1/receipts/{}", NULL, JSON, call_head, api_get_receipt,
			call_late},
		.id = "getReceipt",
		.summary = "What became of what I sent?",
		.parameters = for_receipt,
		.answers = to_receipt,
	},
	{
		.route = {"GET", "/v1/handovers", NULL, JSON, call_head, api_get_feed, call_late},
		.id = "getHandovers",
		.summary = "What the hub tells a desk: offers, news, duties, verdicts on what was "
			   "sent.",
		.parameters = for_feed,
		.answers = to_feed,
	},
	{
		.route = {"GET", "/v1/desks", NULL, JSON, call_head, api_get_desks, call_late},
		.id = "getDesks",
		.summary = "Which desks are there, and what do they take?",
		.parameters = for_list,
		.answers = to_desks,
	},
	{
		.route = {"GET", "/v1/codes", NULL, JSON, call_head, api_get_codes, call_late},
		.id = "getCodes",
		.summary = "Which codes are there, and what do they mean?",
		.parameters = for_list,
		.answers = to_codes,
	},
	{
		.route = {"GET", "/v1/openapi.json", NULL, JSON, call_open_head, api_get_openapi,
			NULL},
		.id = "getOpenapi",
		.summary = "This document.",
		.parameters = for_list,
		.answers = to_openapi,
		.is_open = true,
	},
	{.route = {0}},
};

const struct operation *api_operations(void)
{
	return operations;
}

void api_routes(struct server_route out[EDGE_ROUTES])
{
	static_assert(sizeof(operations) / sizeof(operations[0]) <= EDGE_ROUTES, "EDGE_ROUTES");
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		out[i] = operations[i].route;
		if (out[i].method != NULL && !operations[i].is_open)
			out[i].whole = call_whole;
	}
}

const struct operation *api_operation(const struct edge *edge, const struct request *request)
{
	return &operations[request_route(request) - edge->routes];
}
