/* suspects - what audits found, and found again each time that they looked since. */
#include "hub/view/suspects.h"

#include <stdio.h>
#include <string.h>

static const uint8_t *key_of(const void *entry, const void *context)
{
	const struct suspect *suspect = entry;
	(void)context;
	return suspect->key;
}

/* One client has one of each invariant; of what is nobody's the text tells which. */
static void make_key(const struct audit_finding *finding, uint8_t out[16])
{
	static const uint8_t keys[2][16] = {{1}, {2}};
	char text[240];
	int size = snprintf(text, sizeof(text), "%s ", finding->invariant);
	if (finding->client != NULL) {
		memcpy(text + size, finding->client->data, sizeof(finding->client->data));
		size += (int)sizeof(finding->client->data);
	} else {
		snprintf(text + size, sizeof(text) - (size_t)size, "%s", finding->text);
		size = (int)strlen(text);
	}
	for (size_t i = 0; i < 2; i++) {
		uint64_t hash = bytes_hash(bytes_of(text, (size_t)size), keys[i]);
		memcpy(out + i * sizeof(hash), &hash, sizeof(hash));
	}
}

void suspects_take(struct suspects *suspects, const struct audit_finding *finding)
{
	uint8_t key[16];
	if (suspects->known.key == NULL)
		map_init(&suspects->known, key_of, NULL);
	make_key(finding, key);
	struct suspect *suspect = map_find(&suspects->known, key);
	if (suspect != NULL) {
		suspect->look = suspects->look;
		return;
	}
	if (suspects->look > 0 || suspects->known.count == SUSPECTS_MAX)
		return;
	suspect = arena_get(&suspects->arena, sizeof(*suspect));
	memcpy(suspect->key, key, sizeof(key));
	suspect->has_client = finding->client != NULL;
	if (suspect->has_client)
		suspect->client = *finding->client;
	snprintf(suspect->invariant, sizeof(suspect->invariant), "%s", finding->invariant);
	snprintf(suspect->text, sizeof(suspect->text), "%s", finding->text);
	if (suspects->last != NULL)
		suspects->last->next = suspect;
	else
		suspects->first = suspect;
	suspects->last = suspect;
	map_put(&suspects->known, suspect);
}

bool suspects_sift(struct suspects *suspects)
{
	for (struct suspect **at = &suspects->first; *at != NULL;) {
		if ((*at)->look < suspects->look)
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
	return ++suspects->look < SUSPECTS_LOOKS && suspects->first != NULL;
}

void suspects_done(struct suspects *suspects)
{
	map_done(&suspects->known);
	arena_done(&suspects->arena);
	*suspects = (struct suspects){0};
}
