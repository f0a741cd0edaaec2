/* host - answers the hub as the systems of those partners that it asks, over HTTP. */
#include "hub/cli/host/host.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/memory.h"
#include "hub/cli/host/inside.h"

enum { CONNECTIONS = 256, QUIET_MS = 2000, PORT_MOST = 65535 };
#define LOOPBACK "127.0.0.1"

static struct host_system *system_of(struct host *host, struct bytes oin)
{
	struct host_system *system = SLIST_FIRST(&host->systems);
	while (system != NULL && !bytes_equal_string(oin, system->role->partner->rules->oin))
		system = SLIST_NEXT(system, next);
	return system;
}

static void give(struct request *request, const char *type, struct host_answer *answer)
{
	struct arena *arena = request_arena(request);
	if (answer->err.outcome != OK)
		request_refuse(request, PROBLEM_JSON_UNAVAILABLE,
			arena_format(arena, "%s", answer->err.text));
	else if (answer->status == 404)
		request_refuse(request, PROBLEM_JSON_NOT_FOUND, "there is no such thing here");
	else
		request_answer(request, answer->status, type,
			arena_copy(arena, buffer_bytes(&answer->body)));
	buffer_done(&answer->body);
}

static void answer_token(void *context, struct request *request)
{
	struct host_system *system = system_of(context, request_segment(request, 0));
	struct host_answer answer = {.status = 404};
	if (system != NULL) {
		answer.status = 200;
		host_auth_token(system, request, &answer);
		system->role->counts.unproven += answer.status == 401;
	}
	give(request, "application/json", &answer);
}

static void answer_with(struct host *host, struct request *request, const struct host_kind *kind,
	host_answer_fn *fn)
{
	struct host_system *system = system_of(host, request_segment(request, 0));
	struct host_answer answer = {.status = 404};
	host->asked_at = loop_now(host->loop);
	if (system != NULL && system->kind != kind)
		system = NULL;
	if (system != NULL && !host_auth_shows(system, request)) {
		/* A token of an earlier run is no fault: it gets another one. */
		system->role->counts.unproven += system->endpoint->auth != ENDPOINT_OAUTH2 ||
			request_header(request, "Authorization").data == NULL;
		request_answer(request, system->kind->refused, NULL, (struct bytes){0});
		return;
	}
	if (system != NULL) {
		answer.status = 200;
		system->role->counts.asked++;
		fn(system, request, &answer);
		stage_went_wrong(system->role, answer.err.text);
	}
	give(request, system != NULL ? system->kind->type : NULL, &answer);
}

static void answer_cambo_list(void *context, struct request *request)
{
	answer_with(context, request, &host_cambo, host_cambo_list);
}

static void answer_zgw_list(void *context, struct request *request)
{
	answer_with(context, request, &host_zgw, host_zgw_list);
}

static void answer_zgw_one(void *context, struct request *request)
{
	answer_with(context, request, &host_zgw, host_zgw_one);
}

static void answer_zgw_properties(void *context, struct request *request)
{
	answer_with(context, request, &host_zgw, host_zgw_properties);
}

static void answer_zgw_type(void *context, struct request *request)
{
	answer_with(context, request, &host_zgw, host_zgw_type);
}

static const char *const forms[] = {"application/x-www-form-urlencoded", NULL};

static const struct server_route routes[] = {
	{.method = "POST", .path = "/{}/login/oauth2/token", .takes = forms, .whole = answer_token},
	{.method = "GET",
		.path = "/{}/cambo/rest/v1/koppelpunt/{}/aanmelding",
		.gives = "application/vnd.topicus.cambo+json",
		.whole = answer_cambo_list},
	{.method = "GET", .path = "/{}/zaken/api/v1/{}", .whole = answer_zgw_list},
	{.method = "GET", .path = "/{}/zaken/api/v1/{}/{}", .whole = answer_zgw_one},
	{.method = "GET",
		.path = "/{}/zaken/api/v1/zaken/{}/zaakeigenschappen",
		.whole = answer_zgw_properties},
	{.method = "GET", .path = "/{}/catalogi/api/v1/{}/{}", .whole = answer_zgw_type},
	{0},
};

static enum outcome read_address(struct host *host, const char *address, struct err *err)
{
	struct bytes rest = bytes_of_string(address), port = bytes_cut_last(&rest, ':');
	int64_t number;
	bool has_host = port.size < strlen(address);
	if (rest.size > 2 && rest.data[0] == '[' && rest.data[rest.size - 1] == ']')
		rest = bytes_of(rest.data + 1, rest.size - 2);
	if (!bytes_to_int64(port, &number) || number < 1 || number > PORT_MOST ||
		(has_host && (rest.size == 0 || rest.data[0] == '[')))
		return err_set(err, REJECT, "%s: write HOST:PORT, or PORT for " LOOPBACK, address);
	host->options.host = has_host ? arena_string(&host->arena, rest) : LOOPBACK;
	host->options.port = (int32_t)number;
	return OK;
}

enum outcome host_new(struct host **out, struct loop *loop, const char *address, struct err *err)
{
	struct host *host = memory_get_zeroed(1, sizeof(*host));
	SLIST_INIT(&host->systems);
	host->loop = loop;
	host->options = (struct server_options){.routes = routes,
		.context = host,
		.connections = CONNECTIONS,
		.body_bytes = 65536,
		.header_bytes = 32768,
		.request_ms = 30000,
		.idle_ms = 60000,
		.retry_after_s = 5};
	if (read_address(host, address, err) != OK ||
		server_new(&host->server, loop, &host->options, err) != OK) {
		host_free(host);
		return err_in(err, "--serve");
	}
	*out = host;
	return OK;
}

void host_free(struct host *host)
{
	if (host == NULL)
		return;
	server_free(host->server);
	while (!SLIST_EMPTY(&host->systems)) {
		struct host_system *system = SLIST_FIRST(&host->systems);
		SLIST_REMOVE_HEAD(&host->systems, next);
		host_free_system(system);
	}
	arena_done(&host->arena);
	free(host);
}

size_t host_systems(const struct host *host)
{
	size_t count = 0;
	const struct host_system *system;
	SLIST_FOREACH(system, &host->systems, next)
	count++;
	return count;
}

bool host_names(const struct host_system *system)
{
	return !system->kind->is_nameless;
}

void host_watch(struct host_system *system, int64_t number)
{
	system->watched = ledger_case(&system->ledger, number).referred;
	system->looks = system->listed = 0;
}

int64_t host_looks(const struct host_system *system)
{
	return system->looks - system->listed;
}

bool host_was_listed(const struct host_system *system)
{
	return system->listed > 0;
}

bool host_is_seen(const struct host *host)
{
	const struct host_system *system;
	SLIST_FOREACH(system, &host->systems, next)
	{
		const struct ledger *ledger = &system->ledger;
		if (ledger->said > 0 && system->seen < ledger_case(ledger, ledger->said).changed)
			return false;
	}
	return true;
}

bool host_is_done(const struct host *host)
{
	return host_is_seen(host) && loop_now(host->loop) >= host->asked_at + QUIET_MS;
}
