/* verbs - all commands of lokethub, one row each, in the order of the alphabet. */
#ifndef HUB_CLI_VERBS_H
#define HUB_CLI_VERBS_H

#include "hub/cli/cli.h"

extern const struct cli_verb balance_verb;
extern const struct cli_verb check_verb;
extern const struct cli_verb clocks_verb;
extern const struct cli_verb conform_verb;
extern const struct cli_verb connectors_verb;
extern const struct cli_verb desk_free_verb;
extern const struct cli_verb desk_full_verb;
extern const struct cli_verb desk_hold_verb;
extern const struct cli_verb desk_release_verb;
extern const struct cli_verb duplicates_verb;
extern const struct cli_verb flow_verb;
extern const struct cli_verb orphans_verb;
extern const struct cli_verb outages_verb;
extern const struct cli_verb parse_verb;
extern const struct cli_verb queue_verb;
extern const struct cli_verb rejected_verb;
extern const struct cli_verb rejected_redrive_verb;
extern const struct cli_verb rejected_show_verb;
extern const struct cli_verb replay_verb;
extern const struct cli_verb route_diff_verb;
extern const struct cli_verb route_test_verb;
extern const struct cli_verb schemas_check_verb;
extern const struct cli_verb schemas_register_verb;
extern const struct cli_verb secrets_verb;
extern const struct cli_verb serve_verb;
extern const struct cli_verb settings_verb;
extern const struct cli_verb simulate_verb;
extern const struct cli_verb snapshot_verb;
extern const struct cli_verb snapshot_drop_verb;
extern const struct cli_verb snapshot_release_verb;
extern const struct cli_verb tap_verb;
extern const struct cli_verb topics_check_verb;
extern const struct cli_verb topics_create_verb;
extern const struct cli_verb view_verb;
extern const struct cli_verb where_verb;

/* Sorted by name; ends with NULL. */
extern const struct cli_verb *const verbs_all[];

#endif
