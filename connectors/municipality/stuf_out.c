/* stuf_out - what a handover says to a zaak system: a status of its zaak, or a new zaak. */
#include "connectors/municipality/stuf_out.h"

#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/common/soap.h"
#include "connectors/municipality/lines.h"
#include "connectors/municipality/stuf_write.h"
#include "hub/base/format.h"

#define TEXT_MAX 80 /* bytes, of an omschrijving (RGBZ) */
#define ORGANISATION 4 /* digits, of a zaak of ours */
#define CODE_MAX 10 /* of a status or zaaktype */
#define EXPLANATION_MAX 1000 /* characters, of a toelichting */
#define HEX STUF_OWN_ZAAK_DIGITS

/* "2 Inbeh In behandeling": volgnummer, code ("-": none), omschrijving. */
struct status {
	struct bytes number, code, text;
};

/* What is being written. */
struct writing {
	const struct stuf_config *config;
	const struct opened *opened;
	bool has_status;
	struct status status;
	struct bytes zaak; /* its identificatie */
	bool is_new;
	int64_t now;
	struct buffer out;
};

/* The first word; *rest is what stands behind it. */
static struct bytes word(struct bytes *rest)
{
	const uint8_t *space = rest->size > 0 ? memchr(rest->data, ' ', rest->size) : NULL;
	struct bytes first = *rest;
	if (space != NULL)
		first.size = (size_t)(space - rest->data);
	size_t used = first.size + (space != NULL);
	*rest = bytes_of(rest->data + used, rest->size - used);
	return first;
}

static bool read_status(const char *value, struct status *out)
{
	int64_t number;
	struct bytes rest = bytes_of_string(value);
	out->number = word(&rest);
	out->code = word(&rest);
	out->text = rest;
	bool is_good = bytes_to_int64(out->number, &number) && number > 0 &&
		out->number.size <= 4 && out->code.size > 0 && out->code.size <= CODE_MAX &&
		rest.size > 0 && rest.size <= TEXT_MAX;
	if (bytes_equal_string(out->code, "-"))
		out->code = (struct bytes){0};
	return is_good;
}

/* "STATUS" or "STATUS:ACCEPTED". */
static bool read_key(
	const char *name, enum handover_kind *kind, bool *has_state, enum referral_state *state)
{
	struct bytes first = bytes_of_string(name);
	const char *colon = strchr(name, ':');
	*has_state = colon != NULL;
	if (colon != NULL)
		first.size = (size_t)(colon - name);
	return handover_kind_from_name(first, kind) &&
		(colon == NULL || referral_state_from_name(bytes_of_string(colon + 1), state));
}

enum naming { NOT_NAMED, NOTHING, STATUS };

/* By the first of the settings that fits. */
static enum naming find_status(
	const struct stuf_config *config, const struct handover *handover, struct status *out)
{
	const struct setting_pair *pair = config->tells;
	for (; pair != NULL && pair->name != NULL; pair++) {
		enum handover_kind kind;
		enum referral_state state = handover->state;
		bool has_state;
		if (!read_key(pair->name, &kind, &has_state, &state) || kind != handover->kind)
			continue;
		if (has_state && (!handover->has_state || state != handover->state))
			continue;
		return strcmp(pair->value, MAPPING_NOTHING) != 0 && read_status(pair->value, out)
			? STATUS
			: NOTHING;
	}
	return NOT_NAMED;
}

static void add(struct writing *writing, const char *text)
{
	buffer_add_string(&writing->out, text);
}

static void write(struct writing *writing, const char *name, struct bytes text)
{
	stuf_write(&writing->out, name, text);
}

static void write_string(struct writing *writing, const char *name, const char *text)
{
	stuf_write(&writing->out, name, bytes_of_string(text));
}

/* Begins an element of the kind that a StUF relation or object has. */
static void begin(struct writing *writing, const char *name, const char *entity, const char *kind)
{
	buffer_add_format(&writing->out,
		"<ZKN:%s StUF:entiteittype=\"%s\" StUF:verwerkingssoort=\"%s\">", name, entity,
		kind);
}

static void write_status(struct writing *writing)
{
	const struct opened *opened = writing->opened;
	if (!writing->has_status)
		return;
	begin(writing, "heeft", "ZAKSTT", "T");
	begin(writing, "gerelateerde", "STT", "I");
	struct bytes type = bytes_of_string(writing->config->zaaktype);
	if (writing->is_new) {
		struct bytes rest = bytes_of_string(writing->config->new_zaaktype);
		type = word(&rest);
	}
	write(writing, "ZKN:zkt.code", type);
	write(writing, "ZKN:volgnummer", writing->status.number);
	write(writing, "ZKN:code", writing->status.code);
	write(writing, "ZKN:omschrijving", writing->status.text);
	add(writing, "</ZKN:gerelateerde>");
	write_string(writing, "ZKN:toelichting",
		arena_format(opened->arena, "%s: %s", writing->config->application, opened->id));
	write_string(writing, "ZKN:datumStatusGezet",
		stuf_write_time(opened->arena, opened->handover->at));
	add(writing, "</ZKN:heeft>");
}

static void write_bg(struct writing *writing, const char *name, struct bytes text)
{
	stuf_write(&writing->out, arena_format(writing->opened->arena, "BG:%s", name), text);
}

/* StUF has eight digits, and says beside them which are meant. */
static void write_birth_date(struct writing *writing, struct bytes date)
{
	char digits[] = "00000101";
	static const char kinds[] = {[4] = 'M', [7] = 'D', [10] = 'V'};
	if (!format_is("partial-date", date))
		return;
	for (size_t i = 0, to = 0; i < date.size; i++)
		if (date.data[i] != '-')
			digits[to++] = (char)date.data[i];
	buffer_add_format(&writing->out, "<BG:geboortedatum StUF:indOnvolledigeDatum=\"%c\">",
		kinds[date.size]);
	xml_add_text(&writing->out, bytes_of_string(digits));
	add(writing, "</BG:geboortedatum>");
}

/* huisnummer is a number; "25 bis" goes on behind it. */
static void write_house_number(struct writing *writing, struct bytes text)
{
	size_t digits = 0, at;
	while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9')
		digits++;
	for (at = digits; at < text.size && text.data[at] == ' ';)
		at++;
	if (text.size == 0)
		return;
	write_bg(writing, "aoa.huisnummer", bytes_of(text.data, digits));
	write_bg(writing, "aoa.huisnummertoevoeging", bytes_of(text.data + at, text.size - at));
}

static void write_home(struct writing *writing, const struct person *person)
{
	add(writing, "<BG:verblijfsadres>");
	write_bg(writing, "wpl.woonplaatsNaam", person->city);
	write_bg(writing, "gor.straatnaam", person->street);
	write_bg(writing, "aoa.postcode", person->postcode);
	write_house_number(writing, person->house_number);
	add(writing, "</BG:verblijfsadres>");
}

static void write_abroad(struct writing *writing, const struct person *person)
{
	add(writing, "<BG:sub.verblijfBuitenland>");
	write_bg(writing, "lnd.landnaam", person->country);
	write_bg(writing, "sub.adresBuitenland1", person->street);
	write_bg(writing, "sub.adresBuitenland2", person->city);
	add(writing, "</BG:sub.verblijfBuitenland>");
}

static bool has_person(const struct opened *opened)
{
	const struct person *person = opened->person;
	return person != NULL && (person->bsn.size > 0 || person->family_name.size > 0);
}

static void write_person(struct writing *writing, const struct person *person)
{
	begin(writing, "heeftAlsInitiator", "ZAKBTRINI", "T");
	add(writing, "<ZKN:gerelateerde>");
	begin(writing, "natuurlijkPersoon", "NPS", "T");
	write_bg(writing, "inp.bsn", person->bsn);
	write_bg(writing, "geslachtsnaam", person->family_name);
	write_bg(writing, "voorvoegselGeslachtsnaam", person->prefix);
	write_bg(writing, "voorletters", person->initials);
	write_bg(writing, "voornamen", person->given_names);
	write_birth_date(writing, person->birth_date);
	if (person->country.size == 0)
		write_home(writing, person);
	else
		write_abroad(writing, person);
	write_bg(writing, "sub.telefoonnummer", person->phone);
	write_bg(writing, "sub.emailadres", person->email);
	add(writing, "</ZKN:natuurlijkPersoon></ZKN:gerelateerde></ZKN:heeftAlsInitiator>");
}

static void write_new_zaak(struct writing *writing)
{
	const struct opened *opened = writing->opened;
	struct bytes name = bytes_of_string(writing->config->new_zaaktype), code = word(&name);
	const char *day = stuf_write_date(opened->arena, opened->handover->at);
	begin(writing, "object", "ZAK", "T");
	write(writing, "ZKN:identificatie", writing->zaak);
	write(writing, "ZKN:omschrijving", name);
	if (opened->person != NULL)
		write(writing, "ZKN:toelichting", lines_cut(opened->person->text, EXPLANATION_MAX));
	add(writing, "<ZKN:kenmerk>");
	write_string(writing, "ZKN:kenmerk", opened->id);
	write_string(writing, "ZKN:bron", "lokethub");
	add(writing, "</ZKN:kenmerk>");
	write_string(writing, "ZKN:startdatum", day);
	write_string(writing, "ZKN:registratiedatum", day);
	begin(writing, "isVan", "ZAKZKT", "T");
	begin(writing, "gerelateerde", "ZKT", "I");
	write(writing, "ZKN:omschrijving", name);
	write(writing, "ZKN:code", code);
	add(writing, "</ZKN:gerelateerde></ZKN:isVan>");
	if (has_person(opened))
		write_person(writing, opened->person);
	write_status(writing);
	add(writing, "</ZKN:object>");
}

/* As it was, and as it is: nothing but its new status is said. */
static void write_changed_zaak(struct writing *writing)
{
	for (int i = 0; i < 2; i++) {
		begin(writing, "object", "ZAK", "W");
		write(writing, "ZKN:identificatie", writing->zaak);
		if (i == 1)
			write_status(writing);
		add(writing, "</ZKN:object>");
	}
}

/* The reference of one that makes a zaak is its identificatie: so the answer names it. */
static void write_all(struct writing *writing, const char *root)
{
	const struct stuf_config *config = writing->config;
	const struct stuf_head head = {.code = "Lk01",
		.sender = {bytes_of_string(config->organisation),
			bytes_of_string(config->application)},
		.receiver = {bytes_of_string(config->partner_organisation),
			bytes_of_string(config->partner_application)},
		.reference = writing->is_new ? writing->zaak : bytes_of_string(writing->opened->id),
		.at = writing->now,
		.has_entity = true};
	soap_begin(&writing->out);
	buffer_add_format(&writing->out,
		"<%s xmlns:ZDS=\"" STUF_ZDS "\" xmlns:ZKN=\"" STUF_ZKN "\" xmlns:BG=\"" STUF_BG
		"\" xmlns:StUF=\"" STUF_URI "\"><ZKN:stuurgegevens>",
		root);
	stuf_write_head(&writing->out, &head);
	buffer_add_format(&writing->out,
		"</ZKN:stuurgegevens><ZKN:parameters><StUF:mutatiesoort>%s</StUF:mutatiesoort>"
		"<StUF:indicatorOvername>V</StUF:indicatorOvername></ZKN:parameters>",
		writing->is_new ? "T" : "W");
	if (writing->is_new)
		write_new_zaak(writing);
	else
		write_changed_zaak(writing);
	buffer_add_format(&writing->out, "</%s>", root);
	soap_end(&writing->out);
}

static struct bytes new_zaak(const struct stuf_config *config, const struct opened *opened)
{
	char hex[HEX + 1];
	bytes_to_hex(bytes_of(opened->handover->referral.data, HEX / 2), hex);
	return bytes_of_string(
		arena_format(opened->arena, "%s" STUF_OWN_ZAAK "%s", config->organisation, hex));
}

static const char *root_of(const struct writing *writing)
{
	if (writing->config->root == STUF_ROOT_ZKN)
		return "ZKN:zakLk01";
	return writing->is_new ? "ZDS:creeerZaak_ZakLk01" : "ZDS:actualiseerZaakstatus_ZakLk01";
}

static void post(struct writing *writing, struct connector_request *out)
{
	struct arena *arena = writing->opened->arena;
	struct connector_header *header = arena_get(arena, sizeof(*header));
	const char *root = root_of(writing), *name = strchr(root, ':') + 1;
	bool is_zds = writing->config->root == STUF_ROOT_ZDS;
	write_all(writing, root);
	*header = (struct connector_header){"SOAPAction",
		bytes_of_string(
			arena_format(arena, "\"%s/%s\"", is_zds ? STUF_ZDS : STUF_ZKN, name))};
	out->method = "POST";
	out->type = bytes_of_string(SOAP_TYPE);
	out->headers = header;
	out->headers_count = 1;
	out->body = arena_copy(arena, buffer_bytes(&writing->out));
	buffer_done(&writing->out);
}

/* Only an offer makes a zaak. */
static bool can_tell(const struct writing *writing)
{
	const struct handover *handover = writing->opened->handover;
	if (!writing->is_new)
		return writing->has_status;
	return handover->kind == HANDOVER_KIND_OFFER && handover->has_referral &&
		writing->config->new_zaaktype != NULL;
}

/* It would count as delivered, and nobody would know of it. */
static bool must_be_told(enum handover_kind kind)
{
	return kind == HANDOVER_KIND_OFFER || kind == HANDOVER_KIND_QUESTION ||
		kind == HANDOVER_KIND_DUTY;
}

enum outcome stuf_out_render(const void *config, const struct opened *opened,
	const struct documents *answers, struct connector_request *out, struct err *err)
{
	const struct stuf_config *own = config;
	const struct handover *handover = opened->handover;
	struct writing writing = {.config = own, .opened = opened, .zaak = opened->own_case};
	*out = (struct connector_request){0};
	if (answers->count > 0)
		return OK;
	enum naming naming = find_status(own, handover, &writing.status);
	writing.now = answers->now > 0 ? answers->now : handover->at;
	writing.has_status = naming == STATUS;
	writing.is_new = opened->own_case.size == 0;
	if (naming != NOTHING && can_tell(&writing)) {
		if (writing.is_new)
			writing.zaak = new_zaak(own, opened);
		post(&writing, out);
	} else if (naming != NOTHING && must_be_told(handover->kind)) {
		return err_set(err, REJECT, "%s: %s", handover_kind_name(handover->kind),
			writing.is_new ? "the desk has no zaak of it, and none is made: see "
					 "new_zaaktype"
				       : "tells does not say which status it is, nor \"-\"");
	}
	return OK;
}

static enum outcome check_tells(const struct setting_pair *pair, struct err *err)
{
	for (; pair != NULL && pair->name != NULL; pair++) {
		enum handover_kind kind;
		enum referral_state state;
		struct status status;
		bool has_state;
		if (!read_key(pair->name, &kind, &has_state, &state))
			return err_set(err, REJECT,
				"tells: %s is no kind of handover, nor one with a state "
				"(STATUS:ACCEPTED)",
				pair->name);
		if (strcmp(pair->value, MAPPING_NOTHING) != 0 && !read_status(pair->value, &status))
			return err_set(err, REJECT,
				"tells: %s: must be volgnummer, code and omschrijving (\"2 Inbeh "
				"In behandeling\"), or \"-\"",
				pair->name);
	}
	return OK;
}

static enum outcome check_new_zaaktype(const struct stuf_config *config, struct err *err)
{
	struct bytes name = bytes_of_string(config->new_zaaktype), code = word(&name);
	if (code.size == 0 || code.size > CODE_MAX || name.size == 0 || name.size > TEXT_MAX)
		return err_set(err, REJECT,
			"new_zaaktype must be a code and an omschrijving (\"B2000 Aanbod "
			"leerwerkloket\")");
	if (strlen(config->organisation) != ORGANISATION)
		return err_set(err, REJECT,
			"organisation must have four digits: the zaken that are made begin with "
			"it");
	return OK;
}

enum outcome stuf_out_check(const struct stuf_config *config, struct err *err)
{
	bool is_out = stuf_is_set(config->tells) || config->new_zaaktype != NULL;
	if (is_out && config->organisation == NULL)
		return err_set(err, REJECT, "organisation is missing: what goes out names it");
	if (check_tells(config->tells, err) != OK)
		return REJECT;
	return config->new_zaaktype != NULL ? check_new_zaaktype(config, err) : OK;
}
