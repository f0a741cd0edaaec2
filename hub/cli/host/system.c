/* system - one system that is played: its templates, what is written with them, its steps. */
#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/file.h"
#include "hub/base/memory.h"
#include "hub/cli/host/inside.h"
#include "hub/http/client/url.h"

#define AMENDED "amended "
#define CANCELLED "cancelled "

static const struct host_kind *const kinds[] = {&host_cambo, &host_zgw};

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

bool host_plays(const struct conf_source *source)
{
	return kind_of(source) != NULL;
}

/* The endpoint's address as far as the partner's OIN, which is a segment of its path: what is
 * before may lead here through a proxy. NULL: it leads to somebody else. */
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

/* Why the source's system is not played, and what its endpoint would have to say. Who listens at
 * all addresses has none to be asked at. */
static void tell_where(struct host *host, struct stage_role *role, const struct conf_source *source)
{
	const struct server_options *at = &host->options;
	bool is_any = strcmp(at->host, "0.0.0.0") == 0 || strcmp(at->host, "::") == 0;
	const char *why = source->endpoint == NULL ? "has no endpoint"
						   : "has an endpoint that leads elsewhere";
	snprintf(role->why, sizeof(role->why),
		"its source %s %s: http://%s:%d/%s/… would lead here%s", source->name, why,
		is_any ? "HOST" : url_host(at->host, &host->arena), at->port,
		role->partner->rules->oin,
		is_any ? ", with an address of this machine that the hub can reach as HOST" : "");
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
	const struct host_kind *kind = system->kind;
	for (size_t i = 0; outcome == OK && kind->documents[i] != NULL; i++) {
		const struct host_document document = {
			.which = i, .number = 1, .url = kind->has_url[i] ? system->base : NULL};
		outcome = host_write(system, &document, &out, err);
	}
	buffer_done(&out);
	return outcome == OK ? OK
			     : err_in(err, "partner %s: see values in simulations",
				       system->role->partner->rules->name);
}

void host_free_system(struct host_system *system)
{
	sodium_memzero(system->secret, sizeof(system->secret));
	ledger_done(&system->ledger);
	free(system);
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
		tell_where(host, role, source);
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
		host_free_system(system);
		return err->outcome;
	}
	SLIST_INSERT_HEAD(&host->systems, system, next);
	*out = system;
	return OK;
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
	assert(system->ledger.script == NULL);
	return ++system->ledger.said;
}

int64_t host_say(struct host_system *system, enum ledger_step step, int64_t of)
{
	struct ledger *ledger = &system->ledger;
	int64_t now = clock_wall();
	if (ledger->said == 0)
		ledger->begin = now;
	return ledger_say(ledger, step, of, now - ledger->begin);
}

enum outcome host_notify(
	const struct host_system *system, int64_t number, struct buffer *out, struct err *err)
{
	struct ledger_case is = ledger_case(&system->ledger, number);
	const struct host_document document = {
		.which = HOST_NOTIFICATION, .number = is.changed, .is_cancelled = is.cancelled > 0};
	return host_write(system, &document, out, err);
}
