/* stuf_zaak - what a zakLk01 says of its zaak: a referral as it is now, and what happened to it. */
#include "connectors/municipality/stuf_zaak.h"

#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/municipality/stuf_person.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"

#define NUMBER_MAX 1000000 /* of a raw status */
#define GM_DIGITS 4
#define STATUSES_MAX 500 /* that one message may tell */

struct zaak {
	const struct stuf_config *config;
	const struct stuf_message *message;
	struct parcel *out;
	struct bytes case_;
	struct bytes code, name; /* of its zaaktype; absent: not said */
	const struct setting_pair *zaaktype; /* NULL: none of ours, or not said */
	size_t told; /* statuses */
};

/* One thing that happened to it. */
struct telling {
	const char *words; /* NULL: nobody said what it means */
	struct bytes reference, text, label;
	struct raw_status raw;
	bool has_at;
	int64_t at; /* when, where it is not the time of the message */
};

static bool is_change(const struct zaak *zaak, const char *kind)
{
	return bytes_equal_string(zaak->message->mutation, kind);
}

static const struct xml *inner(const struct xml *relation)
{
	return stuf_read_zkn(relation, "gerelateerde");
}

/* The zaak says it by isVan, or else its status by the type that it is of. */
static void read_zaaktype(struct zaak *zaak)
{
	const struct stuf_message *message = zaak->message;
	const struct xml *type = inner(stuf_read_relation(message->object, "isVan"));
	if (type == NULL)
		type = inner(stuf_read_relation(message->old, "isVan"));
	zaak->code = stuf_read_text(type, "code");
	zaak->name = stuf_read_text(type, "omschrijving");
	if (zaak->code.data != NULL || zaak->name.data != NULL)
		return;
	type = inner(stuf_read_relation(message->object, "heeft"));
	zaak->code = stuf_read_text(type, "zkt.code");
	zaak->name = stuf_read_text(type, "zkt.omschrijving");
}

static const struct setting_pair *find_zaaktype(const struct zaak *zaak)
{
	const struct setting_pair *pair = zaak->config->zaaktypen;
	for (; pair != NULL && pair->name != NULL; pair++) {
		struct bytes name = bytes_of_string(pair->name);
		if (mapping_alike(name, zaak->code) || mapping_alike(name, zaak->name))
			return pair;
	}
	return NULL;
}

/* Takes "B1026:" off, where that is the zaaktype. */
static struct bytes without_zaaktype(const struct zaak *zaak, struct bytes name)
{
	const struct bytes types[] = {zaak->code, zaak->name};
	for (size_t i = 0; i < 2; i++) {
		size_t size = types[i].size;
		if (size > 0 && name.size > size && name.data[size] == ':' &&
			mapping_alike(bytes_of(name.data, size), types[i]))
			return bytes_of(name.data + size + 1, name.size - size - 1);
	}
	return name;
}

/* "0002" is "2". */
static bool equal_numbers(struct bytes name, const struct raw_status *raw)
{
	int64_t number;
	return raw->has_number && bytes_to_int64(name, &number) && number == raw->number;
}

/* By its text, its code or its number, also behind the zaaktype; the first that fits. */
static const char *find_words(
	const struct zaak *zaak, const struct setting_pair *pairs, const struct raw_status *raw)
{
	for (; pairs != NULL && pairs->name != NULL; pairs++) {
		struct bytes name = without_zaaktype(zaak, bytes_of_string(pairs->name));
		if (mapping_alike(name, raw->text) || mapping_alike(name, raw->code) ||
			equal_numbers(name, raw))
			return pairs->value;
	}
	return NULL;
}

static struct bytes scheme_of(const struct zaak *zaak)
{
	if (zaak->code.data != NULL)
		return zaak->code;
	return zaak->name.data != NULL ? zaak->name : bytes_of_string("stuf");
}

static struct parcel_draft *add(const struct zaak *zaak, struct bytes label)
{
	struct parcel_draft *to = parcel_add(zaak->out, zaak->message->body, label);
	to->draft.case_ = zaak->case_;
	to->draft.has_occurred_at = true;
	to->draft.occurred_at = zaak->message->sent_at;
	return to;
}

/* The order of the messages is that of their times: a status may be set long before it is told. */
static void tell(const struct zaak *zaak, const struct telling *telling)
{
	struct parcel *out = zaak->out;
	if (telling->words != NULL && strcmp(telling->words, MAPPING_NOTHING) == 0) {
		out->passed++;
		return;
	}
	struct parcel_draft *to = add(zaak, telling->label);
	struct status_change *change = parcel_change(out, &to->draft);
	struct err err = {0};
	int32_t day = calendar_date(telling->has_at ? telling->at : zaak->message->sent_at);
	change->action = ACTION_UNKNOWN;
	if (telling->words != NULL &&
		mapping_change(telling->words, day, out->arena, change, &err) != OK)
		problems_add(&to->problems, "body.StatusChange", NULL, "%s", err.text);
	change->raw = arena_get(out->arena, sizeof(*change->raw));
	*change->raw = telling->raw;
	change->raw->scheme = scheme_of(zaak);
	change->has_effective_date = true;
	change->effective_date = day;
	to->draft.reference = telling->reference;
	if (telling->text.data != NULL)
		parcel_person(out, &to->draft)->text = telling->text;
}

/* One message says several things: each has a reference of its own. */
static struct bytes reference_of(const struct zaak *zaak, const char *what)
{
	return bytes_of_string(arena_format(
		zaak->out->arena, "%.*s#%s", BYTES_ARG(zaak->message->reference), what));
}

static bool is_new(const struct xml *status)
{
	struct bytes kind = xml_attribute(status, STUF_URI, "verwerkingssoort");
	return kind.data == NULL || bytes_equal_string(kind, "T");
}

static bool is_own_status(const struct zaak *zaak, const struct xml *status)
{
	const char *mark =
		arena_format(zaak->out->arena, "%s" STUF_MARK, zaak->config->application);
	struct bytes text = stuf_read_text(status, "toelichting");
	size_t size = strlen(mark);
	return text.size >= size && memcmp(text.data, mark, size) == 0;
}

static struct raw_status raw_of(const struct xml *type)
{
	int64_t number;
	struct raw_status raw = {
		.code = stuf_read_text(type, "code"), .text = stuf_read_text(type, "omschrijving")};
	raw.has_number = bytes_to_int64(stuf_read_text(type, "volgnummer"), &number) &&
		number >= 0 && number <= NUMBER_MAX;
	if (raw.has_number)
		raw.number = (int32_t)number;
	return raw;
}

static void tell_status(struct zaak *zaak, const struct xml *status)
{
	struct arena *arena = zaak->out->arena;
	const char *place = arena_format(arena, "status-%zu", ++zaak->told);
	struct bytes at = stuf_read_text(status, "datumStatusGezet");
	struct telling telling = {.raw = raw_of(inner(status)),
		.reference = reference_of(zaak, place),
		.label = bytes_of_string(place),
		.text = stuf_read_text(status, "toelichting")};
	if (telling.text.data == NULL)
		telling.text = telling.raw.text.data != NULL ? telling.raw.text : telling.raw.code;
	telling.words = find_words(zaak, zaak->config->statuses, &telling.raw);
	telling.has_at = stuf_read_time(at, &telling.at);
	if (at.data == NULL || telling.has_at)
		tell(zaak, &telling);
	else
		problems_add(&add(zaak, telling.label)->problems, "heeft.datumStatusGezet",
			"20260302093000", "is no time of 8 to 17 digits");
}

static void refuse(const struct zaak *zaak, const char *field, const char *text)
{
	problems_add(&add(zaak, bytes_of_string("zaak"))->problems, field, NULL, "%s", text);
}

static void tell_statuses(struct zaak *zaak)
{
	const struct xml *status = stuf_read_relation(zaak->message->object, "heeft");
	bool are_all = true;
	for (; status != NULL; status = stuf_read_next(status)) {
		bool is_news = is_new(status) && !is_own_status(zaak, status);
		if (!is_news)
			zaak->out->passed++;
		else if (zaak->told < STATUSES_MAX)
			tell_status(zaak, status);
		else
			are_all = false;
	}
	if (!are_all)
		refuse(zaak, "object.heeft",
			"has more than 500 new statuses: send the others apart");
}

/* It has none now: said, and not only not said. */
static bool is_taken_back(const struct xml *object, const char *name)
{
	const struct xml *element = stuf_read_zkn(object, name);
	return stuf_read_is_nil(element) &&
		bytes_equal_string(xml_attribute(element, STUF_URI, "noValue"), "geenWaarde");
}

static struct bytes suspended(const struct xml *object)
{
	if (is_taken_back(object, "opschorting"))
		return bytes_of_string("N");
	return stuf_read_text(stuf_read_zkn(object, "opschorting"), "indicatie");
}

/* Only where it is new, and only if the settings say what it means: it is the municipality's own
 * term that it stops. */
static void tell_suspension(const struct zaak *zaak)
{
	const struct xml *object = zaak->message->object;
	struct bytes now = suspended(object), before = suspended(zaak->message->old);
	if (before.data == NULL)
		before = bytes_of_string("N");
	if (now.data == NULL || mapping_alike(now, before))
		return;
	struct telling telling = {.raw = {.code = now, .text = bytes_of_string("opschorting")},
		.reference = reference_of(zaak, "opschorting"),
		.label = bytes_of_string("opschorting"),
		.text = stuf_read_text(stuf_read_zkn(object, "opschorting"), "reden")};
	struct raw_status by_code = {.code = now};
	telling.words = find_words(zaak, zaak->config->suspensions, &by_code);
	if (telling.words != NULL)
		tell(zaak, &telling);
}

static struct bytes result_of(const struct xml *object)
{
	return stuf_read_text(stuf_read_zkn(object, "resultaat"), "omschrijving");
}

/* A person must look: of a referral that has ended nothing begins by itself. */
static void tell_no_end(const struct zaak *zaak)
{
	const struct telling telling = {
		.raw = {.code = bytes_of_string("einddatum"),
			.text = bytes_of_string("the zaak has no einddatum any more")},
		.reference = reference_of(zaak, "einddatum"),
		.label = bytes_of_string("einddatum")};
	tell(zaak, &telling);
}

/* It has ended, or its end has another result now. An end without result is told by the status that
 * came with it. */
static void tell_end(const struct zaak *zaak)
{
	const struct xml *object = zaak->message->object, *old = zaak->message->old;
	struct bytes result = result_of(object);
	struct bytes end = stuf_read_text(object, "einddatum");
	bool has_ended = end.data != NULL;
	bool had_ended = stuf_read_text(old, "einddatum").data != NULL;
	if (had_ended && is_taken_back(object, "einddatum"))
		tell_no_end(zaak);
	if (!has_ended || (had_ended && bytes_equal(result, result_of(old))) ||
		(result.data == NULL && zaak->told > 0))
		return;
	struct telling telling = {.raw = {.code = result, .text = bytes_of_string("einddatum")},
		.reference = reference_of(zaak, "resultaat"),
		.label = bytes_of_string("resultaat"),
		.text = stuf_read_text(stuf_read_zkn(object, "resultaat"), "toelichting")};
	struct raw_status by_code = {.code = result};
	if (telling.text.data == NULL)
		telling.text = result;
	telling.words = find_words(zaak, zaak->config->results, &by_code);
	telling.has_at = stuf_read_time(end, &telling.at);
	tell(zaak, &telling);
}

/* It may be the only word of a mistake that was taken back, or have been archived: a person must
 * look. */
static void tell_gone(const struct zaak *zaak)
{
	const struct telling telling = {
		.raw = {.code = bytes_of_string("V"),
			.text = bytes_of_string("the zaak was taken out of the zaak system")},
		.reference = reference_of(zaak, "V"),
		.label = bytes_of_string("mutatiesoort V")};
	tell(zaak, &telling);
}

static struct bytes municipality_of(const struct zaak *zaak)
{
	struct bytes organisation = zaak->message->sender.organisation;
	if (zaak->config->municipality != NULL || organisation.size != GM_DIGITS)
		return bytes_of_string(zaak->config->municipality);
	return bytes_of_string(arena_format(zaak->out->arena, "GM%.*s", BYTES_ARG(organisation)));
}

static void fill_body(const struct zaak *zaak, struct parcel_draft *to)
{
	const struct stuf_config *config = zaak->config;
	struct referral *body = parcel_referral(zaak->out, &to->draft);
	struct err err = {0};
	body->kind = REFERRAL_KIND_TRANSFER;
	body->subject = SUBJECT_PERSON;
	body->origin = bytes_of_string("PARTNER");
	body->from_desk = bytes_of_string(config->from_desk);
	body->municipality = municipality_of(zaak);
	body->purpose = bytes_of_string(config->purpose);
	body->legal_basis.kind = LEGAL_BASIS_KIND_PUBLIC_TASK;
	body->legal_basis.reference = bytes_of_string(config->legal_basis);
	if (mapping_referral(zaak->zaaktype->value, zaak->out->arena, body, &err) != OK)
		problems_add(&to->problems, "body.Referral", NULL, "%s", err.text);
}

static void fill_person(const struct zaak *zaak, const struct xml *client, struct parcel_draft *to)
{
	const struct xml *object = zaak->message->object;
	struct person *person = parcel_person(zaak->out, &to->draft);
	stuf_person_fill(client, zaak->out->arena, person);
	stuf_person_fill_worker(object, zaak->out->arena, person);
	person->text = stuf_read_text(object, "toelichting");
	if (person->text.data == NULL)
		person->text = stuf_read_text(object, "omschrijving");
	/* It travels in clear. */
	if (bytes_equal(person->bsn, zaak->case_) && person->bsn.data != NULL)
		problems_add(
			&to->problems, "object.identificatie", NULL, "may not be the client's BSN");
}

/* A change may tell no more than what is new: an amendment replaces the person as a whole, so it
 * takes one that names him. */
static void draft_referral(const struct zaak *zaak)
{
	struct problems problems;
	problems_init(&problems, zaak->out->arena);
	const struct xml *client = stuf_person_client(zaak->message->object, &problems);
	bool is_made = is_change(zaak, "T");
	if (zaak->zaaktype == NULL || stuf_is_own_zaak(zaak->case_) ||
		(client == NULL && !is_made && problems.count == 0))
		return;
	struct parcel_draft *to = add(zaak, bytes_of_string("zaak"));
	to->problems = problems;
	to->draft.reference = zaak->message->reference;
	fill_body(zaak, to);
	if (client != NULL)
		fill_person(zaak, client, to);
	else if (problems.count == 0)
		problems_add(&to->problems, "person", NULL,
			"is missing: neither heeftAlsInitiator nor heeftBetrekkingOp has a "
			"natuurlijkPersoon");
}

static void read_case(struct zaak *zaak)
{
	const struct xml *object = zaak->message->object;
	zaak->case_ = stuf_read_text(object, "identificatie");
	if (zaak->config->case_is == STUF_CASE_SLEUTEL && !stuf_is_own_zaak(zaak->case_))
		zaak->case_ = xml_attribute(object, STUF_URI, "sleutelVerzendend");
}

void stuf_zaak_draft(
	const struct stuf_config *config, const struct stuf_message *message, struct parcel *out)
{
	struct zaak zaak = {.config = config, .message = message, .out = out};
	read_case(&zaak);
	read_zaaktype(&zaak);
	zaak.zaaktype = find_zaaktype(&zaak);
	bool is_named = zaak.code.data != NULL || zaak.name.data != NULL;
	bool is_own = stuf_is_own_zaak(zaak.case_);
	if (is_named && zaak.zaaktype == NULL && !is_own) {
		out->passed++;
	} else if (zaak.case_.size == 0) {
		refuse(&zaak,
			config->case_is == STUF_CASE_SLEUTEL ? "object.sleutelVerzendend"
							     : "object.identificatie",
			"is missing");
	} else if (!is_named && is_change(&zaak, "T")) {
		refuse(&zaak, "object.isVan", "is missing, or has no code");
	} else if (is_change(&zaak, "V")) {
		tell_gone(&zaak);
	} else {
		draft_referral(&zaak);
		tell_statuses(&zaak);
		tell_suspension(&zaak);
		tell_end(&zaak);
	}
	/* A change that says nothing to us is no mistake of theirs. */
	out->passed += out->drafts_count == 0 && out->passed == 0;
}
