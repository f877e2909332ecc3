// How soon a backend's words are with the client: this program is both, the backend on a listening socket that it is
// given and the client on the bridge's socket. One thought at a time, whose tokens come one by one with pauses between.
//
// A token's time begins before it is written to the bridge, and ends when the read that brought its words returns.
#define _GNU_SOURCE
#include "lines.h"
#include "measure.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024, STALL_SECONDS = 15 };

static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
static const char END[] = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                          "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":21,\"completion_tokens\":20}}\n\n"
                          "data: [DONE]\n\n";

// Each is shown at once: none is the beginning of a word that may belong to a backend's naming of itself.
static const char *const TOKENS[] = {"Blue",  " goes", " well",   " with",  " brass",   " but",   " with",
                                     " old",  " oak",  " when",   " the",   " door",    " stands", " under",
                                     " bare", " white", " morning", " light", " near",   " walls"};

enum { TOKEN_COUNT = sizeof TOKENS / sizeof *TOKENS };

struct peer {
    int fd;
    struct buffer in;
};

struct rig {
    int listener;
    struct peer bridge;  // whose client this is
    struct peer request; // whose backend this is; -1 while there is none
    const char *line;
    struct timespec pause;
    uint64_t serial;
};

static void give_up_late(int fd)
{
    struct timeval limit = {.tv_sec = STALL_SECONDS};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

static void put(int fd, const void *bytes, size_t count)
{
    const char *at = bytes;
    while (count > 0) {
        ssize_t sent = send(fd, at, count, MSG_NOSIGNAL);
        if (sent <= 0) {
            fail("send", strerror(errno));
        }
        at += sent;
        count -= (size_t)sent;
    }
}

// False: the other side has closed.
static bool take(struct peer *peer)
{
    buffer_reserve(&peer->in, READ_BYTES);
    ssize_t count = read(peer->fd, peer->in.bytes + peer->in.tail, peer->in.capacity - peer->in.tail);
    if (count < 0) {
        fail("read", strerror(errno));
    }
    peer->in.tail += (size_t)count;
    return count > 0;
}

static void put_chunk(int fd, const char *text, size_t count)
{
    char head[24];
    struct buffer out = {0};
    buffer_append(&out, head, (size_t)snprintf(head, sizeof head, "%zx\r\n", count));
    buffer_append(&out, text, count);
    buffer_append(&out, "\r\n", 2);
    put(fd, out.bytes, buffer_count(&out));
    free(out.bytes);
}

// Waits until the bridge's request is here, on the connection that it keeps or on a new one, and takes it.
static void take_request(struct rig *rig)
{
    struct peer *peer = &rig->request;
    for (;;) {
        struct pollfd polls[] = {{.fd = peer->fd, .events = POLLIN}, {.fd = rig->listener, .events = POLLIN}};
        if (poll(polls, 2, STALL_SECONDS * 1000) <= 0) {
            fail("the bridge", "asked for nothing");
        }
        bool is_new = polls[1].revents != 0;
        if (is_new || !take(peer)) {
            if (peer->fd >= 0) {
                close(peer->fd);
            }
            peer->fd = is_new ? accept4(rig->listener, NULL, NULL, SOCK_CLOEXEC) : -1;
            peer->in.head = peer->in.tail = 0;
            int on = 1;
            setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            give_up_late(peer->fd);
            continue;
        }
        const char *text = peer->in.bytes + peer->in.head;
        const char *body = memmem(text, buffer_count(&peer->in), "\r\n\r\n", 4);
        if (body == NULL) {
            continue;
        }
        const char *length = memmem(text, (size_t)(body - text), "Content-Length: ", 16);
        if (length == NULL) {
            fail("the bridge", "sent a request without a length");
        }
        if (buffer_count(&peer->in) >= (size_t)(body + 4 - text) + strtoul(length + 16, NULL, 10)) {
            peer->in.head = peer->in.tail = 0;
            return;
        }
    }
}

// The bridge's next line is a notification of words (1), the reply (2), or an error (0).
static int take_line(struct rig *rig)
{
    struct buffer *in = &rig->bridge.in;
    for (;;) {
        char *line = in->bytes + in->head;
        char *end = buffer_count(in) > 0 ? memchr(line, '\n', buffer_count(in)) : NULL;
        if (end != NULL) {
            in->head += (size_t)(end + 1 - line);
            size_t count = (size_t)(end - line);
            return memmem(line, count, "think.delta", 11) != NULL ? 1 : memmem(line, count, "\"result\":", 9) ? 2 : 0;
        }
        if (!take(&rig->bridge)) {
            fail("the bridge", "has closed");
        }
    }
}

static void ask(struct rig *rig)
{
    const char *id = strstr(rig->line, "{id}");
    struct buffer out = {0};
    char digits[20];
    rig->serial++;
    for (const char *at = rig->line; id != NULL; at = id + 4, id = strstr(at, "{id}")) {
        buffer_append(&out, at, (size_t)(id - at));
        buffer_append(&out, digits, put_digits(digits, rig->serial));
        if (strstr(id + 4, "{id}") == NULL) {
            buffer_append(&out, id + 4, strlen(id + 4));
        }
    }
    put(rig->bridge.fd, out.bytes, buffer_count(&out));
    free(out.bytes);
}

// One thought: the first token goes into `first`, every one into `all`.
static void think(struct rig *rig, struct phase *first, struct phase *all)
{
    first->started++;
    ask(rig);
    take_request(rig);
    put(rig->request.fd, HEAD, sizeof HEAD - 1);
    for (int token = 0; token < TOKEN_COUNT; token++) {
        char event[128];
        int count = snprintf(event, sizeof event, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n",
                             TOKENS[token]);
        nanosleep(&rig->pause, NULL);
        uint64_t sent = clock_ns();
        put_chunk(rig->request.fd, event, (size_t)count);
        if (take_line(rig) != 1) {
            first->errors++;
            return;
        }
        uint64_t now = clock_ns();
        if (token == 0) {
            phase_answered(first, sent, now);
        }
        phase_answered(all, sent, now);
    }
    put_chunk(rig->request.fd, END, sizeof END - 1);
    put(rig->request.fd, "0\r\n\r\n", 5);
    int kind = take_line(rig);
    while (kind == 1) {
        kind = take_line(rig);
    }
    first->errors += kind == 0;
}

static void run(struct rig *rig, double seconds, struct phase *first, struct phase *all)
{
    phase_begin(first, seconds, UINT64_MAX);
    phase_begin(all, seconds, UINT64_MAX);
    while (phase_may_start(first, clock_ns()) && first->errors == 0) {
        think(rig, first, all);
    }
}

static _Noreturn void usage(void)
{
    fputs("usage: tokens -l LISTENER -s SOCKET -t LINE [-p PAUSE] [-d SECONDS] [-u WARM_UP]\n"
          "  LISTENER is the number of a listening socket that is open; the bridge's backend is to be there.\n"
          "  PAUSE is how many microseconds pass before each token (1000).\n",
          stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    static struct phase warm, first, all, warm_all;
    struct rig rig = {.listener = -1, .request.fd = -1, .pause.tv_nsec = 1000000};
    const char *path = NULL;
    const char *line = NULL;
    double seconds = 2, warm_up = 0.5;
    for (int option; (option = getopt(argc, argv, "l:s:t:p:d:u:")) != -1;) {
        switch (option) {
        case 'l': rig.listener = (int)parse_count(optarg, 65535); break;
        case 's': path = optarg; break;
        case 't': line = optarg; break;
        case 'p': rig.pause.tv_nsec = 1000 * (long)parse_count(optarg, 999999); break;
        case 'd': seconds = parse_seconds(optarg); break;
        case 'u': warm_up = parse_seconds(optarg); break;
        default: usage();
        }
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (rig.listener < 0 || path == NULL || line == NULL || optind != argc || strlen(path) >= sizeof address.sun_path) {
        usage();
    }
    size_t length;
    rig.line = read_file(line, &length);
    memcpy(address.sun_path, path, strlen(path));
    rig.bridge.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (rig.bridge.fd < 0 || connect(rig.bridge.fd, (struct sockaddr *)&address, sizeof address) != 0) {
        fail(path, strerror(errno));
    }
    give_up_late(rig.bridge.fd);
    run(&rig, warm_up, &warm, &warm_all);
    run(&rig, seconds, &first, &all);
    char extra[160];
    snprintf(extra, sizeof extra, ",\"each_p50_us\":%.2f,\"each_p99_us\":%.2f", histogram_us(&all.latency, 0.5),
             histogram_us(&all.latency, 0.99));
    phase_print(&first, &warm, extra);
    return 0;
}
