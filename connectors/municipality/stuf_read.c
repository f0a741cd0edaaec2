/* stuf_read - a StUF message as it came: who says what of which zaak, and the values in it. */
#include "connectors/municipality/stuf_read.h"

#include <string.h>

#include "connectors/common/soap.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"

/* The root names, and the namespace of each. */
static const struct root {
	const char *uri, *name;
} roots[] = {
	{STUF_ZKN, "zakLk01"},
	{STUF_ZDS, "creeerZaak_ZakLk01"},
	{STUF_ZDS, "updateZaak_ZakLk01"},
	{STUF_ZDS, "actualiseerZaakstatus_ZakLk01"},
};

static bool is_taken(const struct xml *root)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (xml_is(root, roots[i].uri, roots[i].name))
			return true;
	return false;
}

/* Within a root of the ZDS variant, some say its namespace for what StUF-ZKN names. */
static const struct xml *part_of(const struct xml *root, const char *name)
{
	const struct xml *part = xml_child(root, STUF_ZKN, name);
	return part != NULL ? part : xml_child(root, STUF_ZDS, name);
}

static bool is_true(struct bytes text)
{
	return bytes_equal_string(text, "true") || bytes_equal_string(text, "1");
}

bool stuf_read_is_nil(const struct xml *element)
{
	return is_true(xml_attribute(element, STUF_XSI, "nil"));
}

struct bytes stuf_read_value(const struct xml *element)
{
	if (element == NULL || stuf_read_is_nil(element))
		return (struct bytes){0};
	return element->text;
}

const struct xml *stuf_read_zkn(const struct xml *in, const char *name)
{
	return xml_child(in, STUF_ZKN, name);
}

struct bytes stuf_read_text(const struct xml *in, const char *name)
{
	return stuf_read_value(stuf_read_zkn(in, name));
}

static struct bytes stuf_text(const struct xml *in, const char *name)
{
	return stuf_read_value(xml_child(in, STUF_URI, name));
}

static bool is_over(const struct xml *relation)
{
	struct bytes kind = xml_attribute(relation, STUF_URI, "verwerkingssoort");
	return bytes_equal_string(kind, "V") || bytes_equal_string(kind, "E") ||
		stuf_read_is_nil(relation);
}

static const struct xml *standing(const struct xml *relation)
{
	while (relation != NULL && is_over(relation))
		relation = xml_again(relation);
	return relation;
}

const struct xml *stuf_read_relation(const struct xml *object, const char *name)
{
	return standing(stuf_read_zkn(object, name));
}

const struct xml *stuf_read_next(const struct xml *relation)
{
	return standing(xml_again(relation));
}

static struct stuf_party party_of(const struct xml *head, const char *name)
{
	const struct xml *party = xml_child(head, STUF_URI, name);
	return (struct stuf_party){stuf_text(party, "organisatie"), stuf_text(party, "applicatie")};
}

/* A change has two objects: as it was, and then as it is. One that is nil is none. */
static void find_objects(struct stuf_message *message)
{
	const struct xml *object = part_of(message->root, "object");
	for (; object != NULL; object = xml_again(object)) {
		if (stuf_read_is_nil(object))
			continue;
		message->old = message->object;
		message->object = object;
	}
}

static void read_message(struct stuf_message *out)
{
	const struct xml *head = part_of(out->root, "stuurgegevens");
	out->code = stuf_text(head, "berichtcode");
	out->sender = party_of(head, "zender");
	out->receiver = party_of(head, "ontvanger");
	out->reference = stuf_text(head, "referentienummer");
	out->has_sent_at = stuf_read_time(stuf_text(head, "tijdstipBericht"), &out->sent_at);
	out->mutation = stuf_text(part_of(out->root, "parameters"), "mutatiesoort");
	find_objects(out);
}

enum outcome stuf_read_open(const struct document *document, bool is_bare, struct arena *arena,
	struct stuf_message *out, struct err *err)
{
	const struct xml *root = NULL;
	*out = (struct stuf_message){.body = document->body};
	if (xml_parse(document->body, arena, &root, err) != OK)
		return REJECT;
	if (!(is_bare && is_taken(root)) && soap_body(root, &root, err) != OK)
		return REJECT;
	out->root = root;
	read_message(out);
	return OK;
}

static bool is_called(
	const struct stuf_party *party, const char *organisation, const char *application)
{
	return (organisation == NULL || bytes_equal_string(party->organisation, organisation)) &&
		(application == NULL || bytes_equal_string(party->application, application));
}

bool stuf_read_is_own(const struct stuf_config *config, const struct stuf_message *message)
{
	return config->organisation != NULL &&
		is_called(&message->sender, config->organisation, config->application);
}

static void check_parts(const struct stuf_message *message, struct problems *problems)
{
	static const char *const mutations[] = {"T", "W", "C", "F", "V"};
	bool is_known = false;
	for (size_t i = 0; i < sizeof(mutations) / sizeof(mutations[0]); i++)
		is_known = is_known || bytes_equal_string(message->mutation, mutations[i]);
	if (message->reference.data == NULL)
		problems_add(problems, "stuurgegevens.referentienummer", NULL, "is missing");
	if (!message->has_sent_at)
		problems_add(problems, "stuurgegevens.tijdstipBericht", "20260302093000",
			"is missing, or no time of 8 to 17 digits");
	if (!is_known)
		problems_add(problems, "parameters.mutatiesoort", "W",
			"must be T (a new zaak), W (a change), C or F (a correction) or V (a zaak "
			"is gone)");
	if (message->object == NULL)
		problems_add(problems, "object", NULL, "is missing");
}

const char *stuf_read_refusal(const struct stuf_config *config, const struct stuf_message *message,
	struct problems *problems)
{
	size_t before = problems->count;
	if (!is_taken(message->root) || !bytes_equal_string(message->code, "Lk01")) {
		problems_add(problems, "stuurgegevens.berichtcode", "Lk01",
			"is not taken here: only zakLk01 of StUF-ZKN 3.10, or creeerZaak, "
			"updateZaak and actualiseerZaakstatus of ZDS 1.2");
		return "StUF052";
	}
	if (!stuf_read_is_own(config, message) &&
		!is_called(&message->sender, config->partner_organisation,
			config->partner_application)) {
		problems_add(problems, "stuurgegevens.zender", NULL,
			"is not the system whose messages are taken here");
		return "StUF013";
	}
	check_parts(message, problems);
	return problems->count > before ? "StUF055" : NULL;
}

static bool are_digits(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.size > 0;
}

/* Of digits only. */
static int64_t number_at(struct bytes digits, size_t from, size_t size)
{
	int64_t number = 0;
	for (size_t i = from; i < from + size; i++)
		number = 10 * number + (i < digits.size ? digits.data[i] - '0' : 0);
	return number;
}

/* How many of a date's eight digits are known: 0, 4, 6 or 8. */
static size_t known_digits(const struct xml *element, struct bytes digits)
{
	struct bytes kind = xml_attribute(element, STUF_URI, "indOnvolledigeDatum");
	size_t known = digits.size;
	if (bytes_equal_string(kind, "J") || number_at(digits, 0, 4) == 0)
		return 0;
	if (bytes_equal_string(kind, "M") || number_at(digits, 4, 2) == 0)
		known = 4;
	else if (bytes_equal_string(kind, "D") || number_at(digits, 6, 2) == 0)
		known = 6;
	return known < digits.size ? known : digits.size;
}

struct bytes stuf_read_date(const struct xml *element, struct arena *arena)
{
	struct bytes text = stuf_read_value(element);
	if (!are_digits(text) || (text.size != 4 && text.size != 6 && text.size != 8))
		return text;
	const char *digits = arena_string(arena, text);
	switch (known_digits(element, text)) {
	case 0:
		return (struct bytes){0};
	case 4:
		return bytes_of_string(arena_format(arena, "%.4s", digits));
	case 6:
		return bytes_of_string(arena_format(arena, "%.4s-%.2s", digits, digits + 4));
	default: /* 8 */
		return bytes_of_string(
			arena_format(arena, "%.4s-%.2s-%.2s", digits, digits + 4, digits + 6));
	}
}

/* What the clocks in Amsterdam show, as epoch ms; of a time that comes twice, the first. */
static int64_t from_local(int64_t local)
{
	int64_t summer = local - 2 * CLOCK_HOUR_MS;
	return calendar_local(summer) == local ? summer : local - CLOCK_HOUR_MS;
}

bool stuf_read_time(struct bytes digits, int64_t *out)
{
	char text[11];
	int32_t day;
	int64_t hour = number_at(digits, 8, 2), minute = number_at(digits, 10, 2),
		second = number_at(digits, 12, 2);
	bool is_even = digits.size <= 14 && digits.size % 2 == 0;
	if (!are_digits(digits) || digits.size < 8 || digits.size > 17 ||
		(digits.size < 14 && !is_even))
		return false;
	memcpy(text, digits.data, 4);
	memcpy(text + 5, digits.data + 4, 2);
	memcpy(text + 8, digits.data + 6, 2);
	text[4] = text[7] = '-';
	if (!clock_date_from_text(bytes_of(text, 10), &day) || hour > 23 || minute > 59 ||
		second > 59)
		return false;
	*out = from_local(day * CLOCK_DAY_MS + hour * CLOCK_HOUR_MS + minute * CLOCK_MINUTE_MS +
		second * 1000 + number_at(digits, 14, 3));
	return true;
}
