/* address - which network addresses belong to the public internet. */
#include "hub/http/client/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct block {
	uint8_t prefix[16];
	int bits;
};

static const struct block special4[] = {
	{{0}, 8}, /* this network */
	{{10}, 8}, /* private */
	{{100, 64}, 10}, /* shared: behind a provider's translation */
	{{127}, 8}, /* loopback */
	{{169, 254}, 16}, /* link-local; cloud machines tell their secrets there */
	{{172, 16}, 12}, /* private */
	{{192, 0, 0}, 24}, /* protocol assignments */
	{{192, 0, 2}, 24}, /* documents */
	{{192, 88, 99}, 24}, /* 6to4 relays, given up */
	{{192, 168}, 16}, /* private */
	{{198, 18}, 15}, /* benchmarks */
	{{198, 51, 100}, 24}, /* documents */
	{{203, 0, 113}, 24}, /* documents */
	{{224}, 4}, /* multicast */
	{{240}, 4}, /* reserved, broadcast */
};

/* Within 2000::/3; outside of it nothing is public. */
static const struct block special6[] = {
	{{0x20, 0x01}, 23}, /* protocol assignments, Teredo among them */
	{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documents */
	{{0x20, 0x02}, 16}, /* 6to4: hides an IPv4 address */
	{{0x3f, 0xff}, 20}, /* documents */
};

/* The IPv4 address is the last four bytes. */
static const struct block hiding[] = {
	{{[10] = 0xff, [11] = 0xff}, 96}, /* mapped */
	{{0x00, 0x64, 0xff, 0x9b}, 96}, /* NAT64 */
};

static const struct block global6 = {{0x20}, 3};

static bool is_in(const uint8_t *address, const struct block *block)
{
	int whole = block->bits / 8, rest = block->bits % 8;
	if (memcmp(address, block->prefix, (size_t)whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ block->prefix[whole]) >> (8 - rest) == 0;
}

static bool is_in_any(const uint8_t *address, const struct block *blocks, size_t count)
{
	size_t i = 0;
	while (i < count && !is_in(address, &blocks[i]))
		i++;
	return i < count;
}

#define IS_IN_ANY(address, blocks) is_in_any(address, blocks, sizeof(blocks) / sizeof((blocks)[0]))

static bool is_public4(const uint8_t address[4])
{
	return !IS_IN_ANY(address, special4);
}

static bool is_public6(const uint8_t address[16])
{
	if (IS_IN_ANY(address, hiding))
		return is_public4(address + 12);
	return is_in(address, &global6) && !IS_IN_ANY(address, special6);
}

/* Copied, since a sockaddr need not be aligned as the address in it. */
bool address_is_public(const struct sockaddr *address)
{
	uint8_t bytes[16];
	if (address->sa_family == AF_INET) {
		const uint8_t *at =
			(const uint8_t *)address + offsetof(struct sockaddr_in, sin_addr);
		memcpy(bytes, at, 4);
		return is_public4(bytes);
	}
	if (address->sa_family != AF_INET6)
		return false;
	memcpy(bytes, (const uint8_t *)address + offsetof(struct sockaddr_in6, sin6_addr), 16);
	return is_public6(bytes);
}

void address_to_text(const struct sockaddr *address, char out[46])
{
	size_t place = address->sa_family == AF_INET ? offsetof(struct sockaddr_in, sin_addr)
						     : offsetof(struct sockaddr_in6, sin6_addr);
	if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
		snprintf(out, 46, "no internet address");
	else
		inet_ntop(address->sa_family, (const uint8_t *)address + place, out, 46);
}
