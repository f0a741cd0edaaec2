/* json_tree - a JSON text as the tree of its values, in an arena. */
#include "schemas/json_tree.h"

#include <string.h>

#define EACH_BYTE UINT64_C(0x0101010101010101)

struct parser {
	const uint8_t *at, *end;
	struct arena *arena;
	const char *fault; /* NULL: none yet */
};

static bool fail(struct parser *parser, const char *fault)
{
	parser->fault = parser->at == parser->end ? "it ends too early" : fault;
	return false;
}

/* A zero byte stands for the end: it is good nowhere but there. */
static uint8_t peek(const struct parser *parser)
{
	return parser->at < parser->end ? *parser->at : 0;
}

static bool take(struct parser *parser, char wanted)
{
	if (peek(parser) != (uint8_t)wanted)
		return false;
	parser->at++;
	return true;
}

static void skip_space(struct parser *parser)
{
	uint8_t c;
	while ((c = peek(parser)) == ' ' || c == '\n' || c == '\r' || c == '\t')
		parser->at++;
}

static bool skip_digits(struct parser *parser)
{
	const uint8_t *from = parser->at;
	uint8_t c;
	while ((c = peek(parser)) >= '0' && c <= '9')
		parser->at++;
	return parser->at > from || fail(parser, "digit expected");
}

static bool read_number(struct parser *parser, struct json_tree *out)
{
	const uint8_t *from = parser->at;
	out->kind = JSON_TREE_NUMBER;
	take(parser, '-');
	if (!take(parser, '0') && !skip_digits(parser))
		return false;
	if (take(parser, '.') && !skip_digits(parser))
		return false;
	if (take(parser, 'e') || take(parser, 'E')) {
		if (!take(parser, '+'))
			take(parser, '-');
		if (!skip_digits(parser))
			return false;
	}
	out->text = bytes_of(from, (size_t)(parser->at - from));
	return true;
}

static bool read_word(struct parser *parser, const char *word)
{
	for (; *word != '\0'; word++)
		if (!take(parser, *word))
			return fail(parser, "unexpected character");
	return true;
}

/* What follows \u. */
static bool read_unit(struct parser *parser, uint32_t *out)
{
	uint8_t unit[2];
	if (parser->end - parser->at < 4 || !bytes_from_hex(bytes_of(parser->at, 4), unit, 2))
		return fail(parser, "four hexadecimal digits expected");
	parser->at += 4;
	*out = (uint32_t)unit[0] << 8 | unit[1];
	return true;
}

static bool is_within(uint32_t value, uint32_t low, uint32_t high)
{
	return value >= low && value <= high;
}

/* RFC 3629, section 3. */
static uint8_t *put_utf8(uint8_t *out, uint32_t code)
{
	if (code < 0x80) {
		*out++ = (uint8_t)code;
		return out;
	}
	int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
	*out++ = (uint8_t)(first[more] | code >> (6 * more));
	while (more-- > 0)
		*out++ = (uint8_t)(0x80 | (code >> (6 * more) & 0x3f));
	return out;
}

/* What follows \u, of two units where the first is the half of a pair. */
static bool read_code(struct parser *parser, uint8_t **out)
{
	uint32_t code, low;
	if (!read_unit(parser, &code))
		return false;
	if (is_within(code, 0xd800, 0xdfff)) {
		if (code > 0xdbff || !take(parser, '\\') || !take(parser, 'u') ||
			!read_unit(parser, &low) || !is_within(low, 0xdc00, 0xdfff))
			return fail(parser, "half of a surrogate pair");
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	*out = put_utf8(*out, code);
	return true;
}

static bool read_escape(struct parser *parser, uint8_t **out)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	if (take(parser, 'u'))
		return read_code(parser, out);
	uint8_t letter = peek(parser);
	const char *found = letter == 0 ? NULL : strchr(letters, letter);
	if (found == NULL)
		return fail(parser, "unknown escape");
	parser->at++;
	*(*out)++ = (uint8_t)meant[found - letters];
	return true;
}

/* Neither ends a string nor begins an escape. */
static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

/* The high bit of each byte of a word that is less than `limit`, at most 0x80; also of some that
 * follow one. */
static uint64_t less_than(uint64_t word, uint64_t limit)
{
	return (word - EACH_BYTE * limit) & ~word & EACH_BYTE * 0x80;
}

/* Eight at a time, as long as none of them needs a look. */
static void skip_plain(struct parser *parser)
{
	uint64_t word;
	while ((size_t)(parser->end - parser->at) >= sizeof(word)) {
		memcpy(&word, parser->at, sizeof(word));
		if ((less_than(word, 0x20) | less_than(word ^ EACH_BYTE * '"', 1) |
			    less_than(word ^ EACH_BYTE * '\\', 1)) != 0)
			break;
		parser->at += sizeof(word);
	}
	while (parser->at < parser->end && is_plain(*parser->at))
		parser->at++;
}

/* Of what is left of a string, as it is written: it is no longer when it is read. */
static size_t size_of_rest(const struct parser *parser)
{
	size_t left = (size_t)(parser->end - parser->at), size = 0;
	while (size < left && parser->at[size] != '"')
		size += parser->at[size] == '\\' ? 2 : 1;
	return size < left ? size : left;
}

/* From its first escape on; what stands before begins at `from`. */
static bool read_escaped(struct parser *parser, const uint8_t *from, struct bytes *out)
{
	size_t before = (size_t)(parser->at - from);
	uint8_t *copy = arena_get(parser->arena, before + size_of_rest(parser)), *at;
	memcpy(copy, from, before);
	at = copy + before;
	while (!take(parser, '"')) {
		const uint8_t *plain = parser->at;
		skip_plain(parser);
		memcpy(at, plain, (size_t)(parser->at - plain));
		at += parser->at - plain;
		if (take(parser, '\\') && !read_escape(parser, &at))
			return false;
		if (peek(parser) < 0x20)
			return fail(parser, "control character in a string");
	}
	*out = bytes_of(copy, (size_t)(at - copy));
	return true;
}

static bool read_string(struct parser *parser, struct bytes *out)
{
	const uint8_t *from = parser->at;
	skip_plain(parser);
	if (take(parser, '"')) {
		*out = bytes_of(from, (size_t)(parser->at - 1 - from));
		return true;
	}
	if (peek(parser) != '\\')
		return fail(parser, "control character in a string");
	return read_escaped(parser, from, out);
}

static bool read_value(struct parser *parser, int32_t depth, struct json_tree *out);

static bool read_name(struct parser *parser, struct json_tree *out)
{
	skip_space(parser);
	if (!take(parser, '"'))
		return fail(parser, "quoted object property name expected");
	if (!read_string(parser, &out->name))
		return false;
	skip_space(parser);
	return take(parser, ':') || fail(parser, "object property name separator ':' expected");
}

/* Behind the bracket that opens it. */
static bool read_inside(struct parser *parser, int32_t depth, char close, struct json_tree *out)
{
	const struct json_tree **end = &out->first;
	if (depth == 0)
		return fail(parser, "nesting too deep");
	skip_space(parser);
	if (take(parser, close))
		return true;
	do {
		struct json_tree *inner = arena_get(parser->arena, sizeof(*inner));
		if (close == '}' && !read_name(parser, inner))
			return false;
		if (!read_value(parser, depth - 1, inner))
			return false;
		*end = inner;
		end = &inner->next;
		out->count++;
		skip_space(parser);
	} while (take(parser, ','));
	return take(parser, close) || fail(parser, "value separator ',' expected");
}

static bool read_boolean(struct parser *parser, struct json_tree *out)
{
	out->kind = JSON_TREE_BOOLEAN;
	out->yes = peek(parser) == 't';
	return read_word(parser, out->yes ? "true" : "false");
}

static bool read_value(struct parser *parser, int32_t depth, struct json_tree *out)
{
	skip_space(parser);
	switch (peek(parser)) {
	case '"':
		parser->at++;
		out->kind = JSON_TREE_STRING;
		return read_string(parser, &out->text);
	case '{':
		parser->at++;
		out->kind = JSON_TREE_OBJECT;
		return read_inside(parser, depth, '}', out);
	case '[':
		parser->at++;
		out->kind = JSON_TREE_ARRAY;
		return read_inside(parser, depth, ']', out);
	case 't':
	case 'f':
		return read_boolean(parser, out);
	case 'n':
		return read_word(parser, "null");
	default:
		break;
	}
	uint8_t c = peek(parser);
	if (c != '-' && !is_within(c, '0', '9'))
		return fail(parser, "unexpected character");
	return read_number(parser, out);
}

const struct json_tree *json_tree_parse(struct bytes in, int32_t depth, struct problems *problems)
{
	struct parser parser = {.at = in.data, .end = in.data + in.size, .arena = problems->arena};
	struct json_tree *tree = arena_get(problems->arena, sizeof(*tree));
	if (!bytes_is_utf8(in)) {
		problems_add(problems, NULL, NULL, "is not UTF-8");
		return NULL;
	}
	if (read_value(&parser, depth, tree)) {
		skip_space(&parser);
		if (parser.at == parser.end)
			return tree;
		parser.fault = "something stands behind its end";
	}
	problems_add(problems, NULL, NULL, "is not JSON: at byte %zu: %s",
		(size_t)(parser.at - in.data), parser.fault);
	return NULL;
}

const struct json_tree *json_tree_member(const struct json_tree *in, const char *name)
{
	const struct json_tree *found = NULL;
	if (in->kind != JSON_TREE_OBJECT)
		return NULL;
	for (const struct json_tree *it = in->first; it != NULL; it = it->next)
		if (bytes_equal_string(it->name, name))
			found = it;
	return found;
}
