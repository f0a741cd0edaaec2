/* circuit - whether a place answers at all, so that one that does not costs one request now and
 * then. */
#include "hub/flow/delivery/place/circuit.h"

#include "hub/flow/delivery/place/backoff.h"

bool circuit_may_send(struct circuit *circuit, int64_t now)
{
	if (now < circuit->retry_at || circuit->gone || circuit->probing)
		return false;
	circuit->probing = circuit->open;
	return true;
}

bool circuit_succeed(struct circuit *circuit)
{
	bool was_open = circuit->open;
	*circuit = (struct circuit){0};
	return was_open;
}

static bool open_it(struct circuit *circuit)
{
	bool was_open = circuit->open;
	circuit->open = true;
	circuit->probing = false;
	return !was_open;
}

static void count(struct circuit *circuit, int64_t now)
{
	if (circuit->failures == 0)
		circuit->since = now;
	circuit->failures++;
}

/* Those that were on their way when it opened say nothing new, however many they are. */
static bool is_late(const struct circuit *circuit, int64_t now)
{
	return circuit->open && now < circuit->retry_at;
}

bool circuit_fail(struct circuit *circuit, int64_t now, uint32_t random, int64_t asked_ms)
{
	if (is_late(circuit, now))
		return false;
	count(circuit, now);
	bool opens = circuit->open || circuit->failures >= CIRCUIT_FAILURES;
	if (opens)
		circuit->retry_at = now +
			backoff_ms(circuit->failures - CIRCUIT_FAILURES + 1, random, asked_ms);
	else if (asked_ms > 0)
		circuit->retry_at = now + backoff_ms(1, random, asked_ms);
	return opens && open_it(circuit);
}

bool circuit_give_up(struct circuit *circuit, int64_t now)
{
	bool is_new = !circuit->gone;
	count(circuit, now);
	circuit->gone = true;
	open_it(circuit);
	return is_new;
}

bool circuit_release(struct circuit *circuit)
{
	circuit->gone = false;
	circuit->retry_at = 0;
	return circuit->open;
}

void circuit_let_go(struct circuit *circuit)
{
	circuit->probing = false;
}

void circuit_restore(struct circuit *circuit, int64_t since)
{
	*circuit = (struct circuit){.open = true, .failures = CIRCUIT_FAILURES, .since = since};
}
