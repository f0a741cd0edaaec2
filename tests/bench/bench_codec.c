/* bench_codec - nanoseconds per encode and decode of the generated codec, and of avro-c beside it,
 * for every schema. */
#include <avro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schemas/types.h"

#define ROUNDS 7
#define SECONDS_PER_ROUND 0.05

static struct bytes text(const char *s)
{
	return bytes_of_string(s);
}

/* One record in all the forms that are measured. */
struct sample {
	const struct schema *schema;
	const void *record;
	struct bytes avro;
	struct buffer out;
	struct arena arena;
	void *decoded;
	avro_value_t value;
};

typedef void work_fn(struct sample *sample);

static void ours_encode(struct sample *sample)
{
	buffer_clear(&sample->out);
	sample->schema->encode(sample->record, &sample->out);
}

static void ours_decode(struct sample *sample)
{
	struct err err = {0};

	arena_reset(&sample->arena);
	if (sample->schema->decode(sample->decoded, sample->avro, &sample->arena, &err) != OK)
		abort();
}

static void avro_c_encode(struct sample *sample)
{
	static char out[65536];
	avro_writer_t writer = avro_writer_memory(out, sizeof(out));

	if (avro_value_write(writer, &sample->value) != 0)
		abort();
	avro_writer_free(writer);
}

static void avro_c_decode(struct sample *sample)
{
	avro_reader_t reader =
		avro_reader_memory((const char *)sample->avro.data, (int64_t)sample->avro.size);

	avro_value_reset(&sample->value);
	if (avro_value_read(reader, &sample->value) != 0)
		abort();
	avro_reader_free(reader);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double one_round(work_fn *work, struct sample *sample)
{
	double start = cpu_seconds(), passed;
	int64_t count = 0;

	do {
		for (int i = 0; i < 1000; i++)
			work(sample);
		count += 1000;
		passed = cpu_seconds() - start;
	} while (passed < SECONDS_PER_ROUND);
	return passed * 1e9 / (double)count;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of the rounds, which alternate, so that both see the same machine. */
static void measure(const char *what, work_fn *ours, work_fn *avro_c, struct sample *sample)
{
	double a[ROUNDS], b[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		a[i] = one_round(ours, sample);
		b[i] = one_round(avro_c, sample);
	}
	qsort(a, ROUNDS, sizeof(a[0]), compare);
	qsort(b, ROUNDS, sizeof(b[0]), compare);
	printf("%-12s %-7s %5zu bytes  %7.1f ns  avro-c %8.1f ns  ratio %5.1f\n",
		sample->schema->name, what, sample->avro.size, a[ROUNDS / 2], b[ROUNDS / 2],
		b[ROUNDS / 2] / a[ROUNDS / 2]);
}

static void make_value(const struct schema *schema, avro_value_t *out)
{
	avro_schema_t parsed;

	if (avro_schema_from_json_length(schema->json, strlen(schema->json), &parsed) != 0)
		abort();
	avro_value_iface_t *class = avro_generic_class_from_schema(parsed);
	avro_generic_value_new(class, out);
	avro_value_iface_decref(class);
	avro_schema_decref(parsed);
}

/* The record is what the bytes say. */
static void run_bytes(const struct schema *schema, struct bytes avro)
{
	struct sample sample = {.schema = schema, .avro = avro};
	struct arena arena = {0};
	struct err err = {0};
	void *record = calloc(1, schema->size);

	sample.decoded = calloc(1, schema->size);
	if (schema->decode(record, avro, &arena, &err) != OK)
		abort();
	sample.record = record;
	make_value(schema, &sample.value);
	measure("decode", ours_decode, avro_c_decode, &sample);
	measure("encode", ours_encode, avro_c_encode, &sample);
	avro_value_decref(&sample.value);
	free(record);
	free(sample.decoded);
	buffer_done(&sample.out);
	arena_done(&sample.arena);
	arena_done(&arena);
}

static void run(const struct schema *schema, const void *record)
{
	struct buffer avro = {0};

	schema->encode(record, &avro);
	run_bytes(schema, buffer_bytes(&avro));
	buffer_done(&avro);
}

static void fill(avro_value_t *value);

static void fill_parts(avro_value_t *value)
{
	avro_value_t part;
	size_t count = 0;

	avro_value_get_size(value, &count);
	for (size_t i = 0; i < count; i++) {
		avro_value_get_by_index(value, i, &part, NULL);
		fill(&part);
	}
}

static void fill_one_of(avro_value_t *value)
{
	avro_value_t part;
	size_t branches = avro_schema_union_size(avro_value_get_schema(value));

	avro_value_set_branch(value, (int)branches - 1, &part);
	fill(&part);
}

static void fill_list(avro_value_t *value)
{
	avro_value_t part;

	avro_value_append(value, &part, NULL);
	fill(&part);
}

/* Everything that may be there is there, and lists have one item. */
static void fill(avro_value_t *value)
{
	static char zeroes[160];

	switch (avro_value_get_type(value)) {
	case AVRO_RECORD:
		fill_parts(value);
		return;
	case AVRO_UNION:
		fill_one_of(value);
		return;
	case AVRO_ARRAY:
		fill_list(value);
		return;
	case AVRO_STRING:
		avro_value_set_string(value, "wsp-rijnmond");
		return;
	case AVRO_BYTES:
		avro_value_set_bytes(value, zeroes, sizeof(zeroes));
		return;
	case AVRO_FIXED:
		avro_value_set_fixed(value, zeroes,
			(size_t)avro_schema_fixed_size(avro_value_get_schema(value)));
		return;
	case AVRO_INT32:
		avro_value_set_int(value, 1);
		return;
	case AVRO_INT64:
		avro_value_set_long(value, 1772443800000);
		return;
	case AVRO_BOOLEAN:
		avro_value_set_boolean(value, 1);
		return;
	case AVRO_ENUM:
		avro_value_set_enum(value, 0);
		return;
	default:
		abort();
	}
}

static void run_full(const struct schema *schema)
{
	static char out[65536];
	avro_value_t value;
	avro_writer_t writer = avro_writer_memory(out, sizeof(out));

	make_value(schema, &value);
	fill(&value);
	if (avro_value_write(writer, &value) != 0)
		abort();
	run_bytes(schema, bytes_of(out, (size_t)avro_writer_tell(writer)));
	avro_writer_free(writer);
	avro_value_decref(&value);
}

static void run_message(void)
{
	static uint8_t box[160];
	struct sealed sealed = {.box = bytes_of(box, sizeof(box))};
	struct bytes groups[] = {text("JONGERE")};
	struct referral referral = {
		.kind = REFERRAL_KIND_TRANSFER,
		.has_referral = true,
		.from_desk = text("gemeente-rotterdam"),
		.to_desk = text("wsp-rijnmond"),
		.question = text("LEERBAAN"),
		.target_groups = groups,
		.target_groups_count = 1,
		.municipality = text("GM0599"),
		.region = text("AM22"),
		.origin = text("PARTNER"),
		.urgency = text("NORMAL"),
		.purpose = text("GUIDANCE"),
	};
	struct message message = {
		.partner = text("00000099000000001000"),
		.system = text("suite4werk"),
		.reference = text("2026-000123-1"),
		.case_ = text("2026-000123"),
		.leg = text(""),
		.has_client = true,
		.occurred_at = 1772443800000,
		.sealed = &sealed,
		.body_referral = &referral,
	};

	run(&schema_message, &message);
}

static void run_event(void)
{
	struct transition transition = {
		.row = text("1"),
		.after = {.giver = text("gemeente-rotterdam"),
			.sender = text("gemeente-rotterdam"),
			.target = text("wsp-rijnmond"),
			.question = text("LEERBAAN"),
			.version = 1,
			.sender_at = 1772443800000},
	};
	struct owner_change owner = {.new = text("gemeente-rotterdam")};
	struct next_action next = {.desk = text("wsp-rijnmond"), .due = 1772443800000};
	struct clock_armed armed[] = {{.has_referral = true, .armed = 1772443800000},
		{.has_referral = true, .due = 1772443800000}};
	struct recent recent = {{{0}}, {{0}}};
	struct handover_id handover = {.desk = text("wsp-rijnmond"), .number = 1};
	struct event event = {
		.has_client = true,
		.partition = 3,
		.has_offset = true,
		.offset = 123456,
		.has_message = true,
		.partner = text("00000099000000001000"),
		.at = 1772443800000,
		.transitions = &transition,
		.transitions_count = 1,
		.owner = &owner,
		.region = text("AM22"),
		.next_action = &next,
		.armed = armed,
		.armed_count = 2,
		.config = text("0123456789ab"),
		.remembered = &recent,
		.handovers = &handover,
		.handovers_count = 1,
		.version = 1,
		.has_state_hash = true,
	};

	run(&schema_event, &event);
}

static void run_client(void)
{
	struct bytes desks[] = {text("gemeente-rotterdam"), text("wsp-rijnmond")};
	struct clock clocks[] = {{.armed = 1772443800000, .due = 1772443800000},
		{.armed = 1772443800000, .due = 1772443800000}};
	struct desk_number number = {.desk = 1, .number = 1};
	struct client_referral referral = {
		.target = 1,
		.question = text("LEERBAAN"),
		.version = 1,
		.sender_at = 1772443800000,
		.clocks = clocks,
		.clocks_count = 2,
		.handovers = &number,
		.handovers_count = 1,
	};
	struct clock sign_of_life = {.armed = 1772443800000, .due = 1772443800000};
	struct recent recent = {{{0}}, {{0}}};
	struct visit visit = {.desk = 1, .date = 20500};
	struct client client = {
		.state_version = 1,
		.version = 1,
		.applied = 123456,
		.desks = desks,
		.desks_count = 2,
		.region = text("AM22"),
		.duty_due = 1772443800000,
		.referrals = &referral,
		.referrals_count = 1,
		.clocks = &sign_of_life,
		.clocks_count = 1,
		.recent = &recent,
		.recent_count = 1,
		.visited = &visit,
		.visited_count = 1,
	};

	run(&schema_client, &client);
}

/* Those that pass most often as they mostly are, the others in full. */
int main(void)
{
	run_message();
	run_event();
	run_client();
	for (const struct schema *const *schema = schemas_all; *schema != NULL; schema++) {
		if (*schema != &schema_message && *schema != &schema_event &&
			*schema != &schema_client)
			run_full(*schema);
	}
	return 0;
}
