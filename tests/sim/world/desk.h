/* desk - one desk: what it knows, its mood, and what it does. */
#ifndef TESTS_SIM_WORLD_DESK_H
#define TESTS_SIM_WORLD_DESK_H

#include "tests/sim/world/ruling.h"
#include "tests/sim/world/town.h"

enum desk_mood {
	DESK_NORMAL,
	DESK_SLOW, /* acts, but days or weeks later */
	DESK_SILENT, /* takes what is brought, and never acts */
	DESK_DEAD, /* nothing can be brought */
	DESK_ANGRY, /* does whatever is illegal */
};
#define DESK_MOODS 5

/* One handover, as far as a desk reads it. */
struct desk_news {
	struct desk_news *next; /* brought after it */
	struct desk *desk;
	struct uuid referral;
	struct pseudonym client;
	enum handover_kind kind;
	enum role role;
	int32_t version, level;
	enum referral_state state;
	bool has_clock, is_owner, is_brought;
	enum clock_name clock;
	enum action actions[ACTION_COUNT];
	size_t actions_count;
	int64_t at;
};

/* What a desk knows of a referral. */
struct desk_affair {
	struct desk *desk;
	struct desk_news last;
	bool is_planned; /* it will look at it */
};

struct desk {
	struct sim *sim;
	struct region *region;
	struct bytes name;
	enum desk_mood mood;
	bool down;
	int64_t down_since;
	bool is_given_up; /* somebody was told that nothing can be brought, so time counts again */
	struct desk_news *first, *last; /* waiting to be brought */
	struct desk_affair *affairs[512];
	size_t affairs_count;
};

/* It has read this, and will act upon it in its own time. */
void desk_read(struct desk *desk, const struct desk_news *news);
/* It was answered how things stand, if it knows the referral at all. */
void desk_answered(struct desk *desk, struct uuid referral, const struct client *client);
/* In SIM_MENDING: looks at a client and does what is for it to do. False: there was nothing. */
bool desk_mend(struct desk *desk, const struct judge_client *subject);
/* Refers a client that it has or has found, to one desk or to several at once. */
void desk_refer(struct desk *desk, struct pseudonym client);

#endif
