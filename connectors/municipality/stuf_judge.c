/* stuf_judge - what the answer to a message of ours says: Bv03, Fo03, or something else. */
#include "connectors/municipality/stuf_judge.h"

#include <stddef.h>
#include <string.h>

#include "connectors/common/soap.h"
#include "connectors/municipality/stuf_read.h"

#define CODE_MAX 10 /* of a fault, and of its letters */
#define LETTERS_MAX 4
#define ZAAK_MAX (4 + sizeof(STUF_OWN_ZAAK) - 1 + STUF_OWN_ZAAK_DIGITS)

/* What the answer says, where it is one of StUF. */
struct said {
	const struct xml *confirmed, *fault; /* Bv03 or Bv04, Fo03 */
	struct bytes code, place; /* of the fault */
};

static void read_answer(const struct document *answer, struct arena *arena, struct said *out)
{
	const struct xml *root = NULL, *body = NULL;
	struct err err = {0};
	*out = (struct said){0};
	if (xml_parse(answer->body, arena, &root, &err) != OK || soap_body(root, &body, &err) != OK)
		return;
	out->confirmed = soap_find(body, STUF_URI, "Bv03Bericht");
	/* Of one between us that sees to it that it is delivered. */
	if (out->confirmed == NULL)
		out->confirmed = soap_find(body, STUF_URI, "Bv04Bericht");
	out->fault = soap_find(body, STUF_URI, "Fo03Bericht");
	const struct xml *inner = xml_child(out->fault, STUF_URI, "body");
	out->code = stuf_read_value(xml_child(inner, STUF_URI, "code"));
	out->place = stuf_read_value(xml_child(inner, STUF_URI, "plek"));
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "StUF055": letters, then digits. Anything else may name somebody. */
static struct bytes plain(struct bytes code)
{
	size_t letters = 0, at = 0;
	while (letters < code.size && is_letter(code.data[letters]))
		letters++;
	for (at = letters; at < code.size && code.data[at] >= '0' && code.data[at] <= '9';)
		at++;
	bool is_plain = letters > 0 && letters <= LETTERS_MAX && at > letters && at == code.size &&
		at <= CODE_MAX;
	return is_plain ? code : bytes_of_string("with an odd code");
}

/* The crossRefnummer of one that made a zaak, as it stands in the body. */
static struct bytes made_zaak(const struct document *answer)
{
	static const char end[] = "</";
	const uint8_t *begin = answer->body.data, *at = begin, *stop = at + answer->body.size;
	while (at < stop &&
		(at = memmem(at, (size_t)(stop - at), STUF_OWN_ZAAK, sizeof(STUF_OWN_ZAAK) - 1)) !=
			NULL) {
		const uint8_t *from = at, *to = at;
		while (from > begin && from[-1] != '>' && at - from < (ptrdiff_t)ZAAK_MAX)
			from--;
		to = memmem(at, (size_t)(stop - at), end, 2);
		if (to == NULL)
			break;
		struct bytes found = bytes_of(from, (size_t)(to - from));
		if (stuf_is_own_zaak(found) && found.size <= ZAAK_MAX)
			return found;
		at = to;
	}
	return (struct bytes){0};
}

/* Faults that somebody there can mend without our sending anything else: that it does not know or
 * allow us; and a time that is not later than that of a message that has passed this one. */
static bool may_pass(struct bytes code)
{
	static const char *const codes[] = {"StUF010", "StUF013", "StUF019", "StUF052"};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (bytes_equal_string(code, codes[i]))
			return true;
	return false;
}

static enum outcome judge_fault(
	const struct document *answer, const struct said *said, struct err *err)
{
	struct bytes code = plain(said->code);
	/* Its combination of zender and referentienummer is there: of a try whose answer was lost.
	 */
	if (bytes_equal_string(said->code, "StUF016"))
		return OK;
	bool is_client = bytes_equal_string(said->place, "client") && !may_pass(said->code);
	return err_set(err, is_client ? REJECT : RETRY, "answered %d with Fo03 %.*s, plek %s",
		answer->status, BYTES_ARG(code),
		bytes_equal_string(said->place, "client") ? "client" : "server");
}

enum outcome stuf_judge(const void *config, const struct document *answer,
	struct connector_judgement *out, struct err *err)
{
	struct arena arena = {0};
	struct said said;
	enum outcome outcome = OK;
	(void)config;
	read_answer(answer, &arena, &said);
	if (said.fault != NULL)
		outcome = judge_fault(answer, &said, err);
	else if (answer->status == 410)
		outcome = err_set(err, REJECT, "answered 410");
	else if (said.confirmed == NULL || answer->status < 200 || answer->status >= 300)
		outcome = err_set(err, RETRY, "answered %d without Bv03%s", answer->status,
			answer->status == 404 ? ": is the endpoint's URL that of OntvangAsynchroon?"
					      : "");
	if (outcome == OK)
		out->partner_case = made_zaak(answer);
	arena_done(&arena);
	return outcome;
}
