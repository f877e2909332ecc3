// The floor for `route`: a bare echo server on a Unix socket. One thread, one epoll; every line with an integer id is
// answered with a JSON-RPC result of a fixed number of bytes. Nothing is parsed, decided, or kept.
#define _GNU_SOURCE
#include "lines.h"
#include "measure.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024, MAX_LINE = 1024 * 1024, MAX_REPLY = 64 * 1024, EVENTS = 64 };

static const char HEAD[] = "{\"jsonrpc\":\"2.0\",\"id\":";
static const char BODY[] = ",\"result\":{\"echo\":\"";
static const char TAIL[] = "\"}}\n";
static const char UNKNOWN[] = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"no id\"}}\n";

struct connection {
    int fd;
    struct buffer in;
    struct buffer out;
    size_t scanned;
    struct connection *previous, *next;
};

struct server {
    int listener;
    int epoll;
    size_t padding; // how much text an answer holds, the digits of its id included
    char *text;
    struct connection *connections;
};

static volatile sig_atomic_t stopping;

static void stop(int number)
{
    (void)number;
    stopping = 1;
}

static void watch(struct server *server, int operation, int fd, uint32_t events, void *owner)
{
    struct epoll_event event = {.events = events, .data.ptr = owner};
    if (epoll_ctl(server->epoll, operation, fd, &event) != 0) {
        fail("epoll_ctl", strerror(errno));
    }
}

static void server_open(struct server *server, const char *path, size_t length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        fail(path, "too long for a socket's path");
    }
    memcpy(address.sun_path, path, strlen(path));
    size_t fixed = sizeof HEAD + sizeof BODY + sizeof TAIL - 3;
    if (length < fixed + 20) {
        fail("length", "too short for an answer");
    }
    server->padding = length - fixed;
    server->text = must_alloc(NULL, server->padding);
    memset(server->text, 'x', server->padding);
    server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->listener, 128) != 0) {
        fail(path, strerror(errno));
    }
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (server->epoll < 0) {
        fail("epoll_create1", strerror(errno));
    }
    watch(server, EPOLL_CTL_ADD, server->listener, EPOLLIN, NULL);
}

static void server_accept(struct server *server)
{
    int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) {
            return;
        }
        fail("accept", strerror(errno));
    }
    struct connection *connection = must_alloc(NULL, sizeof *connection);
    *connection = (struct connection){.fd = fd, .next = server->connections};
    if (server->connections != NULL) {
        server->connections->previous = connection;
    }
    server->connections = connection;
    watch(server, EPOLL_CTL_ADD, fd, EPOLLIN, connection);
}

static void connection_close(struct server *server, struct connection *connection)
{
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        server->connections = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    close(connection->fd);
    free(connection->in.bytes);
    free(connection->out.bytes);
    free(connection);
}

static void answer(struct server *server, struct connection *connection, const char *line, const char *end)
{
    struct buffer *out = &connection->out;
    uint64_t id = 0;
    if (!next_id(&line, end, &id)) {
        buffer_append(out, UNKNOWN, sizeof UNKNOWN - 1);
        return;
    }
    char digits[20];
    size_t count = put_digits(digits, id);
    buffer_append(out, HEAD, sizeof HEAD - 1);
    buffer_append(out, digits, count);
    buffer_append(out, BODY, sizeof BODY - 1);
    buffer_append(out, server->text, server->padding - count);
    buffer_append(out, TAIL, sizeof TAIL - 1);
}

// One read, and an answer to every whole line of it. False: closed, or a line that is too long.
static bool connection_receive(struct server *server, struct connection *connection)
{
    struct buffer *in = &connection->in;
    buffer_reserve(in, READ_BYTES);
    ssize_t count = read(connection->fd, in->bytes + in->tail, in->capacity - in->tail);
    if (count <= 0) {
        return count < 0 && (errno == EAGAIN || errno == EINTR);
    }
    in->tail += (size_t)count;
    for (;;) {
        const char *line = in->bytes + in->head;
        const char *end = memchr(line + connection->scanned, '\n', buffer_count(in) - connection->scanned);
        if (end == NULL) {
            break;
        }
        if (end > line) {
            answer(server, connection, line, end);
        }
        in->head += (size_t)(end + 1 - line);
        connection->scanned = 0;
    }
    connection->scanned = buffer_count(in);
    return buffer_count(in) <= MAX_LINE;
}

static bool connection_flush(struct connection *connection)
{
    struct buffer *out = &connection->out;
    while (buffer_count(out) > 0) {
        ssize_t count = send(connection->fd, out->bytes + out->head, buffer_count(out), MSG_NOSIGNAL);
        if (count > 0) {
            out->head += (size_t)count;
        } else if (count < 0 && errno == EINTR) {
            continue;
        } else {
            return count < 0 && errno == EAGAIN;
        }
    }
    return true;
}

// A client that does not read is not read from: while answers wait, only their leaving is watched.
static void connection_serve(struct server *server, struct connection *connection)
{
    bool was_full = buffer_count(&connection->out) > 0;
    bool open = was_full || connection_receive(server, connection);
    if (!open || !connection_flush(connection)) {
        connection_close(server, connection);
        return;
    }
    bool full = buffer_count(&connection->out) > 0;
    if (full != was_full) {
        watch(server, EPOLL_CTL_MOD, connection->fd, full ? EPOLLOUT : EPOLLIN, connection);
    }
}

static _Noreturn void usage(void)
{
    fputs("usage: echo -s SOCKET [-l BYTES]\n  BYTES is the length of an answer, its line end included (400).\n",
          stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    struct server server = {0};
    const char *path = NULL;
    size_t length = 400;
    for (int option; (option = getopt(argc, argv, "s:l:")) != -1;) {
        switch (option) {
        case 's': path = optarg; break;
        case 'l': length = parse_count(optarg, MAX_REPLY); break;
        default: usage();
        }
    }
    if (path == NULL || optind != argc) {
        usage();
    }
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    server_open(&server, path, length);
    while (!stopping) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(server.epoll, events, EVENTS, -1);
        for (int index = 0; index < count; index++) {
            if (events[index].data.ptr == NULL) {
                server_accept(&server);
            } else {
                connection_serve(&server, events[index].data.ptr);
            }
        }
    }
    while (server.connections != NULL) {
        connection_close(&server, server.connections);
    }
    close(server.listener);
    close(server.epoll);
    free(server.text);
    unlink(path);
    return 0;
}
