/* stuf_out - what a handover says to a zaak system: a status of its zaak, or a new zaak. */
#include "connectors/municipality/stuf_out.h"

#include <string.h>

#include "connectors/common/mapping.h"
#include "connectors/common/soap.h"
#include "connectors/municipality/lines.h"
#include "connectors/municipality/stuf_initiator.h"
#include "connectors/municipality/stuf_write.h"

#define TEXT_MAX 80 /* bytes, of an omschrijving (RGBZ) */
#define ORGANISATION 4 /* digits, of a zaak of ours */
#define CODE_MAX 10 /* of a status or zaaktype */
#define EXPLANATION_MAX 1000 /* characters, of a toelichting */
#define SAID_MIN 400 /* of them, for what the person says */
#define HEX STUF_OWN_ZAAK_DIGITS

/* "2 Inbeh In behandeling": volgnummer, code ("-": none), omschrijving. */
struct status {
	struct bytes number, code, text;
};

/* A status of a zaak, a new zaak, or who it comes from and what is said of a zaak that we made. */
enum telling { TELLING_STATUS, TELLING_ZAAK, TELLING_PERSON };

/* What is being written. */
struct writing {
	const struct stuf_config *config;
	const struct opened *opened;
	bool has_status;
	struct status status;
	struct bytes zaak; /* its identificatie */
	enum telling telling;
	struct buffer initiator; /* not of a status */
	struct bytes explanation;
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

static void begin(struct writing *writing, const char *name, const char *entity, const char *kind)
{
	stuf_write_begin(&writing->out, name, entity, kind);
}

static bool is_zds(const struct writing *writing)
{
	return writing->config->root == STUF_ROOT_ZDS;
}

/* Who says it: ZDS wants to hear it, be it that nobody is. */
static void write_set_by(struct writing *writing)
{
	struct bytes unit = bytes_of_string(writing->config->set_by);
	if (unit.size == 0) {
		if (is_zds(writing))
			stuf_write_nil(&writing->out, "isGezetDoor", "ZAKSTTBTR");
		return;
	}
	begin(writing, "isGezetDoor", "ZAKSTTBTR", "T");
	add(writing, "<ZKN:gerelateerde>");
	begin(writing, "organisatorischeEenheid", "OEH", "I");
	write(writing, "ZKN:identificatie", unit);
	add(writing, "</ZKN:organisatorischeEenheid></ZKN:gerelateerde></ZKN:isGezetDoor>");
}

static void write_status(struct writing *writing)
{
	const struct opened *opened = writing->opened;
	if (!writing->has_status)
		return;
	begin(writing, "heeft", "ZAKSTT", "T");
	begin(writing, "gerelateerde", "STT", "I");
	struct bytes type = bytes_of_string(writing->config->zaaktype);
	if (writing->telling == TELLING_ZAAK) {
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
	write_set_by(writing);
	add(writing, "</ZKN:heeft>");
}

/* What the person says, and behind it what has no other place. */
static struct bytes explanation(const struct opened *opened, struct bytes left)
{
	struct buffer out = {0};
	struct bytes said = opened->person != NULL ? opened->person->text : (struct bytes){0};
	size_t kept = lines_length(said) < SAID_MIN ? lines_length(said) : SAID_MIN;
	struct bytes rest = lines_cut(left, EXPLANATION_MAX - kept - (kept > 0));
	size_t used = rest.size > 0 ? lines_length(rest) + 1 : 0;
	buffer_add_bytes(&out, lines_cut(said, EXPLANATION_MAX - used));
	if (out.size > 0 && rest.size > 0)
		buffer_add_string(&out, "\n");
	buffer_add_bytes(&out, rest);
	struct bytes text = arena_copy(opened->arena, buffer_bytes(&out));
	buffer_done(&out);
	return text;
}

static void write_what_it_is(struct writing *writing)
{
	const struct opened *opened = writing->opened;
	struct bytes name = bytes_of_string(writing->config->new_zaaktype), code = word(&name);
	const char *day = stuf_write_date(opened->arena, opened->handover->at);
	write(writing, "ZKN:identificatie", writing->zaak);
	write(writing, "ZKN:omschrijving", name);
	write(writing, "ZKN:toelichting", writing->explanation);
	add(writing, "<ZKN:kenmerk>");
	write_string(writing, "ZKN:kenmerk", opened->id);
	write_string(writing, "ZKN:bron", "lokethub");
	add(writing, "</ZKN:kenmerk>");
	write_string(writing, "ZKN:startdatum", day);
	write_string(writing, "ZKN:registratiedatum", day);
	write_string(writing, "ZKN:zaakniveau", "1");
	write_string(writing, "ZKN:deelzakenIndicatie", "N");
	begin(writing, "isVan", "ZAKZKT", "T");
	begin(writing, "gerelateerde", "ZKT", "I");
	write(writing, "ZKN:omschrijving", name);
	write(writing, "ZKN:code", code);
	add(writing, "</ZKN:gerelateerde></ZKN:isVan>");
}

static void write_new_zaak(struct writing *writing)
{
	begin(writing, "object", "ZAK", "T");
	write_what_it_is(writing);
	buffer_add_bytes(&writing->out, buffer_bytes(&writing->initiator));
	write_status(writing);
	add(writing, "</ZKN:object>");
}

/* Their own key, where that is what the zaak is called here. */
static void begin_changed_zaak(struct writing *writing)
{
	bool is_key =
		writing->config->case_is == STUF_CASE_SLEUTEL && !stuf_is_own_zaak(writing->zaak);
	if (!is_key) {
		begin(writing, "object", "ZAK", "W");
		write(writing, "ZKN:identificatie", writing->zaak);
		return;
	}
	add(writing, "<ZKN:object StUF:entiteittype=\"ZAK\" StUF:sleutelOntvangend=\"");
	xml_add_text(&writing->out, writing->zaak);
	add(writing, "\" StUF:verwerkingssoort=\"W\">");
	if (is_zds(writing))
		add(writing,
			"<ZKN:identificatie xsi:nil=\"true\" StUF:noValue=\"waardeOnbekend\"/>");
}

static void write_old_status(struct writing *writing)
{
	if (is_zds(writing))
		stuf_write_nil(&writing->out, "heeft", "ZAKSTT");
}

/* Whose zaak it was is not known here: nobody's, as far as we said. */
static void write_old_person(struct writing *writing)
{
	if (writing->explanation.size > 0)
		add(writing, "<ZKN:toelichting xsi:nil=\"true\" StUF:noValue=\"waardeOnbekend\"/>");
	if (writing->initiator.size > 0)
		stuf_write_nil(&writing->out, "heeftAlsInitiator", "ZAKBTRINI");
}

static void write_person(struct writing *writing)
{
	write(writing, "ZKN:toelichting", writing->explanation);
	buffer_add_bytes(&writing->out, buffer_bytes(&writing->initiator));
}

/* As it was, and as it is: only what is new is said. */
static void write_changed_zaak(struct writing *writing)
{
	bool is_status = writing->telling == TELLING_STATUS;
	begin_changed_zaak(writing);
	(is_status ? write_old_status : write_old_person)(writing);
	add(writing, "</ZKN:object>");
	begin_changed_zaak(writing);
	(is_status ? write_status : write_person)(writing);
	add(writing, "</ZKN:object>");
}

/* The reference of one that makes a zaak is its identificatie: so the answer names it. */
static void write_all(struct writing *writing, const char *root)
{
	const struct stuf_config *config = writing->config;
	bool is_new = writing->telling == TELLING_ZAAK;
	const struct stuf_head head = {.code = "Lk01",
		.sender = {bytes_of_string(config->organisation),
			bytes_of_string(config->application)},
		.receiver = {bytes_of_string(config->partner_organisation),
			bytes_of_string(config->partner_application)},
		.reference = is_new ? writing->zaak : bytes_of_string(writing->opened->id),
		.at = writing->now,
		.has_entity = true};
	soap_begin(&writing->out);
	buffer_add_format(&writing->out,
		"<%s xmlns:ZDS=\"" STUF_ZDS "\" xmlns:ZKN=\"" STUF_ZKN "\" xmlns:BG=\"" STUF_BG
		"\" xmlns:StUF=\"" STUF_URI "\" xmlns:xsi=\"" STUF_XSI "\"><ZKN:stuurgegevens>",
		root);
	stuf_write_head(&writing->out, &head);
	buffer_add_format(&writing->out,
		"</ZKN:stuurgegevens><ZKN:parameters><StUF:mutatiesoort>%s</StUF:mutatiesoort>"
		"<StUF:indicatorOvername>V</StUF:indicatorOvername></ZKN:parameters>",
		is_new ? "T" : "W");
	if (is_new)
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

static const struct root {
	const char *name, *action;
} roots[][3] = {
	[STUF_ROOT_ZKN] = {[TELLING_STATUS] = {"ZKN:zakLk01", STUF_ZKN "/zakLk01"},
		[TELLING_ZAAK] = {"ZKN:zakLk01", STUF_ZKN "/zakLk01"},
		[TELLING_PERSON] = {"ZKN:zakLk01", STUF_ZKN "/zakLk01"}},
	[STUF_ROOT_ZDS] = {[TELLING_STATUS] = {"ZDS:actualiseerZaakstatus_ZakLk01",
				   STUF_ZDS "/actualiseerZaakstatus_ZakLk01"},
		[TELLING_ZAAK] = {"ZDS:creeerZaak_ZakLk01", STUF_ZDS "/creeerZaak_ZakLk01"},
		[TELLING_PERSON] = {"ZDS:updateZaak_ZakLk01", STUF_ZDS "/updateZaak_ZakLk01"}},
	[STUF_ROOT_ZDS11] = {[TELLING_STATUS] = {"ZKN:zakLk01",
				     STUF_ZKN "/actualiseerZaakstatus_Lk01"},
		[TELLING_ZAAK] = {"ZKN:zakLk01", STUF_ZKN "/creeerZaak_Lk01"},
		[TELLING_PERSON] = {"ZKN:zakLk01", STUF_ZKN "/updateZaak_Lk01"}},
};

static void post(struct writing *writing, struct connector_request *out)
{
	struct arena *arena = writing->opened->arena;
	struct connector_header *header = arena_get(arena, sizeof(*header));
	const struct root *root = &roots[writing->config->root][writing->telling];
	write_all(writing, root->name);
	*header = (struct connector_header){
		"SOAPAction", bytes_of_string(arena_format(arena, "\"%s\"", root->action))};
	out->method = "POST";
	out->type = bytes_of_string(SOAP_TYPE);
	out->headers = header;
	out->headers_count = 1;
	out->body = arena_copy(arena, buffer_bytes(&writing->out));
	buffer_done(&writing->out);
}

/* What the desk may see of a person, or why it may not. */
static bool has_news_of_person(const struct opened *opened)
{
	return opened->person != NULL || opened->withheld != NULL;
}

/* An offer that was changed comes again, with another person in it. */
static bool brings_person(const struct writing *writing)
{
	const struct opened *opened = writing->opened;
	if (!has_news_of_person(opened) || !stuf_is_own_zaak(writing->zaak))
		return false;
	return opened->handover->kind == HANDOVER_KIND_DETAILS ||
		(opened->handover->kind == HANDOVER_KIND_OFFER &&
			bytes_equal(writing->zaak, new_zaak(writing->config, opened)));
}

static void choose(struct writing *writing)
{
	const struct opened *opened = writing->opened;
	struct buffer left = {0};
	if (writing->zaak.size == 0) {
		writing->telling = TELLING_ZAAK;
		writing->zaak = new_zaak(writing->config, opened);
	} else if (brings_person(writing)) {
		writing->telling = TELLING_PERSON;
	}
	if (writing->telling == TELLING_STATUS)
		return;
	bool is_needed = is_zds(writing) && writing->telling == TELLING_ZAAK;
	stuf_initiator_write(opened, is_needed, &writing->initiator, &left);
	writing->explanation = explanation(opened, buffer_bytes(&left));
	buffer_done(&left);
	if (writing->telling == TELLING_PERSON &&
		writing->initiator.size + writing->explanation.size == 0)
		writing->telling = TELLING_STATUS;
}

/* Only an offer makes a zaak. */
static bool can_tell(const struct writing *writing)
{
	const struct handover *handover = writing->opened->handover;
	if (writing->telling != TELLING_ZAAK)
		return writing->has_status || writing->telling == TELLING_PERSON;
	return handover->kind == HANDOVER_KIND_OFFER && handover->has_referral &&
		writing->config->new_zaaktype != NULL;
}

/* It would count as delivered, and nobody would know of it. */
static bool must_be_told(const struct opened *opened)
{
	enum handover_kind kind = opened->handover->kind;
	return kind == HANDOVER_KIND_OFFER || kind == HANDOVER_KIND_QUESTION ||
		kind == HANDOVER_KIND_DUTY ||
		(kind == HANDOVER_KIND_DETAILS && has_news_of_person(opened));
}

static enum outcome undeliverable(const struct writing *writing, struct err *err)
{
	return err_set(err, REJECT, "%s: %s", handover_kind_name(writing->opened->handover->kind),
		writing->telling == TELLING_ZAAK
			? "the desk has no zaak of it, and none is made: see new_zaaktype"
			: "tells does not say which status it is, nor \"-\"");
}

enum outcome stuf_out_render(const void *config, const struct opened *opened,
	const struct documents *answers, struct connector_request *out, struct err *err)
{
	const struct stuf_config *own = config;
	struct writing writing = {.config = own, .opened = opened, .zaak = opened->own_case};
	enum outcome outcome = OK;
	*out = (struct connector_request){0};
	if (answers->count > 0)
		return OK;
	enum naming naming = find_status(own, opened->handover, &writing.status);
	if (naming == NOTHING)
		return OK;
	writing.now = answers->now > 0 ? answers->now : opened->handover->at;
	writing.has_status = naming == STATUS;
	choose(&writing);
	if (!can_tell(&writing))
		outcome = must_be_told(opened) ? undeliverable(&writing, err) : OK;
	else
		post(&writing, out);
	buffer_done(&writing.initiator);
	return outcome;
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
	if (strspn(config->organisation, "0123456789") != ORGANISATION ||
		strlen(config->organisation) != ORGANISATION)
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
	if (is_out && config->partner_application == NULL)
		return err_set(err, REJECT,
			"partner_application is missing: what goes out names who it is for");
	if (check_tells(config->tells, err) != OK)
		return REJECT;
	return config->new_zaaktype != NULL ? check_new_zaaktype(config, err) : OK;
}
