/* host - answers the hub as the systems of those partners that it asks, over HTTP. */
#ifndef HUB_CLI_HOST_HOST_H
#define HUB_CLI_HOST_HOST_H

#include "hub/cli/host/ledger.h"
#include "hub/cli/play/stage.h"

struct host;
struct host_system; /* of one partner */

/* Listens at "HOST:PORT", or at "PORT" of the loopback. REJECT: it is no such thing. RETRY: the
 * address is taken. */
enum outcome host_new(
	struct host **out, struct loop *loop, const char *address, struct err *err) MUST_CHECK;
void host_free(struct host *host); /* with its systems; before their roles */

/* Whether the hub asks a system for this source that can be played. */
bool host_plays(const struct conf_source *source);
/* The system that the hub asks for this source, with its templates. *out NULL: the connector's is
 * not played, or it has no endpoint that leads here, which role->why says. All is borrowed. REJECT:
 * a template is missing or cannot be filled; the endpoint's secret cannot be read. */
enum outcome host_add(struct host *host, struct stage_role *role, const struct conf_source *source,
	struct host_system **out, struct err *err) MUST_CHECK;
size_t host_systems(const struct host *host);
/* Its first step comes from now on, one each so many ms on average. */
void host_begin(struct host_system *system, double between_ms);
int64_t host_next(const struct host_system *system); /* the next one's time, as loop_now counts */
int64_t host_step(struct host_system *system); /* takes the next step; its number */
/* Instead of host_begin and host_step: the next step is this one, and comes now. of: the step that
 * its case began with; of a referral nothing. Its number. */
int64_t host_say(struct host_system *system, enum ledger_step step, int64_t of);
/* Appends the notification, as things stand now, of the case that the step is of. */
enum outcome host_notify(const struct host_system *system, int64_t number, struct buffer *out,
	struct err *err) MUST_CHECK;

/* Whether its notifications say what they are of. */
bool host_names(const struct host_system *system);
/* Counts from now on how often the hub looks at the case that the step is of. */
void host_watch(struct host_system *system, int64_t number);
/* Looks at it for which no list of all there is can be the reason: each that had it may be that of
 * one. Where the hub asks for nothing but lists, all of these. */
int64_t host_looks(const struct host_system *system);
bool host_was_listed(const struct host_system *system); /* since, among all there is */

/* The hub has asked for the last step of each. */
bool host_is_seen(const struct host *host);
/* And for nothing since a while. */
bool host_is_done(const struct host *host);

#endif
