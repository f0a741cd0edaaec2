/* hub - the routers of a simulated hub: the real ones, which crash, stand still and come back. */
#ifndef TESTS_SIM_WORLD_HUB_H
#define TESTS_SIM_WORLD_HUB_H

#include "hub/base/clock.h"
#include "hub/kafka/consumer.h"
#include "tests/sim/world/sim.h"

/* Two processes with one worker each; a worker does one turn of its loop after the other, in any
 * order of the two. What it has in its memory is lost with it: the next one has what is in Kafka.
 * hub.c also stands for the clock, the log, the wire format and the crash points that they are
 * linked with. */
struct hub;

/* Beats of the routers and edges: as far apart as a simulation of months allows. What is called an
 * outage lasts for several of them, as in the real hub; so late it is noticed that no edge is
 * there.
 */
#define HUB_BEAT_MS (2 * CLOCK_HOUR_MS)
#define HUB_OUTAGE_MS (3 * HUB_BEAT_MS)
#define HUB_NOTICE_MS (HUB_OUTAGE_MS + 2 * HUB_BEAT_MS)

struct hub *hub_new(struct sim *sim);
void hub_free(struct hub *hub);
/* Until all that live have nothing more to do now. */
void hub_run(struct hub *hub);
/* From now on something goes wrong every few days. */
void hub_begin_trouble(struct hub *hub);
/* Every process runs, and its time is right. */
void hub_mend(struct hub *hub);
/* Until then no edge is there: nothing is brought and nothing comes in. */
int64_t hub_edge_back(const struct hub *hub);

/* For what stands in for the outside: one step of the worker at hand. True: it was its last one;
 * nothing that it asks for any more has any effect. */
bool hub_step(const char *what);
bool hub_is_dead(void);
bool hub_fails(uint64_t one_in); /* the outside is unwell just now */
enum outcome hub_unwell(struct err *err, const char *what);

#endif
