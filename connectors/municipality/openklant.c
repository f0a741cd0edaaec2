/* openklant - the contact registrations of municipalities: a handover as klantcontact and task. */
#include "connectors/municipality/openklant.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stddef.h>
#include <string.h>

#include "connectors/common/member.h"
#include "connectors/municipality/lines.h"
#include "connectors/municipality/openklant_text.h"
#include "connectors/municipality/refusal.h"
#include "hub/base/clock.h"

#define DEPTH 16
#define PAGES 8 /* of the klantcontacten of one referral */
#define NUMBERS INT64_C(10000000000) /* a number has at most 10 digits */
#define UUID_SIZE 36

#define CONTACTS "klantcontacten?onderwerpobject__onderwerpobjectidentificatorObjectId="
#define TASKS "internetaken?aanleidinggevendKlantcontact__uuid="
#define MAKE_CONTACT "maak-klantcontact"
#define MAKE_TASK "internetaken"

enum number_field { REFERENTIENUMMER, NUMMER, NONE };
static const char *const number_fields[] = {
	[REFERENTIENUMMER] = "referentienummer", [NUMMER] = "nummer", [NONE] = "none", NULL};

struct openklant_config {
	const char *channel, *object_register;
	enum number_field number;
	const char *const *actors; /* UUIDs */
	const struct setting_pair *asks; /* by kind of handover */
};

/* How far the exchange is, by the answers so far. */
enum step { LOOK, CONTACT, LOOK_TASK, TASK, DONE };

struct exchange {
	const struct openklant_config *config;
	const struct opened *opened;
	const char *object; /* what the klantcontact is about */
	const char *asked; /* of the task; NULL: there is to be none */
	enum step step;
	int page; /* of what is looked through */
	struct bytes contact; /* its UUID */
	bool contact_number_taken, task_number_taken; /* by something else */
};

static bool is_uuid(struct bytes text)
{
	uint8_t uuid[16];
	return text.data != NULL && bytes_from_uuid(text, uuid);
}

/* What is no UUID is none: it goes into a URL, and is kept as the case. */
static struct bytes uuid_of(const struct json_tree *in)
{
	struct bytes text = member_text(in, "uuid");
	return is_uuid(text) ? text : (struct bytes){0};
}

static const struct json_tree *member_of(const struct json_tree *in, const char *name)
{
	return in != NULL ? json_tree_member(in, name) : NULL;
}

static struct bytes contact_of(const struct json_tree *task)
{
	return uuid_of(member_of(task, "aanleidinggevendKlantcontact"));
}

static const struct json_tree *tree_of(const struct document *answer, struct arena *arena)
{
	struct problems problems;
	problems_init(&problems, arena);
	return json_tree_parse(answer->body, DEPTH, &problems);
}

static bool is_taken(int32_t status)
{
	return status >= 200 && status < 300;
}

/* Of a page of klantcontacten or tasks; absent: not on it. */
static struct bytes find(const struct exchange *exchange, const struct json_tree *page)
{
	const char *mark = lines_mark(exchange->opened);
	const struct json_tree *item = member_items(page);
	for (; item != NULL; item = item->next) {
		bool is_it = exchange->step == LOOK
			? lines_have(member_text(item, "inhoud"), mark)
			: bytes_equal(contact_of(item), exchange->contact);
		if (is_it && is_uuid(member_text(item, "uuid")))
			return member_text(item, "uuid");
	}
	return (struct bytes){0};
}

static void look_through(struct exchange *exchange, enum step step)
{
	exchange->step = step;
	exchange->page = 1;
}

/* `next` names the system as it sees itself: only that there is one counts. */
static void take_page(struct exchange *exchange, const struct json_tree *page)
{
	struct bytes found = find(exchange, page);
	if (found.data != NULL && exchange->step == LOOK) {
		exchange->contact = found;
		look_through(exchange, exchange->asked != NULL ? LOOK_TASK : DONE);
	} else if (found.data != NULL) {
		exchange->step = DONE;
	} else if (member_text(page, "next").data != NULL) {
		exchange->page++;
	} else {
		exchange->step = exchange->step == LOOK ? CONTACT : TASK;
	}
}

/* One that was not taken has a number that is there already: of ours, which came in when we no
 * longer waited for its answer, or of something else, and then it goes without. */
static void take_answer(struct exchange *exchange, const struct document *answer)
{
	const struct json_tree *tree = tree_of(answer, exchange->opened->arena);
	if (exchange->step == LOOK || exchange->step == LOOK_TASK) {
		take_page(exchange, tree);
	} else if (!is_taken(answer->status)) {
		bool is_contact = exchange->step == CONTACT;
		*(is_contact ? &exchange->contact_number_taken : &exchange->task_number_taken) =
			true;
		look_through(exchange, is_contact ? LOOK : LOOK_TASK);
	} else if (exchange->step == CONTACT) {
		exchange->contact = uuid_of(member_of(tree, "klantcontact"));
		exchange->step = exchange->asked != NULL ? TASK : DONE;
		if (exchange->contact.data == NULL)
			look_through(exchange, LOOK);
	} else {
		exchange->step = DONE;
	}
}

static struct json_object *text_of(struct bytes text)
{
	return json_object_new_string_len((const char *)text.data, (int)text.size);
}

static void put(struct json_object *in, const char *name, const char *text)
{
	json_object_object_add(in, name, json_object_new_string(text));
}

/* Which other handover of the same desk has the same number is unlikely, and no harm. */
static void put_number(
	const struct exchange *exchange, struct json_object *in, bool is_taken_already)
{
	enum number_field field = exchange->config->number;
	if (field != NONE && !is_taken_already)
		put(in, number_fields[field],
			arena_format(exchange->opened->arena, "%" PRId64,
				exchange->opened->sequence % NUMBERS));
}

static struct json_object *make_contact(const struct exchange *exchange)
{
	const struct opened *opened = exchange->opened;
	struct json_object *out = json_object_new_object();
	char at[25];
	clock_to_text(opened->handover->at, at);
	put_number(exchange, out, exchange->contact_number_taken);
	put(out, "kanaal", exchange->config->channel);
	json_object_object_add(out, "onderwerp", text_of(openklant_text_subject(opened)));
	json_object_object_add(out, "inhoud", text_of(openklant_text_content(opened)));
	put(out, "taal", "nld");
	json_object_object_add(out, "vertrouwelijk", json_object_new_boolean(true));
	put(out, "plaatsgevondenOp", at);
	return out;
}

static struct json_object *make_person(const struct person *person, struct arena *arena)
{
	struct json_object *out = json_object_new_object(), *name = json_object_new_object();
	struct openklant_name of = openklant_text_name(person, arena);
	json_object_object_add(name, "voorletters", text_of(of.initials));
	json_object_object_add(name, "voornaam", text_of(of.given_names));
	json_object_object_add(name, "voorvoegselAchternaam", text_of(of.prefix));
	json_object_object_add(name, "achternaam", text_of(of.family_name));
	json_object_object_add(out, "wasPartij", NULL);
	json_object_object_add(out, "contactnaam", name);
	put(out, "rol", "klant");
	json_object_object_add(out, "organisatienaam", text_of(of.organisation));
	json_object_object_add(out, "initiator", json_object_new_boolean(false));
	return out;
}

static struct json_object *make_object(const struct exchange *exchange)
{
	struct json_object *out = json_object_new_object(), *names = json_object_new_object();
	bool is_referral = exchange->opened->handover->has_referral;
	put(names, "objectId", exchange->object);
	put(names, "codeObjecttype", is_referral ? "verwijzing" : "overdracht");
	put(names, "codeRegister", exchange->config->object_register);
	put(names, "codeSoortObjectId", is_referral ? "uuid" : "id");
	json_object_object_add(out, "wasKlantcontact", NULL);
	json_object_object_add(out, "onderwerpobjectidentificator", names);
	return out;
}

static struct json_object *make_all(const struct exchange *exchange)
{
	const struct opened *opened = exchange->opened;
	struct json_object *out = json_object_new_object();
	json_object_object_add(out, "klantcontact", make_contact(exchange));
	if (opened->person != NULL && openklant_text_has_name(opened->person))
		json_object_object_add(
			out, "betrokkene", make_person(opened->person, opened->arena));
	json_object_object_add(out, "onderwerpobject", make_object(exchange));
	return out;
}

static struct json_object *make_task(const struct exchange *exchange)
{
	struct json_object *out = json_object_new_object(), *contact = json_object_new_object(),
			   *actors = json_object_new_array();
	put_number(exchange, out, exchange->task_number_taken);
	put(out, "gevraagdeHandeling", exchange->asked);
	json_object_object_add(contact, "uuid", text_of(exchange->contact));
	json_object_object_add(out, "aanleidinggevendKlantcontact", contact);
	const char *const *actor = exchange->config->actors;
	for (; actor != NULL && *actor != NULL; actor++) {
		struct json_object *item = json_object_new_object();
		put(item, "uuid", *actor);
		json_object_array_add(actors, item);
	}
	json_object_object_add(out, "toegewezenAanActoren", actors);
	json_object_object_add(
		out, "toelichting", text_of(openklant_text_explanation(exchange->opened)));
	put(out, "status", "te_verwerken");
	return out;
}

static void post(const struct exchange *exchange, const char *url, struct json_object *body,
	struct connector_request *out)
{
	const char *text = json_object_to_json_string_ext(
		body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	out->method = "POST";
	out->url = bytes_of_string(url);
	out->type = bytes_of_string("application/json");
	out->body = arena_copy(exchange->opened->arena, bytes_of_string(text));
	json_object_put(body);
}

static void ask(const struct exchange *exchange, struct connector_request *out)
{
	struct arena *arena = exchange->opened->arena;
	const char *page =
		exchange->page == 1 ? "" : arena_format(arena, "&page=%d", exchange->page);
	const char *url = exchange->step == LOOK
		? arena_format(arena, CONTACTS "%s%s", exchange->object, page)
		: arena_format(arena, TASKS "%.*s%s", BYTES_ARG(exchange->contact), page);
	out->method = "GET";
	out->url = bytes_of_string(url);
}

static const char *object_of(const struct opened *opened)
{
	char *referral = arena_get(opened->arena, UUID_SIZE + 1);
	if (!opened->handover->has_referral)
		return opened->id;
	bytes_to_uuid(opened->handover->referral.data, referral);
	return referral;
}

static enum outcome render(const void *config, const struct opened *opened,
	const struct documents *answers, struct connector_request *out, struct err *err)
{
	const struct openklant_config *own = config;
	struct exchange exchange = {.config = own,
		.opened = opened,
		.object = object_of(opened),
		.asked = openklant_text_asked(own->asks, opened->handover->kind),
		.page = 1};
	*out = (struct connector_request){0};
	for (size_t i = 0; i < answers->count; i++)
		take_answer(&exchange, &answers->items[i]);
	if (exchange.page > PAGES)
		return err_set(err, REJECT,
			"the list of what is there goes on behind page %d: does it filter?", PAGES);
	switch (exchange.step) {
	case LOOK:
	case LOOK_TASK:
		ask(&exchange, out);
		break;
	case CONTACT:
		post(&exchange, MAKE_CONTACT, make_all(&exchange), out);
		break;
	case TASK:
		post(&exchange, MAKE_TASK, make_task(&exchange), out);
		break;
	case DONE:
		break;
	}
	return OK;
}

static bool begins_with(struct bytes text, const char *begin)
{
	size_t size = strlen(begin);
	return text.size >= size && memcmp(text.data, begin, size) == 0;
}

/* The UUID of the task on the page, or of what was just made, as it stands in the body. */
static struct bytes case_of(const struct document *answer, const struct json_tree *tree)
{
	struct bytes name = answer->name;
	const struct json_tree *item = member_items(tree);
	if (begins_with(name, TASKS) && name.size >= strlen(TASKS) + UUID_SIZE) {
		struct bytes contact = bytes_of(name.data + strlen(TASKS), UUID_SIZE);
		while (item != NULL && !bytes_equal(contact_of(item), contact))
			item = item->next;
		tree = item;
	} else if (bytes_equal_string(name, MAKE_CONTACT)) {
		tree = member_of(tree, "klantcontact");
	}
	struct bytes found = begins_with(name, CONTACTS) ? (struct bytes){0} : uuid_of(tree);
	bool is_within = found.data >= answer->body.data &&
		found.data < answer->body.data + answer->body.size;
	return is_within ? found : (struct bytes){0};
}

static enum outcome judge_taken(const struct document *answer, const struct json_tree *tree,
	struct connector_judgement *out, struct err *err)
{
	const struct json_tree *results = member_of(tree, "results");
	out->partner_case = case_of(answer, tree);
	if (memchr(answer->name.data, '?', answer->name.size) != NULL &&
		(results == NULL || results->kind != JSON_TREE_ARRAY))
		return err_set(err, RETRY,
			"answered %d without results: is the endpoint's URL that of the "
			"Klantinteracties API?",
			answer->status);
	/* It may be there: the next try looks. */
	if (bytes_equal_string(answer->name, MAKE_CONTACT) && out->partner_case.data == NULL)
		return err_set(err, RETRY, "answered %d without the UUID of a klantcontact",
			answer->status);
	return OK;
}

static const char *advice(int32_t status)
{
	if (status == 401 || status == 403)
		return ": is the endpoint's Authorization \"Token …\", of one that may write?";
	if (status == 404)
		return ": is the endpoint's URL that of the Klantinteracties API?";
	return status == 409 ? ": it says that it has no numbers left" : "";
}

static enum outcome judge(const void *config, const struct document *answer,
	struct connector_judgement *out, struct err *err)
{
	const struct openklant_config *own = config;
	struct arena arena = {0};
	char names[REFUSAL_NAMES];
	enum outcome outcome = OK;
	const struct json_tree *tree = tree_of(answer, &arena);
	bool is_look = memchr(answer->name.data, '?', answer->name.size) != NULL;
	refusal_names(tree, names);
	if (is_taken(answer->status))
		outcome = judge_taken(answer, tree, out, err);
	else if (answer->status != 400 || !refusal_is_unique(tree, "nummer") || is_look ||
		own->number == NONE)
		outcome = err_set(err, RETRY, "answered %d%s%s", answer->status, names,
			advice(answer->status));
	arena_done(&arena);
	return outcome;
}

static enum outcome check(const void *config, struct err *err)
{
	const struct openklant_config *own = config;
	const char *const *actor = own->actors;
	for (; actor != NULL && *actor != NULL; actor++)
		if (!is_uuid(bytes_of_string(*actor)))
			return err_set(err, REJECT, "actors: %s is no UUID", *actor);
	return openklant_text_check(own->asks, err);
}

#define AT(member) offsetof(struct openklant_config, member)

static const struct setting settings[] = {
	{"kanaal", SETTING_STRING, AT(channel), "lokethub", 1, 50, NULL,
		"The klantcontact's kanaal; one of the municipality's list, if it has one."},
	{"register", SETTING_STRING, AT(object_register), "lwl-hub", 1, 200, NULL,
		"codeRegister of the onderwerpobject, which is our referral."},
	{"number", SETTING_CHOICE, AT(number), "referentienummer", 0, 0, number_fields,
		"Which field holds our number, which the system lets nobody have twice. An Open "
		"Klant that numbers by itself must have none: it would go on from ours."},
	{"actors", SETTING_STRINGS, AT(actors), "", 36, 36, NULL,
		"UUIDs of the actoren who get the task; none: the municipality divides it."},
	{"asks", SETTING_PAIRS, AT(asks), "", 0, 0, NULL,
		"The task's gevraagdeHandeling by kind of handover (OFFER, STATUS …), where it is "
		"to be another than ours; \"-\": there is no task, the klantcontact alone."},
	{0},
};

const struct connector openklant = {
	.name = "openklant",
	.summary = "Open Klant of a municipality: handovers out as klantcontact and internetaak",
	.settings = settings,
	.config_size = sizeof(struct openklant_config),
	.check = check,
	.render = render,
	.judge = judge,
};
