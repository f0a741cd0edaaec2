/* test_name - spellings of family names, and the plain form that they share. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/seal/name.h"

static void test_plain(void **state)
{
	(void)state;
	static const struct {
		const char *name, *plain;
	} rows[] = {
		{"Jansen", "jansen"},
		{"JANSEN", "jansen"},
		{"van der Berg", "berg"},
		{"  van   der  Berg ", "berg"},
		{"v.d. Berg", "berg"},
		{"'t Hart", "hart"},
		{"\xe2\x80\x99t Hart", "hart"},
		{"Berg", "berg"},
		{"Ter", "ter"},
		{"in 't", "t"},
		{"Jansen-de Vries", "jansendevries"},
		{"Jansen de Vries", "jansendevries"},
		{"Özdemir", "ozdemir"},
		{"O\xcc\x88zdemir", "ozdemir"},
		{"Łukasz", "lukasz"},
		{"Strauß", "strauss"},
		{"\xc4\xb2zerman", "ijzerman"},
		{"Ægir Þór", "aegirthor"},
		{"Ильин", "ильин"},
		{"ИЛЬИН", "ильин"},
		{"ΠΑΠΠΑΣ", "παππασ"},
		{"Παππάς", "παππασ"},
		{"Nguyễn", "nguyen"},
		{"van\xc2\xa0"
		 "Ŋøŧħıĸđð",
			"nothikdd"},
		{"a×÷1²€🙂b", "ab"},
		{"王小明", "王小明"},
		{"Sævar’s Œuvre", "saevarsoeuvre"},
		{"", ""},
		{"123 -", ""},
		{"ab\xff"
		 "cd",
			"ab"},
		{"ab\xc3", "ab"},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char plain[NAME_PLAIN_MAX];
		size_t size = name_plain(bytes_of_string(rows[i].name), plain);
		assert_true(bytes_equal_string(bytes_of(plain, size), rows[i].plain));
	}
}

static void test_absent_and_long(void **state)
{
	(void)state;
	char plain[NAME_PLAIN_MAX];
	char name[3 * NAME_PLAIN_MAX];
	assert_int_equal(name_plain(bytes_of_string(NULL), plain), 0);
	memset(name, 'x', sizeof(name));
	assert_int_equal(name_plain(bytes_of(name, sizeof(name)), plain), NAME_PLAIN_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_absent_and_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
