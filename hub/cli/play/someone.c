/* someone - a made-up person, whom the test lane takes. */
#include "hub/cli/play/someone.h"

#include <stddef.h>

#include "hub/base/format.h"

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof((list)[0])))

static const char *const families[] = {"Akkerman", "Bakker", "Cornelissen", "Dijkstra", "Evers",
	"Faruk", "Gerritsen", "Hendriks", "Jansen", "Koster", "Lammers", "Mulder", "Nagel", "Otten",
	"Pietersen", "Quist", "Roos", "Smit", "Timmer", "Vos", "Willems", "Yilmaz", "Zwart"};

static const struct {
	const char *name, *gender;
} given[] = {{"Anna", "V"}, {"Bram", "M"}, {"Cleo", "V"}, {"Daan", "M"}, {"Emma", "V"},
	{"Farid", "M"}, {"Gerda", "V"}, {"Hassan", "M"}, {"Iris", "V"}, {"Jesse", "M"},
	{"Karin", "V"}, {"Lars", "M"}, {"Mila", "V"}, {"Noah", "M"}, {"Olga", "V"}, {"Piet", "M"}};

static const char *bsn(struct dice *dice, struct arena *arena)
{
	char *text;
	do {
		bool is_high = dice_below(dice, 2) == 0;
		text = is_high ? arena_format(arena, "99999%04u", dice_below(dice, 10000))
			       : arena_format(arena, "0000%05u", dice_below(dice, 100000));
	} while (!format_is("bsn", bytes_of_string(text)));
	return text;
}

struct someone someone_new(struct dice *dice, struct arena *arena)
{
	uint32_t first = dice_below(dice, COUNT(given));
	const char *family = families[dice_below(dice, COUNT(families))];
	return (struct someone){.bsn = bsn(dice, arena),
		.family_name = family,
		.given_name = given[first].name,
		.initials = arena_format(arena, "%c.", given[first].name[0]),
		.birth_date = arena_format(arena, "%u-%02u-%02u", 1960 + dice_below(dice, 49),
			1 + dice_below(dice, 12), 1 + dice_below(dice, 28)),
		.gender = given[first].gender,
		.phone = arena_format(arena, "010%07u", 1000000 + dice_below(dice, 9000000)),
		.email = arena_format(arena, "%s.%s@example.nl", given[first].name, family)};
}

#define AT(member) offsetof(struct someone, member)

const char *someone_value(const struct someone *someone, struct bytes name)
{
	static const struct {
		const char *name;
		size_t offset;
	} rows[] = {{"bsn", AT(bsn)}, {"family_name", AT(family_name)},
		{"given_name", AT(given_name)}, {"initials", AT(initials)},
		{"birth_date", AT(birth_date)}, {"gender", AT(gender)}, {"phone", AT(phone)},
		{"email", AT(email)}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_equal_string(name, rows[i].name))
			return *(const char *const *)((const char *)someone + rows[i].offset);
	return NULL;
}
