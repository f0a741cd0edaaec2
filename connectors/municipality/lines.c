/* lines - what a handover says to a worker at a municipality, in Dutch, a line for each thing; the
 * last one is our mark, by which it is known again. */
#include "connectors/municipality/lines.h"

#include <stddef.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

#define MINUTES 16 /* "2026-03-02T09:30" */
#define MARK "Kenmerk: "
#define ANY_MARK MARK "handover-"

static const char *const subjects[HANDOVER_KIND_COUNT] = {
	[HANDOVER_KIND_OFFER] = "Verwijzing aangeboden",
	[HANDOVER_KIND_DETAILS] = "Gegevens van een klant",
	[HANDOVER_KIND_QUESTION] = "Vraag over een verwijzing",
	[HANDOVER_KIND_ANSWER] = "Antwoord op een vraag",
	[HANDOVER_KIND_STATUS] = "Bericht over een verwijzing",
	[HANDOVER_KIND_RECALL] = "Verwijzing teruggenomen",
	[HANDOVER_KIND_DUTY] = "Een klant wacht op u",
	[HANDOVER_KIND_REMINDER] = "Herinnering",
	[HANDOVER_KIND_ESCALATION] = "Te laat",
	[HANDOVER_KIND_VERDICT] = "Bericht geweigerd",
};

static const struct lines_row of_handover[] = {
	{"Reden", offsetof(struct handover, reason)},
	{"Uitkomst", offsetof(struct handover, outcome)},
	{"Vervolg", offsetof(struct handover, next_step)},
	{"Voorgesteld loket", offsetof(struct handover, suggested_desk)},
	{"Zaaknummer van de verwijzer", offsetof(struct handover, case_)},
	{"Bericht", offsetof(struct handover, text)},
	{0},
};

struct bytes lines_cut(struct bytes text, size_t characters)
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

size_t lines_length(struct bytes text)
{
	size_t characters = 0;
	for (size_t i = 0; i < text.size; i++)
		characters += (text.data[i] & 0xc0) != 0x80;
	return characters;
}

void lines_add(struct buffer *out, const char *label, struct bytes text)
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

void lines_add_rows(struct buffer *out, const struct lines_row *rows, const void *record)
{
	for (; rows->label != NULL; rows++)
		lines_add(out, rows->label,
			*(const struct bytes *)(const void *)((const char *)record + rows->offset));
}

void lines_add_deadline(struct buffer *out, const struct handover *handover)
{
	char text[25];
	if (!handover->has_deadline)
		return;
	clock_to_text(calendar_local(handover->deadline), text);
	text[10] = ' ';
	lines_add(out, "Uiterlijk", bytes_of(text, MINUTES));
}

void lines_add_handover(struct buffer *out, const struct handover *handover)
{
	if (handover->body != NULL)
		lines_add(out, "Gevraagd", handover->body->question);
	if (handover->has_state)
		lines_add(out, "Stand", bytes_of_string(referral_state_name(handover->state)));
	lines_add_deadline(out, handover);
	lines_add_rows(out, of_handover, handover);
}

struct bytes lines_finish(
	struct buffer *out, size_t characters, const char *mark, struct arena *arena)
{
	size_t kept = mark != NULL ? characters - strlen(mark) - 1 : characters;
	struct bytes text = arena_copy(arena, lines_cut(buffer_bytes(out), kept));
	buffer_done(out);
	if (mark == NULL)
		return text;
	return bytes_of_string(
		arena_format(arena, "%.*s%s%s", BYTES_ARG(text), text.size > 0 ? "\n" : "", mark));
}

const char *lines_subject(enum handover_kind kind)
{
	return subjects[kind];
}

const char *lines_mark(const struct opened *opened)
{
	return arena_format(opened->arena, MARK "%s", opened->id);
}

static bool is_end(struct bytes text, size_t at)
{
	return at == text.size || text.data[at] == '\n' || text.data[at] == '\r';
}

/* Where it stands behind the begin of a line; text.size: nowhere. */
static size_t find(struct bytes text, const char *begin, size_t from)
{
	size_t size = strlen(begin);
	for (size_t at = from; at + size <= text.size; at++)
		if ((at == 0 || text.data[at - 1] == '\n') &&
			memcmp(text.data + at, begin, size) == 0)
			return at + size;
	return text.size;
}

bool lines_have(struct bytes text, const char *mark)
{
	size_t size = strlen(mark);
	for (size_t at = 0; at + size <= text.size; at++)
		if ((at == 0 || text.data[at - 1] == '\n') && is_end(text, at + size) &&
			memcmp(text.data + at, mark, size) == 0)
			return true;
	return false;
}

bool lines_have_mark(struct bytes text)
{
	size_t at = 0;
	while ((at = find(text, ANY_MARK, at)) < text.size) {
		size_t digits = at;
		while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9')
			digits++;
		if (digits > at && is_end(text, digits))
			return true;
	}
	return false;
}
