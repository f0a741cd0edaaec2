/* openklant_text - what a handover says to who reads a klantcontact, in Dutch, as long as it may
 * be.
 */
#include "connectors/municipality/openklant_text.h"

#include <stddef.h>
#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/municipality/lines.h"

/* Characters, by the Klantinteracties API. */
#define SHORT_MAX 200
#define LONG_MAX 1000
#define TINY_MAX 10

static const char *const asked[HANDOVER_KIND_COUNT] = {
	[HANDOVER_KIND_OFFER] = "Beoordeel de verwijzing, en accepteer of weiger haar.",
	[HANDOVER_KIND_DETAILS] = "Neem contact op met de klant.",
	[HANDOVER_KIND_QUESTION] = "Beantwoord de vraag.",
	[HANDOVER_KIND_ANSWER] = "Lees het antwoord, en beoordeel de verwijzing.",
	[HANDOVER_KIND_STATUS] = "Neem kennis van de stand.",
	[HANDOVER_KIND_RECALL] = "Doe niets meer met de verwijzing.",
	[HANDOVER_KIND_DUTY] = "Doe wat voor de klant nodig is.",
	[HANDOVER_KIND_REMINDER] = "Handel af waaraan wordt herinnerd.",
	[HANDOVER_KIND_ESCALATION] = "Handel dit vandaag af.",
	[HANDOVER_KIND_VERDICT] = "Verbeter het bericht, en stuur het weer.",
};

static const struct lines_row of_client[] = {
	{"Geboortedatum", offsetof(struct person, birth_date)},
	{"Telefoon", offsetof(struct person, phone)},
	{"E-mail", offsetof(struct person, email)},
	{"Straat", offsetof(struct person, street)},
	{"Huisnummer", offsetof(struct person, house_number)},
	{"Postcode", offsetof(struct person, postcode)},
	{"Plaats", offsetof(struct person, city)},
	{"Land", offsetof(struct person, country)},
	{"Vraag of toelichting", offsetof(struct person, text)},
	{0},
};

static const struct lines_row of_worker[] = {
	{"Contactpersoon", offsetof(struct person, worker_name)},
	{"Telefoon", offsetof(struct person, worker_phone)},
	{"E-mail", offsetof(struct person, worker_email)},
	{0},
};

struct bytes openklant_text_subject(const struct opened *opened)
{
	const struct handover *handover = opened->handover;
	struct buffer out = {0};
	buffer_add_string(&out, lines_subject(handover->kind));
	if (handover->body != NULL)
		buffer_add_format(&out, ": %.*s", BYTES_ARG(handover->body->question));
	return lines_finish(&out, SHORT_MAX, NULL, opened->arena);
}

/* Not the UUID of what was posted before, which nobody knows it by. */
static void add_own_case(struct buffer *out, const struct opened *opened)
{
	uint8_t uuid[16];
	if (!bytes_from_uuid(opened->own_case, uuid))
		lines_add(out, "Uw zaaknummer", opened->own_case);
}

struct bytes openklant_text_content(const struct opened *opened)
{
	struct buffer out = {0};
	add_own_case(&out, opened);
	lines_add_handover(&out, opened->handover);
	if (opened->withheld != NULL)
		lines_add(&out, "Zonder persoonsgegevens", bytes_of_string(opened->withheld));
	if (opened->person != NULL)
		lines_add_rows(&out, of_client, opened->person);
	return lines_finish(&out, LONG_MAX, lines_mark(opened), opened->arena);
}

struct bytes openklant_text_explanation(const struct opened *opened)
{
	const struct handover *handover = opened->handover;
	struct buffer out = {0};
	lines_add(&out, "Voor", bytes_of_string(opened->desk_name));
	if (handover->body != NULL)
		lines_add(&out, "Van", handover->body->from_desk);
	lines_add_deadline(&out, handover);
	if (handover->has_duty)
		lines_add(&out, "Taak", bytes_of_string(duty_name(handover->duty)));
	for (size_t i = 0; i < handover->actions_count; i++)
		lines_add(&out, "Mogelijk", bytes_of_string(action_name(handover->actions[i])));
	if (opened->person != NULL)
		lines_add_rows(&out, of_worker, opened->person);
	lines_add(&out, "Verwijzing", bytes_of_string(opened->url));
	return lines_finish(&out, LONG_MAX, NULL, opened->arena);
}

bool openklant_text_has_name(const struct person *person)
{
	return person->family_name.size + person->given_names.size + person->initials.size +
		person->employer_name.size >
		0;
}

static struct bytes present(struct bytes text, size_t characters)
{
	return text.data != NULL ? lines_cut(text, characters) : bytes_of("", 0);
}

struct openklant_name openklant_text_name(const struct person *person, struct arena *arena)
{
	struct bytes family = person->family_name, prefix = person->prefix;
	if (lines_length(prefix) > TINY_MAX) {
		family = bytes_of_string(
			arena_format(arena, "%.*s %.*s", BYTES_ARG(prefix), BYTES_ARG(family)));
		prefix = bytes_of("", 0);
	}
	return (struct openklant_name){.initials = present(person->initials, TINY_MAX),
		.given_names = present(person->given_names, SHORT_MAX),
		.prefix = present(prefix, TINY_MAX),
		.family_name = present(family, SHORT_MAX),
		.organisation = present(person->employer_name, SHORT_MAX)};
}

const char *openklant_text_asked(const struct setting_pair *asks, enum handover_kind kind)
{
	for (; asks != NULL && asks->name != NULL; asks++)
		if (strcmp(asks->name, handover_kind_name(kind)) == 0)
			return strcmp(asks->value, MAPPING_NOTHING) == 0 ? NULL : asks->value;
	return asked[kind];
}

enum outcome openklant_text_check(const struct setting_pair *asks, struct err *err)
{
	enum handover_kind kind;
	for (; asks != NULL && asks->name != NULL; asks++) {
		if (!handover_kind_from_name(bytes_of_string(asks->name), &kind))
			return err_set(err, REJECT, "asks: %s is no kind of handover", asks->name);
		if (asks->value[0] == '\0' ||
			lines_length(bytes_of_string(asks->value)) > SHORT_MAX)
			return err_set(err, REJECT, "asks: %s: is not 1 to %d characters long",
				asks->name, SHORT_MAX);
	}
	return OK;
}
