/* item - one handover on its way to being opened: found in the view, cut, its person unsealed. */
#ifndef HUB_FLOW_DISCLOSE_ITEM_H
#define HUB_FLOW_DISCLOSE_ITEM_H

#include "hub/conf/conf.h"
#include "hub/connector/opened.h"
#include "hub/flow/disclose/cut.h"
#include "hub/flow/disclose/found.h"
#include "hub/seal/ids.h"
#include "hub/seal/keyring.h"
#include "hub/view/view.h"

struct item {
	struct opened opened; /* what it becomes */
	struct handover handover;
	struct person person;
	struct buffer clear; /* what person points into; overwritten by item_done */
	struct found found;
	struct pseudonym client; /* as the hub names it */
	int64_t age; /* ms that the view has had for what was written with it */
	struct cut cut;
	bool may_have_person; /* whole, it says so */
	struct cut_fields fields;
};

/* What all items of a batch have in common. */
struct item_kit {
	const struct conf *conf;
	const struct ids *ids;
	struct keyring *ring;
	const struct rules_desk *desk;
	const struct rules_partner *partner; /* the desk's */
	const char *system; /* of the partner's, that the desk has; NULL: not told */
	const struct view *view; /* whose file is read; NULL: another process's */
	struct arena *arena;
	int64_t now; /* epoch ms */
};

/* Between view_reader_begin and view_reader_end. RETRY: the view is behind the handover. */
enum outcome item_find(struct item *item, const struct item_kit *kit, struct view_reader *reader,
	const struct view_handover *from, struct err *err) MUST_CHECK;
/* And behind them. RETRY: its data key cannot be had now. */
enum outcome item_open(struct item *item, const struct item_kit *kit, struct err *err) MUST_CHECK;
/* Whether who sees it must be in topic access first; then what is written there. */
bool item_is_access(const struct item *item);
void item_access(const struct item *item, const struct item_kit *kit, struct access *out);
void item_done(struct item *item);

#endif
