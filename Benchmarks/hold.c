// A slow upstream: it takes every chat request, holds it for a while, and answers. How many it holds at a time is thus up
// to whoever asks; nothing else of an answer is slow. A GET is answered at once, and says how many were held at most.
#define _GNU_SOURCE
#include "lines.h"
#include "measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 16 * 1024, BATCH = 512, MOST_HELD = 1 << 16 };

struct peer {
    int fd;
    bool is_held;
    bool is_gone; // closed while it was held
    struct buffer in;
};

struct held {
    struct peer *peer;
    uint64_t due;
};

struct hold {
    int epoll, listener;
    uint64_t time;
    struct held queue[MOST_HELD]; // all are held equally long, so they go in the order in which they came
    size_t first, count, most;
    uint64_t answered;
};

static const char BODY[] =
    "{\"id\":\"chatcmpl-b3nchB3nchB3nchB3nchB3nchB3n\",\"object\":\"chat.completion\",\"created\":1700000000,"
    "\"model\":\"alpha-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Blue.\"},"
    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":21,\"completion_tokens\":2,\"total_tokens\":23}}";

static void peer_free(struct peer *peer)
{
    free(peer->in.bytes);
    free(peer);
}

static void put(const struct peer *peer, const char *body, size_t length)
{
    char text[1024];
    int count = snprintf(text, sizeof text,
                         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s", length,
                         (int)length, body);
    // It is less than any socket's buffer. Whoever does not read it is gone, which is seen when reading.
    (void)!send(peer->fd, text, (size_t)count, MSG_NOSIGNAL);
}

// Every whole request that has come, while the one before it is not held.
static void answer(struct hold *hold, struct peer *peer)
{
    while (!peer->is_held) {
        char *text = peer->in.bytes + peer->in.head;
        size_t count = buffer_count(&peer->in);
        char *body = count > 0 ? memmem(text, count, "\r\n\r\n", 4) : NULL;
        if (body == NULL) {
            return;
        }
        if (memcmp(text, "GET ", 4) == 0) {
            char said[96];
            int length = snprintf(said, sizeof said, "{\"held_most\":%zu,\"answered\":%" PRIu64 "}", hold->most, hold->answered);
            put(peer, said, (size_t)length);
            peer->in.head += (size_t)(body + 4 - text);
            continue;
        }
        *body = '\0';
        char *length = strcasestr(text, "content-length:");
        *body = '\r';
        size_t whole = (size_t)(body + 4 - text) + (length == NULL ? 0 : strtoul(length + 15, NULL, 10));
        if (count < whole) {
            return;
        }
        if (hold->count == MOST_HELD) {
            fail("the queue", "is full");
        }
        peer->in.head += whole;
        peer->is_held = true;
        size_t place = (hold->first + hold->count++) % MOST_HELD;
        hold->queue[place] = (struct held){.peer = peer, .due = clock_ns() + hold->time};
        hold->most = hold->count > hold->most ? hold->count : hold->most;
    }
}

static void let_go(struct hold *hold)
{
    uint64_t now = clock_ns();
    while (hold->count > 0 && hold->queue[hold->first].due <= now) {
        struct peer *peer = hold->queue[hold->first].peer;
        hold->first = (hold->first + 1) % MOST_HELD;
        hold->count--;
        if (peer->is_gone) {
            peer_free(peer);
            continue;
        }
        peer->is_held = false;
        hold->answered++;
        put(peer, BODY, sizeof BODY - 1);
        answer(hold, peer);
    }
}

static void take(struct hold *hold, struct peer *peer)
{
    buffer_reserve(&peer->in, READ_BYTES);
    ssize_t count = recv(peer->fd, peer->in.bytes + peer->in.tail, peer->in.capacity - peer->in.tail, MSG_DONTWAIT);
    if (count > 0) {
        peer->in.tail += (size_t)count;
        answer(hold, peer);
        if (buffer_count(&peer->in) == 0) { // thousands of them wait: they keep no room meanwhile
            free(peer->in.bytes);
            peer->in = (struct buffer){0};
        }
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        close(peer->fd);
        peer->is_gone = true;
        if (!peer->is_held) {
            peer_free(peer);
        }
    }
}

static void take_in(struct hold *hold)
{
    for (int fd; (fd = accept4(hold->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;) {
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct peer *peer = must_alloc(NULL, sizeof *peer);
        *peer = (struct peer){.fd = fd};
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
        if (epoll_ctl(hold->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
            fail("epoll", strerror(errno));
        }
    }
}

static _Noreturn void serve(struct hold *hold)
{
    struct epoll_event events[BATCH];
    for (;;) {
        let_go(hold);
        uint64_t now = clock_ns(), due = hold->count > 0 ? hold->queue[hold->first].due : now + 1000000000u;
        uint64_t rest = due > now ? due - now : 0;
        struct timespec limit = {.tv_sec = (time_t)(rest / 1000000000u), .tv_nsec = (long)(rest % 1000000000u)};
        int count = epoll_pwait2(hold->epoll, events, BATCH, &limit, NULL);
        for (int index = 0; index < count; index++) {
            if (events[index].data.ptr == NULL) {
                take_in(hold);
            } else {
                take(hold, events[index].data.ptr);
            }
        }
    }
}

int main(int argc, char **argv)
{
    static struct hold hold = {.time = 1000000};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int option; (option = getopt(argc, argv, "p:t:")) != -1;) {
        switch (option) {
        case 'p': address.sin_port = htons((uint16_t)parse_count(optarg, 65535)); break;
        case 't': hold.time = (uint64_t)(parse_seconds(optarg) * 1e9); break;
        default: address.sin_port = 0; optind = argc + 1;
        }
    }
    if (address.sin_port == 0 || optind != argc) {
        fputs("usage: hold -p PORT [-t SECONDS]\n  It listens on loopback, and holds each request so long.\n", stderr);
        exit(2);
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
    hold.epoll = epoll_create1(EPOLL_CLOEXEC);
    hold.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int one = 1;
    setsockopt(hold.listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(hold.listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(hold.listener, 16384) != 0) {
        fail("listen", strerror(errno));
    }
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(hold.epoll, EPOLL_CTL_ADD, hold.listener, &event);
    serve(&hold);
}
