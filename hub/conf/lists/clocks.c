/* clocks - how long each clock runs: the group clocks, and the list overrides. */
#include "hub/conf/lists/list.h"

#include <stddef.h>
#include <string.h>

#include "hub/conf/words.h"

static const char *const names[] = {"T0", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9",
	"T10", "T11", "T12", "T13", NULL};
_Static_assert(sizeof(names) / sizeof(*names) == RULES_CLOCKS + 1, "a name per clock");

/* T10 to T13 come due on a day that somebody named. */
static const char *const overridden[] = {
	"T0", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", NULL};

struct clock_row {
	const char *const *normal, *const *urgent;
	const char *repeat, *reminder;
};

static const struct setting clock_rows[] = {
	{"normal", SETTING_STRINGS, offsetof(struct clock_row, normal), "", 1, 20, NULL,
		"Time to each level, the first from the start of the clock, the others from the "
		"level before: [ \"5wd\", \"2wd\" ]; those left out: as repeat. Units: min, h, d, "
		"wd (working days)."},
	{"urgent", SETTING_STRINGS, offsetof(struct clock_row, urgent), "", 1, 20, NULL,
		"The same for urgent referrals; those left out: as normal."},
	{"reminder", SETTING_STRING, offsetof(struct clock_row, reminder), "", 1, 20, NULL,
		"Time between reminders after the first level, until the next one."},
	{"repeat", SETTING_STRING, offsetof(struct clock_row, repeat), "", 1, 20, NULL,
		"Time between repeats at the last level."},
	{0},
};

struct override_row {
	struct rules_override rules;
	const char *duration;
};

static const struct setting override_rows[] = {
	{"clock", SETTING_CHOICE, offsetof(struct override_row, rules.clock), NULL, 0, 0,
		overridden,
		"The clock whose first time is another one; T6: of a SERVICE, not of the client."},
	{"duration", SETTING_STRING, offsetof(struct override_row, duration), NULL, 1, 20, NULL,
		"That time: \"15min\", \"4h\", \"30d\" or \"5wd\" (working days)."},
	{"from_desk", SETTING_FORMAT, offsetof(struct override_row, rules.from_desk), "", 0, 0,
		SETTING_ONE("desk"), "Only for referrals from this desk."},
	{"to_desk", SETTING_FORMAT, offsetof(struct override_row, rules.to_desk), "", 0, 0,
		SETTING_ONE("desk"), "Only for referrals to this desk."},
	{"question", SETTING_CODE, offsetof(struct override_row, rules.question), "", 0, 0,
		SETTING_ONE("question"), "Only for this question."},
	{"urgency", SETTING_CODE, offsetof(struct override_row, rules.urgency), "", 0, 0,
		SETTING_ONE("urgency"), "Only for this urgency."},
	{0},
};

/* "15min", "4h", "5wd", "30d", at most about ten years; false: none of these. */
static bool read_duration(const char *text, struct rules_duration *out)
{
	static const struct {
		const char *word;
		enum rules_unit unit;
		int32_t factor, most;
	} units[] = {{"min", RULES_MINUTES, 1, 525600}, {"h", RULES_MINUTES, 60, 8760},
		{"d", RULES_DAYS, 1, 3660}, {"wd", RULES_WORKING_DAYS, 1, 2600}};
	int64_t count = 0;
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 6 || !bytes_to_int64(bytes_of(text, digits), &count))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(text + digits, units[i].word) != 0 || count > units[i].most)
			continue;
		*out = (struct rules_duration){units[i].unit, (int32_t)count * units[i].factor};
		return true;
	}
	return false;
}

static void take_duration(
	struct bind *bind, config_setting_t *group, const char *text, struct rules_duration *out)
{
	struct rules_duration duration;
	if (read_duration(text, &duration) && duration.count > 0)
		*out = duration;
	else
		report_error(bind->problems, bind_place(bind, group),
			"\"%s\" is no time: write a number and min, h, d or wd (working days), as "
			"in \"5wd\"",
			text);
}

static void take_levels(struct bind *bind, config_setting_t *group, const char *const *words,
	const struct rules_clock *clock, struct rules_duration *out)
{
	int32_t levels = clock->last_level - clock->first_level + 1;
	int32_t count = (int32_t)words_count(words);
	if (words == NULL)
		return;
	if (count == 0 || count > levels) {
		report_error(bind->problems, bind_place(bind, group),
			"%s has %d times in a row: write 1 to %d, one for each level from %d to %d",
			config_setting_name(group), count, levels, clock->first_level,
			clock->last_level);
		return;
	}
	memset(out, 0, RULES_LEVELS * sizeof(*out));
	for (int32_t i = 0; i < count; i++)
		take_duration(bind, group, words[i], &out[i]);
}

static void take_clock(struct bind *bind, config_setting_t *group, struct rules_clock *clock)
{
	struct clock_row row = {0};
	bind_group(bind, group, clock_rows, NULL, &row);
	take_levels(bind, group, row.normal, clock, clock->normal);
	take_levels(bind, group, row.urgent, clock, clock->urgent);
	if (row.reminder != NULL)
		take_duration(bind, group, row.reminder, &clock->reminder);
	if (row.repeat != NULL)
		take_duration(bind, group, row.repeat, &clock->repeat);
}

static void take_clocks(struct bind *bind, config_setting_t *clocks, struct conf *conf)
{
	static const struct setting none[] = {{0}};
	bind_group(bind, clocks, none, names, NULL);
	for (size_t i = 0; i < RULES_CLOCKS; i++) {
		config_setting_t *group = config_setting_get_member(clocks, names[i]);
		if (group != NULL && config_setting_is_group(group))
			take_clock(bind, group, &conf->rules.clocks[i]);
		else if (group != NULL)
			report_error(bind->problems, bind_place(bind, group),
				"%s must be a group: write %s = { normal = [ \"5wd\" ]; };",
				names[i], names[i]);
	}
}

void list_clocks(struct bind *bind, config_setting_t *root, struct conf *conf)
{
	rules_default_clocks(conf->rules.clocks);
	config_setting_t *clocks = config_setting_get_member(root, "clocks");
	if (clocks != NULL && config_setting_is_group(clocks))
		take_clocks(bind, clocks, conf);
	else if (clocks != NULL)
		report_error(bind->problems, bind_place(bind, clocks),
			"clocks must be a group: write clocks = { T2 = { … }; };");
}

static void take_override(const struct list_group *group, void *from)
{
	struct override_row *row = from;
	if (row->duration != NULL)
		take_duration(group->bind, group->element, row->duration, &row->rules.duration);
}

const struct list list_clock_times = {
	.name = "clocks",
	.doc = "clocks = { T2 = { … }; }: how long the clocks T0 to T13 run, where it is not "
	       "the default.",
	.rows = clock_rows,
};

const struct list list_overrides = {
	.name = "overrides",
	.doc = "overrides = ( { … } ): other first times of a clock; the first that fits.",
	.rows = override_rows,
	.row_size = sizeof(struct override_row),
	.size = sizeof(struct rules_override),
	.take = take_override,
};
