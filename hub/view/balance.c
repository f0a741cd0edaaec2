/* balance - which referrals were open between a partner and each other one at a moment. */
#include "hub/view/balance.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "hub/handover/decider.h"
#include "hub/view/database.h"
#include "hub/view/past.h"
#include "hub/view/reader.h"

struct balance_open {
	const char *from, *to;
	struct uuid referral;
	bool undelivered;
};

struct counting {
	struct balance *balance;
	struct past_moment moment;
};

static const char *partner_of(const struct balance *balance, struct bytes desk)
{
	const struct rules_partner *partner = rules_partner_of_desk(balance->rules, desk);
	return partner == NULL ? "" : partner->oin;
}

static void add_open(struct balance *balance, const struct balance_open *open)
{
	if (balance->found_count == balance->found_capacity) {
		size_t capacity = 2 * balance->found_capacity + 64;
		balance->found = memory_resize(
			balance->found, memory_product(capacity, sizeof(*balance->found)));
		balance->found_capacity = capacity;
	}
	balance->found[balance->found_count++] = *open;
}

static void add_referral(struct balance *balance, const struct client *client,
	const struct client_referral *referral)
{
	const struct balance_open open = {
		.from = partner_of(balance, handover_desk(client, referral->sender)),
		.to = partner_of(balance, handover_desk(client, referral->target)),
		.referral = referral->referral,
		.undelivered = referral->state == REFERRAL_STATE_SUBMITTED,
	};
	if (decider_is_open(referral->state) &&
		(strcmp(open.from, balance->partner) == 0 ||
			strcmp(open.to, balance->partner) == 0))
		add_open(balance, &open);
}

static enum outcome count_client(
	struct past *past, struct pseudonym id, void *context, struct err *err)
{
	const struct counting *counting = context;
	struct balance *balance = counting->balance;
	struct past_client found;
	if (past_client(past, id, &counting->moment, &found, err) != OK)
		return err->outcome;
	balance->clients++;
	balance->cut += found.is_cut;
	for (size_t i = 0; found.client != NULL && i < found.client->referrals_count; i++)
		add_referral(balance, found.client, &found.client->referrals[i]);
	if (balance->progress != NULL && !balance->progress(balance->context, balance->clients))
		return err_set(err, RETRY, "view: the balance was stopped");
	return OK;
}

static int compare_pairs(const struct balance_open *a, const struct balance_open *b)
{
	int by_from = strcmp(a->from, b->from);
	return by_from != 0 ? by_from : strcmp(a->to, b->to);
}

static int compare(const void *a, const void *b)
{
	const struct balance_open *left = a, *right = b;
	int by_pair = compare_pairs(left, right);
	return by_pair != 0
		? by_pair
		: memcmp(left->referral.data, right->referral.data, sizeof(left->referral.data));
}

void balance_hash(const struct uuid *sorted, size_t count, char out[65])
{
	crypto_hash_sha256_state state;
	uint8_t hash[crypto_hash_sha256_BYTES];
	char line[37];
	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < count; i++) {
		bytes_to_uuid(sorted[i].data, line);
		line[36] = '\n';
		crypto_hash_sha256_update(&state, (const uint8_t *)line, sizeof(line));
	}
	crypto_hash_sha256_final(&state, hash);
	bytes_to_hex(bytes_of(hash, sizeof(hash)), out);
}

static void sum_up(struct balance *balance)
{
	struct balance_open *found = balance->found;
	size_t count = balance->found_count;
	struct uuid *ids = arena_get_array(&balance->arena, count, sizeof(*ids));
	struct balance_pair *pair = NULL;
	if (count > 0)
		qsort(found, count, sizeof(*found), compare);
	balance->pairs = arena_get_array(&balance->arena, count, sizeof(*balance->pairs));
	for (size_t i = 0; i < count; i++) {
		ids[i] = found[i].referral;
		if (i == 0 || compare_pairs(&found[i - 1], &found[i]) != 0) {
			pair = &balance->pairs[balance->count++];
			*pair = (struct balance_pair){
				.from = found[i].from, .to = found[i].to, .referrals = &ids[i]};
		}
		pair->open++;
		pair->undelivered += found[i].undelivered;
	}
	for (size_t i = 0; i < balance->count; i++) {
		pair = &balance->pairs[i];
		balance_hash(pair->referrals, (size_t)pair->open, pair->hash);
	}
}

/* They are few: those that a router has not read yet. */
static enum outcome count_undecided(
	struct view_reader *reader, struct balance *balance, struct err *err)
{
	static const char *const text = "SELECT count(*) FROM messages WHERE event IS NULL"
					" AND kind = 0 AND received_at < ?";
	sqlite3_stmt *statement;
	bool row;
	if (database_prepare(reader->db, &text, 1, &statement, err) != OK)
		return err->outcome;
	sqlite3_bind_int64(statement, 1, balance->at);
	enum outcome outcome = database_step(reader->db, statement, &row, err);
	if (outcome == OK)
		balance->undecided = sqlite3_column_int64(statement, 0);
	database_finalize(&statement, 1);
	return outcome;
}

enum outcome balance_run(struct view_reader *reader, struct balance *balance, struct err *err)
{
	struct counting counting = {.balance = balance};
	struct past *past;
	if (count_undecided(reader, balance, err) != OK || past_new(&past, reader, err) != OK)
		return err->outcome;
	enum outcome outcome = past_moment(past, balance->at, &counting.moment, err);
	if (outcome == OK)
		outcome = past_each(past, count_client, &counting, err);
	past_free(past);
	if (outcome == OK)
		sum_up(balance);
	return outcome;
}

void balance_done(struct balance *balance)
{
	arena_done(&balance->arena);
	free(balance->found);
}
