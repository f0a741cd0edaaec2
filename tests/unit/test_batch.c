/* test_batch - what is left of a batch that could not be begun. */
#include "tests/unit/unit.h"

#include "hub/flow/router/batch.h"

static void a_record_at_hand_is_read_again_when_no_batch_could_begin(void **state)
{
	(void)state;
	static const struct {
		int held;
		bool resumes;
	} rows[] = {{3, true}, {0, false}};
	const struct err why = {.outcome = RETRY, .text = "beginning a transaction: timed out"};
	atomic_bool stop = true; /* no pause */
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct worker worker = {.number = 1, .stop = &stop};
		struct err err = {0};
		atomic_store(&worker.held, rows[i].held);
		assert_int_equal(batch_abort(&worker, &why, &err), OK);
		assert_int_equal(worker.must_resume, rows[i].resumes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_at_hand_is_read_again_when_no_batch_could_begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
