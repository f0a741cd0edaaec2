/* verbs - all commands of lokethub, one row each, in the order of the alphabet. */
#include "hub/cli/verbs.h"

const struct cli_verb *const verbs_all[] = {
	&check_verb,
	&connectors_verb,
	&desk_hold_verb,
	&desk_release_verb,
	&flow_verb,
	&orphans_verb,
	&outages_verb,
	&parse_verb,
	&queue_verb,
	&rejected_verb,
	&rejected_redrive_verb,
	&rejected_show_verb,
	&route_test_verb,
	&schemas_check_verb,
	&schemas_register_verb,
	&secrets_verb,
	&serve_verb,
	&settings_verb,
	&tap_verb,
	&topics_check_verb,
	&topics_create_verb,
	&view_verb,
	&where_verb,
	NULL,
};
