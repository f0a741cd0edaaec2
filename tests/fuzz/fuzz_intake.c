/* fuzz_intake - any body of a request to the partner API, up to the Message that is made of it; the
 * first byte says to which path, and as what. */
#include "hub/flow/intake/check.h"
#include "hub/flow/intake/message.h"
#include "hub/seal/seal.h"
#include "schemas/draft_json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/edge_conf.h"

#define DEPTH 16
#define NOW INT64_C(1772443800000)

static enum draft_json_result read_body(
	uint8_t form, struct bytes body, struct draft *draft, struct problems *problems)
{
	struct draft_json_event event = {.specversion = bytes_of_string("1.0"),
		.id = body,
		.source = bytes_of_string("/s"),
		.type = bytes_of_string("t"),
		.time = body};
	if (form == 0)
		return draft_json_bare(body, DEPTH, NULL, draft, problems);
	if (form == 1)
		return draft_json_bare(body, DEPTH, &event, draft, problems);
	return draft_json_enveloped(body, DEPTH, &event, draft, problems);
}

static const struct ids *ids(void)
{
	static struct ids *made;
	const struct ids_secrets secrets = {.pseudonym = {1}, .id = {2}};
	struct err err = {0};
	if (made == NULL) {
		fuzz_must(seal_start(&err) == OK);
		made = ids_new(&secrets);
	}
	return made;
}

/* What is taken at the edge can be read by the router. */
static void take(const struct draft *draft, struct arena *arena, struct problems *problems)
{
	const struct message_sender sender = {.partner = &edge_conf()->partners[0], .now = NOW};
	struct message message;
	struct message again;
	struct buffer avro = {0};
	struct err err = {0};
	message_make(ids(), &sender, draft, arena, &message);
	message_encode(&message, &avro);
	fuzz_must(message_decode(&again, buffer_bytes(&avro), arena, &err) == OK);
	message_check(&again, edge_conf()->codes, CHECK_HUB, problems);
	fuzz_must(problems->count == 0);
	buffer_done(&avro);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct arena arena = {0};
	struct problems problems;
	struct draft draft;
	const struct check_sender sender = {.kind = (enum check_kind)(data[0] % 3),
		.conf = edge_conf(),
		.partner = &edge_conf()->partners[0],
		.now = NOW};
	problems_init(&problems, &arena);
	enum draft_json_result result =
		read_body(data[0] / 3 % 3, bytes_of(data + 1, size - 1), &draft, &problems);
	fuzz_must((result == DRAFT_JSON_OK) == (problems.count == 0));
	if (result != DRAFT_JSON_UNREADABLE)
		check_draft(&draft, &sender, &problems);
	if (problems.count == 0)
		take(&draft, &arena, &problems);
	arena_done(&arena);
	return 0;
}
