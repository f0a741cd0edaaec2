/* test_xml - XML from anywhere: what is read of it, and what no sender can do with it. */
#include "tests/unit/unit.h"

#include <string.h>

#include "connectors/common/soap.h"
#include "connectors/common/xml.h"

/* A form in which every name has its namespace, and every element an end. */
static void write_tree(struct buffer *out, const struct xml *tree)
{
	if (tree->uri.data != NULL)
		buffer_add_format(out, "{%.*s}", BYTES_ARG(tree->uri));
	buffer_add_bytes(out, tree->name);
	for (size_t i = 0; i < tree->attributes_count; i++) {
		const struct xml_attribute *of = &tree->attributes[i];
		buffer_add_string(out, " ");
		if (of->uri.data != NULL)
			buffer_add_format(out, "{%.*s}", BYTES_ARG(of->uri));
		buffer_add_format(out, "%.*s=%.*s", BYTES_ARG(of->name), BYTES_ARG(of->value));
	}
	if (tree->text.data != NULL)
		buffer_add_format(out, "<%.*s>", BYTES_ARG(tree->text));
	buffer_add_string(out, "(");
	for (const struct xml *child = tree->first; child != NULL; child = child->next)
		write_tree(out, child);
	buffer_add_string(out, ")");
}

/* From memory that ends where the text ends, so that a step too far is seen. */
static void read_one(const char *text, size_t size, struct buffer *seen)
{
	struct arena arena = {0};
	struct err err = {0};
	const struct xml *tree = NULL;
	char *exact = test_malloc(size + 1);
	memcpy(exact + 1, text, size);
	buffer_clear(seen);
	if (xml_parse(bytes_of(exact + 1, size), &arena, &tree, &err) == OK)
		write_tree(seen, tree);
	else
		buffer_add_string(seen, err.text);
	arena_done(&arena);
	test_free(exact);
}

struct row {
	const char *xml;
	size_t size; /* 0: to its end */
	const char *seen;
};

static void check_rows(const struct row *rows, size_t count)
{
	struct buffer seen = {0};
	for (size_t i = 0; i < count; i++) {
		size_t size = rows[i].size > 0 ? rows[i].size : strlen(rows[i].xml);
		read_one(rows[i].xml, size, &seen);
		assert_string_equal(buffer_string(&seen), rows[i].seen);
	}
	buffer_done(&seen);
}

#define ROWS(rows) rows, sizeof(rows) / sizeof((rows)[0])
#define RAW(text) text, sizeof(text) - 1

static void test_good(void **state)
{
	static const struct row rows[] = {
		{"<a/>", 0, "a()"},
		{"<?xml version='1.0'?><!-- x --><?y z?>\n<a></a>\n<!-- x -->", 0, "a()"},
		{"<a> b  c\n</a>", 0, "a<b  c>()"},
		{"<a> \n </a>", 0, "a()"},
		{"<a>1<b>2</b>3<c/>4</a>", 0, "a<134>(b<2>()c())"},
		{"<a>x<!-- <!DOCTYPE z> -->y<![CDATA[<&>]]>z</a>", 0, "a<xy<&>z>()"},
		{"<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x20AC;&#128512;</a>", 0, "a<<>&\"'A€😀>()"},
		{"<p:a xmlns:p='u:1'><q:b xmlns:q='u:1'/><b xmlns='u:2' p:c='1' c='2'/></p:a>", 0,
			"{u:1}a({u:1}b(){u:2}b {u:1}c=1 c=2())"},
		{"<a b='&quot;x&#10;y'/>", 0, "a b=\"x\ny()"},
		{"<a xmlns='Jan is no URI'/>", 0, "line 1: a namespace that is no URI"},
		/* An XInclude is an element, and nothing is fetched. */
		{"<a xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='/etc/hostname' "
		 "parse='text'/></a>",
			0,
			"a({http://www.w3.org/2001/XInclude}include href=/etc/hostname "
			"parse=text())"},
		{"<a xmlns:xsi='u:x' xsi:schemaLocation='http://127.0.0.1:1/ x.xsd'/>", 0,
			"a {u:x}schemaLocation=http://127.0.0.1:1/ x.xsd()"},
	};
	(void)state;
	check_rows(ROWS(rows));
}

static void test_encodings(void **state)
{
	static const struct row rows[] = {
		{"\xef\xbb\xbf<a>é</a>", 0, "a<é>()"},
		{"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><a>é</a>", 0, "a<é>()"},
		{"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9\x80</a>", 0,
			"a<é\xc2\x80>()"},
		{"<?xml version='1.0' encoding = 'iso-8859-1' standalone='yes'?><a b='\xff'/>", 0,
			"a b=ÿ()"},
		{RAW("\xfe\xff\0<\0a\0>\x20\xac\0<\0/\0a\0>"), "a<€>()"},
		{RAW("\xff\xfe<\0a\0>\0\x3d\xd8\0\xde<\0/\0a\0>\0"), "a<😀>()"},
		{RAW("<\0a\0/\0>\0"), "a()"},
		{RAW("\0<\0a\0/\0>"), "a()"},
		/* A proxy made UTF-8 of it and left the declaration as it was; the mark is right.
		 */
		{"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-16'?><a/>", 0, "a()"},
		{RAW("\xff\xfe<\0?\0x\0m\0l\0 \0e\0n\0c\0o\0d\0i\0n\0g\0=\0'\0u\0t\0f\0-\0"
		     "8\0'\0?\0>\0<\0a\0/\0>\0"),
			"a()"},
		{"<?xml version='1.0' encoding='UTF-7'?><a/>", 0,
			"line 1: its encoding must be UTF-8, UTF-16 or ISO-8859-1"},
		{"<?xml version='1.0' encoding='IBM037'?>\n<a/>", 0,
			"line 1: its encoding must be UTF-8, UTF-16 or ISO-8859-1"},
		{"<a>\n\xe9</a>", 0, "it is no UTF-8, from line 2 on: it must name its encoding"},
		{"<a>\xed\xa0\x80</a>", 0,
			"it is no UTF-8, from line 1 on: it must name its encoding"},
		{RAW("\xff\xfe<\0a\0>\0\x3d\xd8<\0/\0a\0>\0"), "it is no UTF-16, line 1"},
		{RAW("\xff\xfe<\0a\0/\0>"), "it is no UTF-16, line 1"},
	};
	(void)state;
	check_rows(ROWS(rows));
}

static void test_not_well_formed(void **state)
{
	static const struct row rows[] = {
		{"", 0, "line 1: there is no XML"},
		{" \n ", 0, "line 1: there is no XML"},
		{"x", 0, "line 1: there is no XML"},
		{"{\"a\": 1}", 0, "line 1: there is no XML"},
		{"<a>\n<b>\n</a>", 0, "line 3: an end tag is not that of its element"},
		{"<a/>\n<b/>", 0, "line 2: it is cut off, or something stands behind its end"},
		{"<a>\n&eacute;</a>", 0, "line 2: an entity that XML does not have of itself"},
		{"<a b='&x;'/>", 0, "line 1: an entity that XML does not have of itself"},
		{"<a>1 & 2</a>", 0, "line 1: a < or & that should be &lt; or &amp;"},
		{"<a>1 < 2</a>", 0, "line 1: a < or & that should be &lt; or &amp;"},
		{"<a b='1' b='2'/>", 0, "line 1: an attribute stands there twice"},
		{"<a>\n<p:b/></a>", 0, "line 2: a prefix that is not declared"},
		{"<a p:b='1'/>", 0, "line 1: a prefix that is not declared"},
		{"<a>\x01</a>", 0, "line 1: a character that no XML can hold"},
		{"<a>&#0;</a>", 0, "line 1: a character that no XML can hold"},
		{"<a>&#x110000;</a>", 0, "line 1: a character that no XML can hold"},
		{RAW("<a>\n\0</a>"), "line 2: a character that no XML can hold"},
		{RAW("<a/>\0"), "line 1: a character that no XML can hold"},
		{"<?xml version='1.0'\n?>\n<a>\n<b></a>", 0,
			"line 4: an end tag is not that of its element"},
	};
	(void)state;
	check_rows(ROWS(rows));
}

/* Each would grow, fetch or read something if its DOCTYPE were read. */
static void test_doctype(void **state)
{
	static const struct row rows[] = {
		{"<!DOCTYPE a [<!ENTITY x \"aaaaaaaaaa\"><!ENTITY y \"&x;&x;&x;&x;&x;\"><!ENTITY z "
		 "\"&y;&y;&y;&y;&y;\">]><a>&z;</a>",
			0, "line 1: it may have no DOCTYPE"},
		{"<?xml version='1.0'?>\n<!-- \n -->\n<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
			0, "line 4: it may have no DOCTYPE"},
		{"<?x?><!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1:1/'>]><a>&x;</a>", 0,
			"line 1: it may have no DOCTYPE"},
		{"<!DOCTYPE a [<!ENTITY % p SYSTEM '/etc/passwd'>%p;]><a/>", 0,
			"line 1: it may have no DOCTYPE"},
		{"<!doctype html><html/>", 0, "line 1: it may have no DOCTYPE"},
		{RAW("\xff\xfe<\0!\0D\0O\0C\0T\0Y\0P\0E\0 \0a\0>\0<\0a\0/\0>\0"),
			"line 1: it may have no DOCTYPE"},
		{"<a><!DOCTYPE a></a>", 0, "line 1: it is not well-formed XML"},
		{"<a/><!DOCTYPE a>", 0,
			"line 1: it is cut off, or something stands behind its end"},
		{"<!-- > <!DOCTYPE a [", 0, "line 1: there is no XML"},
		{"<!--><a> --><!DOCTYPE a [<!ENTITY % p 'x'>%p;]><a/>", 0,
			"line 1: it may have no DOCTYPE"},
	};
	(void)state;
	check_rows(ROWS(rows));
}

static void fill(struct buffer *out, size_t count, const char *text)
{
	buffer_reserve(out, count * strlen(text));
	for (size_t i = 0; i < count; i++)
		buffer_add_string(out, text);
}

static void check_large(struct buffer *text, const char *wanted)
{
	struct buffer seen = {0};
	read_one((const char *)text->data, text->size, &seen);
	assert_true(seen.size >= strlen(wanted));
	assert_memory_equal(seen.data, wanted, strlen(wanted));
	buffer_done(&seen);
	buffer_clear(text);
}

static void test_depth(void **state)
{
	struct buffer text = {0};
	(void)state;
	fill(&text, XML_DEPTH, "<a>");
	fill(&text, XML_DEPTH, "</a>");
	check_large(&text, "a(a(a(");
	fill(&text, XML_DEPTH + 1, "<a>");
	fill(&text, XML_DEPTH + 1, "</a>");
	check_large(&text, "line 1: more than 64 elements lie one within the other");
	fill(&text, 100000, "<a>");
	check_large(&text, "line 1: more than 64 elements lie one within the other");
	buffer_done(&text);
}

static void test_size(void **state)
{
	struct buffer text = {0};
	(void)state;
	buffer_add_string(&text, "<a>");
	fill(&text, XML_SIZE - 7, "x");
	buffer_add_string(&text, "</a>");
	check_large(&text, "a<xxxx");
	buffer_add_string(&text, "<a>");
	fill(&text, XML_SIZE - 6, "x");
	buffer_add_string(&text, "</a>");
	check_large(&text, "it is larger than 4 MiB");
	buffer_add_string(&text, "<a>");
	fill(&text, 100 << 20, "x");
	check_large(&text, "it is larger than 4 MiB");
	/* Larger only once it is UTF-8. */
	buffer_add_string(&text, "<?xml version='1.0' encoding='iso-8859-1'?><a>");
	fill(&text, 3 << 20, "\xe9");
	buffer_add_string(&text, "</a>");
	check_large(&text, "it is larger than 4 MiB");
	buffer_done(&text);
}

/* Many small ones cost more than one large one of the same size. */
static void test_parts(void **state)
{
	static const char *const parts[] = {"<b/>", "<!---->", "x<!---->", "<?b?>"};
	struct buffer text = {0};
	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		buffer_add_string(&text, "<a>");
		fill(&text, 4000000 / strlen(parts[i]), parts[i]);
		buffer_add_string(&text, "</a>");
		check_large(&text, "line 1: it has more than 100,000 parts");
	}
	/* Some systems declare theirs at each element anew; one within the other they count. */
	buffer_add_string(&text, "<a>");
	fill(&text, 20000, "<p:b xmlns:p='u' xmlns:q='v'/>");
	buffer_add_string(&text, "</a>");
	check_large(&text, "a({u}b(){u}b()");
	for (int i = 0; i <= XML_PREFIXES; i++)
		buffer_add_format(&text, "%s xmlns:p%d='u'%s", i % 32 == 0 ? "<b" : "", i,
			i % 32 == 31 ? ">" : "");
	buffer_add_string(&text, "/>");
	check_large(&text,
		"line 1: more than 256 prefixes are declared for one element: declare each "
		"namespace once, at the outermost element");
	buffer_add_string(&text, "<a");
	for (int i = 0; i < 100001; i++)
		buffer_add_format(&text, " a%d=''", i);
	buffer_add_string(&text, "/>");
	check_large(&text, "line 1: more than 4,096 of \"=\" in one tag");
	buffer_done(&text);
}

/* Wherever it is cut off, it is refused. */
static void test_cut(void **state)
{
	static const char whole[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x --><p:a xmlns:p=\"u:1\" "
		"b=\"&amp;\"><c>t&#233;é</c><![CDATA[<x>]]><d/></p:a>";
	struct buffer seen = {0};
	(void)state;
	for (size_t size = 0; size < sizeof(whole) - 1; size++) {
		read_one(whole, size, &seen);
		assert_non_null(strstr(buffer_string(&seen), "line "));
		assert_null(strchr(buffer_string(&seen), '('));
	}
	read_one(whole, sizeof(whole) - 1, &seen);
	assert_string_equal(buffer_string(&seen), "{u:1}a b=&<<x>>(c<téé>()d())");
	buffer_done(&seen);
}

static void test_find(void **state)
{
	static const char text[] = "<a xmlns:p='u:1' p:k='1' k='2'><p:b>1</p:b><b>2</b>"
				   "<q:b xmlns:q='u:1'>3</q:b></a>";
	struct arena arena = {0};
	struct err err = {0};
	const struct xml *tree = NULL;
	(void)state;
	assert_int_equal(xml_parse(bytes_of_string(text), &arena, &tree, &err), OK);
	const struct xml *b = xml_child(tree, "u:1", "b");
	assert_true(bytes_equal_string(b->text, "1"));
	assert_true(bytes_equal_string(xml_again(b)->text, "3"));
	assert_null(xml_again(xml_again(b)));
	assert_true(bytes_equal_string(xml_child(tree, NULL, "b")->text, "2"));
	assert_null(xml_child(tree, "u:2", "b"));
	assert_null(xml_child(NULL, "u:1", "b"));
	assert_true(bytes_equal_string(xml_attribute(tree, "u:1", "k"), "1"));
	assert_true(bytes_equal_string(xml_attribute(tree, NULL, "k"), "2"));
	assert_null(xml_attribute(tree, "u:2", "k").data);
	arena_done(&arena);
}

static void test_add_text(void **state)
{
	struct buffer out = {0};
	static const char text[] = "a&<>\"'\r\n\t\x01\0b\xef\xbf\xbe\xef\xbf\xbd";
	(void)state;
	xml_add_text(&out, bytes_of(text, sizeof(text) - 1));
	assert_string_equal(buffer_string(&out), "a&amp;&lt;&gt;&quot;'&#13;\n\tb\xef\xbf\xbd");
	buffer_done(&out);
}

static void test_envelope(void **state)
{
	static const struct {
		const char *xml, *seen;
	} rows[] = {
#define ENVELOPE(inner) "<s:Envelope xmlns:s='" SOAP_URI "'>" inner "</s:Envelope>"
		{ENVELOPE("<s:Body><a/></s:Body>"), "a"},
		{ENVELOPE("<s:Header/><s:Body><a/></s:Body>"), "a"},
		{ENVELOPE("<s:Header><w s:mustUnderstand='0'/></s:Header><s:Body><a/></s:Body>"),
			"a"},
		{ENVELOPE("<s:Header><w s:mustUnderstand='1'/></s:Header><s:Body><a/></s:Body>"),
			"the Header has an entry with mustUnderstand: none is understood"},
		{ENVELOPE("<s:Body/>"), "its envelope has no Body, or an empty one"},
		{ENVELOPE(""), "its envelope has no Body, or an empty one"},
		{ENVELOPE("<Body><a/></Body>"), "its envelope has no Body, or an empty one"},
		{ENVELOPE("<s:Body><a/><b/></s:Body>"), "its Body holds more than one message"},
		{"<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'/>",
			"its envelope is not that of SOAP 1.1: " SOAP_URI},
		{"<a/>", "it is no SOAP envelope"},
	};
	struct arena arena = {0};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct xml *tree = NULL, *body = NULL;
		struct err err = {0};
		assert_int_equal(xml_parse(bytes_of_string(rows[i].xml), &arena, &tree, &err), OK);
		if (soap_body(tree, &body, &err) == OK)
			assert_true(bytes_equal_string(body->name, rows[i].seen));
		else
			assert_string_equal(err.text, rows[i].seen);
	}
	arena_done(&arena);
}

/* What we write, we read. */
static void test_fault(void **state)
{
	struct arena arena = {0};
	struct buffer out = {0};
	struct err err = {0};
	const struct xml *tree = NULL, *body = NULL;
	(void)state;
	soap_begin(&out);
	soap_fault_begin(&out, true, bytes_of_string("1 < 2"));
	buffer_add_string(&out, "<x xmlns='u:1'/>");
	soap_fault_end(&out);
	soap_end(&out);
	assert_int_equal(xml_parse(buffer_bytes(&out), &arena, &tree, &err), OK);
	assert_int_equal(soap_body(tree, &body, &err), OK);
	assert_true(soap_is_fault(body));
	assert_true(bytes_equal_string(xml_child(body, NULL, "faultcode")->text, "soap:Server"));
	assert_true(bytes_equal_string(xml_child(body, NULL, "faultstring")->text, "1 < 2"));
	assert_non_null(soap_find(body, "u:1", "x"));
	assert_null(soap_find(body, "u:2", "x"));
	assert_null(soap_find(body->first, "u:1", "x"));
	buffer_done(&out);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_not_well_formed),
		cmocka_unit_test(test_doctype),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_add_text),
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
