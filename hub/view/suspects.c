/* suspects - what audits found, and found again each time that they looked since. */
#include "hub/view/suspects.h"

#include <stdio.h>
#include <string.h>

static bool is_same(const struct suspect *suspect, const struct audit_finding *finding)
{
	if (strcmp(suspect->invariant, finding->invariant) != 0 ||
		suspect->has_client != (finding->client != NULL))
		return false;
	if (finding->client != NULL)
		return memcmp(&suspect->client, finding->client, sizeof(suspect->client)) == 0;
	return strcmp(suspect->text, finding->text) == 0;
}

void suspects_take(struct suspects *suspects, const struct audit_finding *finding)
{
	struct suspect **at = &suspects->first;
	while (*at != NULL && !is_same(*at, finding))
		at = &(*at)->next;
	if (*at != NULL) {
		(*at)->look = suspects->look;
		return;
	}
	if (suspects->look > 0 || suspects->count == SUSPECTS_MAX)
		return;
	struct suspect *suspect = arena_get(&suspects->arena, sizeof(*suspect));
	suspect->has_client = finding->client != NULL;
	if (suspect->has_client)
		suspect->client = *finding->client;
	snprintf(suspect->invariant, sizeof(suspect->invariant), "%s", finding->invariant);
	snprintf(suspect->text, sizeof(suspect->text), "%s", finding->text);
	*at = suspect;
	suspects->count++;
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
	arena_done(&suspects->arena);
	*suspects = (struct suspects){0};
}
