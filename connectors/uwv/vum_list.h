/* vum_list - what the lists of VUM have in common: profiles of jobseekers, and vacancies. */
#ifndef CONNECTORS_UWV_VUM_LIST_H
#define CONNECTORS_UWV_VUM_LIST_H

#include "hub/connector/connector.h"
#include "schemas/json_tree.h"

struct vum_list_config {
	const struct setting_pair *referrals, *municipalities, *sectors;
	const char *presets, *legal_basis, *path, *query;
	const char *const *text;
	bool snapshot;
};

/* The rows of the settings that all lists have alike; AT: where they lie in the config. row: what
 * one row is. */
#define VUM_LIST_SETTINGS(AT, row)                                                                 \
	{"presets", SETTING_STRING, AT(presets), "", 0, 1000, NULL,                                \
		"What holds of all of them: from_desk=… (none: a registration), to_desk, "       \
		"municipality, region, kind, target_groups (a,b), sector_from, sector_to, "        \
		"programme, urgency, origin, purpose, question."},                                 \
		{"legal_basis", SETTING_STRING, AT(legal_basis), "", 1, 200, NULL,                 \
			"Article of law of the public task; consent cannot be told by a " row      \
			"."},                                                                      \
		{"sectors", SETTING_CODE_PAIRS, AT(sectors), "", 0, 0, SETTING_ONE("sector"),      \
			"The sector of a codeSbi, where the division of the SBI does not say "     \
			"it."},                                                                    \
		{"query", SETTING_STRING, AT(query), "{\"vraagObject\":{}}", 2, 4000, NULL,        \
			"What a poll searches for, in JSON."},                                     \
	{                                                                                          \
		"snapshot", SETTING_BOOL, AT(snapshot), "false", 0, 0, NULL,                       \
			"Each list tells all that there are: a referral whose " row                \
			" is gone is asked about."                                                 \
	}

/* One row, while it is read. */
struct vum_row {
	const struct vum_list_config *config;
	const struct json_tree *tree;
	struct arena *arena;
	struct problems *problems;
	struct referral *referral;
	struct person *person;
};

/* Which of the lists it is. */
struct vum_kind {
	enum subject subject;
	const char *id; /* the member that is the case */
	const char *postcode, *sector; /* their paths */
	void (*take)(struct vum_row *row); /* what only this kind has */
};

enum outcome vum_list_check(const void *config, struct err *err);
enum outcome vum_list_poll(const void *config, const struct connector_poll *poll,
	struct connector_request *out, struct err *err);
enum outcome vum_list_parse(const struct vum_kind *kind, const struct vum_list_config *config,
	const struct documents *docs, struct parcel *out, struct err *err);

/* As a problem of the draft, which names the member. */
void vum_list_refuse(struct vum_row *row, const char *path, const char *why, const char *example);
/* The first value at the path; absent: none. */
struct bytes vum_list_text(const struct vum_row *row, const char *path);

#endif
