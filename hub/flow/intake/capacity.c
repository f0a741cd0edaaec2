/* capacity - that a desk is full until a day, or has room again: a fact that routing goes by. */
#include "hub/flow/intake/capacity.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/handover/handover.h"

const char *capacity_fault(
	const struct capacity *capacity, const struct codes *codes, const char **field)
{
	int32_t today = calendar_date(capacity->now);
	*field = "voucher_kind";
	if (capacity->voucher_kind.data != NULL &&
		!codes_has(codes, "voucher_kind", capacity->voucher_kind))
		return "is not in the code list voucher_kind";
	*field = "full_until";
	if (capacity->is_full && capacity->until < today)
		return "is over: give today or later";
	if (capacity->is_full && capacity->until > today + HANDOVER_DAYS_AHEAD_MAX)
		return "lies more than two years ahead: give an earlier day";
	return NULL;
}

/* Room: as if it had been full until yesterday, as routers count in days. */
struct fact capacity_fact(const struct capacity *capacity, char id[CAPACITY_ID_SIZE])
{
	int32_t last = capacity->is_full ? capacity->until : calendar_date(capacity->now) - 1;
	bool is_part = capacity->voucher_kind.data != NULL;
	snprintf(id, CAPACITY_ID_SIZE, "%s%s%.*s", capacity->desk->id, is_part ? "/" : "",
		BYTES_ARG(capacity->voucher_kind));
	return (struct fact){.kind = FACT_KIND_CAPACITY,
		.id = bytes_of_string(id),
		.at = capacity->now,
		.has_from = capacity->is_full,
		.from = capacity->now,
		.has_to = true,
		.to = calendar_start(last + 1) - 1,
		.has_number = true,
		.number = 0};
}

static bool is_full_on(const struct fact *fact, int32_t day)
{
	return fact->has_number && fact->number <= 0 &&
		(!fact->has_from || calendar_date(fact->from) <= day) &&
		(!fact->has_to || calendar_date(fact->to) >= day);
}

bool capacity_read(const struct fact *fact, const struct rules_desk *desk, int32_t day,
	struct capacity_full *out)
{
	size_t size = strlen(desk->id);
	struct bytes id = fact->id;
	*out = (struct capacity_full){0};
	if (id.size < size || memcmp(id.data, desk->id, size) != 0 || !is_full_on(fact, day))
		return false;
	if (id.size > size && id.data[size] != '/')
		return false;
	if (id.size > size)
		out->voucher_kind = bytes_of(id.data + size + 1, id.size - size - 1);
	out->has_until = fact->has_to;
	if (fact->has_to)
		out->until = calendar_date(fact->to);
	return true;
}
