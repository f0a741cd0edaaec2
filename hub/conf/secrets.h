/* secrets - the files that hold keys, passwords and tokens. */
#ifndef HUB_CONF_SECRETS_H
#define HUB_CONF_SECRETS_H

#include "hub/conf/report.h"

/* As conf_read_line, but the text does not name the file. */
enum outcome secrets_read_line(
	const char *path, char *line, size_t size, struct err *err) MUST_CHECK;
/* Of all partners, into conf->index. What is wrong is reported, never what is in a file. */
void tokens_load(struct conf *conf, struct conf_problems *problems);

#endif
