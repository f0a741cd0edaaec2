/* holding - what topic facts says of a source's snapshots: the last one that was compared, and one
 * that is held until a person has looked. */
#include "hub/flow/source/snapshot/holding.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "snapshot/"
#define HEX_SIZE 32 /* of a referral, and of a hash */

void holding_source(const struct conf_source *source, char out[HOLDING_ID_SIZE])
{
	snprintf(out, HOLDING_ID_SIZE, "%s/%s", source->oin, source->name);
}

void holding_snapshot(const struct holding *holding, char out[HOLDING_SNAPSHOT_SIZE])
{
	snprintf(out, HOLDING_SNAPSHOT_SIZE, "%.*s/%.*s", BYTES_ARG(holding->source),
		BYTES_ARG(holding->hash));
}

void holding_document(struct bytes name, char out[HOLDING_DOCUMENT_MAX + 1])
{
	size_t size = name.size < HOLDING_DOCUMENT_MAX ? name.size : HOLDING_DOCUMENT_MAX;
	for (size_t i = 0; i < size; i++)
		out[i] = name.data[i] > ' ' && name.data[i] < 0x7f ? (char)name.data[i] : '_';
	out[size] = '\0';
}

bool holding_is_due(const struct holding *holding, const struct conf_source *source)
{
	int64_t gone = holding->gone, open = holding->open;
	if (gone == 0 || holding->nameless > 0)
		return gone > 0;
	if (source->vanished_limit == 100)
		return false;
	return (gone > 1 && gone == open) ||
		(gone > source->vanished_few && gone * 100 > source->vanished_limit * open);
}

static void name(struct bytes source, char out[HOLDING_ID_SIZE])
{
	snprintf(out, HOLDING_ID_SIZE, PREFIX "%.*s", BYTES_ARG(source));
}

struct fact holding_fact(enum fact_kind kind, const struct holding *holding,
	char id[HOLDING_ID_SIZE], struct buffer *text)
{
	name(holding->source, id);
	buffer_clear(text);
	buffer_add_format(text, "%.*s %" PRId64 " %" PRId64 " %" PRId64 " %.*s",
		BYTES_ARG(holding->hash), holding->open, holding->gone, holding->nameless,
		BYTES_ARG(holding->document));
	if (kind == FACT_KIND_CURSOR && holding->listed.size > 0) {
		buffer_add_string(text, "\n");
		buffer_add_bytes(text, holding->listed);
	}
	return (struct fact){.kind = kind,
		.id = bytes_of_string(id),
		.at = holding->at,
		.has_from = true,
		.from = holding->taken_at,
		.has_to = holding->is_released,
		.to = holding->at,
		.has_number = true,
		.number = holding->gone,
		.text = buffer_bytes(text)};
}

bool holding_read(const struct fact *fact, struct holding *out)
{
	const size_t prefix = strlen(PREFIX);
	struct bytes id = fact->id, rest = fact->text;
	if (id.size <= prefix || memcmp(id.data, PREFIX, prefix) != 0 || rest.size == 0)
		return false;
	*out = (struct holding){.source = bytes_of(id.data + prefix, id.size - prefix),
		.taken_at = fact->from,
		.at = fact->at,
		.is_released = fact->has_to};
	struct bytes line = bytes_cut_first(&rest, '\n');
	out->listed = rest;
	out->hash = bytes_cut_first(&line, ' ');
	bool is_fine = fact->has_from && out->hash.size == HEX_SIZE &&
		bytes_to_int64(bytes_cut_first(&line, ' '), &out->open) &&
		bytes_to_int64(bytes_cut_first(&line, ' '), &out->gone) &&
		bytes_to_int64(bytes_cut_first(&line, ' '), &out->nameless);
	out->document = line;
	return is_fine;
}

struct holding holding_find(const struct view_facts *facts, struct bytes source)
{
	struct holding found;
	char id[HOLDING_ID_SIZE];
	name(source, id);
	const struct fact *fact = view_facts_find(facts, bytes_of_string(id));
	return fact != NULL && holding_read(fact, &found) ? found : (struct holding){0};
}

struct bytes holding_list(const struct holding *holding, struct arena *arena)
{
	struct bytes hex = holding->listed;
	uint8_t *ids = arena_get(arena, hex.size / 2 + 1);
	bool is_list = hex.size % HEX_SIZE == 0 && bytes_from_hex(hex, ids, hex.size / 2);
	return is_list ? bytes_of(ids, hex.size / 2) : (struct bytes){0};
}
