/* test_cut - a file that was cut off anywhere: every row before that is taken as in the whole file,
 * or the file is refused as a whole, with words. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/connectors.h"
#include "hub/base/memory.h"
#include "tests/support/connector_conf.h"
#include "tests/support/made_sheet.h"

#define ROWS 7

struct read {
	struct arena arena;
	struct parcel parcel;
	struct err err;
	enum outcome outcome;
};

static void begin(
	struct read *out, const struct connector *connector, const void *config, struct bytes body)
{
	const struct document document = {.body = body, .status = 200};
	const struct documents docs = {
		.items = &document, .count = 1, .way = DOCUMENTS_DROPPED, .now = 1772445600000};
	*out = (struct read){0};
	out->parcel.arena = &out->arena;
	out->outcome = connector->parse(config, &docs, &out->parcel, &out->err);
	assert_true(out->outcome == OK || out->outcome == REJECT);
	assert_false(out->outcome == OK && out->parcel.more);
}

static void end(struct read *read)
{
	arena_done(&read->arena);
}

static bool are_same(const struct parcel_draft *a, const struct parcel_draft *b)
{
	return bytes_equal(a->draft.case_, b->draft.case_) &&
		bytes_equal(a->draft.reference, b->draft.reference) &&
		a->problems.count == b->problems.count;
}

/* What so many rows come to, in the whole file. */
struct part {
	size_t size; /* bytes up to the end of the last row */
	size_t drafts, passed;
};

static void check(const struct made_sheet *sheet, const struct read *whole, const struct part *part,
	const struct read *cut, size_t at)
{
	const struct parcel *parcel = &cut->parcel;
	bool is_less = parcel->drafts_count < part->drafts || parcel->passed < part->passed;
	if (cut->outcome == REJECT) {
		assert_true(cut->err.text[0] != '\0');
		return;
	}
	if (is_less)
		fail_msg("%s cut at %zu: %zu drafts and %zu passed, of %zu and %zu", sheet->about,
			at, parcel->drafts_count, parcel->passed, part->drafts, part->passed);
	for (size_t i = 0; i < part->drafts; i++)
		if (!are_same(parcel->drafts[i], whole->parcel.drafts[i]))
			fail_msg("%s cut at %zu: draft %zu is another", sheet->about, at, i);
	for (size_t i = part->drafts; i < parcel->drafts_count; i++)
		if (parcel->drafts[i]->problems.count == 0 &&
			!are_same(parcel->drafts[i], whole->parcel.drafts[i]))
			fail_msg("%s cut at %zu: half of a row is draft %zu", sheet->about, at, i);
	if (sheet->footer != NULL && parcel->complete)
		fail_msg("%s cut at %zu: is said to be complete", sheet->about, at);
}

static void find_parts(const struct made_sheet *sheet, const struct connector *connector,
	const void *config, struct part parts[ROWS + 1])
{
	size_t footer = sheet->footer != NULL ? strlen(sheet->footer) : 0;
	for (size_t rows = 1; rows <= ROWS; rows++) {
		struct buffer text = {0};
		struct read read;
		made_sheet_rows(sheet, 1, rows, &text);
		begin(&read, connector, config, buffer_bytes(&text));
		assert_int_equal(read.outcome, OK);
		parts[rows] = (struct part){
			text.size - footer, read.parcel.drafts_count, read.parcel.passed};
		assert_int_equal(parts[rows].drafts + parts[rows].passed, rows);
		end(&read);
		buffer_done(&text);
	}
}

static size_t cut_everywhere(const struct made_sheet *sheet)
{
	const struct connector *connector =
		connector_find(connectors, bytes_of_string(sheet->connector));
	struct connector_conf conf;
	struct part parts[ROWS + 1] = {{0}};
	struct buffer text = {0};
	struct read whole, cut;
	size_t rows = 0, refused = 0;
	assert_true(connector_conf_read(&conf, connector, sheet->settings));
	find_parts(sheet, connector, conf.config, parts);
	made_sheet_rows(sheet, 1, ROWS, &text);
	begin(&whole, connector, conf.config, buffer_bytes(&text));
	for (size_t at = 0; at < text.size; at++) {
		/* Of its own size, so that a sanitizer sees who reads on. */
		uint8_t *part = memory_get(at > 0 ? at : 1);
		memcpy(part, text.data, at);
		while (rows < ROWS && parts[rows + 1].size <= at)
			rows++;
		begin(&cut, connector, conf.config, bytes_of(part, at));
		check(sheet, &whole, &parts[rows], &cut, at);
		refused += cut.outcome == REJECT;
		end(&cut);
		free(part);
	}
	printf("%s: cut at each of %zu bytes, %zu refused as a whole\n", sheet->about, text.size,
		refused);
	end(&whole);
	buffer_done(&text);
	connector_conf_done(&conf);
	return refused;
}

static void test_cut_anywhere(void **state)
{
	(void)state;
	for (const struct made_sheet *sheet = made_sheets; sheet->connector != NULL; sheet++)
		assert_true(cut_everywhere(sheet) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cut_anywhere)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
