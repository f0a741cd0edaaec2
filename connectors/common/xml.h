/* xml - an XML document from anywhere as a tree of elements, and texts for one of ours. */
#ifndef CONNECTORS_COMMON_XML_H
#define CONNECTORS_COMMON_XML_H

#include "hub/base/arena.h"

/* What is more is refused: bytes as UTF-8, elements one within the other, and elements, attributes,
 * texts, comments and instructions together. */
#define XML_SIZE 4194304
#define XML_DEPTH 64
#define XML_NODES 100000
#define XML_ATTRIBUTES 4096 /* of one element */
#define XML_PREFIXES 256 /* declared for one element, by itself and those around it */

struct xml_attribute {
	struct bytes uri, name, value; /* uri: absent without a prefix */
};

struct xml {
	struct bytes uri, name; /* uri: absent where it is in no namespace; name: without prefix */
	struct bytes text; /* of itself, without the spaces around it; absent: there is none */
	const struct xml_attribute *attributes;
	size_t attributes_count;
	const struct xml *first, *next; /* child, sibling */
};

/* XML 1.0 with namespaces, in UTF-8, UTF-16 or ISO-8859-1, a byte order mark or not. Nothing but
 * the document is read: one with a DOCTYPE is refused, so there are no entities but the five of XML
 * itself; XInclude is an element like any other. REJECT: the text names the line and what to mend,
 * and never what stands there. */
enum outcome xml_parse(
	struct bytes body, struct arena *arena, const struct xml **out, struct err *err) MUST_CHECK;

bool xml_is(const struct xml *element, const char *uri, const char *name);
/* The first child of that name. NULL: there is none; in may be NULL. */
const struct xml *xml_child(const struct xml *in, const char *uri, const char *name);
/* The next sibling of the same name. */
const struct xml *xml_again(const struct xml *element);
/* Absent: there is none; in may be NULL. uri NULL: one without a prefix. */
struct bytes xml_attribute(const struct xml *in, const char *uri, const char *name);

/* As the text of an element or the value of an attribute in double quotes. What no XML can hold is
 * left out. */
void xml_add_text(struct buffer *out, struct bytes text);

#endif
