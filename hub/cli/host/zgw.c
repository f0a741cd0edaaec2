/* zgw - a zaak system: zaken with their rol, statuses and result, and their types. */
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/cli/host/inside.h"

#define ZAKEN "zaken/api/v1"
#define CATALOGI "catalogi/api/v1"

enum { PAGE = 100, PAGES = 1000000000 };

/* What is called by an id of its own, in the order of their templates. */
enum thing { ZAAK = 1, ROL, STATUS, RESULTAAT, THINGS };
enum type { ZAAKTYPE = THINGS, STATUSTYPE, RESULTAATTYPE, PROPERTIES };

static const char *const lists[THINGS] = {
	[ZAAK] = "zaken", [ROL] = "rollen", [STATUS] = "statussen", [RESULTAAT] = "resultaten"};

/* UUIDv8 (RFC 9562): the mark of the system, what it is, and the step that it comes of. */
static const char *id_of(
	const struct host_system *system, enum thing thing, int64_t number, struct arena *arena)
{
	uint64_t mark = system->ledger.mark;
	return arena_format(arena, "%08x-%04x-8%03x-8000-%012llx", (unsigned)(mark >> 32),
		(unsigned)(mark & 0xffff), (unsigned)thing, (unsigned long long)number);
}

static const char *url_of(
	const struct host_system *system, enum thing thing, int64_t number, struct arena *arena)
{
	return arena_format(arena, "%s/" ZAKEN "/%s/%s", system->base, lists[thing],
		id_of(system, thing, number, arena));
}

static bool has_step(const struct ledger *ledger, enum thing thing, int64_t number)
{
	enum ledger_step step = ledger_step(ledger, number);
	bool is_first = step == LEDGER_REFERRAL, is_last = step == LEDGER_CANCEL;
	return thing == STATUS ? is_first || is_last : thing == RESULTAAT ? is_last : is_first;
}

/* The step that such an id comes of; 0: it is none of this system. */
static int64_t step_of(
	const struct host_system *system, enum thing thing, struct bytes id, struct arena *arena)
{
	uint8_t raw[16];
	int64_t number = 0;
	if (!bytes_from_uuid(id, raw))
		return 0;
	for (size_t i = 10; i < sizeof(raw); i++)
		number = number << 8 | raw[i];
	bool is_there = number >= 1 && number <= system->ledger.said &&
		bytes_equal_string(id, id_of(system, thing, number, arena)) &&
		has_step(&system->ledger, thing, number);
	return is_there ? number : 0;
}

static void write_thing(struct host_system *system, enum thing thing, int64_t number,
	struct arena *arena, struct host_answer *out)
{
	struct ledger_case is = ledger_case(&system->ledger, number);
	bool is_first = number == is.referred;
	const struct host_document document = {.which = thing,
		.number = number,
		.is_cancelled = thing == ZAAK ? is.cancelled > 0 : !is_first,
		.url = url_of(system, thing, number, arena)};
	host_put(system, &document, out);
}

static void begin_page(struct host_answer *out, const char *next)
{
	const char *quote = next != NULL ? "\"" : "";
	buffer_add_format(&out->body, "{\"next\":%s%s%s,\"previous\":null,\"results\":[", quote,
		next != NULL ? next : "null", quote);
}

static void end_page(struct host_answer *out)
{
	buffer_add_string(&out->body, "]}");
}

/* A page is one of steps, so it may hold less zaken than others. By identificatie none is found:
 * what is posted into a zaak would have to be kept. */
static void list_zaken(struct host_system *system, struct request *request, struct host_answer *out)
{
	const struct ledger *ledger = &system->ledger;
	struct arena *arena = request_arena(request);
	struct bytes asked = request_query(request, "page");
	bool of_ended = request_query(request, "einddatum__gt").data != NULL;
	bool is_looked_up = request_query(request, "identificatie").data != NULL;
	int64_t page = 1, rows = 0;
	if ((asked.data != NULL && !bytes_to_int64(asked, &page)) || page < 1 || page > PAGES ||
		(page > 1 && (page - 1) * PAGE >= ledger->said)) {
		out->status = 404;
		return;
	}
	begin_page(out,
		page * PAGE < ledger->said ? arena_format(arena, "%s/" ZAKEN "/zaken?page=%lld",
						     system->base, (long long)page + 1)
					   : NULL);
	for (int64_t number = (page - 1) * PAGE + 1;
		number <= page * PAGE && number <= ledger->said && !is_looked_up; number++) {
		if (ledger_step(ledger, number) != LEDGER_REFERRAL ||
			(ledger_case(ledger, number).cancelled > 0) != of_ended)
			continue;
		buffer_add_string(&out->body, rows++ > 0 ? "," : "");
		write_thing(system, ZAAK, number, arena, out);
		system->listed += number == system->watched;
	}
	end_page(out);
}

/* The case whose zaak the query names; false: there is none. */
static bool find_asked(
	const struct host_system *system, struct request *request, struct ledger_case *out)
{
	struct bytes url = request_query(request, "zaak");
	int64_t number = 0;
	if (url.data != NULL)
		number = step_of(system, ZAAK, bytes_cut_last(&url, '/'), request_arena(request));
	if (number > 0)
		*out = ledger_case(&system->ledger, number);
	return number > 0;
}

/* Of one zaak, the newest first. */
static void list_of_zaak(struct host_system *system, struct request *request, enum thing thing,
	struct host_answer *out)
{
	struct arena *arena = request_arena(request);
	struct ledger_case is;
	begin_page(out, NULL);
	if (find_asked(system, request, &is)) {
		bool has_both = thing == STATUS && is.cancelled > 0;
		if (has_both)
			write_thing(system, thing, is.cancelled, arena, out);
		buffer_add_string(&out->body, has_both ? "," : "");
		write_thing(system, thing, is.referred, arena, out);
	}
	end_page(out);
}

static enum thing thing_of(struct bytes list)
{
	enum thing thing = ZAAK;
	while (thing < THINGS && !bytes_equal_string(list, lists[thing]))
		thing++;
	return thing;
}

void host_zgw_list(struct host_system *system, struct request *request, struct host_answer *out)
{
	enum thing thing = thing_of(request_segment(request, 1));
	if (thing == ZAAK)
		list_zaken(system, request, out);
	else if (thing == ROL || thing == STATUS)
		list_of_zaak(system, request, thing, out);
	else
		out->status = 404;
}

void host_zgw_one(struct host_system *system, struct request *request, struct host_answer *out)
{
	struct arena *arena = request_arena(request);
	enum thing thing = thing_of(request_segment(request, 1));
	int64_t number =
		thing == THINGS ? 0 : step_of(system, thing, request_segment(request, 2), arena);
	if (number == 0) {
		out->status = 404;
		return;
	}
	write_thing(system, thing, number, arena, out);
	int64_t changed = ledger_case(&system->ledger, number).changed;
	if (thing == ZAAK && changed > system->seen)
		system->seen = changed;
	system->looks += thing == ZAAK && number == system->watched;
}

void host_zgw_properties(
	struct host_system *system, struct request *request, struct host_answer *out)
{
	int64_t number = step_of(system, ZAAK, request_segment(request, 1), request_arena(request));
	const struct host_document document = {.which = PROPERTIES, .number = number};
	if (number > 0)
		host_put(system, &document, out);
	else
		out->status = 404;
}

/* There is one of each, and a second statustype that ends the zaak. */
void host_zgw_type(struct host_system *system, struct request *request, struct host_answer *out)
{
	static const struct {
		const char *list, *id;
		size_t which;
	} rows[] = {{"zaaktypen", "1", ZAAKTYPE}, {"statustypen", "1", STATUSTYPE},
		{"statustypen", "2", STATUSTYPE}, {"resultaattypen", "1", RESULTAATTYPE}};
	struct bytes list = request_segment(request, 1), id = request_segment(request, 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!bytes_equal_string(list, rows[i].list) || !bytes_equal_string(id, rows[i].id))
			continue;
		const struct host_document document = {.which = rows[i].which,
			.number = 1,
			.is_cancelled = strcmp(rows[i].id, "2") == 0,
			.url = arena_format(request_arena(request), "%s/" CATALOGI "/%s/%s",
				system->base, rows[i].list, rows[i].id)};
		host_put(system, &document, out);
		return;
	}
	out->status = 404;
}

static const char *zaak_of(const struct host_scene *scene)
{
	return url_of(scene->system, ZAAK, scene->is.referred, scene->script.arena);
}

static const char *status_of(const struct host_scene *scene)
{
	int64_t number = scene->is.cancelled > 0 ? scene->is.cancelled : scene->is.referred;
	return url_of(scene->system, STATUS, number, scene->script.arena);
}

/* With its quotes, or null. */
static const char *result_of(const struct host_scene *scene)
{
	struct arena *arena = scene->script.arena;
	if (scene->is.cancelled == 0)
		return "null";
	return arena_format(
		arena, "\"%s\"", url_of(scene->system, RESULTAAT, scene->is.cancelled, arena));
}

static const char *end_of(const struct host_scene *scene)
{
	char day[11];
	if (scene->is.cancelled == 0)
		return "null";
	clock_date_to_text(calendar_date(host_when(scene->system, scene->is.cancelled)), day);
	return arena_format(scene->script.arena, "\"%s\"", day);
}

static bool is_of_end(const struct host_scene *scene)
{
	return scene->is.changed == scene->is.cancelled;
}

static const char *resource_of(const struct host_scene *scene)
{
	return is_of_end(scene) ? "status" : "zaak";
}

static const char *resource_url_of(const struct host_scene *scene)
{
	return is_of_end(scene) ? status_of(scene) : zaak_of(scene);
}

static const char *action_of(const struct host_scene *scene)
{
	bool is_new = is_of_end(scene) || scene->is.changed == scene->is.referred;
	return is_new ? "create" : "partial_update";
}

static const char *value(const struct host_scene *scene, struct bytes name)
{
	static const struct {
		const char *name;
		const char *(*value)(const struct host_scene *scene);
	} rows[] = {{"action", action_of}, {"end_date", end_of}, {"resource", resource_of},
		{"resource_url", resource_url_of}, {"result", result_of}, {"status", status_of},
		{"zaak", zaak_of}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_equal_string(name, rows[i].name))
			return rows[i].value(scene);
	return NULL;
}

const struct host_kind host_zgw = {.connector = "zgw",
	.type = "application/json",
	.refused = 403,
	.documents = {"notification", [ZAAK] = "zaak", [ROL] = "rol", [STATUS] = "status",
		[RESULTAAT] = "resultaat", [ZAAKTYPE] = "zaaktype", [STATUSTYPE] = "statustype",
		[RESULTAATTYPE] = "resultaattype", [PROPERTIES] = "zaakeigenschappen"},
	.has_url = {[ZAAK] = true,
		[ROL] = true,
		[STATUS] = true,
		[RESULTAAT] = true,
		[ZAAKTYPE] = true,
		[STATUSTYPE] = true,
		[RESULTAATTYPE] = true},
	.value = value};
