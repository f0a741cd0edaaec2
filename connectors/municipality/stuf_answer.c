/* stuf_answer - what the sender of a zakLk01 gets back: Bv03, or Fo03 in a SOAP fault. */
#include "connectors/municipality/stuf_answer.h"

#include <string.h>

#include "connectors/common/soap.h"
#include "connectors/municipality/stuf_write.h"

#define DETAILS_MAX 1000 /* characters, by the schema of StUF 3.01 */

/* Codes and words of StUF 3.01. */
static const struct fault {
	const char *code;
	bool is_server;
	const char *text;
} faults[] = {
	{"StUF013", false,
		"Combinatie van zendende organisatie, applicatie en administratie onbekend"},
	{"StUF052", false,
		"Het zendende systeem is niet geautoriseerd voor de gevraagde combinatie van "
		"berichtcode, entiteittype en functie"},
	{"StUF055", false, "Berichtbody is niet conform schema in sectormodel"},
	{"StUF058", true, "Proces voor afhandelen bericht geeft fout"},
};

static const struct fault *fault_of(const char *code)
{
	const struct fault *fault = faults;
	while (strcmp(fault->code, code) != 0)
		fault++;
	return fault;
}

struct answer {
	const struct stuf_message *message;
	const struct stuf_config *config;
	const struct verdicts *verdicts;
	struct arena *arena;
};

/* Each of the two is in every answer, and has an applicatie. */
static void complete(struct stuf_party *party, const char *organisation, const char *application)
{
	if (party->organisation.data == NULL && party->application.data == NULL)
		*party = (struct stuf_party){
			bytes_of_string(organisation), bytes_of_string(application)};
	if (party->application.data == NULL)
		party->application = bytes_of_string("onbekend");
}

static void add_head(const struct answer *answer, const char *code, struct buffer *out)
{
	const struct stuf_message *message = answer->message;
	const struct stuf_config *config = answer->config;
	bool has_reference = message->reference.data != NULL;
	struct stuf_head head = {.code = code,
		.sender = message->receiver,
		.receiver = message->sender,
		.reference = stuf_write_reference(
			answer->arena, has_reference ? message->reference : message->body),
		.is_answer = true,
		.cross_reference = message->reference,
		.at = answer->verdicts->at};
	if (head.sender.organisation.data == NULL)
		head.sender.organisation = bytes_of_string(config->organisation);
	if (head.sender.application.data == NULL)
		head.sender.application = bytes_of_string(config->application);
	complete(&head.receiver, config->partner_organisation, config->partner_application);
	buffer_add_format(
		out, "<StUF:%sBericht xmlns:StUF=\"" STUF_URI "\"><StUF:stuurgegevens>", code);
	stuf_write_head(out, &head);
	buffer_add_string(out, "</StUF:stuurgegevens>");
}

/* What is wrong with which field, and never what stands in it. */
static void add_problems(const struct problems *problems, struct buffer *out)
{
	size_t kept = problems->count < PROBLEMS_MAX ? problems->count : PROBLEMS_MAX;
	for (size_t i = 0; i < kept; i++) {
		const struct problem *problem = &problems->items[i];
		size_t more = strlen(problem->path) + strlen(problem->text) + 3;
		if (out->size + more > DETAILS_MAX)
			return;
		buffer_add_format(out, "%s%s%s%s", out->size > 0 ? "; " : "", problem->path,
			problem->path[0] != '\0' ? " " : "", problem->text);
	}
}

static bool add_details(const struct verdicts *verdicts, struct buffer *out, bool *is_unknown)
{
	bool is_refused = false;
	for (size_t i = 0; i < verdicts->count; i++) {
		const struct verdict *verdict = &verdicts->items[i];
		*is_unknown = *is_unknown || verdict->fate == VERDICT_UNKNOWN;
		if (verdict->fate != VERDICT_REFUSED)
			continue;
		is_refused = true;
		add_problems(&verdict->of->problems, out);
	}
	return is_refused;
}

static void add_fault(const struct answer *answer, const struct fault *fault, struct bytes details,
	struct buffer *out)
{
	struct bytes text = bytes_of_string(fault->text);
	soap_fault_begin(out, fault->is_server, text);
	add_head(answer, "Fo03", out);
	buffer_add_string(out, "<StUF:body>");
	stuf_write(out, "StUF:code", bytes_of_string(fault->code));
	stuf_write(out, "StUF:plek", bytes_of_string(fault->is_server ? "server" : "client"));
	stuf_write(out, "StUF:omschrijving", text);
	stuf_write(out, "StUF:details", details);
	buffer_add_string(out, "</StUF:body></StUF:Fo03Bericht>");
	soap_fault_end(out);
}

/* NULL: all was taken. What is not known to be stored counts first: sent again, the rest is refused
 * again too. */
static const struct fault *judge(const struct answer *answer, struct buffer *details)
{
	bool is_unknown = false;
	struct problems problems;
	problems_init(&problems, answer->arena);
	bool is_refused = add_details(answer->verdicts, details, &is_unknown);
	if (is_unknown) {
		buffer_clear(details);
		buffer_add_string(details, "it is not known to be stored: send the same again");
		return fault_of("StUF058");
	}
	if (!is_refused)
		return NULL;
	const char *code = NULL;
	if (answer->message->root != NULL)
		code = stuf_read_refusal(answer->config, answer->message, &problems);
	return fault_of(code != NULL ? code : "StUF055");
}

enum outcome stuf_answer_acknowledge(const void *config, const struct documents *docs,
	const struct verdicts *verdicts, struct connector_answer *out, struct err *err)
{
	struct stuf_message message;
	struct err unread = {0};
	struct buffer body = {0}, details = {0};
	(void)err;
	/* What could not be read is answered without what it says of itself. */
	if (stuf_read_open(&docs->items[0], docs->way == DOCUMENTS_DROPPED, verdicts->arena,
		    &message, &unread) != OK)
		message = (struct stuf_message){.body = docs->items[0].body};
	const struct answer answer = {&message, config, verdicts, verdicts->arena};
	const struct fault *fault = judge(&answer, &details);
	soap_begin(&body);
	if (fault != NULL) {
		add_fault(&answer, fault, buffer_bytes(&details), &body);
	} else {
		add_head(&answer, "Bv03", &body);
		buffer_add_string(&body, "</StUF:Bv03Bericht>");
	}
	soap_end(&body);
	*out = (struct connector_answer){.status = fault != NULL ? SOAP_FAULT : 200,
		.type = bytes_of_string(SOAP_TYPE),
		.body = arena_copy(verdicts->arena, buffer_bytes(&body))};
	buffer_done(&body);
	buffer_done(&details);
	return OK;
}
