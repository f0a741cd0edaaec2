/* stuf_write - messages of ours: their stuurgegevens, elements and times. */
#include "connectors/municipality/stuf_write.h"

#include <inttypes.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"

void stuf_write(struct buffer *out, const char *name, struct bytes text)
{
	size_t before = out->size;
	if (text.size == 0)
		return;
	buffer_add_format(out, "<%s>", name);
	size_t begun = out->size;
	xml_add_text(out, text);
	if (out->size == begun) /* of no character that XML has */
		out->size = before;
	else
		buffer_add_format(out, "</%s>", name);
}

void stuf_write_begin(struct buffer *out, const char *name, const char *entity, const char *kind)
{
	buffer_add_format(out, "<ZKN:%s StUF:entiteittype=\"%s\" StUF:verwerkingssoort=\"%s\">",
		name, entity, kind);
}

void stuf_write_nil(struct buffer *out, const char *name, const char *entity)
{
	buffer_add_format(out,
		"<ZKN:%s StUF:entiteittype=\"%s\" StUF:verwerkingssoort=\"T\" xsi:nil=\"true\" "
		"StUF:noValue=\"geenWaarde\"/>",
		name, entity);
}

static void write_party(struct buffer *out, const char *name, const struct stuf_party *party)
{
	buffer_add_format(out, "<%s>", name);
	stuf_write(out, "StUF:organisatie", party->organisation);
	stuf_write(out, "StUF:applicatie", party->application);
	buffer_add_format(out, "</%s>", name);
}

void stuf_write_head(struct buffer *out, const struct stuf_head *head)
{
	struct arena arena = {0};
	stuf_write(out, "StUF:berichtcode", bytes_of_string(head->code));
	write_party(out, "StUF:zender", &head->sender);
	write_party(out, "StUF:ontvanger", &head->receiver);
	stuf_write(out, "StUF:referentienummer", head->reference);
	stuf_write(out, "StUF:tijdstipBericht", bytes_of_string(stuf_write_time(&arena, head->at)));
	if (head->is_answer) {
		buffer_add_string(out, "<StUF:crossRefnummer>");
		xml_add_text(out, head->cross_reference);
		buffer_add_string(out, "</StUF:crossRefnummer>");
	}
	if (head->has_entity)
		stuf_write(out, "StUF:entiteittype", bytes_of_string("ZAK"));
	arena_done(&arena);
}

const char *stuf_write_date(struct arena *arena, int64_t at)
{
	struct clock_date date = clock_date_of(calendar_date(at));
	return arena_format(arena, "%04d%02d%02d", date.year, date.month, date.day);
}

const char *stuf_write_time(struct arena *arena, int64_t at)
{
	int64_t ms = calendar_local(at) - calendar_date(at) * CLOCK_DAY_MS;
	return arena_format(arena, "%s%02" PRId64 "%02" PRId64 "%02" PRId64 "%03" PRId64,
		stuf_write_date(arena, at), ms / CLOCK_HOUR_MS, ms / CLOCK_MINUTE_MS % 60,
		ms / 1000 % 60, ms % 1000);
}

struct bytes stuf_write_reference(struct arena *arena, struct bytes of)
{
	static const uint8_t keys[2][16] = {"lokethub stuf 1", "lokethub stuf 2"};
	uint8_t uuid[16];
	char *text = arena_get(arena, 37);
	for (size_t i = 0; i < 2; i++) {
		uint64_t half = bytes_hash(of, keys[i]);
		memcpy(uuid + 8 * i, &half, sizeof(half));
	}
	uuid[6] = (uint8_t)(0x80 | (uuid[6] & 0x0f)); /* RFC 9562: version 8 */
	uuid[8] = (uint8_t)(0x80 | (uuid[8] & 0x3f));
	bytes_to_uuid(uuid, text);
	return bytes_of_string(text);
}
