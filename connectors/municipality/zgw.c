/* zgw - the zaak systems of municipalities: ZGW notifications, and the zaken that they speak of. */
#include "connectors/municipality/zgw.h"

#include "connectors/common/member.h"
#include "connectors/municipality/zgw_out.h"
#include "connectors/municipality/zgw_poll.h"
#include "connectors/municipality/zgw_read.h"
#include "connectors/municipality/zgw_settings.h"
#include "connectors/municipality/zgw_url.h"
#include "connectors/municipality/zgw_verzoek.h"
#include "connectors/municipality/zgw_zaak.h"
#include "hub/base/calendar.h"
#include "hub/base/clock.h"

#define NOTIFICATION_DEPTH 4
#define URL_MAX 1000

/* Required by the Notificaties API 1.0, with at most so many characters; a URL or time below. */
static const struct member {
	const char *name, *example;
	size_t max;
} members[] = {
	{"kanaal", "zaken", 50},
	{"hoofdObject", "https://zaken.example/api/v1/zaken/ddc6d192", URL_MAX},
	{"resource", "status", 100},
	{"resourceUrl", "https://zaken.example/api/v1/statussen/44fdcebf", URL_MAX},
	{"actie", "create", 100},
	{"aanmaakdatum", "2026-03-02T09:30:00Z", 100},
};

static void check_members(const struct json_tree *notification, struct problems *problems)
{
	int64_t at;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		struct bytes text = member_text(notification, members[i].name);
		if (text.data == NULL)
			problems_add(problems, members[i].name, members[i].example,
				"is missing, or no text");
		else if (text.size > 4 * members[i].max)
			problems_add(problems, members[i].name, members[i].example,
				"is longer than %zu characters", members[i].max);
	}
	struct bytes time = member_text(notification, "aanmaakdatum");
	if (time.data != NULL && !clock_from_text(time, &at))
		problems_add(problems, "aanmaakdatum", "2026-03-02T09:30:00Z",
			"is not a date-time (RFC 3339)");
}

static struct bytes path_of(const struct zgw_config *config, const struct json_tree *notification,
	const char *name, struct problems *problems)
{
	struct bytes path = zgw_url_below(config->zaken_url, member_text(notification, name));
	if (path.data == NULL)
		problems_add(problems, name, "https://zaken.example/api/v1/zaken/ddc6d192",
			"does not lie below zaken_url of this source");
	return path;
}

static bool text_is(const struct json_tree *in, const char *name, const char *wanted)
{
	return bytes_equal_string(member_text(in, name), wanted);
}

static const char *asked_of_change(
	const struct zgw_config *config, const struct json_tree *notification, struct arena *arena)
{
	int64_t at = 0;
	char day[11];
	if (config->paused == NULL && config->resumed == NULL)
		return "";
	(void)clock_from_text(member_text(notification, "aanmaakdatum"), &at);
	clock_date_to_text(calendar_date(at), day);
	return arena_format(arena, "#" ZGW_CHANGED "%s", day);
}

/* What is asked of the zaak when it is fetched, behind its URL. */
static const char *asked_of(const struct zgw_config *config, const struct json_tree *notification,
	struct arena *arena, struct problems *problems)
{
	const struct json_tree *traits = json_tree_member(notification, "kenmerken");
	bool is_destroyed = text_is(notification, "actie", "destroy");
	struct bytes path;
	if (text_is(notification, "resource", "zaak") && is_destroyed) {
		path = zgw_url_below(config->catalogi_url, member_text(traits, "zaaktype"));
		return arena_format(arena, "#" ZGW_DESTROYED "%.*s", BYTES_ARG(path));
	}
	if (text_is(notification, "resource", "zaak"))
		return asked_of_change(config, notification, arena);
	/* Of a zaak that has ended, it says something else now. */
	if (text_is(notification, "resource", "resultaat"))
		return "#" ZGW_LAST;
	if (!text_is(notification, "resource", "status") || is_destroyed)
		return "";
	path = path_of(config, notification, "resourceUrl", problems);
	return arena_format(arena, "#" ZGW_STATUS "%.*s", BYTES_ARG(path));
}

static bool is_any(const char *const *names, struct bytes name)
{
	while (*names != NULL && !bytes_equal_string(name, *names))
		names++;
	return *names != NULL;
}

static bool has_rows(const struct setting_pair *rows)
{
	return rows != NULL && rows->name != NULL;
}

/* Other channels, the probe of a new subscription among them, and what says nothing of a client. */
static bool is_ours(const struct zgw_config *config, const struct json_tree *notification)
{
	static const char *const resources[] = {"zaak", "status", "resultaat", "rol", NULL};
	struct bytes channel = member_text(notification, "kanaal");
	struct bytes resource = member_text(notification, "resource");
	if (channel.data != NULL && !bytes_equal_string(channel, "zaken"))
		return false;
	if (bytes_equal_string(resource, "zaakeigenschap"))
		return has_rows(config->properties);
	return resource.data == NULL || is_any(resources, resource);
}

static void add_task(const char *base, struct bytes path, const char *asked, struct parcel *out)
{
	parcel_task(out,
		bytes_of_string(arena_format(out->arena, "%.*s%s",
			BYTES_ARG(zgw_url_at(out->arena, base, path)), asked)));
}

static bool is_of_verzoeken(const struct zgw_config *config, const struct json_tree *notification)
{
	static const char *const resources[] = {"verzoek", "klantverzoek", "verzoekproduct", NULL};
	return config->requests_url != NULL && text_is(notification, "kanaal", "verzoeken") &&
		is_any(resources, member_text(notification, "resource"));
}

static void take_verzoek(const struct zgw_config *config, const struct json_tree *notification,
	struct parcel *out, struct problems *problems)
{
	check_members(notification, problems);
	if (problems->count > 0)
		return;
	struct bytes url = member_text(notification, "hoofdObject");
	bool is_itself = text_is(notification, "resource", "verzoek");
	bool is_gone = is_itself && text_is(notification, "actie", "destroy");
	const char *asked = is_gone ? ZGW_VERZOEK_GONE
		: is_itself         ? ZGW_VERZOEK_SAID
				    : ZGW_VERZOEK_BESIDE;
	if (!zgw_verzoek_is(config, url)) {
		problems_add(problems, "hoofdObject",
			"https://verzoeken.example/api/v1/verzoeken/9b3c6d19",
			"does not lie below verzoeken_url of this source");
		return;
	}
	add_task(config->requests_url, zgw_url_below(config->requests_url, url),
		arena_format(out->arena, "#%s%.*s", asked,
			BYTES_ARG(member_text(notification, "aanmaakdatum"))),
		out);
}

static void take(const struct zgw_config *config, const struct json_tree *notification,
	struct parcel *out, struct problems *problems)
{
	if (is_of_verzoeken(config, notification)) {
		take_verzoek(config, notification, out, problems);
		return;
	}
	if (!is_ours(config, notification)) {
		out->passed++;
		return;
	}
	check_members(notification, problems);
	if (problems->count > 0)
		return;
	struct bytes path = path_of(config, notification, "hoofdObject", problems);
	const char *asked = asked_of(config, notification, out->arena, problems);
	if (problems->count == 0)
		add_task(config->zaken_url, path, asked, out);
}

static enum outcome parse_notification(const struct zgw_config *config,
	const struct documents *docs, struct parcel *out, struct err *err)
{
	struct zgw_read read = {.config = config, .docs = docs, .out = out};
	struct problems *problems = zgw_read_problems(&read);
	struct bytes body = docs->items[0].body;
	const struct json_tree *notification = json_tree_parse(body, NOTIFICATION_DEPTH, problems);
	if (notification == NULL)
		return err_set(err, REJECT, "it %s", problems->items[0].text);
	if (notification->kind != JSON_TREE_OBJECT)
		return err_set(err, REJECT, "it is not a JSON object: a notification is");
	take(config, notification, out, problems);
	if (problems->count > 0)
		parcel_add(out, body, bytes_of_string("notification"))->problems = *problems;
	return OK;
}

static enum outcome parse(
	const void *config, const struct documents *docs, struct parcel *out, struct err *err)
{
	switch (docs->way) {
	case DOCUMENTS_POSTED:
		return parse_notification(config, docs, out, err);
	case DOCUMENTS_FETCHED:
		return zgw_verzoek_is(config, docs->items[0].name)
			? zgw_verzoek_parse(config, docs, out, err)
			: zgw_zaak_parse(config, docs, out, err);
	case DOCUMENTS_POLLED:
		return zgw_poll_parse(config, docs, out, err);
	case DOCUMENTS_DROPPED:
		break;
	}
	return err_set(err, REJECT, "zgw comes by HTTP only: take the folder from this source");
}

const struct connector zgw = {
	.name = "zgw",
	.summary = "zaken of a municipality: ZGW notifications in, and a poll; out as a status",
	.settings = zgw_settings_rows,
	.config_size = sizeof(struct zgw_config),
	.check = zgw_settings_check,
	.parse = parse,
	.poll = zgw_poll_ask,
	.render = zgw_out_render,
	.judge = zgw_out_judge,
};
