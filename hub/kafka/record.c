/* record - what reading and writing a Kafka record share. */
#include "hub/kafka/record.h"

#include "hub/base/clock.h"

static struct bytes find(const rd_kafka_headers_t *headers, const char *name)
{
	const void *value = NULL;
	size_t size = 0;
	if (rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return (struct bytes){0};
	return bytes_of(value, size);
}

static int32_t count_of(struct bytes text)
{
	int64_t count;
	return text.data && bytes_to_int64(text, &count) && count > 0 && count <= INT32_MAX
		? (int32_t)count
		: 0;
}

void record_headers_read(const struct record_read *record, struct record_headers *out)
{
	rd_kafka_headers_t *headers = NULL;
	*out = (struct record_headers){0};
	if (rd_kafka_message_headers(record->message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	struct bytes time = find(headers, "ce_time");
	out->id = find(headers, "ce_id");
	out->source = find(headers, "ce_source");
	out->trace = find(headers, "traceparent");
	out->redrive = count_of(find(headers, "redrive"));
	out->hops = count_of(find(headers, "hops"));
	out->skip = find(headers, "redrive-skip");
	if (!time.data || !clock_from_text(time, &out->time))
		out->time = 0;
}

void *record_borrowed(const void *data)
{
	union {
		const void *from;
		void *to;
	} pointer = {.from = data};
	return pointer.to;
}
