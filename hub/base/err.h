/* err - outcomes that say what the caller must do, and one English line that says why. */
#ifndef HUB_BASE_ERR_H
#define HUB_BASE_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first), nonnull(text)))

enum outcome {
	OK = 0,
	RETRY, /* the world is unwell: the same call may succeed later */
	REJECT, /* this input never will succeed */
	FATAL, /* we are unwell: exit and be restarted */
};

/* Zeroed before first use. Text is one line of printable UTF-8, outermost context first:
 * "partner 0000…: token file t.key: no such file". */
struct err {
	enum outcome outcome;
	char text[240];
};

/* Sets the text and returns outcome. err may be NULL. A text that does not fit ends in "…". The
 * arguments may point into err->text. */
enum outcome err_set(struct err *err, enum outcome outcome, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Puts "context: " before the text and returns the outcome that is in err, which is not NULL. */
enum outcome err_in(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

const char *outcome_name(enum outcome outcome); /* "ok", "retry", "reject", "fatal" */

#endif
