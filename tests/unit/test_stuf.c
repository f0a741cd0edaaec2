/* test_stuf - what goes out by StUF is understood by who takes StUF in, and is no echo to us. */
#include "tests/unit/unit.h"

#include <string.h>
#include <time.h>

#include "connectors/municipality/stuf.h"
#include "tests/support/connector_conf.h"

#define AT INT64_C(1772443800000) /* 2026-03-02T09:30:00Z */

#define HERE                                                                                       \
	"organisation = \"0599\"; partner_application = \"ANOTHERS\"; tells = ( ( "                \
	"\"STATUS:ACCEPTED\", \"2 Inbeh In behandeling\" ), "                                      \
	"( \"OFFER\", \"1 - Aangeboden\" ) ); zaaktype = \"B1026\"; new_zaaktype = \"B2000 "       \
	"Aanbod "                                                                                  \
	"& meer\"; from_desk = \"gemeente-rotterdam\"; zaaktypen = ( ( \"B1026\", "                \
	"\"question=LEERBAAN\" ) );"

/* In each form that goes out. */
static const char *const forms[] = {HERE, HERE " root = \"ZDS\";", HERE " root = \"ZDS11\";"};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

static const char here[] = HERE;
static const char there[] =
	"organisation = \"0599\"; application = \"THEIRS\"; partner_application = \"LOKETHUB\"; "
	"from_desk = \"gemeente-rotterdam\"; statuses = ( ( \"B1026:2\", \"ACCEPT\" ), ( "
	"\"Aangeboden\", \"-\" ) ); zaaktypen = ( ( \"B1026\", \"question=LEERBAAN\" ), ( "
	"\"B2000\", \"question=WERK\" ) );";

struct side {
	struct connector_conf conf;
	struct arena arena;
	struct document document;
	struct documents docs;
	struct parcel parcel;
};

static void side_open(struct side *side, const char *settings)
{
	*side = (struct side){0};
	assert_true(connector_conf_read(&side->conf, &stuf, settings));
	side->parcel.arena = &side->arena;
	side->docs = (struct documents){
		.items = &side->document, .count = 1, .way = DOCUMENTS_POSTED, .now = AT};
}

static void side_done(struct side *side)
{
	arena_done(&side->arena);
	connector_conf_done(&side->conf);
}

static void take(struct side *side, struct bytes body)
{
	struct err err = {0};
	side->document = (struct document){.body = body, .status = 200};
	assert_int_equal(stuf.parse(side->conf.config, &side->docs, &side->parcel, &err), OK);
}

/* false: it is not told. */
static bool tell(struct side *side, const struct handover *handover, const struct person *person,
	const char *own_case, struct connector_request *out)
{
	struct documents answers = {.now = AT + 5};
	struct err err = {0};
	struct opened opened = {.handover = handover,
		.person = person,
		.id = "handover-17",
		.own_case = bytes_of_string(own_case),
		.arena = &side->arena};
	assert_int_equal(stuf.render(side->conf.config, &opened, &answers, out, &err), OK);
	return out->method != NULL;
}

static const struct handover accepted = {.kind = HANDOVER_KIND_STATUS,
	.at = AT,
	.has_state = true,
	.state = REFERRAL_STATE_ACCEPTED};
static const struct handover offer = {.kind = HANDOVER_KIND_OFFER,
	.at = AT,
	.has_state = true,
	.state = REFERRAL_STATE_SUBMITTED,
	.has_referral = true,
	.referral = {{0xa3, 0xf1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}}};

static void status_is_understood(const char *form)
{
	struct side us, them;
	struct connector_request request = {0};
	side_open(&us, form);
	side_open(&them, there);
	assert_true(tell(&us, &accepted, NULL, "0599208938", &request));
	take(&them, request.body);
	assert_int_equal(them.parcel.drafts_count, 1);
	const struct parcel_draft *draft = them.parcel.drafts[0];
	assert_int_equal(draft->problems.count, 0);
	assert_true(bytes_equal_string(draft->draft.case_, "0599208938"));
	assert_true(bytes_equal_string(draft->draft.reference, "handover-17#status-1"));
	assert_int_equal(draft->draft.occurred_at, AT + 5);
	assert_int_equal(draft->draft.body_status_change->action, ACTION_ACCEPT);
	assert_int_equal(draft->draft.body_status_change->effective_date, 20514);
	side_done(&us);
	side_done(&them);
}

static void test_status_is_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORMS; i++)
		status_is_understood(forms[i]);
}

/* Sent back as our own message, or told on by them as theirs. */
static void test_no_echo(void **state)
{
	static const char sender[] = "<StUF:applicatie>LOKETHUB</StUF:applicatie></StUF:zender>";
	struct side us;
	struct connector_request request = {0};
	(void)state;
	side_open(&us, here);
	assert_true(tell(&us, &accepted, NULL, "0599208938", &request));
	take(&us, request.body);
	assert_int_equal(us.parcel.drafts_count, 0);
	assert_int_equal(us.parcel.passed, 1);
	char *told_on = arena_string(&us.arena, request.body);
	char *found = strstr(told_on, sender);
	assert_non_null(found);
	memcpy(strstr(found, "LOKETHUB"), "ANOTHERS", 8);
	take(&us, bytes_of_string(told_on));
	assert_int_equal(us.parcel.drafts_count, 0);
	assert_int_equal(us.parcel.passed, 2);
	side_done(&us);
}

static void test_new_zaak_is_understood(void **state)
{
	struct side us, them;
	struct connector_request request = {0};
	struct connector_judgement judged = {0};
	struct connector_answer answer = {0};
	struct err err = {0};
	const struct person person = {.bsn = bytes_of_string("999990019"),
		.family_name = bytes_of_string("Voorbeeld & <Zn>"),
		.birth_date = bytes_of_string("2001-05"),
		.house_number = bytes_of_string("25 bis"),
		.city = bytes_of_string("Rotterdam"),
		.text = bytes_of_string("\"é\"")};
	(void)state;
	side_open(&us, here);
	side_open(&them, there);
	assert_true(tell(&us, &offer, &person, NULL, &request));
	take(&them, request.body);
	/* To them it is a zaak that somebody made as any other: no referral comes back of it. */
	assert_int_equal(them.parcel.drafts_count, 0);
	assert_int_equal(them.parcel.passed, 1);
	struct verdicts verdicts = {.at = AT, .arena = &them.arena};
	assert_int_equal(
		stuf.acknowledge(them.conf.config, &them.docs, &verdicts, &answer, &err), OK);
	const struct document back = {.body = answer.body, .status = answer.status};
	assert_int_equal(stuf.judge(us.conf.config, &back, &judged, &err), OK);
	assert_true(
		bytes_equal_string(judged.partner_case, "0599LWLa3f10102030405060708090a0b0c0d0e"));
	assert_true(judged.partner_case.data > back.body.data);
	side_done(&us);
	side_done(&them);
}

/* As if somebody else had made the zaak: of what goes out of a person nothing is lost on the way.
 */
static const struct parcel_draft *refer(
	struct side *us, struct side *them, const struct person *person)
{
	struct connector_request request = {0};
	assert_true(tell(us, &offer, person, NULL, &request));
	char *body = arena_string(&us->arena, request.body);
	for (char *mark = body; (mark = strstr(mark, STUF_OWN_ZAAK)) != NULL;)
		memcpy(mark, "XYZ", 3);
	take(them, bytes_of_string(body));
	assert_int_equal(them->parcel.drafts_count, 1);
	assert_int_equal(them->parcel.drafts[0]->problems.count, 0);
	return them->parcel.drafts[0];
}

static void person_is_understood(const char *form)
{
	struct side us, them;
	const struct person person = {.bsn = bytes_of_string("999990019"),
		.family_name = bytes_of_string("Voorbeeld"),
		.prefix = bytes_of_string("von und zu der"),
		.initials = bytes_of_string("A.B."),
		.gender = bytes_of_string("V"),
		.birth_date = bytes_of_string("2001-05"),
		.street = bytes_of_string("Burgemeester van Voorbeeldlaan"),
		.house_number = bytes_of_string("25 a bis"),
		.postcode = bytes_of_string("3011 ab"),
		.city = bytes_of_string("Rotterdam"),
		.phone = bytes_of_string("0101234567"),
		.email = bytes_of_string("a.voorbeeld@example.nl")};
	side_open(&us, form);
	side_open(&them, there);
	const struct person *read = refer(&us, &them, &person)->draft.person;
	assert_true(bytes_equal(read->bsn, person.bsn));
	assert_true(bytes_equal_string(read->family_name, "von und zu der Voorbeeld"));
	assert_null(read->prefix.data);
	assert_true(bytes_equal(read->initials, person.initials));
	assert_true(bytes_equal(read->gender, person.gender));
	assert_true(bytes_equal(read->birth_date, person.birth_date));
	assert_true(bytes_equal(read->street, person.street));
	assert_true(bytes_equal(read->house_number, person.house_number));
	assert_true(bytes_equal_string(read->postcode, "3011AB"));
	assert_true(bytes_equal(read->city, person.city));
	assert_true(bytes_equal(read->phone, person.phone));
	assert_true(bytes_equal(read->email, person.email));
	side_done(&us);
	side_done(&them);
}

static void test_person_is_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORMS; i++)
		person_is_understood(forms[i]);
}

/* A Fo03 of ours says to one of us what it is meant to say. */
static void test_refusal_is_understood(void **state)
{
	static const struct {
		enum verdict_fate fate;
		enum outcome outcome;
	} rows[] = {
		{VERDICT_TAKEN, OK},
		{VERDICT_REFUSED, REJECT},
		{VERDICT_UNKNOWN, RETRY},
	};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct side us, them;
		struct connector_request request = {0};
		struct connector_answer answer = {0}, again = {0};
		struct connector_judgement judged = {0};
		struct err err = {0};
		side_open(&us, here);
		side_open(&them, there);
		assert_true(tell(&us, &accepted, NULL, "0599208938", &request));
		take(&them, request.body);
		struct verdict verdict = {rows[i].fate, them.parcel.drafts[0], {{0}}, {{0}}};
		struct verdicts verdicts = {&verdict, 1, AT, &them.arena};
		assert_int_equal(
			stuf.acknowledge(them.conf.config, &them.docs, &verdicts, &answer, &err),
			OK);
		assert_int_equal(
			stuf.acknowledge(them.conf.config, &them.docs, &verdicts, &again, &err),
			OK);
		assert_true(bytes_equal(answer.body, again.body));
		assert_int_equal(answer.status, rows[i].outcome == OK ? 200 : 500);
		const struct document back = {.body = answer.body, .status = answer.status};
		assert_int_equal(stuf.judge(us.conf.config, &back, &judged, &err), rows[i].outcome);
		side_done(&us);
		side_done(&them);
	}
}

/* What is not taken is refused, and not confirmed. */
static void more_statuses_than_are_taken_are_refused(void **state)
{
	static const char head[] =
		"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
		"<zakLk01 xmlns=\"http://www.egem.nl/StUF/sector/zkn/0310\" "
		"xmlns:S=\"http://www.egem.nl/StUF/StUF0301\"><stuurgegevens>"
		"<S:berichtcode>Lk01</S:berichtcode><S:zender><S:applicatie>ANOTHERS</S:applicatie>"
		"</S:zender><S:referentienummer>r-1</S:referentienummer>"
		"<S:tijdstipBericht>20260302093000</S:tijdstipBericht></stuurgegevens><parameters>"
		"<S:mutatiesoort>W</S:mutatiesoort></parameters><object>"
		"<identificatie>0599208938</identificatie>"
		"<isVan><gerelateerde><code>B1026</code></gerelateerde></isVan>";
	(void)state;
	for (int count = 500; count <= 501; count++) {
		struct side us;
		struct buffer body = {0};
		side_open(&us, here);
		buffer_add_string(&body, head);
		for (int i = 0; i < count; i++)
			buffer_add_string(&body,
				"<heeft><gerelateerde><volgnummer>2</volgnummer></gerelateerde>"
				"</heeft>");
		buffer_add_string(&body, "</object></zakLk01></s:Body></s:Envelope>");
		take(&us, buffer_bytes(&body));
		size_t last = us.parcel.drafts_count - 1;
		assert_int_equal(us.parcel.drafts_count, count);
		assert_int_equal(us.parcel.drafts[last]->problems.count, count - 500);
		buffer_done(&body);
		side_done(&us);
	}
}

/* One that says "LWL" and no end of an element, over and over, costs no more than another. */
static void a_long_answer_is_read_once(void **state)
{
	static const char head[] =
		"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
		"<Bv03Bericht xmlns=\"http://www.egem.nl/StUF/StUF0301\"><x><![CDATA[";
	struct side us;
	struct buffer body = {0};
	struct err err = {0};
	struct connector_judgement judged = {0};
	(void)state;
	side_open(&us, here);
	buffer_add_string(&body, head);
	for (int i = 0; i < 200000; i++)
		buffer_add_string(&body, "LWL</");
	buffer_add_string(&body, "]]></x></Bv03Bericht></s:Body></s:Envelope>");
	const struct document answer = {.body = buffer_bytes(&body), .status = 200};
	clock_t before = clock();
	assert_int_equal(stuf.judge(us.conf.config, &answer, &judged, &err), OK);
	assert_true(clock() - before < 10 * CLOCKS_PER_SEC);
	assert_null(judged.partner_case.data);
	buffer_done(&body);
	side_done(&us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_is_understood),
		cmocka_unit_test(test_no_echo),
		cmocka_unit_test(test_new_zaak_is_understood),
		cmocka_unit_test(test_person_is_understood),
		cmocka_unit_test(test_refusal_is_understood),
		cmocka_unit_test(more_statuses_than_are_taken_are_refused),
		cmocka_unit_test(a_long_answer_is_read_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
