/* zgw_status - the statuses of a zaak: what happened to it, by the settings' mapping. */
#ifndef CONNECTORS_MUNICIPALITY_ZGW_STATUS_H
#define CONNECTORS_MUNICIPALITY_ZGW_STATUS_H

#include "connectors/municipality/zgw_read.h"

/* A zaak has no more at once that are worth telling: the oldest are left out. */
#define ZGW_STATUSES 10

struct zgw_status {
	struct bytes path; /* "statussen/44fdcebf" */
	const struct json_tree *tree; /* NULL: problems say why */
	const struct json_tree *type; /* statustype */
	struct bytes original;
	bool has_at;
	int64_t at; /* datumStatusGezet */
	bool is_ours; /* the hub posted it: a handover, that is no news here */
	struct problems *problems;
};

/* Those to be told, the oldest first; and the result, where there is one. */
struct zgw_statuses {
	struct zgw_status items[ZGW_STATUSES];
	size_t count, left_out;
	bool is_echo; /* the one that is asked for is ours: there is nothing to be told at all */
	struct bytes last; /* path of the zaak's last one, told or not */
	bool has_last_at; /* of the last one that is not ours */
	int64_t last_at;
	const struct json_tree *result_type;
	struct bytes result_type_path;
};

/* Finds the documents that are here, and wants those that are not. */
void zgw_status_read(struct zgw_read *read, struct zgw_statuses *out);
/* One draft for each, but for those that the settings pass over. */
void zgw_status_draft(struct zgw_read *read, const struct zgw_statuses *statuses);

#endif
