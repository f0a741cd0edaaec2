/* application_person - who applied: what a row says of the person. */
#include "connectors/school/application_person.h"

#include <string.h>

#include "connectors/common/member.h"
#include "hub/base/format.h"

#define NETHERLANDS "6030" /* in table 34 of the BRP */

/* What has no place of its own, for the desk to read as it stands. */
static struct bytes text_of(
	const struct json_tree *row, const char *const *names, struct arena *arena)
{
	const char *text = "";
	for (; *names != NULL; names++) {
		struct bytes value = member_text(row, *names);
		if (value.data != NULL)
			text = arena_format(arena, "%s%s%s: %.*s", text,
				text[0] != '\0' ? "\n" : "", *names, BYTES_ARG(value));
	}
	return bytes_of_string(text);
}

/* An onderwijsnummer looks like a BSN, but fails its test. */
void application_person_fill(const struct json_tree *row, struct problems *problems,
	struct arena *arena, struct person *out)
{
	static const char *const told[] = {"brin", "onderwijsAanbiederCode", "opleidingAanmeldjaar",
		"startdatumOpleiding", NULL};
	struct bytes number = member_text(row, "pgn");
	if (number.data == NULL)
		problems_add(problems, "pgn", NULL, "is missing, or no text");
	else if (format_is("bsn", number))
		out->bsn = number;
	else
		out->own_number = number;
	out->text = text_of(row, told, arena);
}

static struct bytes first_of(const struct json_tree *in, const char *name, const char *other)
{
	struct bytes text = member_text(in, name);
	return text.data != NULL ? text : member_text(in, other);
}

static void fill_address(const struct json_tree *at, struct arena *arena, struct person *out)
{
	struct bytes number = member_text(at, "huisnummer");
	struct bytes more = member_text(at, "huisnummerToevoeging");
	struct bytes country = member_text(at, "land");
	out->street = first_of(at, "straat", "regel1");
	out->house_number = number;
	if (number.data != NULL && more.data != NULL)
		out->house_number = bytes_of_string(
			arena_format(arena, "%.*s %.*s", BYTES_ARG(number), BYTES_ARG(more)));
	out->postcode = member_text(at, "postcode");
	out->city = first_of(at, "plaats", "regel2");
	if (!bytes_equal_string(country, NETHERLANDS))
		out->country = country;
}

void application_person_fill_koppelpunt(const struct json_tree *row, struct problems *problems,
	struct arena *arena, struct person *out)
{
	static const char *const told[] = {"instelling", "opleiding", "opleidingCohort",
		"gewensteStartdatum", "extraInformatie", NULL};
	out->bsn = member_text(row, "bsn");
	if (out->bsn.data != NULL && !format_is("bsn", out->bsn)) {
		problems_add(problems, "bsn", NULL, "does not pass the 11-test");
		out->bsn = (struct bytes){0};
	}
	out->family_name = member_text(row, "achternaam");
	out->prefix = member_text(row, "voorvoegsels");
	out->given_names = first_of(row, "voornamen", "roepnaam");
	out->birth_date = member_text(row, "geboortedatum");
	out->gender = member_text(row, "geslacht");
	out->phone = first_of(row, "telefoonnummerMobiel", "telefoonnummerVast");
	out->email = member_text(row, "emailAdres");
	fill_address(json_tree_member(row, "correspondentieadres"), arena, out);
	out->text = text_of(row, told, arena);
}
