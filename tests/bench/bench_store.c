/* bench_store - memory per client and time per update of the store of the router. */

/* usage: bench_store [CLIENTS] */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hub/base/memory.h"
#include "hub/flow/store/store.h"
#include "tests/support/world.h"

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void id_of(uint64_t number, uint8_t id[16])
{
	uint64_t half[2];
	for (uint64_t i = 0; i < 2; i++) {
		uint64_t z = (number * 2 + i) * UINT64_C(0x9e3779b97f4a7c15) + i;
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		half[i] = z ^ z >> 31;
	}
	memcpy(id, half, 16);
	id[0] = 0xab;
}

/* A client as the core makes it, under names as long as in the shipped configuration. */
static struct client *made(struct world *world, int referrals)
{
	static struct bytes desks[3];
	static const char *const names[] = {
		"gemeente-rotterdam", "wsp-rijnmond", "werkcentrum-rijnmond"};
	world_init(world);
	world_refer(world, 1, "gemeente", "wsp", REFERRAL_KIND_TRANSFER);
	world_send(world);
	for (int i = 2; i <= referrals; i++) {
		world_refer(world, (uint8_t)i, "gemeente", "wsp", REFERRAL_KIND_SERVICE);
		world_send(world);
	}
	struct client *client = &world->state.client;
	for (size_t i = 0; i < client->desks_count && i < 3; i++)
		desks[i] = bytes_of_string(names[i]);
	client->desks = desks;
	client->applied = 1234567;
	return client;
}

static void number_client(struct client *client, uint64_t number)
{
	id_of(number * 100, client->client.data);
	for (size_t i = 0; i < client->referrals_count; i++)
		id_of(number * 100 + 1 + i, client->referrals[i].referral.data);
	client->owner_via = client->referrals[0].referral;
	client->referrals[0].clocks[0].due += (int64_t)(number % 86400) * 1000;
}

static void restore_clocks(struct client *client, uint64_t number)
{
	client->referrals[0].clocks[0].due -= (int64_t)(number % 86400) * 1000;
}

static size_t used(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

static double fill(struct store *store, struct client *client, uint64_t clients)
{
	struct buffer record = {0};
	double start = seconds();
	for (uint64_t i = 0; i < clients; i++) {
		number_client(client, i);
		buffer_clear(&record);
		client_encode(client, &record);
		store_put(store, client, buffer_bytes(&record));
		restore_clocks(client, i);
		if (i % 1000 == 999)
			store_commit(store);
	}
	store_commit(store);
	buffer_done(&record);
	return (seconds() - start) / (double)clients * 1e9;
}

static double look_up(struct store *store, uint64_t clients)
{
	double start = seconds();
	for (uint64_t i = 0; i < clients; i++) {
		uint8_t id[16];
		id_of(i * 7919 % clients * 100 + 1, id);
		if (!store_find_referral(store, id).data)
			abort();
	}
	return (seconds() - start) / (double)clients * 1e9;
}

static double measure(uint64_t clients, int referrals)
{
	struct world *world = memory_get_zeroed(1, sizeof(*world));
	struct client *client = made(world, referrals);
	struct buffer record = {0};
	client_encode(client, &record);
	size_t before = used();
	struct store *store = store_new();
	double first = fill(store, client, clients);
	double bytes = (double)(used() - before) / (double)clients;
	client->version++;
	double update = fill(store, client, clients);
	double after = (double)(used() - before) / (double)clients;
	printf("clients=%llu referrals=%d record=%zu bytes_per_client=%.0f after_update=%.0f "
	       "insert_ns=%.0f update_ns=%.0f find_referral_ns=%.0f\n",
		(unsigned long long)clients, referrals, record.size, bytes, after, first, update,
		look_up(store, clients));
	store_free(store);
	buffer_done(&record);
	world_done(world);
	free(world);
	return after;
}

int main(int argc, char **argv)
{
	uint64_t clients = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000;
	double one = measure(clients, 1), three = measure(clients, 3);
	printf("per_further_referral=%.0f\n", (three - one) / 2);
	return 0;
}
