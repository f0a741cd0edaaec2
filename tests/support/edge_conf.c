/* edge_conf - a small configuration in memory, for tests of what partners may send. */
#include "tests/support/edge_conf.h"

#include <stdint.h>
#include <stdlib.h>

static const struct rules_partner partners[] = {
	{.oin = EDGE_CONF_CITY, .name = "City", .home_desk = "gemeente-rotterdam"},
	{.oin = EDGE_CONF_WSP, .name = "WSP", .home_desk = "wsp-rijnmond"},
};

static const struct rules_desk desks[] = {
	{.id = "gemeente-rotterdam",
		.partner = EDGE_CONF_CITY,
		.kind = "MUNICIPALITY",
		.region = "AM22",
		.active = true,
		.holds = true},
	{.id = "wsp-rijnmond",
		.partner = EDGE_CONF_WSP,
		.kind = "WSP",
		.region = "AM22",
		.active = true,
		.holds = true},
};

static const struct rules_region regions[] = {
	{.code = "AM22", .name = "Rijnmond", .entry_desk = "gemeente-rotterdam"}};

static const struct rules_municipality municipalities[] = {{.code = "GM0599",
	.name = "Rotterdam",
	.region = "AM22",
	.from = INT32_MIN,
	.to = INT32_MAX}};

static const struct code known[] = {{"question", "LEERBAAN", ""}, {"target_group", "JONGERE", ""},
	{"sector", "TECHNIEK", ""}, {"sector", "FLEX", ""}, {"origin", "PARTNER", ""},
	{"programme", "LEERWERKAKKOORD", ""}, {"urgency", "NORMAL", ""}, {"urgency", "URGENT", ""},
	{"purpose", "GUIDANCE", ""}, {"funding", "UWV", ""}, {"recognition", "RECOGNISED", ""},
	{"voucher_kind", "STOOF", ""}, {"voucher_state", "REQUESTED", ""},
	{"instrument", "LOOPBAANGESPREK", ""}, {"reason", "NO_CAPACITY", ""},
	{"hold_reason", "WAITING_LIST", ""}, {"closing_reason", "PLACED_WORK", ""},
	{"outcome", "PLACED_LEERBAAN", ""}, {"next_step", "START_EDUCATION", ""},
	{"review", "CONTINUE", ""}};

static struct codes *new_codes(void)
{
	struct codes *codes = codes_new();
	struct err err = {0};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (codes_add(codes, &known[i], &err) != OK)
			abort();
	return codes;
}

const struct conf *edge_conf(void)
{
	static struct conf_partner access[] = {{.rules = &partners[0]}, {.rules = &partners[1]}};
	static struct conf conf;
	if (conf.codes != NULL)
		return &conf;
	conf.rules = (struct rules){.partners = partners,
		.partners_count = 2,
		.desks = desks,
		.desks_count = 2,
		.regions = regions,
		.regions_count = 1,
		.municipalities = municipalities,
		.municipalities_count = 1};
	conf.partners = access;
	conf.codes = new_codes();
	return &conf;
}
