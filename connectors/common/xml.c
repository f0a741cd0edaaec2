/* xml - an XML document from anywhere as a tree of elements, and texts for one of ours. */
#include "connectors/common/xml.h"

#include <libxml/xmlreader.h>
#include <string.h>

#define DECLARATION_MAX 400 /* bytes of <?xml … ?> that are looked at */

static struct bytes rest_of(struct bytes text, size_t from)
{
	return bytes_of(text.data + from, text.size - from);
}

static bool begins_with(struct bytes text, const char *begin)
{
	size_t size = strlen(begin);
	return text.size >= size && memcmp(text.data, begin, size) == 0;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct bytes trim(struct bytes text)
{
	while (text.size > 0 && is_space(text.data[0]))
		text = rest_of(text, 1);
	while (text.size > 0 && is_space(text.data[text.size - 1]))
		text.size--;
	return text;
}

static size_t lines_in(struct bytes text)
{
	size_t lines = 0;
	for (size_t i = 0; i < text.size; i++)
		lines += text.data[i] == '\n';
	return lines;
}

/* Behind the end mark; all of it, where there is none. */
static struct bytes behind(struct bytes text, const char *mark)
{
	const uint8_t *found = memmem(text.data, text.size, mark, strlen(mark));
	return rest_of(
		text, found == NULL ? text.size : (size_t)(found - text.data) + strlen(mark));
}

/* UTF-8 of a character that is one. */
static void add_character(struct buffer *out, uint32_t c)
{
	uint8_t bytes[4] = {(uint8_t)c};
	size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
	for (size_t i = more; more > 0 && i > 0; i--, c >>= 6)
		bytes[i] = (uint8_t)(0x80 | (c & 0x3f));
	if (more > 0)
		bytes[0] = (uint8_t)(first[more] | c);
	buffer_add(out, bytes, more + 1);
}

static enum outcome add_utf16(struct bytes body, bool is_big, struct buffer *out, struct err *err)
{
	uint32_t high = 0; /* the first half of a pair */
	bool is_good = body.size % 2 == 0;
	for (size_t i = 0; is_good && i < body.size; i += 2) {
		uint32_t a = body.data[i], b = body.data[i + 1];
		uint32_t unit = is_big ? a << 8 | b : b << 8 | a;
		bool is_low = unit >= 0xdc00 && unit < 0xe000;
		is_good = is_low == (high != 0);
		if (is_low)
			add_character(out, 0x10000 + ((high - 0xd800) << 10) + unit - 0xdc00);
		bool is_high = unit >= 0xd800 && unit < 0xdc00;
		high = is_high ? unit : 0;
		if (!is_low && !is_high)
			add_character(out, unit);
	}
	if (!is_good || high != 0)
		return err_set(
			err, REJECT, "it is no UTF-16, line %zu", lines_in(buffer_bytes(out)) + 1);
	return OK;
}

/* The name behind encoding= in the declaration; absent: there is none. */
static struct bytes declared(struct bytes body)
{
	struct bytes head = body;
	if (!begins_with(head, "<?xml") || head.size < 6 || !is_space(head.data[5]))
		return (struct bytes){0};
	if (head.size > DECLARATION_MAX)
		head.size = DECLARATION_MAX;
	head.size -= behind(head, "?>").size;
	struct bytes value = trim(behind(head, "encoding"));
	if (value.size == 0 || value.data[0] != '=')
		return (struct bytes){0};
	value = trim(rest_of(value, 1));
	if (value.size == 0 || (value.data[0] != '"' && value.data[0] != '\''))
		return (struct bytes){0};
	uint8_t quote = value.data[0];
	value = rest_of(value, 1);
	const uint8_t *end = value.size > 0 ? memchr(value.data, quote, value.size) : NULL;
	value.size = end == NULL ? 0 : (size_t)(end - value.data);
	return value;
}

static bool is_named(struct bytes name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (name.size == strlen(*names) &&
			strncasecmp((const char *)name.data, *names, name.size) == 0)
			return true;
	return false;
}

static enum outcome add_utf8(struct bytes body, struct buffer *out, struct err *err)
{
	size_t good = 0;
	while (good < body.size && body.data[good] < 0x80)
		good++;
	if (!bytes_is_utf8(body))
		return err_set(err, REJECT,
			"it is no UTF-8, from line %zu on: it must name its encoding",
			lines_in(bytes_of(body.data, good)) + 1);
	buffer_add_bytes(out, body);
	return OK;
}

static enum outcome add_declared(struct bytes body, struct buffer *out, struct err *err)
{
	static const char *const utf8[] = {"UTF-8", "UTF8", "US-ASCII", "ASCII", NULL};
	static const char *const latin1[] = {"ISO-8859-1", "ISO_8859-1", "LATIN1", NULL};
	struct bytes name = declared(body);
	if (name.data == NULL || is_named(name, utf8))
		return add_utf8(body, out, err);
	if (!is_named(name, latin1))
		return err_set(
			err, REJECT, "line 1: its encoding must be UTF-8, UTF-16 or ISO-8859-1");
	for (size_t i = 0; i < body.size; i++)
		add_character(out, body.data[i]);
	return OK;
}

/* All of it as UTF-8, without a byte order mark. */
static enum outcome decode(struct bytes body, struct buffer *out, struct err *err)
{
	static const char too_large[] = "it is larger than 4 MiB";
	enum outcome outcome = OK;
	if (body.size > 2 * (size_t)XML_SIZE)
		return err_set(err, REJECT, "%s", too_large);
	if (begins_with(body, "\xef\xbb\xbf"))
		outcome = add_utf8(rest_of(body, 3), out, err);
	else if (begins_with(body, "\xfe\xff"))
		outcome = add_utf16(rest_of(body, 2), true, out, err);
	else if (begins_with(body, "\xff\xfe"))
		outcome = add_utf16(rest_of(body, 2), false, out, err);
	else if (body.size >= 2 && (body.data[0] == 0 || body.data[1] == 0))
		outcome = add_utf16(body, body.data[0] == 0, out, err);
	else
		outcome = add_declared(body, out, err);
	if (outcome != OK)
		return outcome;
	if (out->size > XML_SIZE)
		return err_set(err, REJECT, "%s", too_large);
	const uint8_t *nul = out->size > 0 ? memchr(out->data, 0, out->size) : NULL;
	if (nul != NULL)
		return err_set(err, REJECT, "line %zu: a character that no XML can hold",
			lines_in(bytes_of(out->data, (size_t)(nul - out->data))) + 1);
	return OK;
}

/* Before the root element there is nothing else that begins with "<!" but a comment. */
static enum outcome check_begin(struct bytes text, struct err *err)
{
	struct bytes rest = trim(text);
	while (begins_with(rest, "<!--") || begins_with(rest, "<?")) {
		bool is_comment = begins_with(rest, "<!--"); /* which "<!-->" does not end */
		rest = trim(behind(rest_of(rest, is_comment ? 4 : 2), is_comment ? "-->" : "?>"));
	}
	size_t line = lines_in(bytes_of(text.data, (size_t)(rest.data - text.data))) + 1;
	if (begins_with(rest, "<!"))
		return err_set(err, REJECT, "line %zu: it may have no DOCTYPE", line);
	if (!begins_with(rest, "<"))
		return err_set(err, REJECT, "line 1: there is no XML");
	return OK;
}

/* The library compares each attribute of an element with all before it. None of them can hold a
 * "<", so what has more of "=" behind one may be such an element. */
static enum outcome check_attributes(struct bytes text, struct err *err)
{
	size_t count = 0;
	for (size_t i = 0; i < text.size; i++) {
		count = text.data[i] == '<' ? 0 : count + (text.data[i] == '=');
		if (count > XML_ATTRIBUTES)
			return err_set(err, REJECT, "line %zu: more than 4,096 of \"=\" in one tag",
				lines_in(bytes_of(text.data, i)) + 1);
	}
	return OK;
}

/* An element whose end is still to come. */
struct open {
	struct xml *element;
	const struct xml **last; /* where its next child goes */
	size_t prefixes; /* that it declares */
	struct buffer text;
};

struct reading {
	xmlTextReaderPtr reader;
	struct arena *arena;
	struct open open[XML_DEPTH];
	size_t depth, nodes, prefixes;
	size_t line; /* of the declaration that was taken off */
	const struct xml *root;
	const char *why; /* NULL: nothing is wrong so far */
	size_t where;
};

static void fail(struct reading *reading, const char *why, int line)
{
	if (reading->why != NULL)
		return;
	reading->why = why;
	reading->where = reading->line + (size_t)(line > 0 ? line : 1);
}

static void fail_here(struct reading *reading, const char *why)
{
	fail(reading, why, xmlTextReaderGetParserLineNumber(reading->reader));
}

/* The library's own words repeat what stands in the document. */
static const char *words_of(int code)
{
	static const struct words {
		int code;
		const char *text;
	} all[] = {
		{XML_ERR_DOCUMENT_END, "it is cut off, or something stands behind its end"},
		{XML_ERR_TAG_NAME_MISMATCH, "an end tag is not that of its element"},
		{XML_ERR_TAG_NOT_FINISHED, "an element has no end: is the document cut off?"},
		{XML_ERR_GT_REQUIRED, "a tag has no end"},
		{XML_ERR_UNDECLARED_ENTITY, "an entity that XML does not have of itself"},
		{XML_ERR_ENTITYREF_SEMICOL_MISSING, "an & that should be &amp;"},
		{XML_ERR_NAME_REQUIRED, "a < or & that should be &lt; or &amp;"},
		{XML_ERR_INVALID_CHAR, "a character that no XML can hold"},
		{XML_ERR_INVALID_CHARREF, "a character that no XML can hold"},
		{XML_ERR_ATTRIBUTE_REDEFINED, "an attribute stands there twice"},
		{XML_NS_ERR_UNDEFINED_NAMESPACE, "a prefix that is not declared"},
		{XML_WAR_NS_URI, "a namespace that is no URI"},
		{XML_NS_ERR_ATTRIBUTE_REDEFINED, "an attribute stands there twice"},
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].code == code)
			return all[i].text;
	return "it is not well-formed XML";
}

static void on_error(void *context, xmlErrorPtr error)
{
	if (error->level >= XML_ERR_ERROR)
		fail(context, words_of(error->code), error->line);
}

static struct bytes copy(const struct reading *reading, const xmlChar *text)
{
	return arena_copy(reading->arena, bytes_of_string((const char *)text));
}

static void count(struct reading *reading, size_t nodes)
{
	reading->nodes += nodes;
	if (reading->nodes > XML_NODES)
		fail_here(reading, "it has more than 100,000 parts");
}

/* For each name the library looks through all prefixes that are declared around it. */
static void count_prefixes(struct reading *reading, size_t more)
{
	reading->prefixes += more;
	if (reading->prefixes > XML_PREFIXES)
		fail_here(reading,
			"more than 256 prefixes are declared for one element: "
			"declare each namespace once, at the outermost element");
}

static void take_attributes(struct reading *reading, struct open *open)
{
	struct xml *out = open->element;
	int count_of = xmlTextReaderAttributeCount(reading->reader);
	count(reading, count_of > 0 ? (size_t)count_of : 0);
	if (count_of <= 0 || reading->why != NULL)
		return;
	struct xml_attribute *all = arena_get_array(reading->arena, (size_t)count_of, sizeof(*all));
	out->attributes = all;
	while (xmlTextReaderMoveToNextAttribute(reading->reader) == 1) {
		if (xmlTextReaderIsNamespaceDecl(reading->reader) == 1) {
			open->prefixes++;
			continue;
		}
		if (out->attributes_count == (size_t)count_of)
			continue;
		all[out->attributes_count++] = (struct xml_attribute){
			copy(reading, xmlTextReaderConstNamespaceUri(reading->reader)),
			copy(reading, xmlTextReaderConstLocalName(reading->reader)),
			copy(reading, xmlTextReaderConstValue(reading->reader))};
	}
	xmlTextReaderMoveToElement(reading->reader);
	count_prefixes(reading, open->prefixes);
}

static void end(struct reading *reading)
{
	struct open *open = &reading->open[--reading->depth];
	reading->prefixes -= open->prefixes;
	struct bytes text = trim(buffer_bytes(&open->text));
	if (text.size > 0)
		open->element->text = arena_copy(reading->arena, text);
}

static void begin(struct reading *reading)
{
	xmlTextReaderPtr reader = reading->reader;
	if (reading->depth == XML_DEPTH) {
		fail_here(reading, "more than 64 elements lie one within the other");
		return;
	}
	struct xml *element = arena_get(reading->arena, sizeof(*element));
	bool is_empty = xmlTextReaderIsEmptyElement(reader) == 1;
	element->uri = copy(reading, xmlTextReaderConstNamespaceUri(reader));
	element->name = copy(reading, xmlTextReaderConstLocalName(reader));
	if (reading->depth == 0) {
		reading->root = element;
	} else {
		struct open *parent = &reading->open[reading->depth - 1];
		*parent->last = element;
		parent->last = &element->next;
	}
	struct open *open = &reading->open[reading->depth++];
	open->element = element;
	open->last = &element->first;
	open->prefixes = 0;
	buffer_clear(&open->text);
	take_attributes(reading, open);
	if (is_empty)
		end(reading);
}

static void take_node(struct reading *reading)
{
	const xmlChar *value;
	count(reading, 1);
	switch (xmlTextReaderNodeType(reading->reader)) {
	case XML_READER_TYPE_ELEMENT:
		begin(reading);
		break;
	case XML_READER_TYPE_END_ELEMENT:
		if (reading->depth > 0)
			end(reading);
		break;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_WHITESPACE:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		value = xmlTextReaderConstValue(reading->reader);
		if (reading->depth > 0 && value != NULL)
			buffer_add_string(
				&reading->open[reading->depth - 1].text, (const char *)value);
		break;
	case XML_READER_TYPE_COMMENT:
	case XML_READER_TYPE_PROCESSING_INSTRUCTION:
	case XML_READER_TYPE_XML_DECLARATION:
		break;
	default: /* the library's own numbers: a DOCTYPE, and what needs one */
		fail_here(reading, "it may have no DOCTYPE, and no entities of its own");
	}
}

static void read_all(struct reading *reading, struct bytes text)
{
	/* Without XML_PARSE_NOENT, DTDLOAD and XINCLUDE nothing is put in from anywhere. */
	int options =
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC;
	reading->reader =
		xmlReaderForMemory((const char *)text.data, (int)text.size, NULL, "UTF-8", options);
	if (reading->reader == NULL) {
		fail(reading, "it is not well-formed XML", 1);
		return;
	}
	xmlTextReaderSetStructuredErrorHandler(reading->reader, on_error, reading);
	int more = 1;
	while (reading->why == NULL && (more = xmlTextReaderRead(reading->reader)) == 1)
		take_node(reading);
	if (more != 0)
		fail_here(reading, "it is not well-formed XML");
	xmlFreeTextReader(reading->reader);
	xmlResetLastError();
}

/* The encoding that it names is no longer its own. */
static struct bytes take_declaration(struct bytes text, size_t *lines)
{
	if (!begins_with(text, "<?xml") || text.size < 6 || !is_space(text.data[5]))
		return text;
	struct bytes rest = behind(text, "?>");
	*lines = lines_in(bytes_of(text.data, text.size - rest.size));
	return rest;
}

enum outcome xml_parse(
	struct bytes body, struct arena *arena, const struct xml **out, struct err *err)
{
	struct reading reading = {.arena = arena};
	struct buffer text = {0};
	enum outcome outcome = decode(body, &text, err);
	if (outcome == OK)
		outcome = check_begin(buffer_bytes(&text), err);
	if (outcome == OK)
		outcome = check_attributes(buffer_bytes(&text), err);
	if (outcome == OK) {
		read_all(&reading, take_declaration(buffer_bytes(&text), &reading.line));
		if (reading.why != NULL)
			outcome = err_set(err, REJECT, "line %zu: %s", reading.where, reading.why);
	}
	for (size_t i = 0; i < XML_DEPTH; i++)
		buffer_done(&reading.open[i].text);
	buffer_done(&text);
	if (outcome == OK)
		*out = reading.root;
	return outcome;
}

static bool is_of(struct bytes uri, const char *wanted)
{
	return wanted == NULL ? uri.data == NULL : bytes_equal_string(uri, wanted);
}

bool xml_is(const struct xml *element, const char *uri, const char *name)
{
	return element != NULL && bytes_equal_string(element->name, name) &&
		is_of(element->uri, uri);
}

const struct xml *xml_child(const struct xml *in, const char *uri, const char *name)
{
	const struct xml *child = in != NULL ? in->first : NULL;
	while (child != NULL && !xml_is(child, uri, name))
		child = child->next;
	return child;
}

const struct xml *xml_again(const struct xml *element)
{
	const struct xml *next = element->next;
	while (next != NULL &&
		!(bytes_equal(next->name, element->name) && bytes_equal(next->uri, element->uri)))
		next = next->next;
	return next;
}

struct bytes xml_attribute(const struct xml *in, const char *uri, const char *name)
{
	for (size_t i = 0; in != NULL && i < in->attributes_count; i++)
		if (bytes_equal_string(in->attributes[i].name, name) &&
			is_of(in->attributes[i].uri, uri))
			return in->attributes[i].value;
	return (struct bytes){0};
}

/* U+FFFE and U+FFFF. */
static bool is_no_character(struct bytes text, size_t at)
{
	return text.size - at >= 3 && text.data[at] == 0xef && text.data[at + 1] == 0xbf &&
		text.data[at + 2] >= 0xbe;
}

void xml_add_text(struct buffer *out, struct bytes text)
{
	static const char *const marks[256] = {['&'] = "&amp;",
		['<'] = "&lt;",
		['>'] = "&gt;",
		['"'] = "&quot;",
		['\r'] = "&#13;"};
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];
		if (marks[c] != NULL)
			buffer_add_string(out, marks[c]);
		else if (is_no_character(text, i))
			i += 2;
		else if (c >= ' ' || c == '\t' || c == '\n')
			buffer_add(out, &c, 1);
	}
}
