/* made_up - whether a person is made up, as far as that can be told: the test lane takes no other.
 */
#include "hub/flow/intake/made_up.h"

#include <string.h>
#include <strings.h>

#include "hub/base/format.h"

#define BSN_SIZE 9

static bool begins(struct bytes text, const char *with)
{
	size_t size = strlen(with);
	return text.size >= size && memcmp(text.data, with, size) == 0;
}

static bool is_somebodys_bsn(struct bytes text)
{
	return format_is("bsn", text) && !begins(text, "99999") && !begins(text, "0000");
}

static size_t digits_at(struct bytes text, size_t at)
{
	size_t end = at;
	while (end < text.size && text.data[end] >= '0' && text.data[end] <= '9')
		end++;
	return end - at;
}

static bool has_bsn(struct bytes text)
{
	for (size_t at = 0; at < text.size; at++) {
		size_t size = digits_at(text, at);
		if (size == BSN_SIZE && is_somebodys_bsn(bytes_of(text.data + at, size)))
			return true;
		at += size;
	}
	return false;
}

/* The name itself, or what lies below it. */
static bool is_below(struct bytes host, const char *name)
{
	size_t size = strlen(name);
	if (host.size < size)
		return false;
	const uint8_t *end = host.data + host.size - size;
	return strncasecmp((const char *)end, name, size) == 0 &&
		(end == host.data || end[-1] == '.');
}

static bool is_example_address(struct bytes address)
{
	static const char *const names[] = {"example", "test", "invalid", "example.nl",
		"example.com", "example.net", "example.org", NULL};
	struct bytes host = bytes_cut_last(&address, '@');
	const char *const *name = names;
	while (*name != NULL && !is_below(host, *name))
		name++;
	return *name != NULL;
}

static void check_address(struct problems *problems, const char *field, struct bytes address)
{
	if (address.size > 0 && !is_example_address(address))
		problems_add(problems, field, "a.voorbeeld@example.nl",
			"is not at a domain for examples: the test lane takes made-up people only");
}

static void check_text(struct problems *problems, const char *field, struct bytes text)
{
	if (has_bsn(text))
		problems_add(problems, field, NULL,
			"holds a number that could be somebody's BSN: the test lane takes made-up "
			"people only");
}

void made_up_check(const struct person *person, struct problems *problems)
{
	if (is_somebodys_bsn(person->bsn))
		problems_add(problems, "person.bsn", "999990019",
			"could be somebody's: the test lane takes made-up people only, whose BSN "
			"begins with 99999 or 0000");
	check_text(problems, "person.own_number", person->own_number);
	check_text(problems, "person.text", person->text);
	check_address(problems, "person.email", person->email);
	check_address(problems, "person.worker_email", person->worker_email);
}
