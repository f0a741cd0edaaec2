/* host - answers the hub as the systems of those partners that it asks, over HTTP. */
#include "hub/cli/play/host.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/file.h"
#include "hub/base/memory.h"
#include "hub/cli/play/host_inside.h"

enum { CONNECTIONS = 256, QUIET_MS = 2000, PORT_MOST = 65535 };
#define LOOPBACK "127.0.0.1"
#define AMENDED "amended "
#define CANCELLED "cancelled "

static const struct host_kind *const kinds[] = {&host_cambo, &host_zgw};

struct host {
	struct loop *loop;
	struct server_options options;
	struct server *server;
	SLIST_HEAD(, host_system) systems;
	int64_t asked_at; /* as loop_now counts */
	struct arena arena;
};

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
	}
	give(request, "application/json", &answer);
}

static void answer_with(struct host *host, struct request *request, host_answer_fn *fn)
{
	struct host_system *system = system_of(host, request_segment(request, 0));
	struct host_answer answer = {.status = 404};
	host->asked_at = loop_now(host->loop);
	if (system != NULL && !host_auth_shows(system, request)) {
		request_answer(request, system->kind->refused, NULL, (struct bytes){0});
		return;
	}
	if (system != NULL) {
		answer.status = 200;
		system->role->counts.asked++;
		fn(system, request, &answer);
	}
	give(request, system != NULL ? system->kind->type : NULL, &answer);
}

static void answer_cambo_list(void *context, struct request *request)
{
	answer_with(context, request, host_cambo_list);
}

static void answer_zgw_list(void *context, struct request *request)
{
	answer_with(context, request, host_zgw_list);
}

static void answer_zgw_one(void *context, struct request *request)
{
	answer_with(context, request, host_zgw_one);
}

static void answer_zgw_properties(void *context, struct request *request)
{
	answer_with(context, request, host_zgw_properties);
}

static void answer_zgw_type(void *context, struct request *request)
{
	answer_with(context, request, host_zgw_type);
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
	if (!bytes_to_int64(port, &number) || number < 1 || number > PORT_MOST ||
		(has_host && rest.size == 0))
		return err_set(err, REJECT, "%s: write HOST:PORT, or PORT for " LOOPBACK, address);
	if (has_host && rest.data[0] == '[' && rest.data[rest.size - 1] == ']')
		rest = bytes_of(rest.data + 1, rest.size - 2);
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

static void free_system(struct host_system *system)
{
	sodium_memzero(system->secret, sizeof(system->secret));
	free(system);
}

void host_free(struct host *host)
{
	if (host == NULL)
		return;
	server_free(host->server);
	while (!SLIST_EMPTY(&host->systems)) {
		struct host_system *system = SLIST_FIRST(&host->systems);
		SLIST_REMOVE_HEAD(&host->systems, next);
		free_system(system);
	}
	arena_done(&host->arena);
	free(host);
}

int64_t host_when(const struct host_system *system, int64_t number)
{
	return system->ledger.begin + ledger_when(&system->ledger, number);
}

/* "amended A|B" is A before, and B from then on. */
static const char *either(
	const struct host_scene *scene, struct bytes name, const char *word, bool is_so)
{
	size_t size = strlen(word);
	if (name.size <= size || memcmp(name.data, word, size) != 0)
		return NULL;
	struct bytes after = bytes_of(name.data + size, name.size - size);
	struct bytes before = bytes_cut_first(&after, '|');
	return arena_string(scene->script.arena, is_so ? after : before);
}

static const char *value_of(void *context, struct bytes name)
{
	struct host_scene *scene = context;
	const char *value = script_value(&scene->script, name);
	if (value == NULL)
		value = either(scene, name, AMENDED, scene->is.is_amended);
	if (value == NULL)
		value = either(scene, name, CANCELLED, scene->document->is_cancelled);
	if (value == NULL && bytes_equal_string(name, "base"))
		value = scene->system->base;
	if (value == NULL && bytes_equal_string(name, "url"))
		value = scene->document->url;
	return value != NULL ? value : scene->system->kind->value(scene, name);
}

enum outcome host_write(const struct host_system *system, const struct host_document *document,
	struct buffer *out, struct err *err)
{
	const struct stage_role *role = system->role;
	const struct rules *rules = &role->stage->conf->rules;
	struct arena arena = {0};
	struct host_scene scene = {.system = system,
		.document = document,
		.is = ledger_case(&system->ledger, document->number)};
	struct dice own = system->ledger.people;
	own.state += (uint64_t)scene.is.referred;
	scene.script = (struct script){.conf = role->stage->conf,
		.plan = role->plan,
		.desk = rules_desk(rules, bytes_of_string(role->partner->rules->home_desk)),
		.dice = &own,
		.arena = &arena,
		.at = host_when(system, document->number)};
	script_begin_case(&scene.script, role->stage->seed, scene.is.referred);
	enum outcome outcome =
		template_fill(&system->documents[document->which], value_of, &scene, out, err);
	arena_done(&arena);
	return outcome;
}

void host_put(const struct host_system *system, const struct host_document *document,
	struct host_answer *out)
{
	struct err err = {0};
	if (host_write(system, document, &out->body, &err) != OK)
		out->err = err;
}

static const struct host_kind *kind_of(const struct conf_source *source)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(source->connector->name, kinds[i]->connector) == 0)
			return kinds[i];
	return NULL;
}

/* The endpoint's address as far as its first segment, if that is the OIN; NULL: it leads to
 * somebody else. */
static const char *base_of(
	struct host *host, const struct endpoint_settings *endpoint, const char *oin)
{
	const char *part = arena_format(&host->arena, "/%s/", oin);
	const char *found = endpoint != NULL ? strstr(endpoint->url, part) : NULL;
	if (found == NULL)
		return NULL;
	size_t size = (size_t)(found - endpoint->url) + strlen(part) - 1;
	return arena_string(&host->arena, bytes_of(endpoint->url, size));
}

static enum outcome load(struct host_system *system, struct err *err)
{
	struct stage *stage = system->role->stage;
	const char *const *name = system->kind->documents;
	for (size_t i = 0; name[i] != NULL; i++) {
		const struct template_name whole = {
			stage->folder, system->kind->connector, name[i]};
		struct template *template = &system->documents[i];
		if (template_load(&whole, &stage->arena, template, err) != OK)
			return err->outcome;
		if (template->path == NULL)
			return err_set(err, REJECT, "%s/%s/%s.json is missing", stage->folder,
				system->kind->connector, name[i]);
	}
	return OK;
}

/* So that what is missing is told before anything is sent. */
static enum outcome try_all(struct host_system *system, struct err *err)
{
	struct buffer out = {0};
	enum outcome outcome = OK;
	for (size_t i = 0; outcome == OK && system->kind->documents[i] != NULL; i++) {
		const struct host_document document = {
			.which = i, .number = 1, .url = system->base};
		outcome = host_write(system, &document, &out, err);
	}
	buffer_done(&out);
	return outcome == OK ? OK
			     : err_in(err, "partner %s: see values in simulations",
				       system->role->partner->rules->name);
}

static enum outcome fill(struct host_system *system, struct err *err)
{
	const char *file = system->endpoint->secret_file;
	if (file != NULL && file_read_line(file, system->secret, sizeof(system->secret), err) != OK)
		return err_in(err, "%s", file);
	if (load(system, err) != OK)
		return err->outcome;
	return try_all(system, err);
}

enum outcome host_add(struct host *host, struct stage_role *role, const struct conf_source *source,
	struct host_system **out, struct err *err)
{
	const char *oin = role->partner->rules->oin;
	const struct host_kind *kind = kind_of(source);
	const struct endpoint_settings *endpoint = NULL;
	*out = NULL;
	if (kind == NULL)
		return OK;
	if (source->endpoint != NULL)
		endpoint = conf_endpoint(role->stage->conf, source->endpoint);
	const char *base = base_of(host, endpoint, oin);
	if (base == NULL) {
		snprintf(role->why, sizeof(role->why),
			"the endpoint of its source %s leads elsewhere: http://%s:%d/%s/… would "
			"lead here",
			source->name, host->options.host, host->options.port, oin);
		return OK;
	}
	struct host_system *system = memory_get_zeroed(1, sizeof(*system));
	*system = (struct host_system){.host = host,
		.kind = kind,
		.role = role,
		.endpoint = endpoint,
		.base = base,
		.ledger = ledger_of(role->stage->seed, bytes_of_string(oin))};
	if (fill(system, err) != OK) {
		free_system(system);
		return err->outcome;
	}
	SLIST_INSERT_HEAD(&host->systems, system, next);
	*out = system;
	return OK;
}

size_t host_systems(const struct host *host)
{
	size_t count = 0;
	const struct host_system *system;
	SLIST_FOREACH(system, &host->systems, next)
	count++;
	return count;
}

void host_begin(struct host_system *system, double between_ms)
{
	system->ledger.begin = clock_wall();
	system->ledger.between = between_ms;
	system->began = loop_now(system->host->loop);
}

int64_t host_next(const struct host_system *system)
{
	return system->began + ledger_when(&system->ledger, system->ledger.said + 1);
}

int64_t host_step(struct host_system *system)
{
	return ++system->ledger.said;
}

enum outcome host_notify(
	const struct host_system *system, int64_t number, struct buffer *out, struct err *err)
{
	struct ledger_case is = ledger_case(&system->ledger, number);
	const struct host_document document = {
		.which = HOST_NOTIFICATION, .number = is.changed, .is_cancelled = is.cancelled > 0};
	return host_write(system, &document, out, err);
}

bool host_is_done(const struct host *host)
{
	const struct host_system *system;
	SLIST_FOREACH(system, &host->systems, next)
	{
		const struct ledger *ledger = &system->ledger;
		if (ledger->said > 0 && system->seen < ledger_case(ledger, ledger->said).changed)
			return false;
	}
	return loop_now(host->loop) >= host->asked_at + QUIET_MS;
}
