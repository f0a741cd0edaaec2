/* zgw_read - one zaak as it is being read: what is asked of it, and the documents there are. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_READ_H
#define CONNECTORS_MUNICIPALITY_ZGW_READ_H

#include "connectors/municipality/zgw.h"
#include "schemas/json_tree.h"

struct zgw_read {
	const struct zgw_config *config;
	const struct documents *docs;
	struct parcel *out;
	struct bytes path; /* "zaken/ddc6d192" */
	/* What the task asks. */
	struct bytes asked_status; /* its path; absent: none */
	bool has_since, tells_last, is_destroyed, is_changed;
	int64_t since; /* epoch ms */
	int32_t changed_on; /* a date */
	/* What was found. */
	const struct json_tree *zaak;
	struct bytes case_;
	struct bytes zaaktype_path, scheme; /* its identificatie */
	const struct setting_pair *zaaktype; /* what the settings say of it */
};

struct problems *zgw_read_problems(const struct zgw_read *read); /* a new one, without any */
/* NULL: it is no JSON object or list; a problem was added that names it and what to do. */
const struct json_tree *zgw_read_document(const struct zgw_read *read, const struct document *doc,
	struct bytes path, struct problems *problems);
/* A document of the Zaken API, or of the Catalogi API, which is static. NULL: it is wanted now, or
 * a problem was added. */
const struct json_tree *zgw_read_zaken(
	struct zgw_read *read, struct bytes path, struct problems *problems);
const struct json_tree *zgw_read_static(
	struct zgw_read *read, struct bytes path, struct problems *problems);
/* One of any other API of theirs. */
const struct json_tree *zgw_read_below(
	struct zgw_read *read, const char *base, struct bytes path, struct problems *problems);
/* Whether a rol, status or result says that it is of this zaak. A system that does not know a
 * filter may list those of all. */
bool zgw_read_is_own(const struct zgw_read *read, const struct json_tree *tree);
/* The zaak's URL for a query, as the system itself writes it: that is what its lists know. */
struct bytes zgw_read_name(const struct zgw_read *read);
/* What the settings say of a zaaktype, by the identificatie that all versions of one share, or by
 * the URL of a version. NULL: nothing. */
const struct setting_pair *zgw_read_zaaktype(
	const struct zgw_config *config, struct bytes scheme, struct bytes zaaktype_path);

#endif
