/* samples - records that the hub wrote, as measure_sizes kept them: what a bare program writes in
 * its place. */
#include "tests/bench/samples.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/base/memory.h"
#include "tests/bench/args.h"

static const char magic[] = "LHSAMPL1";

static struct bytes map_file(const char *path)
{
	struct stat status;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || fstat(file, &status) != 0 || status.st_size == 0)
		args_die("%s: cannot be read", path);
	void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (data == MAP_FAILED)
		args_die("%s: cannot be mapped", path);
	close(file);
	return bytes_of(data, (size_t)status.st_size);
}

static struct bytes take(struct bytes *rest, size_t size)
{
	if (size > rest->size)
		args_die("the samples end too early");
	struct bytes taken = bytes_of(rest->data, size);
	*rest = bytes_of(rest->data + size, rest->size - size);
	return taken;
}

static int32_t take_number(struct bytes *rest)
{
	int32_t number;
	memcpy(&number, take(rest, sizeof(number)).data, sizeof(number));
	return number;
}

static size_t take_count(struct bytes *rest)
{
	int32_t count = take_number(rest);
	if (count < 0 || (size_t)count > rest->size)
		args_die("the samples hold an impossible count");
	return (size_t)count;
}

static struct bytes take_bytes(struct bytes *rest)
{
	int32_t size = take_number(rest);
	return size < 0 ? (struct bytes){0} : take(rest, (size_t)size);
}

static rd_kafka_headers_t *take_headers(struct bytes *rest)
{
	size_t count = take_count(rest);
	rd_kafka_headers_t *headers = rd_kafka_headers_new(count);
	for (size_t i = 0; i < count; i++) {
		struct bytes name = take_bytes(rest), value = take_bytes(rest);
		rd_kafka_header_add(headers, (const char *)name.data, (ssize_t)name.size,
			value.data, (ssize_t)value.size);
	}
	return headers;
}

static void take_record(struct bytes *rest, struct samples_record *record)
{
	record->partition = take_number(rest);
	record->key = take_bytes(rest);
	record->value = take_bytes(rest);
	record->headers = take_headers(rest);
}

static void take_topic(struct bytes *rest, struct samples_topic *topic)
{
	topic->name = take_bytes(rest);
	topic->by_slot = take(rest, 1).data[0] != 0;
	memcpy(&topic->per_message, take(rest, sizeof(double)).data, sizeof(double));
	topic->count = take_count(rest);
	topic->records = memory_get_zeroed(topic->count, sizeof(topic->records[0]));
	for (size_t i = 0; i < topic->count; i++)
		take_record(rest, &topic->records[i]);
	if (topic->count == 0)
		topic->per_message = 0;
}

void samples_load(struct samples *samples, const char *path)
{
	struct bytes rest = map_file(path);
	if (memcmp(take(&rest, strlen(magic)).data, magic, strlen(magic)) != 0)
		args_die("%s: holds no samples", path);
	samples->count = take_count(&rest);
	samples->topics = memory_get_zeroed(samples->count, sizeof(samples->topics[0]));
	for (size_t i = 0; i < samples->count; i++)
		take_topic(&rest, &samples->topics[i]);
}

void samples_owe(struct samples_topic *topic)
{
	topic->due += topic->per_message;
}

const struct samples_record *samples_take(struct samples_topic *topic)
{
	if (topic->due < 1)
		return NULL;
	topic->due -= 1;
	topic->next = topic->next + 1 < topic->count ? topic->next + 1 : 0;
	return &topic->records[topic->next];
}
