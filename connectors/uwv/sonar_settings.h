/* sonar_settings - what a source of Sonar exports is told by the configuration. */
#ifndef CONNECTORS_UWV_SONAR_SETTINGS_H
#define CONNECTORS_UWV_SONAR_SETTINGS_H

#include "hub/connector/connector.h"

struct sonar_settings {
	const struct setting_pair *referrals, *from_desks, *municipalities, *regions, *sectors;
	const char *from_desk, *to_desk, *purpose, *origin, *legal_reference;
	const char *const *target_groups;
	const char *const *text_columns;
	enum referral_kind kind;
	enum legal_basis_kind legal_basis;
	bool snapshot;
};

extern const struct setting sonar_settings_rows[];
enum outcome sonar_settings_check(const void *config, struct err *err);

#endif
