/* mailer - tells by mail that something waits for a desk, or how much; never about whom. */
#include "hub/flow/delivery/place/mailer.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hub/base/clock.h"
#include "hub/base/memory.h"

#define CONNECTIONS 2
#define TIMEOUT_MS 30000
#define ANSWER_MAX 65536
#define LINE_MOST 4096

struct mailer {
	const struct conf *conf;
	struct client *client;
	char credentials[LINE_MOST]; /* the user, and behind its zero the password */
};

struct mail {
	struct client_call *call;
	struct arena arena;
	client_done_fn *done;
	void *context;
};

enum outcome mailer_new(
	struct mailer **out, struct loop *loop, const struct conf *conf, struct err *err)
{
	const struct conf_mail *mail = &conf->mail;
	struct mailer *mailer = memory_get_zeroed(1, sizeof(*mailer));
	struct client_settings settings = {.is_mail = true,
		.allow_private = true,
		.connections = CONNECTIONS,
		.ca_file = mail->ca_file,
		.must_encrypt = mail->starttls};
	mailer->conf = conf;
	if (mail->credentials_file != NULL) {
		if (conf_read_line(mail->credentials_file, mailer->credentials,
			    sizeof(mailer->credentials), err) != OK) {
			free(mailer);
			return err->outcome;
		}
		char *colon = strchr(mailer->credentials, ':');
		assert(colon != NULL); /* conf_load_secrets has looked */
		*colon = '\0';
		settings.user = mailer->credentials;
		settings.password = colon + 1;
	}
	if (client_new(&mailer->client, loop, &settings, err) != OK) {
		mailer_free(mailer);
		return err->outcome;
	}
	*out = mailer;
	return OK;
}

void mailer_free(struct mailer *mailer)
{
	if (mailer == NULL)
		return;
	client_free(mailer->client);
	sodium_memzero(mailer->credentials, sizeof(mailer->credentials));
	free(mailer);
}

static void release(struct mail *mail)
{
	arena_done(&mail->arena);
	free(mail);
}

static void finish(void *context, const struct client_answer *answer)
{
	struct mail *mail = context;
	mail->done(mail->context, answer);
	release(mail);
}

/* "1 wacht", "3 wachten, 1 te laat" */
static const char *summary(const struct mailer_news *news, struct arena *arena)
{
	const char *waiting = arena_format(
		arena, "%" PRId64 " %s", news->waiting, news->waiting == 1 ? "wacht" : "wachten");
	return news->late == 0
		? waiting
		: arena_format(arena, "%s, %" PRId64 " te laat", waiting, news->late);
}

/* RFC 5322; all of it ASCII. */
static const char *compose(
	const struct mailer *mailer, const struct mailer_letter *letter, struct arena *arena)
{
	const char *from = mailer->conf->mail.from;
	const char *at = strchr(from, '@');
	time_t seconds = (time_t)(clock_wall() / 1000);
	struct tm tm;
	char date[60];
	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	return arena_format(arena,
		"From: Lokethub <%s>\r\nTo: <%s>\r\nDate: %s\r\n"
		"Message-ID: <%s.%lld@%s>\r\nSubject: Lokethub: %s\r\n"
		"Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=us-ascii\r\n\r\n%s"
		"Deze mail noemt met opzet niemand. Antwoorden worden niet gelezen.\r\n",
		from, letter->to, date, letter->id, (long long)seconds,
		at != NULL ? at + 1 : "lokethub", letter->subject, letter->text);
}

static struct mail *send(
	struct mailer *mailer, struct mail *mail, const struct mailer_letter *letter)
{
	const struct conf_mail *conf = &mailer->conf->mail;
	struct client_request request = {.method = "",
		.url = conf->url,
		.mail_from = arena_format(&mail->arena, "<%s>", conf->from),
		.mail_to = arena_format(&mail->arena, "<%s>", letter->to),
		.body = bytes_of_string(compose(mailer, letter, &mail->arena)),
		.timeout_ms = TIMEOUT_MS,
		.answer_max = ANSWER_MAX,
		.done = finish,
		.context = mail};
	struct err err = {0};
	mail->done = letter->done;
	mail->context = letter->context;
	enum outcome outcome = client_send(mailer->client, &request, &mail->call, &err);
	assert(outcome == OK); /* it has no headers that could be refused */
	return mail;
}

struct mail *mailer_post(struct mailer *mailer, const struct mailer_letter *letter)
{
	return send(mailer, memory_get_zeroed(1, sizeof(struct mail)), letter);
}

struct mail *mailer_send(struct mailer *mailer, const struct mailer_news *news)
{
	struct mail *mail = memory_get_zeroed(1, sizeof(*mail));
	const char *url = mailer->conf->http.base_url, *what = summary(news, &mail->arena);
	const char *link = url != NULL ? arena_format(&mail->arena, "Zie %s\r\n\r\n", url) : "";
	const struct mailer_letter letter = {.to = news->to,
		.subject = what,
		.text = arena_format(
			&mail->arena, "Voor loket %s: %s.\r\n\r\n%s", news->desk, what, link),
		.id = arena_format(&mail->arena, "%s.%" PRId64, news->desk, news->number),
		.done = news->done,
		.context = news->context};
	return send(mailer, mail, &letter);
}

void mailer_cancel(struct mail *mail)
{
	if (mail == NULL)
		return;
	client_cancel(mail->call);
	release(mail);
}
