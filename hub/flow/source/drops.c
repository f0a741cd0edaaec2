/* drops - folders that partners put files into: picked up whole, and answered beside them. */
#include "hub/flow/source/drops.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/flow/source/tray.h"

#define LOOK_EVERY_MS 500

/* One folder, and the file of it that is in work. */
struct drop {
	struct outside *outside;
	const struct conf_source *source;
	struct tray *tray;
	const char *name; /* of the file */
	struct exchange *exchange;
	uint8_t *mapped;
	size_t size;
	int64_t written_at; /* epoch ms */
	FILE *answer; /* NULL: nothing to say yet */
	const char *ending; /* of the answer's name */
	int64_t look_at;
};

struct drops {
	struct drop *items;
	size_t count;
};

static bool copy(int from, int to, size_t size)
{
	while (size > 0) {
		ssize_t done = copy_file_range(from, NULL, to, NULL, size, 0);
		if (done == 0)
			errno = EBUSY; /* it has become shorter meanwhile */
		if (done <= 0)
			return false;
		size -= (size_t)done;
	}
	return true;
}

/* When it was last written to, also by who copied it; a clock of theirs may run ahead of ours. */
static int64_t written_at(const struct stat *stat)
{
	int64_t at = (int64_t)stat->st_mtim.tv_sec * 1000 + stat->st_mtim.tv_nsec / 1000000 +
		clock_offset();
	int64_t now = clock_wall();
	return at < now ? at : now;
}

/* A file of ours that has no name. */
static int open_nameless(const struct drop *drop, struct arena *arena)
{
	return open(tray_path(drop->tray, arena, "."), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static enum outcome map(struct drop *drop, struct err *err)
{
	struct arena arena = {0};
	struct stat stat;
	int to = -1,
	    from = open(tray_path(drop->tray, &arena, drop->name),
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool is_fine = from >= 0 && fstat(from, &stat) == 0;
	if (is_fine && !S_ISREG(stat.st_mode)) {
		is_fine = false;
		errno = EISDIR;
	}
	if (is_fine)
		to = open_nameless(drop, &arena);
	is_fine = is_fine && to >= 0 && copy(from, to, (size_t)stat.st_size);
	drop->size = is_fine ? (size_t)stat.st_size : 0;
	drop->written_at = is_fine ? written_at(&stat) : 0;
	drop->mapped = NULL;
	if (is_fine && drop->size > 0)
		drop->mapped = mmap(NULL, drop->size, PROT_READ, MAP_PRIVATE, to, 0);
	enum outcome outcome = OK;
	if (!is_fine || drop->mapped == MAP_FAILED) {
		outcome = err_set(err, RETRY, "%s has a file that cannot be read: %s",
			tray_path(drop->tray, &arena, "."), strerror(errno));
		drop->mapped = NULL;
	}
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	arena_done(&arena);
	return outcome;
}

static void unmap(struct drop *drop)
{
	if (drop->mapped != NULL)
		munmap(drop->mapped, drop->size);
	drop->mapped = NULL;
}

static const char *fate_name(enum verdict_fate fate)
{
	static const char *const names[] = {"taken", "refused", "unknown"};
	return names[fate];
}

/* Where the connector has no answer of its own. */
static void answer_plainly(struct drop *drop, const struct verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		const struct verdict *verdict = &verdicts->items[i];
		const struct problems *problems = &verdict->of->problems;
		const struct problem *first = problems->count > 0 ? &problems->items[0] : NULL;
		fprintf(drop->answer, "%.*s: %s", BYTES_ARG(verdict->of->label),
			fate_name(verdict->fate));
		if (first != NULL)
			fprintf(drop->answer, ": %s%s%s", first->path,
				first->path[0] != '\0' ? " " : "", first->text);
		fputc('\n', drop->answer);
	}
}

static const char *ending_of(struct bytes type)
{
	static const char *const endings[][2] = {
		{"text/csv", ".csv"}, {"application/json", ".json"}, {NULL, NULL}};
	for (size_t i = 0; endings[i][0] != NULL; i++)
		if (type.size >= strlen(endings[i][0]) &&
			memcmp(type.data, endings[i][0], strlen(endings[i][0])) == 0)
			return endings[i][1];
	return ".txt";
}

static void on_parcel(void *context, const struct documents *docs, const struct verdicts *verdicts)
{
	struct drop *drop = context;
	const struct connector *connector = drop->source->connector;
	struct arena arena = {0};
	struct connector_answer answer = {0};
	struct err err = {0};
	if (drop->answer == NULL)
		drop->answer = fopen(tray_answer_path(drop->tray, &arena, drop->name), "we");
	bool is_own = connector->acknowledge != NULL &&
		connector->acknowledge(drop->source->config, docs, verdicts, &answer, &err) == OK &&
		answer.status != 0;
	if (drop->answer == NULL) {
		log_error("drop", "source=%s text=%s", drop->source->name,
			log_quote("the answer cannot be written"));
	} else if (is_own) {
		drop->ending = ending_of(answer.type);
		fwrite(answer.body.data, 1, answer.body.size, drop->answer);
	} else {
		answer_plainly(drop, verdicts);
	}
	arena_done(&arena);
}

static enum outcome close_answer(struct drop *drop, struct err *err)
{
	bool is_fine = drop->answer == NULL ||
		(fflush(drop->answer) == 0 && fsync(fileno(drop->answer)) == 0);
	if (!is_fine)
		err_set(err, RETRY, "the answer cannot be written: %s", strerror(errno));
	if (drop->answer != NULL)
		fclose(drop->answer);
	drop->answer = NULL;
	return is_fine ? OK : RETRY;
}

/* What stays in work/ is found there again. */
static void put_away(struct drop *drop, const struct exchange_result *result)
{
	struct err err = {0};
	const char *ending = drop->answer != NULL ? drop->ending : NULL;
	const char *folder = result->outcome == OK ? "done" : "refused";
	if (result->outcome == RETRY)
		err_set(&err, RETRY, "%s", result->text);
	if (close_answer(drop, &err) != OK || err.outcome != OK ||
		tray_put_away(drop->tray, drop->name, folder, ending, &err) != OK)
		tray_hold(drop->tray, drop->name, clock_monotonic(), err.text);
}

static void on_done(void *context, const struct exchange_result *result)
{
	struct drop *drop = context;
	drop->exchange = NULL;
	log_info("drop",
		"source=%s bytes=%zu taken=%lld refused=%lld passed=%lld outcome=%s text=%s",
		drop->source->name, drop->size, (long long)result->taken,
		(long long)result->refused, (long long)result->passed,
		outcome_name(result->outcome), log_quote(result->text));
	unmap(drop);
	put_away(drop, result);
}

static void begin(struct drop *drop)
{
	struct err err = {0};
	if (map(drop, &err) != OK) {
		tray_hold(drop->tray, drop->name, clock_monotonic(), err.text);
		return;
	}
	drop->ending = ".txt";
	struct exchange_options options = outside_exchange(drop->outside, drop->source);
	options.first = (struct document){.name = bytes_of_string(drop->name),
		.body = drop->mapped != NULL ? bytes_of(drop->mapped, drop->size) : bytes_of("", 0),
		.status = 200};
	options.way = DOCUMENTS_DROPPED;
	options.taken_at = drop->written_at;
	options.parcel = on_parcel;
	options.done = on_done;
	options.context = drop;
	exchange_start(&drop->exchange, &options);
}

void drops_turn(struct drops *drops)
{
	int64_t now = clock_monotonic();
	for (size_t i = 0; i < drops->count; i++) {
		struct drop *drop = &drops->items[i];
		if (drop->exchange != NULL || now < drop->look_at ||
			!intake_can_store(drop->outside->intake))
			continue;
		drop->look_at = now + LOOK_EVERY_MS;
		drop->name = tray_next(drop->tray, now);
		if (drop->name != NULL)
			begin(drop);
	}
}

enum outcome drops_new(struct drops **out, struct outside *outside, struct err *err)
{
	const struct conf *conf = outside->conf;
	struct drops *drops = memory_get_zeroed(1, sizeof(*drops));
	enum outcome outcome = OK;
	drops->items = memory_get_zeroed(conf->sources_count + 1, sizeof(*drops->items));
	for (size_t i = 0; i < conf->sources_count && outcome == OK; i++) {
		const struct conf_source *source = &conf->sources[i];
		if (source->folder == NULL)
			continue;
		struct drop *drop = &drops->items[drops->count++];
		drop->outside = outside;
		drop->source = source;
		outcome = tray_new(&drop->tray, source, conf->node, err);
	}
	if (outcome != OK) {
		drops_free(drops);
		return err_in(err, "file drop");
	}
	*out = drops;
	return OK;
}

void drops_free(struct drops *drops)
{
	if (drops == NULL)
		return;
	for (size_t i = 0; i < drops->count; i++) {
		struct drop *drop = &drops->items[i];
		exchange_cancel(drop->exchange);
		unmap(drop);
		if (drop->answer != NULL)
			fclose(drop->answer);
		tray_free(drop->tray);
	}
	free(drops->items);
	free(drops);
}
