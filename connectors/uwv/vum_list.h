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
