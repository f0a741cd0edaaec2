/* test_trial - what the rows of a trial read as accepted, as refused, and as bad luck. */
#include "tests/unit/unit.h"

#include "hub/cli/play/trial.h"

static void a_desk_may_go_on_at_once(void **state)
{
	(void)state;
	static const struct {
		const char *state;
		bool is_accepted;
	} rows[] = {{"ACCEPTED", true}, {"IN_PROGRESS", true}, {"ON_HOLD", true},
		{"COMPLETED", true}, {"OFFERED", false}, {"SUBMITTED", false}, {"DECLINED", false},
		{"ENDED", false}, {"", false}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_int_equal(
			trial_is_among(rows[i].state, trial_accepted), rows[i].is_accepted);
}

static void whose_fault_it_is(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		bool is_clients;
	} rows[] = {{"<s:Fault><faultcode>s:Client</faultcode></s:Fault>", true},
		{"<Fault><faultcode>Client</faultcode></Fault>", true},
		{"<faultcode>s:Client.Authentication</faultcode>", true},
		{"<faultcode>Client.Authentication</faultcode>", true},
		{"<faultcode>s:Server.Client</faultcode>", false},
		{"<StUF:plek>client</StUF:plek>", true}, {"<StUF:plek>server</StUF:plek>", false},
		{"<s:Fault><faultcode>s:Server</faultcode></s:Fault>", false}, {"", false},
		{"{\"status\":500}", false}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		assert_int_equal(
			trial_is_clients_fault(bytes_of_string(rows[i].body)), rows[i].is_clients);
	assert_false(trial_is_clients_fault((struct bytes){0}));
}

/* As things stand with that person; any other refusal is the document's. */
static void whom_somebody_has_on_offer(void **state)
{
	(void)state;
	static const struct {
		size_t refused;
		const char *code;
		bool is_so;
	} rows[] = {{1, "ILLEGAL", true}, {0, "", false}, {1, "STALE", false},
		{1, "INVALID", false}, {1, "", false}};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct trial_receipt receipt = {
			.status = 200, .refused = rows[i].refused, .code = rows[i].code};
		assert_int_equal(trial_is_known(&receipt), rows[i].is_so);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_desk_may_go_on_at_once),
		cmocka_unit_test(whose_fault_it_is),
		cmocka_unit_test(whom_somebody_has_on_offer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
