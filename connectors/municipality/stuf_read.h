/* stuf_read - a StUF message as it came: who says what of which zaak, and the values in it. */
#ifndef CONNECTORS_MUNICIPALITY_STUF_READ_H
#define CONNECTORS_MUNICIPALITY_STUF_READ_H

#include "connectors/common/xml.h"
#include "connectors/municipality/stuf.h"

/* A system, as the stuurgegevens name it. */
struct stuf_party {
	struct bytes organisation, application;
};

struct stuf_message {
	struct bytes body; /* all of the document */
	const struct xml *root; /* zakLk01 or what it is; NULL: it could not be read */
	struct bytes code; /* "Lk01" */
	struct stuf_party sender, receiver;
	struct bytes reference; /* referentienummer */
	bool has_sent_at;
	int64_t sent_at; /* tijdstipBericht, epoch ms */
	struct bytes mutation; /* mutatiesoort: "T" */
	/* The zaak as it is now, and as it was. NULL: it is not there. */
	const struct xml *object, *old;
};

/* Of an envelope, or where is_bare of the message alone too. REJECT: it is neither. */
enum outcome stuf_read_open(const struct document *document, bool is_bare, struct arena *arena,
	struct stuf_message *out, struct err *err) MUST_CHECK;

/* Why nothing of it is taken, each a problem. NULL: it is; else StUF's code of the fault. */
const char *stuf_read_refusal(const struct stuf_config *config, const struct stuf_message *message,
	struct problems *problems);
/* Whether it is a message that we sent. */
bool stuf_read_is_own(const struct stuf_config *config, const struct stuf_message *message);

/* Children in the namespace of StUF-ZKN, and their text. Absent also where it is empty or
 * xsi:nil: a noValue beside a value says nothing. in may be NULL. */
const struct xml *stuf_read_zkn(const struct xml *in, const char *name);
struct bytes stuf_read_text(const struct xml *in, const char *name);
struct bytes stuf_read_value(const struct xml *element);
bool stuf_read_is_nil(const struct xml *element);
/* A relation to something that is not being taken away or ended, the first or next of that name. */
const struct xml *stuf_read_relation(const struct xml *object, const char *name);
const struct xml *stuf_read_next(const struct xml *relation);

/* "2001", "2001-05" or "2001-05-30", by StUF:indOnvolledigeDatum or by zeros; absent: not known;
 * what is no date stays as it is. */
struct bytes stuf_read_date(const struct xml *element, struct arena *arena);
/* "20260302", up to "20260302093000123": local time, whose missing parts are 0. */
bool stuf_read_time(struct bytes digits, int64_t *out);

#endif
