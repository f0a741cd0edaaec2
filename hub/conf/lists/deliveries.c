/* deliveries - how desks get what the hub tells them: the list deliveries. */
#include "hub/conf/check.h"

#include <stddef.h>
#include <string.h>

#include "hub/base/file.h"
#include "hub/conf/words.h"

#define CONNECTOR_PRESET "cloudevent"

struct row {
	struct conf_delivery delivery;
	const char *connector;
	const char *const *signing_files; /* below the folder of the secrets */
};

#define AT(member) offsetof(struct row, member)

static const char *const ways[] = {"feed", "webhook", "file", "topic", "mail", NULL};

static const struct setting rows[] = {
	{"desk", SETTING_FORMAT, AT(delivery.desk), NULL, 0, 0, SETTING_ONE("desk"),
		"Whose handovers."},
	{"way", SETTING_CHOICE, AT(delivery.way), "webhook", 0, 0, ways,
		"feed: it asks GET /v1/handovers, as desks do that are not in this list; webhook: "
		"they are sent to its endpoint; file: each becomes a file in a folder; topic: each "
		"becomes a record of a topic of its own on the hub's Kafka; mail: it is only told "
		"that something waits."},
	{"connector", SETTING_STRING, AT(connector), CONNECTOR_PRESET, 1, 60, NULL,
		"What makes its format of them: see `lokethub connectors`."},
	{"endpoint", SETTING_FORMAT, AT(delivery.endpoint), "", 0, 0, SETTING_ONE("name"),
		"way webhook: the endpoint that they are sent to."},
	{"system", SETTING_STRING, AT(delivery.system), "", 1, 100, NULL,
		"Which of the partner's systems they go to, as its source says: then only a case "
		"that this one gave is told as its own; none: any case of the partner's is."},
	{"signing_secrets", SETTING_STRINGS, AT(signing_files), "", 1, 4096, NULL,
		"way webhook: files with one secret each, \"whsec_\" and base64, by which the "
		"receiver knows that they are ours (standardwebhooks.com); during a change the "
		"old and the new one."},
	{"folder", SETTING_FILE, AT(delivery.folder), "", 0, 0, NULL,
		"way file: where the files are put, each whole."},
	{"topic", SETTING_STRING, AT(delivery.topic), "", 1, 249, NULL,
		"way topic: its whole name; it is made and kept by whoever reads it."},
	{"mail_to", SETTING_STRING, AT(delivery.mail_to), "", 3, 200, NULL,
		"way mail: the address; else: one that is told of escalations too."},
	{"from", SETTING_DATE, AT(delivery.from), "", 0, 0, NULL,
		"What it was told before that day is not brought, as to a desk that used to ask "
		"for it; none: at first it gets all that is kept, of up to 90 days."},
	{"concurrency", SETTING_INT, AT(delivery.concurrency), "4", 1, 32, NULL,
		"So many on their way at once; those about one client keep their order."},
	{"notices_together", SETTING_BOOL, AT(delivery.notices_together), "false", 0, 0, NULL,
		"way webhook or file: reminders and escalations that come at the same time go out "
		"as one list, for who has agreed to take such."},
	{0},
};

static const char *const also[] = {"settings", NULL};

static void take(const struct list_group *group, void *from)
{
	struct row *row = from;
	struct arena *arena = group->bind->arena;
	size_t count = words_count(row->signing_files);
	const char **files = arena_get_array(arena, count + 1, sizeof(*files));
	for (size_t i = 0; i < count; i++)
		files[i] = file_path(arena, group->bind->secrets, row->signing_files[i]);
	row->delivery.signing_files = count > 0 ? files : NULL;
	row->delivery.connector = list_connector(group, row->connector, &row->delivery.config);
}

static void check_endpoint(struct check *check, const struct conf_delivery *delivery)
{
	bool needs = delivery->way == CONF_WEBHOOK;
	if (needs && delivery->endpoint == NULL)
		check_error(check, "way webhook needs an endpoint");
	if (!needs && delivery->endpoint != NULL)
		check_error(check, "an endpoint is of use only with way webhook");
	if (!needs && delivery->signing_files != NULL)
		check_error(check, "signing_secrets are of use only with way webhook");
	if (delivery->endpoint != NULL && conf_endpoint(check->conf, delivery->endpoint) == NULL)
		check_error(check, "endpoint %s is not in endpoints", delivery->endpoint);
}

static void check_together(struct check *check, const struct conf_delivery *delivery)
{
	if (!delivery->notices_together)
		return;
	if (delivery->way != CONF_WEBHOOK && delivery->way != CONF_FILE)
		check_error(check, "notices_together is of use only with way webhook or file");
	else if (delivery->connector->bundle == NULL)
		check_error(check, "%s sends each notice by itself: leave notices_together out",
			delivery->connector->name);
}

/* What its partner posts in the hub's own JSON may name a system that no source has: so it is no
 * error, and nothing can be said of a partner without sources. */
static void check_system(struct check *check, const struct conf_delivery *delivery)
{
	const struct conf *conf = check->conf;
	const struct rules_desk *desk = check_find_desk(check, delivery->desk);
	bool has_sources = false;
	for (size_t i = 0; desk != NULL && i < conf->sources_count; i++) {
		const struct conf_source *source = &conf->sources[i];
		if (strcmp(source->oin, desk->partner) != 0)
			continue;
		has_sources = true;
		if (strcmp(source->system, delivery->system) == 0)
			return;
	}
	if (has_sources)
		check_warning(check,
			"no source of its partner has system %s: unless the partner's own messages "
			"name it, no handover is told with a case of that system",
			delivery->system);
}

/* Where every topic begins so, none is another's. */
static bool starts_with(const char *topic, const char *prefix)
{
	return prefix[0] != '\0' && strncmp(topic, prefix, strlen(prefix)) == 0;
}

static void check(struct check *check, const void *item)
{
	const struct conf_delivery *delivery = item;
	check_endpoint(check, delivery);
	if (delivery->connector->settings != NULL)
		check_references(check, delivery->connector->settings, delivery->config);
	if ((delivery->way == CONF_FILE) != (delivery->folder != NULL))
		check_error(check, "way file and a folder go together");
	if ((delivery->way == CONF_TOPIC) != (delivery->topic != NULL))
		check_error(check, "way topic and a topic go together");
	if (delivery->way == CONF_MAIL && delivery->mail_to == NULL)
		check_error(check, "way mail needs mail_to");
	if (delivery->mail_to != NULL && !words_is_address(delivery->mail_to))
		check_error(check, "mail_to is no address");
	if (delivery->mail_to != NULL && check->conf->mail.url == NULL)
		check_error(check, "mail_to needs mail.url: the server that mails go through");
	if (delivery->topic != NULL &&
		starts_with(delivery->topic, check->conf->kafka.topic_prefix))
		check_error(check, "topic %s begins as the hub's own do", delivery->topic);
	if (delivery->way != CONF_FEED && delivery->way != CONF_MAIL &&
		delivery->connector->render == NULL)
		check_error(check, "%s sends nothing out", delivery->connector->name);
	check_together(check, delivery);
	if (delivery->system != NULL)
		check_system(check, delivery);
}

const struct list list_deliveries = {
	.name = "deliveries",
	.doc = "deliveries = ( { … } ): how desks get their handovers, where they do not ask for "
	       "them; in a group settings what the connector wants to know.",
	.rows = rows,
	.key = "desk",
	.title = "desk",
	.row_size = sizeof(struct row),
	.size = sizeof(struct conf_delivery),
	.take = take,
	.check = check,
	.one = "delivery",
	.also = also,
};
