/* tokens - whose bearer token a request carries. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/file.h"
#include "hub/conf/inside.h"

enum { LEAST = 32, MOST = 512 };

/* Kept and compared is only this hash. Its key is a new one in every process, so that nobody can
 * learn from the time of a look-up how far his guess was right. */
static void hash_token(
	const struct conf_index *index, struct bytes token, uint8_t out[CONF_TOKEN_HASH])
{
	crypto_generichash(
		out, CONF_TOKEN_HASH, token.data, token.size, index->token_key, CONF_TOKEN_HASH);
}

static int compare(const void *a, const void *b)
{
	const struct conf_token *left = *(const struct conf_token *const *)a;
	const struct conf_token *right = *(const struct conf_token *const *)b;
	return memcmp(left->hash, right->hash, CONF_TOKEN_HASH);
}

/* RFC 6750's b64token. */
static bool is_token(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-._~+/";
	size_t size = strspn(text, letters);
	return size > 0 && strspn(text + size, "=") == strlen(text) - size;
}

static bool read_token(const struct conf_index *index, struct conf_token *token, struct err *err)
{
	char line[MOST + 3];
	if (file_read_line(token->file, line, sizeof(line), err) != OK)
		return false;
	size_t size = strlen(line);
	bool fine = size >= LEAST && size <= MOST && is_token(line);
	hash_token(index, bytes_of(line, size), token->hash);
	sodium_memzero(line, sizeof(line));
	if (!fine)
		err_set(err, REJECT,
			"is no token: write one line of %d to %d letters, digits and -._~+/", LEAST,
			MOST);
	return fine;
}

static void find_twins(const struct conf_index *index, struct conf_problems *problems)
{
	for (size_t i = 1; i < index->tokens_count; i++) {
		const struct conf_token *one = index->tokens[i - 1], *other = index->tokens[i];
		if (memcmp(one->hash, other->hash, CONF_TOKEN_HASH) == 0)
			report_error(problems, (struct report_place){other->file, 0},
				"holds the same token as %s: each partner and role needs its own",
				one->file);
	}
}

static void take_token(
	struct conf_index *index, struct conf_token *token, struct conf_problems *problems)
{
	struct err err = {0};
	if (read_token(index, token, &err))
		index->tokens[index->tokens_count++] = token;
	else
		report_error(problems, (struct report_place){token->file, 0}, "token of %s: %s",
			token->partner->rules->name, err.text);
}

void tokens_load(struct conf *conf, struct conf_problems *problems)
{
	struct conf_index *index = conf->index;
	size_t most = 0;
	for (size_t i = 0; i < conf->rules.partners_count; i++)
		most += conf->partners[i].tokens_count;
	index->tokens = arena_get_array(&conf->arena, most + 1, sizeof(struct conf_token *));
	randombytes_buf(index->token_key, sizeof(index->token_key));
	for (size_t i = 0; i < conf->rules.partners_count; i++) {
		for (size_t j = 0; j < conf->partners[i].tokens_count; j++)
			take_token(index, &conf->partners[i].tokens[j], problems);
	}
	qsort(index->tokens, index->tokens_count, sizeof(struct conf_token *), compare);
	find_twins(index, problems);
}

const struct conf_partner *conf_partner_by_token(
	const struct conf *conf, struct bytes token, const struct conf_token **which)
{
	const struct conf_index *index = conf->index;
	struct conf_token asked = {0};
	const struct conf_token *key = &asked;
	if (token.data == NULL || index->tokens_count == 0)
		return NULL;
	hash_token(index, token, asked.hash);
	struct conf_token *const *found = bsearch(
		&key, index->tokens, index->tokens_count, sizeof(struct conf_token *), compare);
	if (found == NULL)
		return NULL;
	if (which != NULL)
		*which = *found;
	return (*found)->partner;
}

const struct conf_partner *conf_partner(const struct conf *conf, struct bytes oin)
{
	const struct rules_partner *found = rules_partner(&conf->rules, oin);
	return found != NULL ? &conf->partners[found - conf->rules.partners] : NULL;
}
