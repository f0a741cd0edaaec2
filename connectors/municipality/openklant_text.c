/* openklant_text - what a handover says to who reads a klantcontact, in Dutch, as long as it may
 * be.
 */
#include "connectors/municipality/openklant_text.h"

#include <stddef.h>
#include <string.h>

#include "connectors/common/mapping.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"

/* Characters, by the Klantinteracties API. */
#define SHORT_MAX 200
#define LONG_MAX 1000
#define TINY_MAX 10
#define MINUTES 16 /* "2026-03-02T09:30" */

static const struct said {
	const char *subject, *asked;
} said[HANDOVER_KIND_COUNT] = {
	[HANDOVER_KIND_OFFER] = {"Verwijzing aangeboden",
		"Beoordeel de verwijzing, en accepteer of weiger haar."},
	[HANDOVER_KIND_DETAILS] = {"Gegevens van een klant", "Neem contact op met de klant."},
	[HANDOVER_KIND_QUESTION] = {"Vraag over een verwijzing", "Beantwoord de vraag."},
	[HANDOVER_KIND_ANSWER] = {"Antwoord op een vraag",
		"Lees het antwoord, en beoordeel de verwijzing."},
	[HANDOVER_KIND_STATUS] = {"Bericht over een verwijzing", "Neem kennis van de stand."},
	[HANDOVER_KIND_RECALL] = {"Verwijzing teruggenomen", "Doe niets meer met de verwijzing."},
	[HANDOVER_KIND_DUTY] = {"Een klant wacht op u", "Doe wat voor de klant nodig is."},
	[HANDOVER_KIND_REMINDER] = {"Herinnering", "Handel af waaraan wordt herinnerd."},
	[HANDOVER_KIND_ESCALATION] = {"Te laat", "Handel dit vandaag af."},
	[HANDOVER_KIND_VERDICT] = {"Bericht geweigerd", "Verbeter het bericht, en stuur het weer."},
};

/* So many characters of it at most. */
static struct bytes cut(struct bytes text, size_t characters)
{
	size_t at = 0;
	for (; at < text.size; at++) {
		bool begins = (text.data[at] & 0xc0) != 0x80;
		if (begins && characters == 0)
			break;
		characters -= begins;
	}
	return bytes_of(text.data, at);
}

static size_t length(struct bytes text)
{
	size_t characters = 0;
	for (size_t i = 0; i < text.size; i++)
		characters += (text.data[i] & 0xc0) != 0x80;
	return characters;
}

/* One line, whatever is in the text: no line of it can pass for our mark. */
static void add_line(struct buffer *out, const char *label, struct bytes text)
{
	if (text.size == 0)
		return;
	buffer_add_format(out, "%s%s: ", out->size > 0 ? "\n" : "", label);
	size_t begin = out->size;
	buffer_add_bytes(out, text);
	for (size_t i = begin; i < out->size; i++)
		if (out->data[i] < ' ')
			out->data[i] = ' ';
}

/* A text of a record. */
struct line {
	const char *label;
	size_t offset;
};

static const struct line of_handover[] = {
	{"Reden", offsetof(struct handover, reason)},
	{"Uitkomst", offsetof(struct handover, outcome)},
	{"Vervolg", offsetof(struct handover, next_step)},
	{"Voorgesteld loket", offsetof(struct handover, suggested_desk)},
	{"Zaaknummer van de verwijzer", offsetof(struct handover, case_)},
	{"Bericht", offsetof(struct handover, text)},
	{0},
};

static const struct line of_client[] = {
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

static const struct line of_worker[] = {
	{"Contactpersoon", offsetof(struct person, worker_name)},
	{"Telefoon", offsetof(struct person, worker_phone)},
	{"E-mail", offsetof(struct person, worker_email)},
	{0},
};

static void add_lines(struct buffer *out, const struct line *lines, const void *record)
{
	for (; lines->label != NULL; lines++)
		add_line(out, lines->label,
			*(const struct bytes *)(const void *)((const char *)record +
				lines->offset));
}

/* As the clocks show it where it is read. */
static void add_deadline(struct buffer *out, const struct handover *handover)
{
	char text[25];
	if (!handover->has_deadline)
		return;
	clock_to_text(calendar_local(handover->deadline), text);
	text[10] = ' ';
	add_line(out, "Uiterlijk", bytes_of(text, MINUTES));
}

static struct bytes finish(struct buffer *out, size_t characters, struct arena *arena)
{
	struct bytes text = arena_copy(arena, cut(buffer_bytes(out), characters));
	buffer_done(out);
	return text;
}

struct bytes openklant_text_subject(const struct opened *opened)
{
	const struct handover *handover = opened->handover;
	struct buffer out = {0};
	buffer_add_string(&out, said[handover->kind].subject);
	if (handover->body != NULL)
		buffer_add_format(&out, ": %.*s", BYTES_ARG(handover->body->question));
	return finish(&out, SHORT_MAX, opened->arena);
}

const char *openklant_text_mark(const struct opened *opened)
{
	return arena_format(opened->arena, "Kenmerk: %s", opened->id);
}

struct bytes openklant_text_content(const struct opened *opened)
{
	const struct handover *handover = opened->handover;
	const char *mark = openklant_text_mark(opened);
	struct buffer out = {0};
	if (handover->body != NULL)
		add_line(&out, "Gevraagd", handover->body->question);
	if (handover->has_state)
		add_line(&out, "Stand", bytes_of_string(referral_state_name(handover->state)));
	add_deadline(&out, handover);
	add_lines(&out, of_handover, handover);
	if (opened->withheld != NULL)
		add_line(&out, "Zonder persoonsgegevens", bytes_of_string(opened->withheld));
	if (opened->person != NULL)
		add_lines(&out, of_client, opened->person);
	struct bytes text = finish(&out, LONG_MAX - strlen(mark) - 1, opened->arena);
	return bytes_of_string(arena_format(
		opened->arena, "%.*s%s%s", BYTES_ARG(text), text.size > 0 ? "\n" : "", mark));
}

struct bytes openklant_text_explanation(const struct opened *opened)
{
	const struct handover *handover = opened->handover;
	struct buffer out = {0};
	add_line(&out, "Voor", bytes_of_string(opened->desk_name));
	if (handover->body != NULL)
		add_line(&out, "Van", handover->body->from_desk);
	add_deadline(&out, handover);
	if (handover->has_duty)
		add_line(&out, "Taak", bytes_of_string(duty_name(handover->duty)));
	for (size_t i = 0; i < handover->actions_count; i++)
		add_line(&out, "Mogelijk", bytes_of_string(action_name(handover->actions[i])));
	if (opened->person != NULL)
		add_lines(&out, of_worker, opened->person);
	add_line(&out, "Verwijzing", bytes_of_string(opened->url));
	return finish(&out, LONG_MAX, opened->arena);
}

bool openklant_text_has_name(const struct person *person)
{
	return person->family_name.size + person->given_names.size + person->initials.size +
		person->employer_name.size >
		0;
}

static struct bytes present(struct bytes text, size_t characters)
{
	return text.data != NULL ? cut(text, characters) : bytes_of("", 0);
}

struct openklant_name openklant_text_name(const struct person *person, struct arena *arena)
{
	struct bytes family = person->family_name, prefix = person->prefix;
	if (length(prefix) > TINY_MAX) {
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
	return said[kind].asked;
}

enum outcome openklant_text_check(const struct setting_pair *asks, struct err *err)
{
	enum handover_kind kind;
	for (; asks != NULL && asks->name != NULL; asks++) {
		if (!handover_kind_from_name(bytes_of_string(asks->name), &kind))
			return err_set(err, REJECT, "asks: %s is no kind of handover", asks->name);
		if (asks->value[0] == '\0' || length(bytes_of_string(asks->value)) > SHORT_MAX)
			return err_set(err, REJECT, "asks: %s: is not 1 to %d characters long",
				asks->name, SHORT_MAX);
	}
	return OK;
}
