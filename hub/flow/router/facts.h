/* facts - what a router knows from topic facts: outages, heartbeats, and whether desks have room.
 */
#ifndef HUB_FLOW_ROUTER_FACTS_H
#define HUB_FLOW_ROUTER_FACTS_H

#include "hub/handover/handover.h"

/* Ids of the facts: HEARTBEAT and OUTAGE of a partition "router/3"; HEARTBEAT of an edge process
 * "edge/hub-1", OUTAGE of all edges at once "edge"; OUTAGE of a desk's delivery
 * "desk/wsp-rijnmond". An OUTAGE has "/" and its begin behind that, so that each has a key of its
 * own, and no end while it runs. CAPACITY and HOLD: the desk's id, or "desk/voucher kind".
 *
 * The hub is down for a client while no router looks after its partition, or no edge lives: then
 * nobody can answer, and nothing is brought. */
struct facts;

struct facts *facts_new(void);
void facts_free(struct facts *facts);

/* The last fact under a key counts; kinds that a router does not care for are left out. */
void facts_put(struct facts *facts, struct bytes key, const struct fact *fact);
void facts_forget(struct facts *facts, struct bytes key);

/* When a router last said that it looks after the partition; 0: never. */
int64_t facts_heartbeat(const struct facts *facts, int32_t partition);
/* What an OUTAGE of all edges must say that none says yet: true, and its span; `to` INT64_MAX: it
 * runs. No edge lives when a router, by its heartbeats for the partition, has beaten more than so
 * many times in a row without one. Where there never was an edge nothing is missed. */
bool facts_silence(
	const struct facts *facts, int32_t partition, int64_t beats, struct handover_span *out);
/* What handover_input.outage wants; the context is a struct facts_view. */
struct facts_view {
	const struct facts *facts;
	int32_t partition; /* the client's */
};
int64_t facts_outage(
	const void *view, struct bytes desk, const struct handover_span *span, int64_t *until);
/* What struct route_facts wants; the context is the facts. */
const char *facts_why_full(
	const void *facts, const struct rules_desk *desk, struct bytes voucher_kind, int32_t day);
static inline bool facts_has_room(const struct facts *facts, const struct rules_desk *desk,
	struct bytes voucher_kind, int32_t day)
{
	return facts_why_full(facts, desk, voucher_kind, day) == NULL;
}

#endif
