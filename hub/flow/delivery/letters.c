/* letters - a mail a day to each partner that wants one: what was open at midnight, in numbers. */
#include "hub/flow/delivery/letters.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/calendar.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/flow/delivery/place/mailer.h"
#include "hub/view/balance.h"

#define AFTER_MS CLOCK_HOUR_MS /* what came before midnight is decided by then, mostly */
#define AGAIN_MS (10 * CLOCK_MINUTE_MS)

struct letter {
	const struct conf_partner *partner;
	char *id; /* "balance/" and the OIN: of the fact */
	int32_t partition; /* of handovers: of the home desk */
	int64_t sent; /* up to this midnight, epoch ms */
	int64_t due; /* not before */
};

struct letters {
	struct ground *ground;
	const char *view_path;
	struct mailer *mailer;
	struct letter *items;
	size_t count;
	struct letter *at_hand; /* being counted or sent; NULL: none */
	struct balance balance; /* of it */
	struct mail *mail; /* on its way */
	pthread_t thread;
	bool counts; /* the thread is there */
	atomic_bool counted, stop;
	struct err err; /* of the thread */
	struct arena arena;
};

size_t letters_count(const struct conf *conf)
{
	size_t count = 0;
	for (size_t i = 0; i < conf->rules.partners_count; i++)
		count += conf->partners[i].balance_to != NULL;
	return count;
}

static void add(struct letters *letters, const struct conf_partner *partner)
{
	const struct rules_partner *rules = partner->rules;
	letters->items[letters->count++] = (struct letter){.partner = partner,
		.id = arena_format(&letters->arena, "balance/%s", rules->oin),
		.partition = topics_partition(letters->ground->kafka, TOPIC_HANDOVERS,
			bytes_of_string(rules->home_desk))};
}

enum outcome letters_new(
	struct letters **out, struct ground *ground, const char *view_path, struct err *err)
{
	const struct conf *conf = ground->conf;
	size_t count = letters_count(conf);
	*out = NULL;
	if (count == 0)
		return OK;
	struct letters *letters = memory_get_zeroed(1, sizeof(*letters));
	letters->ground = ground;
	letters->view_path = view_path;
	letters->items = arena_get_array(&letters->arena, count, sizeof(*letters->items));
	for (size_t i = 0; i < conf->rules.partners_count; i++) {
		if (conf->partners[i].balance_to != NULL)
			add(letters, &conf->partners[i]);
	}
	if (mailer_new(&letters->mailer, ground->loop, conf, err) != OK) {
		letters_free(letters);
		return err->outcome;
	}
	*out = letters;
	return OK;
}

static bool go_on(void *context, int64_t clients)
{
	struct letters *letters = context;
	(void)clients;
	return !atomic_load(&letters->stop);
}

/* The thread: with a connection to the view of its own. */
static void *count(void *context)
{
	struct letters *letters = context;
	struct view_reader *reader = NULL;
	pthread_setname_np(pthread_self(), "letters");
	letters->err = (struct err){0};
	if (view_reader_new(&reader, letters->view_path, &letters->err) == OK)
		(void)!balance_run(reader, &letters->balance, &letters->err);
	view_reader_free(reader);
	atomic_store(&letters->counted, true);
	return NULL;
}

/* What the view says of the last one. */
static enum outcome learn(struct letters *letters, struct letter *letter, struct err *err)
{
	struct view_reader *reader = letters->ground->reader;
	struct view_facts facts;
	struct arena arena = {0};
	if (reader == NULL || !view_is_ready(letters->ground->view))
		return err_set(err, RETRY, "the view is not ready");
	enum outcome outcome = view_reader_begin(reader, &arena, err);
	if (outcome == OK) {
		outcome = view_facts(reader, FACT_KIND_CURSOR, &facts, err);
		const struct fact *fact =
			outcome == OK ? view_facts_find(&facts, bytes_of_string(letter->id)) : NULL;
		if (fact != NULL && fact->has_number && fact->number > letter->sent)
			letter->sent = fact->number;
		view_reader_end(reader);
	}
	arena_done(&arena);
	return outcome;
}

static void let_go(struct letters *letters)
{
	balance_done(&letters->balance);
	letters->balance = (struct balance){0};
	letters->at_hand = NULL;
}

static void put_off(struct letters *letters, const char *why)
{
	struct letter *letter = letters->at_hand;
	log_warn("letter", "partner=%s wait_ms=%" PRId64 " text=%s", letter->partner->rules->oin,
		AGAIN_MS, log_quote(why));
	letter->due = clock_wall() + AGAIN_MS;
	let_go(letters);
}

static void begin(struct letters *letters, struct letter *letter, int64_t midnight)
{
	letters->at_hand = letter;
	letters->balance = (struct balance){.rules = &letters->ground->conf->rules,
		.partner = letter->partner->rules->oin,
		.at = midnight,
		.progress = go_on,
		.context = letters};
	atomic_store(&letters->counted, false);
	letters->counts = pthread_create(&letters->thread, NULL, count, letters) == 0;
	if (!letters->counts)
		put_off(letters, "no thread to be had");
}

static void begin_next(struct letters *letters, const struct inlet *inlet)
{
	int64_t now = clock_wall(), midnight = calendar_start(calendar_date(now));
	struct err err = {0};
	if (now < midnight + AFTER_MS)
		return;
	for (size_t i = 0; i < letters->count && letters->at_hand == NULL; i++) {
		struct letter *letter = &letters->items[i];
		if (letter->sent >= midnight || letter->due > now ||
			!inlet_serves(inlet, letter->partition) ||
			learn(letters, letter, &err) != OK || letter->sent >= midnight)
			continue;
		begin(letters, letter, midnight);
	}
}

static void take_answer(void *context, const struct client_answer *answer)
{
	struct letters *letters = context;
	struct letter *letter = letters->at_hand;
	bool is_taken = answer->outcome == OK && answer->status >= 200 && answer->status < 300;
	const struct fact fact = {.kind = FACT_KIND_CURSOR,
		.id = bytes_of_string(letter->id),
		.at = clock_wall(),
		.has_number = true,
		.number = letters->balance.at};
	letters->mail = NULL;
	if (!is_taken) {
		put_off(letters,
			answer->outcome == OK ? "the mail server refused it" : answer->text);
		return;
	}
	log_info("letter", "partner=%s pairs=%zu outcome=ok", letter->partner->rules->oin,
		letters->balance.count);
	letter->sent = letters->balance.at;
	if (intake_fact(letters->ground->intake, &fact, (struct intake_caller){0}) == NULL)
		log_warn("letter", "partner=%s text=%s", letter->partner->rules->oin,
			log_quote("sent, but that cannot be noted now: it may go out again"));
	let_go(letters);
}

/* By OIN, since names may be more than ASCII. */
static void add_pair(struct buffer *text, const struct balance_pair *pair)
{
	buffer_add_format(text,
		"Van %s naar %s: %" PRId64 " open, %" PRId64 " nog niet bezorgd\r\n"
		"  SHA-256 %s\r\n",
		*pair->from != '\0' ? pair->from : "onbekend",
		*pair->to != '\0' ? pair->to : "onbekend", pair->open, pair->undelivered,
		pair->hash);
}

static void write_letter(struct letters *letters)
{
	const struct balance *balance = &letters->balance;
	const struct letter *letter = letters->at_hand;
	struct buffer text = {0};
	char day[11];
	clock_date_to_text(calendar_date(balance->at) - 1, day);
	buffer_add_format(&text,
		"Verwijzingen van en naar partner %s, open bij het einde van %s:\r\n\r\n",
		balance->partner, day);
	for (size_t i = 0; i < balance->count; i++)
		add_pair(&text, &balance->pairs[i]);
	if (balance->count == 0)
		buffer_add_string(&text, "Er stond niets open.\r\n");
	if (balance->cut > 0)
		buffer_add_format(&text,
			"Van %" PRId64 " klanten is de stand van toen niet meer te zeggen.\r\n",
			balance->cut);
	buffer_add_string(&text, "\r\n");
	const struct mailer_letter mail = {.to = letter->partner->balance_to,
		.subject = arena_format(&letters->balance.arena, "stand van %s", day),
		.text = buffer_string(&text),
		.id = arena_format(&letters->balance.arena, "balance.%s.%s", balance->partner, day),
		.done = take_answer,
		.context = letters};
	letters->mail = mailer_post(letters->mailer, &mail);
	buffer_done(&text);
}

static void end_count(struct letters *letters)
{
	pthread_join(letters->thread, NULL);
	letters->counts = false;
	if (letters->err.outcome != OK)
		put_off(letters, letters->err.text);
	else if (letters->balance.undecided > 0)
		put_off(letters, "messages from before midnight are not decided yet");
	else
		write_letter(letters);
}

void letters_turn(struct letters *letters, const struct inlet *inlet)
{
	if (letters == NULL || letters->ground->stopping)
		return;
	if (letters->at_hand == NULL)
		begin_next(letters, inlet);
	else if (letters->counts && atomic_load(&letters->counted))
		end_count(letters);
}

void letters_free(struct letters *letters)
{
	if (letters == NULL)
		return;
	atomic_store(&letters->stop, true);
	if (letters->counts)
		pthread_join(letters->thread, NULL);
	mailer_cancel(letters->mail);
	mailer_free(letters->mailer);
	balance_done(&letters->balance);
	arena_done(&letters->arena);
	free(letters);
}
