/* cases - which client a partner's case has, and how many others it named: the latest ones in
 * memory, the others as the view knows them. */
#include "hub/flow/intake/cases.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/seal/seal.h"

#define SETS 16384 /* a power of two; with 4 entries of 80 bytes each 5 MiB */
#define WAYS 4

struct entry {
	struct cases_key key;
	struct pseudonym client;
	struct pseudonym others[CASES_OTHERS_MAX]; /* the last ones that were named; zeroed: none */
	int64_t last; /* offset of the last Referral about it; CASES_ON_ITS_WAY: not known yet */
	int32_t others_count; /* at least so many different ones were; the view may know of more */
	bool used;
};

struct cases {
	const struct view *view;
	struct view_reader **reader;
	uint8_t secrets[2][16];
	struct entry (*sets)[WAYS]; /* each with the one used last in front */
};

struct cases *cases_new(const struct view *view, struct view_reader **reader)
{
	struct cases *cases = memory_get(sizeof(*cases));
	cases->view = view;
	cases->reader = reader;
	seal_random(cases->secrets, sizeof(cases->secrets));
	cases->sets = memory_get_zeroed(SETS, sizeof(*cases->sets));
	return cases;
}

void cases_free(struct cases *cases)
{
	if (cases == NULL)
		return;
	free(cases->sets);
	free(cases);
}

/* 128 bits under a key of this process: two cases that met would become one client's. */
struct cases_key cases_key(const struct cases *cases, const struct view_case *which)
{
	const struct bytes parts[] = {which->partner, which->system, which->case_};
	uint8_t text[512];
	size_t size = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		uint32_t part = (uint32_t)parts[i].size;
		assert(parts[i].size <= sizeof(text) - size - sizeof(part));
		memcpy(text + size, &part, sizeof(part));
		if (part > 0)
			memcpy(text + size + sizeof(part), parts[i].data, part);
		size += sizeof(part) + part;
	}
	return (struct cases_key){{bytes_hash(bytes_of(text, size), cases->secrets[0]),
		bytes_hash(bytes_of(text, size), cases->secrets[1])}};
}

static bool is_same(const struct pseudonym *a, const struct pseudonym *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool has_other(const struct entry *entry, const struct pseudonym *named)
{
	for (int i = 0; i < CASES_OTHERS_MAX; i++)
		if (is_same(&entry->others[i], named))
			return true;
	return false;
}

/* In front of its set; NULL: not there. */
static struct entry *find(struct cases *cases, struct cases_key key)
{
	struct entry *set = cases->sets[key.parts[0] % SETS];
	for (int i = 0; i < WAYS; i++) {
		struct entry found = set[i];
		if (!found.used || memcmp(&found.key, &key, sizeof(key)) != 0)
			continue;
		memmove(set + 1, set, (size_t)i * sizeof(*set));
		set[0] = found;
		return set;
	}
	return NULL;
}

/* In place of the one of its set that was not used for the longest. */
static struct entry *add(struct cases *cases, struct cases_key key)
{
	struct entry *set = cases->sets[key.parts[0] % SETS];
	memmove(set + 1, set, (WAYS - 1) * sizeof(*set));
	set[0] = (struct entry){.key = key, .used = true};
	return set;
}

/* Without an answer a case is taken for new: better a second client, which is found, than none. */
static struct view_case_client ask_view(
	struct cases *cases, const struct view_case *which, const struct pseudonym *held)
{
	struct view_case_client found = {.rejected = -1};
	struct err err = {0};
	if (*cases->reader == NULL ||
		(cases->view != NULL &&
			!view_may_have_case(cases->view, which->partner, which->case_)) ||
		view_client_of_case(*cases->reader, which, held, &found, &err) == OK)
		return found;
	log_debug("case", "text=%s", log_quote(err.text));
	return (struct view_case_client){.rejected = -1};
}

/* What memory has beats a view that has nothing yet, but not one that saw the last of its client
 * rejected: what never became a referral does not hold its case. */
struct pseudonym cases_take(struct cases *cases, struct cases_key key,
	const struct view_case *which, struct pseudonym named)
{
	struct entry *entry = find(cases, key);
	if (entry != NULL && (is_same(&entry->client, &named) || has_other(entry, &named)))
		return entry->client;
	struct view_case_client known =
		ask_view(cases, which, entry != NULL ? &entry->client : NULL);
	struct pseudonym client = named;
	if (known.is_known)
		client = known.client;
	else if (entry != NULL && known.rejected < entry->last)
		client = entry->client;
	if (entry == NULL)
		entry = add(cases, key);
	if (!is_same(&entry->client, &client)) /* the others were not named beside this one */
		*entry = (struct entry){.key = key, .client = client, .used = true};
	return client;
}

static struct view_listed ask_listed(
	struct cases *cases, struct pseudonym client, const struct view_twice *with)
{
	struct view_listed found = {0};
	struct err err = {0};
	if (*cases->reader == NULL || view_listed(*cases->reader, client, with, &found, &err) == OK)
		return found;
	log_debug("case", "text=%s", log_quote(err.text));
	return (struct view_listed){0};
}

enum cases_answer cases_take_other(struct cases *cases, struct cases_key key,
	const struct view_case *which, struct pseudonym named)
{
	const struct view_twice with = {named, which->partner, which->case_};
	struct entry *entry = find(cases, key);
	assert(entry != NULL); /* it was just taken */
	if (has_other(entry, &named))
		return CASES_KNOWN;
	struct view_listed known = ask_listed(cases, entry->client, &with);
	if (entry->others_count < known.others)
		entry->others_count = known.others;
	if (!known.is_listed && entry->others_count >= CASES_OTHERS_MAX)
		return CASES_TOO_MANY;
	memmove(entry->others + 1, entry->others, sizeof(entry->others) - sizeof(named));
	entry->others[0] = named;
	if (known.is_listed)
		return CASES_KNOWN;
	entry->others_count++;
	return CASES_LIST;
}

void cases_lies_at(
	struct cases *cases, struct cases_key key, struct pseudonym client, int64_t offset)
{
	struct entry *entry = find(cases, key);
	if (entry != NULL && is_same(&entry->client, &client))
		entry->last = offset;
}

void cases_forget(struct cases *cases, struct cases_key key)
{
	struct entry *entry = find(cases, key);
	if (entry != NULL)
		entry->used = false;
}
