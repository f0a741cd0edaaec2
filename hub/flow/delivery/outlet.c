/* outlet - a place that things are brought to, and all desks that share it when it fails. */
#include "hub/flow/delivery/outlet.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/memory.h"
#include "hub/flow/delivery/desk/fault.h"
#include "hub/flow/delivery/place/filing.h"
#include "hub/flow/delivery/place/mailer.h"
#include "hub/flow/delivery/place/posts.h"

#define FILE_MS 15000 /* until one must be there */

static struct outlet *find(struct ground *ground, enum conf_way way, const char *name)
{
	for (size_t i = 0; i < ground->outlets_count; i++) {
		struct outlet *outlet = &ground->outlets[i];
		if (outlet->way == way && strcmp(outlet->name, name) == 0)
			return outlet;
	}
	return NULL;
}

static const char *name_of(const struct desk *desk)
{
	switch (desk_way(desk)) {
	case CONF_FEED:
		break;
	case CONF_WEBHOOK:
		return desk->conf->endpoint;
	case CONF_FILE:
		return desk->conf->folder;
	case CONF_TOPIC:
		return desk->conf->topic;
	case CONF_MAIL:
		return desk->ground->conf->mail.url;
	}
	return NULL;
}

static enum outcome open_place(struct outlet *outlet, struct err *err)
{
	struct ground *ground = outlet->ground;
	switch (outlet->way) {
	case CONF_FEED:
		break;
	case CONF_FILE:
		return filing_new(&outlet->filing, ground->loop, outlet->name, FILE_MS, err);
	case CONF_WEBHOOK:
		return endpoint_new(&outlet->endpoint, ground->loop,
			conf_endpoint(ground->conf, outlet->name), err);
	case CONF_TOPIC:
		if (ground->posts == NULL)
			return posts_new(&ground->posts, ground->loop, ground->kafka, err);
		break;
	case CONF_MAIL:
		return mailer_new(&ground->mailer, ground->loop, ground->conf, err);
	}
	return OK;
}

static enum outcome open_one(struct desk *desk, struct err *err)
{
	struct ground *ground = desk->ground;
	enum conf_way way = desk_way(desk);
	const char *name = name_of(desk);
	desk->outlet = find(ground, way, name);
	if (desk->outlet != NULL)
		return OK;
	desk->outlet = &ground->outlets[ground->outlets_count++];
	*desk->outlet = (struct outlet){.ground = ground, .way = way, .name = name};
	return open_place(desk->outlet, err);
}

static bool is_used(const struct desk *desk)
{
	if (!desk->is_second)
		return desk->conf->way != CONF_FEED;
	return desk->conf->way != CONF_MAIL && desk->conf->mail_to != NULL;
}

enum outcome outlet_open_all(struct ground *ground, struct err *err)
{
	ground->outlets = memory_get_zeroed(ground->desks_count + 1, sizeof(*ground->outlets));
	for (size_t i = 0; i < ground->desks_count; i++)
		if (is_used(&ground->desks[i]) && open_one(&ground->desks[i], err) != OK)
			return err->outcome;
	return OK;
}

void outlet_close_all(struct ground *ground)
{
	for (size_t i = 0; i < ground->outlets_count; i++)
		filing_stop(ground->outlets[i].filing);
	for (size_t i = 0; i < ground->outlets_count; i++) {
		endpoint_free(ground->outlets[i].endpoint);
		filing_free(ground->outlets[i].filing);
	}
	free(ground->outlets);
	posts_free(ground->posts);
	mailer_free(ground->mailer);
}

static void tell_desks(struct outlet *outlet)
{
	struct ground *ground = outlet->ground;
	int64_t now = clock_wall();
	for (size_t i = 0; i < ground->desks_count; i++)
		if (ground->desks[i].outlet == outlet && ground->desks[i].begun)
			fault_changed(&ground->desks[i], now);
}

void outlet_succeeded(struct outlet *outlet)
{
	if (!circuit_succeed(&outlet->circuit))
		return;
	log_info("circuit", "via=%s outcome=closed", outlet->name);
	tell_desks(outlet);
}

void outlet_failed(struct outlet *outlet, int64_t after_ms, const char *text)
{
	if (!circuit_fail(&outlet->circuit, clock_wall(), randombytes_random(), after_ms))
		return;
	log_warn("circuit", "via=%s outcome=open text=%s", outlet->name, log_quote(text));
	tell_desks(outlet);
}

void outlet_is_gone(struct outlet *outlet, const char *text)
{
	if (!circuit_give_up(&outlet->circuit, clock_wall()))
		return;
	log_error("circuit", "via=%s outcome=gone text=%s", outlet->name, log_quote(text));
	tell_desks(outlet);
}

void outlet_release(struct outlet *outlet)
{
	if (!circuit_release(&outlet->circuit))
		return;
	log_info("circuit", "via=%s outcome=released", outlet->name);
	tell_desks(outlet);
}
