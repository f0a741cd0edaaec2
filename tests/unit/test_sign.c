/* test_sign - signatures and tokens, against those that others have made. */
#include "tests/unit/unit.h"

#include <string.h>

#include "hub/http/client/sign.h"
#include "hub/http/client/token.h"
#include "tests/support/folder.h"

#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY "{\"test\": 2432232314}"
/* Published with the specification. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define OTHER_SECRET "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define LONG_SECRET OTHER_SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXAAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define OTHER_SIGNATURE "v1,/485aUtxlie+TIScVpHggMfqOB4so2KWb7+Gf727B44="

static void a_webhook_is_signed_as_published(void **state)
{
	(void)state;
	struct folder folder;
	struct arena arena = {0};
	struct err err = {0};
	struct sign *sign = NULL;
	char first[300];
	folder_make(&folder);
	folder_write(&folder, "new", SECRET "\n");
	folder_write(&folder, "old", OTHER_SECRET);
	strcpy(first, folder_path(&folder, "new"));
	const char *const one[] = {first, NULL};
	assert_int_equal(sign_new(&sign, one, &err), OK);
	assert_string_equal(
		sign_webhook(sign, ID, 1614265330, bytes_of_string(BODY), &arena), SIGNATURE);
	sign_free(sign);
	const char *const both[] = {first, folder_path(&folder, "old"), NULL};
	assert_int_equal(sign_new(&sign, both, &err), OK);
	assert_string_equal(sign_webhook(sign, ID, 1614265330, bytes_of_string(BODY), &arena),
		SIGNATURE " " OTHER_SIGNATURE);
	sign_free(sign);
	sign_free(NULL);
	arena_done(&arena);
	folder_remove(&folder);
}

static void what_is_no_secret_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", "whsec_AAECAwQF", SECRET "\n" SECRET "\n",
		LONG_SECRET};
	struct folder folder;
	folder_make(&folder);
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct err err = {0};
		folder_write(&folder, "secret", texts[i]);
		assert_int_equal(sign_check_file(folder_path(&folder, "secret"), &err), REJECT);
		assert_null(strstr(err.text, "AAEC"));
	}
	struct err err = {0};
	assert_int_equal(sign_check_file(folder_path(&folder, "none"), &err), REJECT);
	folder_remove(&folder);
}

/* Computed with Python's hmac. */
static void a_token_of_our_own_is_a_jwt(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct token_claims claims = {.issuer = "hub",
		.client = "lokethub",
		.user_name = "Loket \xc3\xa9\"x",
		.seconds = 1614265330};
	assert_string_equal(token_jwt(&claims, bytes_of_string("secret"), &arena),
		"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
		"eyJpc3MiOiJodWIiLCJjbGllbnRfaWQiOiJsb2tldGh1YiIsInVzZXJfaWQiOiJsb2tldGh1YiIsInVzZX"
		"JfcmVwcmVzZW50YXRpb24iOiJMb2tldCDDqVwieCIsImlhdCI6MTYxNDI2NTMzMH0."
		"ku1LS9o81D7CCk8a_4kg8sgmici2Fn5P9Z5ipCs6i3c");
	arena_done(&arena);
}

static void a_token_is_asked_for_in_a_form(void **state)
{
	(void)state;
	struct arena arena = {0};
	assert_string_equal(token_ask("a&b", bytes_of_string("c=\xc3\xa9 d"), "x y", &arena),
		"grant_type=client_credentials&client_id=a%26b&client_secret=c%3D%C3%A9%20d&"
		"scope=x%20y");
	assert_string_equal(token_ask("a", bytes_of_string("b"), NULL, &arena),
		"grant_type=client_credentials&client_id=a&client_secret=b");
	assert_string_equal(token_ask("00000099", (struct bytes){0}, "x", &arena),
		"grant_type=client_credentials&client_id=00000099&scope=x");
	assert_string_equal(token_ask(NULL, (struct bytes){0}, "x", &arena),
		"grant_type=client_credentials&scope=x");
	arena_done(&arena);
}

/* What it encodes is a%3Ab:c%3D%C3%A9%20%3F, as in a form. */
static void a_client_shows_a_secret_in_a_header(void **state)
{
	(void)state;
	struct arena arena = {0};
	assert_string_equal(token_basic("a:b", bytes_of_string("c=\xc3\xa9 ?"), &arena),
		"Basic YSUzQWI6YyUzRCVDMyVBOSUyMCUzRg==");
	arena_done(&arena);
}

static void only_what_can_be_sent_is_a_token(void **state)
{
	(void)state;
	static const struct {
		const char *answer, *token; /* NULL: none */
		int64_t seconds;
	} rows[] = {
		{"{\"access_token\":\"a.b-c_d~+/==\",\"expires_in\":60,\"token_type\":\"Bearer\"}",
			"a.b-c_d~+/==", 60},
		{"{\"access_token\":\"a\",\"expires_in\":\"3599\"}", "a", 3599},
		{"{\"access_token\":\"a\"}", "a", 300},
		{"{\"access_token\":\"a\",\"token_type\":\"mac\"}", NULL, 0},
		{"{\"access_token\":\"a\\r\\nX: y\"}", NULL, 0},
		{"{\"access_token\":\"a b\"}", NULL, 0},
		{"{\"access_token\":\"\"}", NULL, 0},
		{"{\"access_token\":\"=\"}", NULL, 0},
		{"{\"access_token\":1}", NULL, 0},
		{"{\"error\":\"invalid_client\"}", NULL, 0},
		{"[]", NULL, 0},
		{"{\"access_token\":\"a\"", NULL, 0},
		{"", NULL, 0},
	};
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct arena arena = {0};
		struct err err = {0};
		const char *token = NULL;
		int64_t seconds = 0;
		enum outcome outcome =
			token_read(bytes_of_string(rows[i].answer), &arena, &token, &seconds, &err);
		if (outcome != (rows[i].token != NULL ? OK : REJECT))
			fail_msg("row %zu", i);
		if (outcome == OK)
			assert_string_equal(token, rows[i].token);
		assert_int_equal(seconds, rows[i].seconds);
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_webhook_is_signed_as_published),
		cmocka_unit_test(what_is_no_secret_is_refused),
		cmocka_unit_test(a_token_of_our_own_is_a_jwt),
		cmocka_unit_test(a_token_is_asked_for_in_a_form),
		cmocka_unit_test(a_client_shows_a_secret_in_a_header),
		cmocka_unit_test(only_what_can_be_sent_is_a_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
