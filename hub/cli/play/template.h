/* template - a sample document of a partner, with names in it for what differs each time. */
#ifndef HUB_CLI_PLAY_TEMPLATE_H
#define HUB_CLI_PLAY_TEMPLATE_H

#include "hub/base/arena.h"
#include "hub/base/err.h"

struct template
{
	const char *path; /* NULL: there is none */
	const char *type, *ending; /* Content-Type and the file's: "application/json", "json" */
	struct bytes text;
};

/* Where one lies. */
struct template_name {
	const char *folder, *connector, *name;
};

/* FOLDER/CONNECTOR/NAME with one of the endings that are known. path NULL: there is no such file.
 * REJECT: it cannot be read. */
enum outcome template_load(const struct template_name *name, struct arena *arena,
	struct template *out, struct err *err) MUST_CHECK;

/* What stands for a name; NULL: nothing does. */
typedef const char *template_value_fn(void *context, struct bytes name);

/* Each {{name}} becomes its value. REJECT: one has none; the text names file and name. */
enum outcome template_fill(const struct template *template, template_value_fn *value, void *context,
	struct buffer *out, struct err *err) MUST_CHECK;

#endif
