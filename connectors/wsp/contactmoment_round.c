/* contactmoment_round - for which employer, and from which day on, a poll asks. */
#include "connectors/wsp/contactmoment_round.h"

#include <inttypes.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

struct round {
	uint64_t asked; /* which employers since when: with others, all are asked from the start */
	int64_t since, begun; /* dates; since may be INT32_MIN: any */
	int64_t place; /* of the employer */
};

static uint64_t hash_of(const struct contactmoment_round_config *config)
{
	static const uint8_t key[16] = {0};
	uint64_t hash = (uint32_t)config->since;
	for (const struct setting_pair *pair = config->employers; pair->name != NULL; pair++)
		hash = hash * 31 + bytes_hash(bytes_of_string(pair->name), key);
	return hash;
}

static int64_t count_of(const struct contactmoment_round_config *config)
{
	int64_t count = 0;
	while (config->employers[count].name != NULL)
		count++;
	return count;
}

static bool is_date(int64_t date)
{
	return date >= CLOCK_FIRST_DATE && date <= calendar_date(CLOCK_LAST_MS);
}

/* "HASH SINCE BEGUN PLACE". false: it is none, or one of other settings. */
static bool read_cursor(
	const struct contactmoment_round_config *config, struct bytes cursor, struct round *out)
{
	struct round round = {0};
	int64_t hash;
	if (!bytes_to_int64(bytes_cut_first(&cursor, ' '), &hash) ||
		!bytes_to_int64(bytes_cut_first(&cursor, ' '), &round.since) ||
		!bytes_to_int64(bytes_cut_first(&cursor, ' '), &round.begun) ||
		!bytes_to_int64(cursor, &round.place))
		return false;
	if ((uint64_t)hash != out->asked || !is_date(round.begun) ||
		(round.since != INT32_MIN && !is_date(round.since)) || round.place < 0 ||
		round.place >= count_of(config))
		return false;
	round.asked = out->asked;
	*out = round;
	return true;
}

/* A round that is about to begin does so today. */
static struct round round_of(
	const struct contactmoment_round_config *config, struct bytes cursor, int64_t now)
{
	struct round round = {.asked = hash_of(config), .since = config->since};
	if (!read_cursor(config, cursor, &round) || round.place == 0)
		round.begun = calendar_date(now);
	return round;
}

struct bytes contactmoment_round_question(
	const struct contactmoment_round_config *config, const struct connector_poll *poll)
{
	const struct round round = round_of(config, poll->cursor, poll->now);
	const char *kvk = config->employers[round.place].name;
	char day[11];
	if (round.since == INT32_MIN)
		return bytes_of_string(arena_format(poll->arena,
			"{\"vraagObject\":{\"werkgever.nummerKvk\":{\"$eq\":\"%s\"}}}", kvk));
	clock_date_to_text((int32_t)round.since, day);
	return bytes_of_string(arena_format(poll->arena,
		"{\"vraagObject\":{\"werkgever.nummerKvk\":{\"$eq\":\"%s\"},\"datum\":{\"$gte\":"
		"\"%s\"}}}",
		kvk, day));
}

int contactmoment_round_turn(
	const struct contactmoment_round_config *config, const struct documents *docs)
{
	return (int)round_of(config, docs->cursor, docs->now).place + 1;
}

static void go_on(
	const struct contactmoment_round_config *config, struct round round, struct parcel *out)
{
	out->poll_now = ++round.place < count_of(config);
	if (!out->poll_now) {
		round.place = 0;
		round.since = round.begun - config->days_back;
		round.since = round.since < CLOCK_FIRST_DATE ? CLOCK_FIRST_DATE : round.since;
	}
	out->cursor = bytes_of_string(
		arena_format(out->arena, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
			(int64_t)round.asked, round.since, round.begun, round.place));
}

void contactmoment_round_go_on(const struct contactmoment_round_config *config,
	const struct documents *docs, struct parcel *out)
{
	go_on(config, round_of(config, docs->cursor, docs->now), out);
}

void contactmoment_round_pass_over(const struct contactmoment_round_config *config,
	const struct documents *docs, struct parcel *out)
{
	struct round round = round_of(config, docs->cursor, docs->now);
	int64_t same =
		round.since == INT32_MIN ? CLOCK_FIRST_DATE : round.since + config->days_back;
	round.begun = same < round.begun ? same : round.begun;
	go_on(config, round, out);
}
