/* audits - what the tests of the audit have in common: one life, and audits of it. */
#ifndef TESTS_UNIT_AUDITS_H
#define TESTS_UNIT_AUDITS_H

#include <string.h>

#include "hub/view/audit.h"
#include "tests/support/life.h"
#include "tests/unit/unit.h"

static struct life life;
static struct audit_memory *memory_at_hand; /* of audits; NULL: each looks at all */
static bool folds; /* in audits */
static char findings[8][8];
static size_t findings_count;

static inline int start(void **state)
{
	(void)state;
	memory_at_hand = NULL;
	folds = true;
	life_init(&life);
	return 0;
}

static inline int stop(void **state)
{
	(void)state;
	life_done(&life);
	return 0;
}

static inline void take_finding(void *context, const struct audit_finding *finding)
{
	(void)context;
	assert_true(findings_count < UNIT_COUNT(findings));
	strcpy(findings[findings_count++], finding->invariant);
}

static inline bool no_progress(void *context, int64_t done, int64_t total)
{
	(void)context;
	(void)done;
	(void)total;
	return true;
}

static inline const char *audit_at(int64_t now, int64_t committed_offset)
{
	const int64_t offsets[] = {committed_offset};
	const struct report_committed committed = {offsets, 1};
	const struct audit audit = {.rules = &life.rules,
		.memory = memory_at_hand,
		.now = now,
		.folds = folds,
		.committed = &committed,
		.found = take_finding,
		.progress = no_progress,
		.context = &life};
	struct audit_sums sums;
	findings_count = 0;
	view_file_begin(life.file);
	view_file_end(life.file);
	assert_int_equal(audit_run(life.file->reader, &audit, &sums, &life.file->err), OK);
	assert_true(sums.flow.received > 0);
	return findings_count == 0 ? "" : findings[0];
}

static inline const char *audit(void)
{
	return audit_at(life.world.now, life.offsets[TOPIC_INTAKE]);
}

#define LIFE(test) cmocka_unit_test_setup_teardown(test, start, stop)

#endif
