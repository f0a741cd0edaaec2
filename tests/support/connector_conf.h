/* connector_conf - a connector's settings, bound as the hub binds them. */
#ifndef TESTS_SUPPORT_CONNECTOR_CONF_H
#define TESTS_SUPPORT_CONNECTOR_CONF_H

#include "hub/conf/bind.h"
#include "hub/connector/connector.h"

/* Zeroed is empty. */
struct connector_conf {
	struct arena arena;
	struct conf_problems problems; /* of the settings and the code lists */
	struct codes *codes;
	struct err err; /* why the connector's own check refused them */
	void *config;
};

/* path: a file whose top level is the source's group; NULL: an empty one. codes_path NULL: codes
 * are not looked up. false: problems or err say why; all else is filled as far as it could be. */
bool connector_conf_load(struct connector_conf *out, const struct connector *connector,
	const char *path, const char *codes_path);
/* The same of what would stand in the file; codes are not looked up. */
bool connector_conf_read(
	struct connector_conf *out, const struct connector *connector, const char *text);
void connector_conf_done(struct connector_conf *conf);

#endif
