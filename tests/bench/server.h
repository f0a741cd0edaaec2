/* server - takes HTTP requests on kept connections, one thread, and answers each at once. */
#ifndef TESTS_BENCH_SERVER_H
#define TESTS_BENCH_SERVER_H

#include "hub/base/bytes.h"

/* The whole answer, which is sent as it is; head: with the request line and the empty line. */
typedef struct bytes server_answer_fn(struct bytes head, struct bytes body);

/* Listens at 127.0.0.1, says "ready" on standard output, and never returns. A request of more than
 * 64 KiB ends its connection. */
_Noreturn void server_run(int64_t port, server_answer_fn *answer);

#endif
