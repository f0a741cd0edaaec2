/* script - what the names in templates stand for: a made-up person, a case, a desk, a day. */
#include "hub/cli/play/script.h"

#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

#define EXCEL_DAYS 25569 /* from 1899-12-30, which Excel counts from, to 1970-01-01 */
/* Numbers have eight digits, and begin with no 0. One seed's begin a golden section of the circle
 * behind those of the seed before: so they lie as far apart as they can, however many seeds there
 * are (Knuth, The Art of Computer Programming, 6.4). The step and the circle share no factor. */
#define FIRST INT64_C(10000000)
#define CIRCLE INT64_C(90000000)
#define STEP INT64_C(55623059)
#define PICK "pick "
#define DIGITS "digits "

void script_begin_case(struct script *script, int64_t seed, int64_t number)
{
	struct dice whose = dice_of(0, bytes_of_string(script->desk->partner));
	int64_t place =
		dice_below(&whose, (uint32_t)CIRCLE) + seed % CIRCLE * STEP + number % CIRCLE;
	script->number = arena_format(script->arena, "%lld", (long long)(FIRST + place % CIRCLE));
	script->case_ = arena_format(script->arena, "SIM-%lld-%s", (long long)seed, script->number);
	script->reference = arena_format(script->arena, "%s-1", script->case_);
	script->someone = someone_new(script->dice, script->arena);
}

/* "pick WERK|LEERBAAN" is one of them. */
static const char *pick(const struct script *script, struct bytes name)
{
	char *words = arena_string(
		script->arena, bytes_of(name.data + strlen(PICK), name.size - strlen(PICK)));
	uint32_t count = 1;
	for (const char *at = words; (at = strchr(at, '|')) != NULL; at++)
		count++;
	uint32_t left = dice_below(script->dice, count);
	char *word = strsep(&words, "|");
	while (left-- > 0)
		word = strsep(&words, "|");
	return word;
}

static const char *case_of(const struct script *script)
{
	return script->case_;
}

static const char *number_of(const struct script *script)
{
	return script->number;
}

static const char *reference_of(const struct script *script)
{
	return script->reference;
}

static const char *desk_of(const struct script *script)
{
	return script->desk->id;
}

static const char *oin_of(const struct script *script)
{
	return script->desk->partner;
}

static const char *to_desk_of(const struct script *script)
{
	return script->to != NULL ? script->to->id : NULL;
}

/* One that the desk takes; a desk without a list takes all. */
static const char *question_of(const struct script *script)
{
	size_t at = 0;
	if (script->to == NULL)
		return NULL;
	if (script->to->questions != NULL && script->to->questions[0] != NULL)
		return script->to->questions[0];
	const struct code *first = codes_next(script->conf->codes, "question", &at);
	return first != NULL ? first->code : NULL;
}

/* Of a desk that works nationwide, any. */
static const char *region_of(const struct script *script)
{
	const struct rules *rules = &script->conf->rules;
	const char *region = script->desk->region;
	if (region == NULL)
		region = rules->default_region;
	return region == NULL && rules->regions_count > 0 ? rules->regions[0].code : region;
}

static const struct rules_municipality *municipality(const struct script *script)
{
	const struct rules *rules = &script->conf->rules;
	const char *region = region_of(script);
	int32_t today = calendar_date(clock_wall());
	for (size_t i = 0; i < rules->municipalities_count; i++) {
		const struct rules_municipality *it = &rules->municipalities[i];
		if (it->from <= today && today < it->to && region != NULL &&
			strcmp(it->region, region) == 0)
			return it;
	}
	return NULL;
}

static const char *municipality_of(const struct script *script)
{
	const struct rules_municipality *found = municipality(script);
	return found != NULL ? found->code : NULL;
}

static const char *municipality_name_of(const struct script *script)
{
	const struct rules_municipality *found = municipality(script);
	return found != NULL ? found->name : NULL;
}

static int64_t time_of(const struct script *script)
{
	return script->at != 0 ? script->at : clock_wall();
}

static const char *today_of(const struct script *script)
{
	char *text = arena_get(script->arena, 11);
	clock_date_to_text(calendar_date(time_of(script)), text);
	return text;
}

static const char *now_of(const struct script *script)
{
	char *text = arena_get(script->arena, 25);
	clock_to_text(time_of(script), text);
	return text;
}

/* As the clocks in Amsterdam show it. */
static const char *local_of(const struct script *script)
{
	char *text = arena_get(script->arena, 25);
	clock_to_text(calendar_local(time_of(script)), text);
	text[strcspn(text, "Z")] = '\0';
	return text;
}

static const char *excel_day_of(const struct script *script)
{
	return arena_format(script->arena, "%d", calendar_date(time_of(script)) + EXCEL_DAYS);
}

static const char *value_of(const struct script *script, struct bytes name)
{
	static const struct {
		const char *name;
		const char *(*value)(const struct script *script);
	} rows[] = {{"case", case_of}, {"desk", desk_of}, {"excel_day", excel_day_of},
		{"local", local_of}, {"municipality", municipality_of},
		{"municipality_name", municipality_name_of}, {"now", now_of}, {"number", number_of},
		{"oin", oin_of}, {"question", question_of}, {"reference", reference_of},
		{"region", region_of}, {"to_desk", to_desk_of}, {"today", today_of}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_equal_string(name, rows[i].name))
			return rows[i].value(script);
	return someone_value(&script->someone, name);
}

static bool begins(struct bytes name, const char *word)
{
	return name.size > strlen(word) && memcmp(name.data, word, strlen(word)) == 0;
}

/* "digits birth_date" is its value without what is between them. */
static const char *digits(struct script *script, struct bytes name)
{
	size_t skipped = strlen(DIGITS);
	const char *value =
		script_value(script, bytes_of(name.data + skipped, name.size - skipped));
	if (value == NULL)
		return NULL;
	char *text = arena_get(script->arena, strlen(value) + 1), *end = text;
	for (; *value != '\0'; value++)
		if (*value >= '0' && *value <= '9')
			*end++ = *value;
	*end = '\0';
	return text;
}

const char *script_value(void *context, struct bytes name)
{
	struct script *script = context;
	const struct setting_pair *pair = script->plan->values;
	for (; pair != NULL && pair->name != NULL; pair++)
		if (bytes_equal_string(name, pair->name))
			return pair->value;
	if (begins(name, PICK))
		return pick(script, name);
	if (begins(name, DIGITS))
		return digits(script, name);
	return value_of(script, name);
}
