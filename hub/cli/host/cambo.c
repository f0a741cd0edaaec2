/* cambo - the applications of a koppelpunt at CAMBO (VCA), as a list of changes. */
#include "hub/cli/host/inside.h"

/* The rules are those that connectors know of the published interface: a row is an application as
 * it stands, under the number of its last change; a list begins with the number that is asked for.
 */

enum { ROW = 1, PAGE = 200 };

/* Of seeds that follow on each other the numbers do so, too: what the hub has seen of one is below
 * all of the next. */
#define NUMBERS_OF_A_SEED 1000000

static int64_t first_number(const struct host_system *system)
{
	return system->role->stage->seed * NUMBERS_OF_A_SEED;
}

static const char *value(const struct host_scene *scene, struct bytes name)
{
	if (!bytes_equal_string(name, "change"))
		return NULL;
	return arena_format(scene->script.arena, "%lld",
		(long long)(first_number(scene->system) + scene->is.changed));
}

const struct host_kind host_cambo = {.connector = "cambo",
	.type = "application/vnd.topicus.cambo+json",
	.refused = 401,
	.is_nameless = true,
	.documents = {"notification", [ROW] = "aanmelding"},
	.value = value};

/* The last step that is known there; 0: none. Behind a number that was not reached yet there is
 * nothing to be told from. */
static bool read_from(const struct host_system *system, struct request *request,
	struct host_answer *out, int64_t *from)
{
	struct bytes asked = request_query(request, "vanafWijziging");
	int64_t first = first_number(system), number = first;
	bool is_fine = asked.data == NULL || bytes_to_int64(asked, &number);
	*from = number > first ? number - first : 0;
	if (is_fine && *from <= system->ledger.said)
		return true;
	out->status = 400;
	buffer_add_string(&out->body, "{\"foutmelding\":\"vanafWijziging is onbekend\"}");
	return false;
}

/* In life an application is not withdrawn before anybody has seen it: such a cancel is told by the
 * next answer. */
static int64_t last_of(const struct ledger *ledger, int64_t from)
{
	int64_t most = ledger->said < from + PAGE ? ledger->said : from + PAGE;
	int64_t number = from + 1;
	while (number <= most &&
		(ledger_step(ledger, number) != LEDGER_CANCEL ||
			ledger_case(ledger, number).referred <= from))
		number++;
	return number - 1;
}

static void write_rows(const struct host_system *system, int64_t from, struct host_answer *out)
{
	const struct ledger *ledger = &system->ledger;
	size_t rows = 0;
	for (int64_t number = from > 0 ? from : 1; number <= ledger->said; number++) {
		struct ledger_case is = ledger_case(ledger, number);
		const struct host_document row = {
			.which = ROW, .number = is.referred, .is_cancelled = is.cancelled > 0};
		if (is.changed != number)
			continue;
		buffer_add_string(&out->body, rows++ > 0 ? "," : "");
		host_put(system, &row, out);
	}
}

void host_cambo_list(struct host_system *system, struct request *request, struct host_answer *out)
{
	struct ledger *ledger = &system->ledger;
	const int64_t said = ledger->said;
	int64_t from;
	if (!read_from(system, request, out, &from))
		return;
	ledger->said = last_of(ledger, from);
	system->looks++;
	buffer_add_string(&out->body, "{\"items\":[");
	write_rows(system, from, out);
	buffer_add_string(&out->body, "]}");
	if (ledger->said > system->seen)
		system->seen = ledger->said;
	ledger->said = said;
}
