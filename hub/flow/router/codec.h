/* codec - the values of the topics, between bytes and structs, with the header of the wire format.
 */
#ifndef HUB_FLOW_ROUTER_CODEC_H
#define HUB_FLOW_ROUTER_CODEC_H

#include "hub/kafka/topics.h"

struct wire;

struct codec_value {
	enum topic topic;
	struct bytes value;
	bool no_schema; /* out: not the bytes are at fault but what they were written with */
};

/* Decodes it into the topic's struct; strings point into the value or the arena. REJECT:
 * unreadable, or its schema cannot be had. RETRY (no_schema): the registry cannot be asked now. */
enum outcome codec_read(struct wire *wire, struct codec_value *value, struct arena *arena,
	void *out, struct err *err) MUST_CHECK;
/* Clears the buffer and begins a value of the topic. */
void codec_begin(struct wire *wire, enum topic topic, struct buffer *out);

#endif
