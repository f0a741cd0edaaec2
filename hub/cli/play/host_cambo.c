/* host_cambo - the applications of a koppelpunt at CAMBO (VCA), as a list of changes. */
#include "hub/cli/play/host_inside.h"

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
	.documents = {"notification", [ROW] = "aanmelding"},
	.value = value};

/* Behind a number that was not reached yet there is nothing to be told from. */
static bool read_from(const struct host_system *system, struct request *request,
	struct host_answer *out, int64_t *from)
{
	struct bytes asked = request_query(request, "vanafWijziging");
	int64_t first = first_number(system), number = first;
	bool is_fine = asked.data == NULL || bytes_to_int64(asked, &number);
	*from = number > first ? number - first : 1;
	if (is_fine && number <= first + system->ledger.said)
		return true;
	out->status = 400;
	buffer_add_string(&out->body, "{\"foutmelding\":\"vanafWijziging is onbekend\"}");
	return false;
}

void host_cambo_list(struct host_system *system, struct request *request, struct host_answer *out)
{
	const struct ledger *ledger = &system->ledger;
	int64_t number, rows = 0;
	if (!read_from(system, request, out, &number))
		return;
	buffer_add_string(&out->body, "{\"items\":[");
	for (; number <= ledger->said && rows < PAGE && out->err.outcome == OK; number++) {
		struct ledger_case is = ledger_case(ledger, number);
		if (is.changed != number)
			continue;
		const struct host_document row = {
			.which = ROW, .number = is.referred, .is_cancelled = is.cancelled > 0};
		buffer_add_string(&out->body, rows++ > 0 ? "," : "");
		host_put(system, &row, out);
	}
	buffer_add_string(&out->body, "]}");
	if (number - 1 > system->seen)
		system->seen = number - 1;
}
