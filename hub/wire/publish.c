/* publish - our schemas in the registry: put there when a version is deployed, and compared. */
#include "hub/wire/publish.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "hub/wire/plan.h"
#include "hub/wire/registry.h"

/* One pass over the subjects. */
struct pass {
	const struct wire_settings *settings;
	struct registry *registry;
	struct arena arena;
	bool change; /* register, rather than only look */
};

static void start_row(const struct pass *pass, struct publish_row *row, const struct schema *schema)
{
	*row = (struct publish_row){.schema = schema};
	wire_subject(pass->settings, schema, row->subject);
}

/* Old records must be readable by us, and ours by those who still run an old version. */
static enum outcome compare(
	const struct schema *ours, const struct registry_version *theirs, struct err *err)
{
	struct bytes a = bytes_of_string(ours->json), b = bytes_of_string(theirs->json);

	if (plan_check(b, a, err) != OK)
		return err_in(err, "we cannot read what version %d wrote", theirs->version);
	if (plan_check(a, b, err) != OK)
		return err_in(err, "who has version %d cannot read what we write", theirs->version);
	return OK;
}

/* Compares with every version. A registry's own answer would not name the field. */
static enum outcome compare_versions(struct pass *pass, struct publish_row *row, struct err *err)
{
	struct registry_versions versions;
	struct registry_version version;
	enum outcome outcome =
		registry_versions(pass->registry, row->subject, &pass->arena, &versions, err);

	if (outcome != OK)
		return outcome;
	row->versions = (int32_t)versions.count;
	for (size_t i = 0; outcome == OK && i < versions.count; i++) {
		version.version = versions.items[i];
		outcome = registry_version(pass->registry, row->subject, &version, err);
		if (outcome == OK)
			outcome = compare(row->schema, &version, err);
	}
	return outcome;
}

static enum outcome find(struct pass *pass, struct publish_row *row, struct err *err)
{
	struct registry_version version;
	enum outcome outcome =
		registry_find(pass->registry, row->subject, row->schema->json, &version, err);

	if (outcome == OK) {
		row->id = version.id;
		row->version = version.version;
	}
	return outcome;
}

static enum outcome look_at_level(struct pass *pass, struct publish_row *row, struct err *err)
{
	const char *level;
	enum outcome outcome = registry_compatibility(pass->registry, row->subject, &level, err);

	if (outcome != OK)
		return outcome;
	snprintf(row->level, sizeof(row->level), "%s", level);
	if (strcmp(level, PUBLISH_LEVEL) != 0)
		return err_set(err, REJECT,
			"its compatibility is %s instead of " PUBLISH_LEVEL
			": run `lokethub schemas register`",
			row->level);
	return OK;
}

static enum outcome register_row(struct pass *pass, struct publish_row *row, struct err *err)
{
	enum outcome outcome = compare_versions(pass, row, err);
	if (outcome == OK)
		outcome = registry_set_compatibility(
			pass->registry, row->subject, PUBLISH_LEVEL, err);
	if (outcome != OK)
		return outcome;
	snprintf(row->level, sizeof(row->level), "%s", PUBLISH_LEVEL);
	outcome = find(pass, row, err);
	if (outcome != REJECT)
		return outcome;
	outcome = registry_register(pass->registry, row->subject, row->schema->json, err);
	if (outcome != OK)
		return outcome;
	row->added = true;
	row->versions++;
	return find(pass, row, err);
}

static enum outcome check_row(struct pass *pass, struct publish_row *row, struct err *err)
{
	enum outcome outcome = compare_versions(pass, row, err);

	if (outcome != OK)
		return outcome;
	outcome = find(pass, row, err);
	if (outcome == REJECT)
		return err_set(err, REJECT,
			"our schema is not registered: run `lokethub schemas register`");
	return outcome == OK ? look_at_level(pass, row, err) : outcome;
}

static enum outcome run(struct pass *pass, struct publish_row rows[PUBLISH_SUBJECTS])
{
	enum outcome first = OK;
	size_t count = 0;

	pass->registry = registry_new(pass->settings);
	for (size_t i = 0; schemas_all[i] != NULL; i++) {
		struct publish_row *row = &rows[count];
		struct err err = {0};
		if (schemas_all[i]->topic == NULL)
			continue;
		assert(count < PUBLISH_SUBJECTS);
		count++;
		start_row(pass, row, schemas_all[i]);
		row->outcome =
			pass->change ? register_row(pass, row, &err) : check_row(pass, row, &err);
		if (row->outcome != OK)
			snprintf(row->text, sizeof(row->text), "%s", err.text);
		if (first == OK)
			first = row->outcome;
	}
	assert(count == PUBLISH_SUBJECTS);
	registry_free(pass->registry);
	arena_done(&pass->arena);
	return first;
}

enum outcome publish_register(
	const struct wire_settings *settings, struct publish_row rows[PUBLISH_SUBJECTS])
{
	struct pass pass = {.settings = settings, .change = true};

	return run(&pass, rows);
}

enum outcome publish_check(
	const struct wire_settings *settings, struct publish_row rows[PUBLISH_SUBJECTS])
{
	struct pass pass = {.settings = settings};

	return run(&pass, rows);
}
