/* overstap - rows of the overstapsysteem of mbo schools: who applied, and what became of it. */
#include "connectors/school/overstap.h"

#include <stddef.h>

#include "connectors/school/application.h"

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	return application_parse(config, docs, out, err);
}

static enum outcome check(const void *config, struct err *err)
{
	return application_check(config, err);
}

static const struct setting settings[] = {APPLICATION_SETTINGS, {0}};

const struct connector overstap = {
	.name = "overstap",
	.summary = "mbo schools: rows of the overstapsysteem, applications and their statuses",
	.settings = settings,
	.config_size = sizeof(struct application_config),
	.check = check,
	.parse = parse,
};
