/* lists - what the network is made of: its desks, its codes with their labels, and this API. */
#include <json-c/json.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/flow/intake/capacity.h"
#include "hub/web/api/api.h"
#include "hub/web/json.h"
#include "hub/web/room.h"

static const char *const feedbacks[] = {[RULES_FEEDBACK_NONE] = "none",
	[RULES_FEEDBACK_CLOSURE] = "closure",
	[RULES_FEEDBACK_FULL] = "full"};

/* What desks have said of the room that they have. */
struct said {
	struct facts *facts;
	struct view_facts capacities;
	int32_t day;
};

static void add_voucher(struct json_object *object, const struct capacity_full *full)
{
	struct json_object *list, *item = json_object_new_object();
	if (!json_object_object_get_ex(object, "full_vouchers", &list))
		list = json_put_array(object, "full_vouchers");
	json_put_bytes(item, "voucher_kind", full->voucher_kind);
	if (full->has_until)
		json_put_date(item, "full_until", full->until);
	json_object_array_add(list, item);
}

static void add_full(
	struct json_object *object, const struct rules_desk *desk, const struct said *said)
{
	struct capacity_full full;
	for (size_t i = 0; i < said->capacities.count; i++) {
		if (!capacity_read(said->capacities.items[i], desk, said->day, &full))
			continue;
		if (full.voucher_kind.data != NULL)
			add_voucher(object, &full);
		else if (full.has_until)
			json_put_date(object, "full_until", full.until);
	}
}

static struct json_object *describe_desk(
	const struct rules *rules, const struct rules_desk *desk, const struct said *said)
{
	const struct rules_partner *partner = rules_partner(rules, bytes_of_string(desk->partner));
	struct json_object *object = json_object_new_object();
	json_put_text(object, "desk", desk->id);
	json_put_text(object, "name", desk->name);
	json_put_text(object, "kind", desk->kind);
	json_put_text(object, "region", desk->region);
	json_put_text(object, "partner", partner == NULL ? NULL : partner->name);
	json_put_flag(object, "active", desk->active);
	json_put_text(object, "successor", desk->successor);
	json_add_texts(json_put_array(object, "takes"), desk->questions);
	json_put_flag(object, "holds", desk->holds);
	json_put_flag(object, "has_room",
		facts_has_room(said->facts, desk, (struct bytes){0}, said->day));
	add_full(object, desk, said);
	if (desk->capacity >= 0)
		json_put_number(object, "capacity", desk->capacity);
	if (partner != NULL)
		json_put_text(object, "feedback", feedbacks[partner->feedback]);
	return object;
}

static void answer_desks(struct call *call, const struct said *said)
{
	const struct rules *rules = &call->edge->options->conf->rules;
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_put_array(object, "desks");
	for (size_t i = 0; i < rules->desks_count; i++)
		json_object_array_add(list, describe_desk(rules, &rules->desks[i], said));
	api_answer_cached(call->request, json_text(object, request_arena(call->request)));
	json_object_put(object);
}

void api_get_desks(void *context, struct request *request)
{
	struct call *call = call_of(request);
	struct said said = {.day = calendar_date(clock_wall())};
	struct err err = {0};
	(void)context;
	if (!call_read(call))
		return;
	struct view_reader *reader = call->edge->reader;
	enum outcome outcome = room_read(reader, &said.facts, &err);
	if (outcome == OK)
		outcome = view_facts(reader, FACT_KIND_CAPACITY, &said.capacities, &err);
	call_read_done(call);
	if (outcome == OK)
		answer_desks(call, &said);
	else
		call_read_failed(call, &err);
	facts_free(said.facts);
}

static struct json_object *list_called(struct json_object *lists, const char *name)
{
	struct json_object *list;
	return json_object_object_get_ex(lists, name, &list) ? list : json_put_array(lists, name);
}

void api_get_codes(void *context, struct request *request)
{
	struct call *call = call_of(request);
	struct json_object *object = json_object_new_object();
	struct json_object *lists = json_put_object(object, "lists");
	const struct code *code;
	size_t at = 0;
	(void)context;
	while ((code = codes_next(call->edge->options->conf->codes, NULL, &at)) != NULL) {
		struct json_object *item = json_object_new_object();
		json_put_text(item, "code", code->code);
		json_put_text(item, "label_nl", code->label_nl);
		json_object_array_add(list_called(lists, code->list), item);
	}
	api_answer_cached(call->request, json_text(object, request_arena(call->request)));
	json_object_put(object);
}

/* To anybody, also from the pages of another site. */
void api_get_openapi(void *context, struct request *request)
{
	const struct edge *edge = context;
	request_add_header(request, "Access-Control-Allow-Origin", "*");
	api_answer_cached(request, edge->openapi);
}
