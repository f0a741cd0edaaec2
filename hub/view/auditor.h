/* auditor - audits the view of a running process in the background, and shows what it finds in
 * metrics. */
#ifndef HUB_VIEW_AUDITOR_H
#define HUB_VIEW_AUDITOR_H

#include "hub/handover/rule/rules.h"
#include "hub/view/view.h"

struct auditor;

struct auditor_options {
	const struct view *view; /* borrowed; audited while it is ready */
	const char *path; /* of the view's file */
	const struct rules *rules;
	int32_t partitions; /* of intake */
	int32_t interval_s; /* from the end of an audit to the next; 0: none, and *out is NULL */
};

/* One thread of low priority with a connection of its own, at work a fifth of the time that an
 * audit takes. The first audit looks at all clients, as do those after a day and of a file that was
 * built anew; the others at what changed, and all sums. Intake counts as read up to the last record
 * of a partition that was decided: the router decides in order, and so an earlier one without an
 * Event is lost. */
enum outcome auditor_start(
	struct auditor **out, const struct auditor_options *options, struct err *err) MUST_CHECK;
void auditor_stop(struct auditor *auditor); /* NULL: nothing */

/* Without the thread, for tests: one audit with its looks. pause: for so many ms; false: stop. */
struct auditor *auditor_new(const struct auditor_options *options);
enum outcome auditor_look(struct auditor *auditor, bool (*pause)(void *context, int64_t ms),
	void *context, struct err *err) MUST_CHECK;
void auditor_free(struct auditor *auditor);

#endif
