/* codec - the values of the topics, between bytes and structs, with the head of the wire format. */
#include "hub/flow/router/codec.h"

#include "hub/wire/wire.h"

enum outcome codec_read(struct wire *wire, struct codec_value *value, struct arena *arena,
	void *out, struct err *err)
{
	struct wire_record record = {
		.value = value->value, .schema = topics_row(value->topic)->value};
	enum outcome outcome = wire_decode(wire, &record, out, arena, err);
	value->no_schema = record.no_schema;
	return outcome;
}

void codec_begin(struct wire *wire, enum topic topic, struct buffer *out)
{
	buffer_clear(out);
	wire_begin(wire, topics_row(topic)->value, out);
}
