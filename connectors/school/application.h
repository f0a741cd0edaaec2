/* application - what a row of an mbo school's applications says: who applied, or what became of it.
 */
#ifndef CONNECTORS_SCHOOL_APPLICATION_H
#define CONNECTORS_SCHOOL_APPLICATION_H

#include "hub/connector/connector.h"
#include "schemas/json_tree.h"

/* Rows of the overstapsysteem ($type Aanmelding), whose status AO (aanmelding ontvangen) is a
 * referral and any other what happened to it; and of a koppelpunt ($type vca.Aanmelding), which
 * have a person's name and address, and are withdrawn (`ingetrokken`) or not. */

/* A row, a list of them, or an object of which the list is this member. */
#define APPLICATION_LIST "items"

/* The config of a connector of them begins with it. */
struct application_config {
	const struct setting_pair *schools, *statuses; /* what they mean */
	const char *question, *question_bbl;
	const char *question_interest; /* NULL: an interessemelding says nothing */
	const char *purpose, *legal_basis;
};

/* REJECT: its settings contradict each other. */
enum outcome application_check(const struct application_config *config, struct err *err) MUST_CHECK;
/* The next parcel of a document of rows. REJECT: a part of it is no JSON, and nothing of it was
 * taken. */
enum outcome application_parse(const struct application_config *config,
	const struct documents *docs, struct parcel *out, struct err *err) MUST_CHECK;

/* The wijzigingsvolgnummer of a row, a whole number of any length, without zeros before it. Absent:
 * it has none. */
struct bytes application_number(const struct json_tree *row);

#define APPLICATION_AT(member) offsetof(struct application_config, member)

/* Their rows in the connector's table of settings. */
#define APPLICATION_SETTINGS                                                                       \
	{"schools", SETTING_PAIRS, APPLICATION_AT(schools), NULL, 0, 0, NULL,                      \
		"Whose applications (AO) are referrals: BRIN of the school or of one of its "      \
		"sites, and what is known of them: from_desk (none: a registration), to_desk, "    \
		"municipality, region, kind, target_groups (a,b), sector_from, sector_to, "        \
		"programme, urgency, origin, purpose, question. Rows of other schools are passed " \
		"over."},                                                                          \
		{"statuses", SETTING_PAIRS, APPLICATION_AT(statuses), "", 0, 0, NULL,              \
			"What a status other than AO means: its code (or ingetrokken), and the "   \
			"action with its words (reason, hold_reason, closing_reason, outcome, "    \
			"next_step, suggested_desk, progress, review, worker, days); \"-\": "      \
			"nothing. Any other is UNKNOWN, and a person must look."},                 \
		{"question", SETTING_CODE, APPLICATION_AT(question), "OPLEIDING", 0, 0,            \
			SETTING_ONE("question"), "What an application asks for."},                 \
		{"question_bbl", SETTING_CODE, APPLICATION_AT(question_bbl), "LEERBAAN", 0, 0,     \
			SETTING_ONE("question"), "What one with leeratraject BBL asks for."},      \
		{"question_interest", SETTING_CODE, APPLICATION_AT(question_interest), "", 0, 0,   \
			SETTING_ONE("question"),                                                   \
			"What an interessemelding (type I of a koppelpunt) asks for; none: they "  \
			"are passed over."},                                                       \
		{"purpose", SETTING_CODE, APPLICATION_AT(purpose), "GUIDANCE", 0, 0,               \
			SETTING_ONE("purpose"), "What the data may be used for."},                 \
	{                                                                                          \
		"legal_basis", SETTING_STRING, APPLICATION_AT(legal_basis), "", 1, 200, NULL,      \
			"Article of law of the public task; consent cannot be told by a row."      \
	}

#endif
