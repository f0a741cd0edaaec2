/* fuzz_connector - any bytes as what a partner says in the format of a connector. */

/* The first byte says to which one, the second what is asked of it; the rest are documents with a
 * byte 0x1f between them: what came in, then what it wants, in its order. A document may begin with
 * its status, a space, its name, a tab and the poll's cursor, between two bytes 0x1e. With
 * LOKETHUB_CONNECTOR set, all goes to the connector of that name.
 */
#include <string.h>

#include "connectors/connectors.h"
#include "hub/flow/intake/check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/connector_conf.h"
#include "tests/support/edge_conf.h"

#define NOW INT64_C(1772443800000)
#define PARCELS 20
#define BETWEEN 0x1f
#define HEAD 0x1e

/* All connectors, and settings that make them take something; one may be there again with others.
 * New ones at the end: the corpus names them by their place. */
static const struct row {
	const char *connector, *settings;
} rows[] = {
	{"sonar",
		"referrals = ( ( \"Klantprofiel = BBL | L; Rijbewijs = *\", \"LEERBAAN\" ), "
		"( \"Klantprofiel = *\", \"LEERBAAN\" ) ); from_desks = ( ( \"UWV\", "
		"\"gemeente-rotterdam\" ) ); municipalities = ( ( \"Rotterdam\", \"GM0599\" ) ); "
		"regions = ( ( \"Hier\", \"AM22\" ) ); sectors = ( ( \"Techniek\", \"TECHNIEK\" ) "
		");"},
	{"csv", ""},
	{"cloudevent", ""},
	{"zgw",
		"zaken_url = \"https://zaken.example/zaken/api/v1/\"; catalogi_url = "
		"\"https://zaken.example/catalogi/api/v1/\"; notifications_url = "
		"\"https://notificaties.example/api/v1\"; from_desk = \"gemeente-rotterdam\"; "
		"zaaktypen = ( ( \"LWL-TOELEIDING\", \"question=LEERBAAN\" ) ); statuses = ( ( "
		"\"Ontvangen\", \"-\" ), ( \"LWL-TOELEIDING:In behandeling\", \"SIGN_OF_LIFE "
		"days=28\" ), ( \"3\", \"HOLD hold_reason=GRIEF days=30\" ) ); results = ( ( "
		"\"Ingetrokken\", \"CANCEL reason=CLIENT_DECLINED\" ) );"},
	{"overstap",
		"schools = ( ( \"99XX\", \"from_desk=gemeente-rotterdam municipality=GM0599\" ), ( "
		"\"99YY01\", \"region=AM22 question=STAGE\" ) ); statuses = ( ( \"LI\", \"CANCEL "
		"reason=CLIENT_DECLINED\" ), ( \"OA\", \"SIGN_OF_LIFE days=28\" ), ( \"ZZ\", "
		"\"-\" ) );"},
	{"openklant",
		"actors = [ \"9a000000-0000-4000-8000-000000000001\" ]; asks = ( ( \"STATUS\", "
		"\"-\" ), ( \"OFFER\", \"Bel de klant.\" ) );"},
	{"vum",
		"presets = \"from_desk=gemeente-rotterdam region=AM22\"; referrals = ( ( "
		"\"contractvorm.codeTypeOvereenkomst = 02\", \"question=LEERBAAN\" ), ( "
		"\"werktijden.aantalWerkurenPerWeekMaximaal = *; sector.codeSbi = 43 | 862\", "
		"\"question=WERK kind=SERVICE\" ) ); municipalities = ( ( \"30\", \"GM0599\" ) ); "
		"sectors = ( ( \"862\", \"ZORG\" ) ); snapshot = true;"},
	{"vacancy",
		"presets = \"from_desk=gemeente-rotterdam region=AM22\"; referrals = ( ( "
		"\"contractvorm.codeTypeOvereenkomst = 02\", \"question=BBL_VACATURE\" ) ); "
		"employers = ( ( \"Voorbeeld BV\", \"90001354\" ) ); snapshot = true;"},
	{"cambo",
		"path = \"koppelpunt/0234AS/aanmelding\"; koppelpunt = \"0234AS\"; "
		"question_interest = \"STAGE\"; schools = ( ( \"99XX\", "
		"\"from_desk=gemeente-rotterdam municipality=GM0599\" ), ( \"99YY01\", "
		"\"region=AM22 question=STAGE\" ) ); statuses = ( ( \"LI\", \"CANCEL "
		"reason=CLIENT_DECLINED\" ), ( \"ingetrokken\", \"CANCEL "
		"reason=CLIENT_DECLINED\" ), ( \"ZZ\", \"-\" ) );"},
	{"zgw",
		"zaken_url = \"https://zaken.example/zaken/api/v1/\"; catalogi_url = "
		"\"https://zaken.example/catalogi/api/v1/\"; from_desk = \"gemeente-rotterdam\"; "
		"zaaktypen = ( ( \"LWL-TOELEIDING\", \"question=LEERBAAN\" ) ); tells = ( ( "
		"\"STATUS\", \"In behandeling\" ), ( \"OFFER\", \"3\" ), ( "
		"\"LWL-TAAL:DUTY\", \"-\" ), ( \"DUTY\", \"5\" ) ); with_texts = true; "
		"eigenschappen = ( ( \"Niveau=Start\", \"education.level=2\" ), ( \"Niveau\", "
		"\"education.level\" ), ( \"Crebo\", \"education.crebo\" ), ( \"Leerweg\", "
		"\"education.pathway\" ), ( \"Vraag=Taal\", \"question=TAAL\" ), ( \"Wens\", "
		"\"text\" ), ( \"Mobiel\", \"phone\" ) ); opschorting = \"HOLD "
		"hold_reason=ILLNESS days=28\"; hervatting = \"RESUME\"; verzoeken_url = "
		"\"https://verzoeken.example/verzoeken/api/v1/\"; klanten_url = "
		"\"https://klanten.example/klanten/api/v1/\"; verzoeken = ( ( \"LWL-ADVIES\", "
		"\"question=LEERBAAN\" ), ( \"*\", \"question=TAAL "
		"from_desk=gemeente-rotterdam\" ) ); verzoekstatussen = ( ( \"ontvangen\", \"-\" "
		"), ( \"in_behandeling\", \"SIGN_OF_LIFE days=28\" ), ( \"ingetrokken\", "
		"\"CANCEL reason=CLIENT_DECLINED\" ) );"},
	{"stuf",
		"organisation = \"0599\"; partner_application = \"GWS4all\"; from_desk = "
		"\"gemeente-rotterdam\"; zaaktypen = ( ( "
		"\"B1026\", \"question=LEERBAAN\" ) ); statuses = ( ( \"Ontvangen\", \"-\" ), ( "
		"\"B1026:2\", \"SIGN_OF_LIFE days=28\" ) ); results = ( ( \"Ingetrokken\", "
		"\"CANCEL reason=CLIENT_DECLINED\" ) ); suspensions = ( ( \"J\", \"HOLD "
		"hold_reason=ILLNESS days=30\" ) ); tells = ( ( \"OFFER\", \"1 - Aangeboden\" ), ( "
		"\"STATUS\", \"2 Inbeh In behandeling\" ) ); new_zaaktype = \"B2000 Aanbod\";"},
	{"recognition",
		"words = ( ( \"erkend\", \"RECOGNISED\" ), ( \"ingetrokken\", \"WITHDRAWN\" ) );"},
	{"contactmoment",
		"employers = ( ( \"90001354\", \"100123456\" ), ( \"90001362\", \"LB-7\" ) ); "
		"words "
		"= ( ( \"true\", \"RECOGNISED\" ), ( \"ja\", \"ASPIRANT\" ) ); since = "
		"\"2026-01-01\";"},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct target {
	const struct connector *connector;
	struct connector_conf conf;
};

static bool has_row(const struct connector *connector)
{
	size_t i = 0;
	while (i < ROWS && strcmp(rows[i].connector, connector->name) != 0)
		i++;
	return i < ROWS;
}

static struct target *targets(void)
{
	static struct target all[ROWS];
	if (all[0].connector != NULL)
		return all;
	for (const struct connector *const *each = connectors; *each != NULL; each++)
		fuzz_must(has_row(*each));
	for (size_t i = 0; i < ROWS; i++) {
		all[i].connector = connector_find(connectors, bytes_of_string(rows[i].connector));
		fuzz_must(all[i].connector != NULL);
		fuzz_must(connector_conf_read(&all[i].conf, all[i].connector, rows[i].settings));
	}
	return all;
}

static size_t count_rows(const char *name)
{
	size_t count = 0;
	for (size_t i = 0; i < ROWS; i++)
		count += strcmp(rows[i].connector, name) == 0;
	return count;
}

/* Of the connector that was asked for, one of its rows. */
static const struct target *choose(uint8_t number)
{
	struct target *all = targets();
	const char *name = getenv("LOKETHUB_CONNECTOR");
	if (name == NULL)
		return &all[number % ROWS];
	fuzz_must(count_rows(name) > 0);
	size_t skip = number % count_rows(name), i = 0;
	while (strcmp(rows[i].connector, name) != 0 || skip-- > 0)
		i++;
	return &all[i];
}

/* Documents, each a copy with nothing behind it, so that a look beyond is seen. */
struct input {
	struct document items[CONNECTOR_DOCUMENTS];
	size_t count, used; /* used: of those that wait for who wants them */
	struct bytes cursor;
};

static struct bytes cut(struct bytes *rest, uint8_t mark)
{
	const uint8_t *found = rest->size > 0 ? memchr(rest->data, mark, rest->size) : NULL;
	struct bytes part = *rest;
	if (found == NULL) {
		rest->size = 0;
		return part;
	}
	part.size = (size_t)(found - part.data);
	*rest = bytes_of(found + 1, rest->size - part.size - 1);
	return part;
}

static void read_head(struct bytes *data, struct document *document, struct bytes *cursor)
{
	int64_t status;
	if (data->size == 0 || data->data[0] != HEAD)
		return;
	*data = bytes_of(data->data + 1, data->size - 1);
	struct bytes head = cut(data, HEAD);
	if (bytes_to_int64(cut(&head, ' '), &status) && status >= 100 && status <= 599)
		document->status = (int32_t)status;
	document->name = cut(&head, '\t');
	*cursor = head;
}

static void split(struct input *out, struct bytes data, uint8_t options)
{
	*out = (struct input){.used = 1};
	while (out->count < CONNECTOR_DOCUMENTS && (out->count == 0 || data.size > 0)) {
		struct document *item = &out->items[out->count++];
		struct bytes part = cut(&data, BETWEEN);
		*item = (struct document){.name = bytes_of_string("first"),
			.type = bytes_of_string(
				(options & 4) != 0 ? "application/json" : "text/csv"),
			.status = 200};
		struct bytes cursor = {0};
		read_head(&part, item, &cursor);
		if (out->count == 1)
			out->cursor = cursor;
		uint8_t *copy = memory_get(part.size);
		if (part.size > 0)
			memcpy(copy, part.data, part.size);
		item->body = bytes_of(copy, part.size);
	}
}

static void drop(struct input *input)
{
	for (size_t i = 0; i < input->count; i++)
		free((void *)(uintptr_t)input->items[i].body.data);
}

/* Everything is read, so that a pointer to where nothing is is seen; equal runs leave the same. */
static void read_all(struct buffer *trace, struct bytes bytes)
{
	buffer_add_format(trace, "%zu:", bytes.size);
	buffer_add_bytes(trace, bytes);
}

static void read_draft(struct buffer *trace, struct parcel_draft *item, struct arena *arena)
{
	static const struct conf_source source = {.system = "s", .oin = EDGE_CONF_CITY};
	struct conf_source of = source;
	struct draft again;
	struct err err = {0};
	of.partner = &edge_conf()->partners[0];
	read_all(trace, item->label);
	read_all(trace, item->original);
	fuzz_must(bytes_is_utf8(item->label));
	check_translated(item, edge_conf(), &of, NOW);
	for (size_t i = 0; i < item->problems.count && i < PROBLEMS_MAX; i++) {
		read_all(trace, bytes_of_string(item->problems.items[i].path));
		read_all(trace, bytes_of_string(item->problems.items[i].text));
	}
	if (item->problems.count > 0)
		return;
	struct buffer avro = {0};
	draft_encode(&item->draft, &avro);
	fuzz_must(draft_decode(&again, buffer_bytes(&avro), arena, &err) == OK);
	read_all(trace, buffer_bytes(&avro));
	buffer_done(&avro);
}

static void acknowledge(const struct target *target, const struct documents *docs,
	const struct parcel *parcel, struct buffer *trace)
{
	struct verdict *items =
		arena_get_array(parcel->arena, parcel->drafts_count, sizeof(*items));
	for (size_t i = 0; i < parcel->drafts_count; i++)
		items[i] = (struct verdict){.fate = parcel->drafts[i]->problems.count > 0
				? VERDICT_REFUSED
				: (enum verdict_fate)(i % 2 * 2),
			.of = parcel->drafts[i]};
	struct verdicts verdicts = {items, parcel->drafts_count, NOW, parcel->arena};
	struct connector_answer answer = {0};
	struct err err = {0};
	if (target->connector->acknowledge == NULL)
		return;
	fuzz_must(target->connector->acknowledge(
			  target->conf.config, docs, &verdicts, &answer, &err) == OK);
	fuzz_must(bytes_is_utf8(answer.body));
	read_all(trace, answer.body);
}

static void read_parcel(const struct target *target, const struct documents *docs,
	const struct parcel *parcel, struct buffer *trace)
{
	fuzz_must(parcel->drafts_count <= PARCEL_DRAFTS);
	fuzz_must(!parcel->more ||
		(parcel->next > docs->from && parcel->next <= docs->items[0].body.size));
	for (size_t i = 0; i < parcel->drafts_count; i++)
		read_draft(trace, parcel->drafts[i], parcel->arena);
	for (size_t i = 0; i < parcel->tasks_count; i++)
		read_all(trace, parcel->tasks[i]);
	read_all(trace, parcel->cursor);
	buffer_add_format(trace, "%zu %d %d", parcel->passed, parcel->poll_now, parcel->complete);
	acknowledge(target, docs, parcel, trace);
}

/* What it wants is the next of the input, or is not there. false: it may not want more. */
static bool fetch(struct input *input, struct documents *docs, const struct parcel *parcel)
{
	static struct document items[CONNECTOR_DOCUMENTS];
	memmove(items, docs->items, docs->count * sizeof(*items));
	docs->items = items;
	for (size_t i = 0; i < parcel->wants_count; i++) {
		if (docs->count == CONNECTOR_DOCUMENTS)
			return false;
		struct document *item = &items[docs->count++];
		*item = (struct document){.status = 404, .body = bytes_of("", 0)};
		if (input->used < input->count)
			*item = input->items[input->used++];
		/* It lies in an arena that goes with the parcel. */
		item->name = bytes_of_string(
			memory_string(arena_string(parcel->arena, parcel->wants[i].url)));
	}
	return true;
}

static void forget(struct documents *docs)
{
	for (; docs->count > 1; docs->count--)
		free((void *)(uintptr_t)docs->items[docs->count - 1].name.data);
}

static void parse(
	const struct target *target, struct input *input, uint8_t options, struct buffer *trace)
{
	struct documents docs = {.items = input->items,
		.count = 1,
		.way = (enum documents_way)(options & 3),
		.cursor = input->cursor,
		.now = NOW};
	bool more = target->connector->parse != NULL;
	int rounds = 0, parcels = 0;
	input->used = 1;
	while (more && parcels < PARCELS) {
		struct arena arena = {0};
		struct parcel parcel = {.arena = &arena};
		struct err err = {0};
		enum outcome outcome =
			target->connector->parse(target->conf.config, &docs, &parcel, &err);
		fuzz_must(outcome == OK || (outcome == REJECT && err.text[0] != '\0'));
		read_all(trace, bytes_of_string(err.text));
		more = outcome == OK;
		if (more && parcel.wants_count > 0) {
			more = ++rounds < CONNECTOR_ROUNDS && fetch(input, &docs, &parcel);
		} else if (more) {
			read_parcel(target, &docs, &parcel, trace);
			more = parcel.more;
			docs.from = parcel.next;
			docs.line = parcel.next_line;
			parcels++;
		}
		arena_done(&arena);
	}
	forget(&docs);
}

static void read_request(const struct connector_request *request, struct buffer *trace)
{
	read_all(trace, bytes_of_string(request->method));
	read_all(trace, request->url);
	read_all(trace, request->type);
	read_all(trace, request->body);
	for (size_t i = 0; i < request->headers_count; i++)
		read_all(trace, request->headers[i].value);
}

static void poll(const struct target *target, const struct input *input, struct buffer *trace)
{
	struct arena arena = {0};
	struct connector_poll poll = {.cursor = input->items[0].body,
		.now = NOW,
		.callback_url = bytes_of_string("https://hub.example.nl/v1/in/x/y"),
		.callback_authorization = bytes_of_string("Bearer x"),
		.arena = &arena};
	struct connector_request request = {0};
	struct err err = {0};
	if (target->connector->poll != NULL &&
		target->connector->poll(target->conf.config, &poll, &request, &err) == OK)
		read_request(&request, trace);
	arena_done(&arena);
}

static struct bytes own_case(uint8_t options, struct bytes text)
{
	static const struct bytes none;
	if ((options & 48) == 48)
		return none;
	return (options & 16) != 0 ? text : bytes_of_string("ZAAK-2026-0000123");
}

/* The input answers a handover of which nothing but the kind and texts varies. */
static void tell(
	const struct target *target, struct input *input, uint8_t options, struct buffer *trace)
{
	struct arena arena = {0};
	struct bytes text = input->items[0].body;
	bool is_text = bytes_is_utf8(text) && memchr(text.data, 0, text.size) == NULL;
	struct bytes said = is_text ? text : bytes_of_string("x");
	struct person person = {.family_name = bytes_of_string("Voorbeeld"),
		.prefix = said,
		.street = said,
		.house_number = said,
		.postcode = said,
		.phone = said,
		.text = said};
	struct handover handover = {.desk = bytes_of_string("wsp-rijnmond"),
		.kind = (enum handover_kind)((options & 15) % HANDOVER_KIND_COUNT),
		.has_referral = (options & 32) != 0,
		.case_ = person.text,
		.version = 1};
	struct opened opened = {.handover = &handover,
		.person = &person,
		.id = "x-1",
		.source = "urn:nld:oin:" EDGE_CONF_CITY ":systeem:hub",
		.desk_name = "WSP",
		.partner = EDGE_CONF_WSP,
		.sequence = 1,
		.own_case = own_case(options, said),
		.arena = &arena};
	struct documents answers = {.items = input->items + 1, .now = NOW};
	struct err err = {0};
	while (target->connector->render != NULL) {
		struct connector_request request = {0};
		struct connector_judgement judged = {0};
		enum outcome outcome = target->connector->render(
			target->conf.config, &opened, &answers, &request, &err);
		read_request(&request, trace);
		if (outcome != OK || request.method == NULL || answers.count + 1 >= input->count)
			break;
		const struct document *answer = &answers.items[answers.count++];
		if (target->connector->judge != NULL)
			(void)!target->connector->judge(target->conf.config, answer, &judged, &err);
		read_all(trace, judged.partner_case);
	}
	arena_done(&arena);
}

static void run(
	const struct target *target, struct input *input, uint8_t options, struct buffer *trace)
{
	if (options >> 6 == 1)
		poll(target, input, trace);
	else if (options >> 6 == 2)
		tell(target, input, options, trace);
	else
		parse(target, input, options, trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const struct target *target = choose(data[0]);
	struct input input;
	struct buffer first = {0}, second = {0};
	split(&input, bytes_of(data + 2, size - 2), data[1]);
	run(target, &input, data[1], &first);
	run(target, &input, data[1], &second);
	fuzz_must(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
	drop(&input);
	buffer_done(&first);
	buffer_done(&second);
	return 0;
}
