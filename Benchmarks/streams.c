// Streams, many at once: this program is the backend on a listening socket that it is given, and every client. Each stream
// is a chat request over HTTP whose answer comes word by word with pauses between; all of it is one thread with one epoll.
//
// Without an address the clients ask the backend itself: the floor. A word's time begins before it is written and ends when
// the read that brought it returns. A stream that ends without all of its words is lost; one whose client hears nothing
// for too long between two words has stalled.
#define _GNU_SOURCE
#include "lines.h"
#include "measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 16 * 1024, MOST_WORDS = 1000, MOST_STREAMS = 20000, BATCH = 256 };

// One end of a connection. A backend's connection serves whichever stream asks on it.
struct peer {
    int fd;
    bool is_client;
    struct buffer in;
    struct stream *stream; // of the client; of the backend while it answers
    struct peer *next;     // of the backend's that answer
    uint64_t due;          // when the next word goes
};

struct stream {
    struct peer client;
    uint64_t began;
    uint64_t heard; // the last time that a word came
    uint64_t sent_at[MOST_WORDS];
    int sent, received;
    size_t scanned; // of the client's buffer
    bool ended;
};

struct rig {
    int epoll, listener;
    struct sockaddr_in address;
    const char *head, *body;
    size_t count;
    int words;
    uint64_t pause, stall, patience;
    struct stream *streams;
    struct peer *answering;
    uint64_t lost, stalled, longest;
    size_t running;
};

static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
static const char END[] = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
static struct histogram words, whole;

static void put(int fd, const char *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t sent = send(fd, bytes + done, count - done, MSG_NOSIGNAL);
        if (sent > 0) {
            done += (size_t)sent;
        } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return; // Whoever reads is gone, and is seen to be there.
        }
    }
}

static void put_chunk(int fd, const char *bytes, size_t count)
{
    char line[1024];
    int length = snprintf(line, sizeof line, "%zx\r\n%.*s\r\n", count, (int)count, bytes);
    put(fd, line, (size_t)length);
}

static void watch(struct rig *rig, struct peer *peer)
{
    int one = 1;
    setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(peer->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    if (epoll_ctl(rig->epoll, EPOLL_CTL_ADD, peer->fd, &event) != 0) {
        fail("epoll", strerror(errno));
    }
}

// What there is to read; false at the end of the connection.
static bool take(struct peer *peer)
{
    for (;;) {
        buffer_reserve(&peer->in, READ_BYTES);
        ssize_t count = recv(peer->fd, peer->in.bytes + peer->in.tail, READ_BYTES, 0);
        if (count > 0) {
            peer->in.tail += (size_t)count;
            if (count < READ_BYTES) {
                return true;
            }
        } else if (count < 0 && errno == EINTR) {
            continue;
        } else {
            return count < 0 && errno == EAGAIN;
        }
    }
}

// MARK: The client

static void begin(struct rig *rig, size_t index)
{
    struct stream *stream = &rig->streams[index];
    struct peer *client = &stream->client;
    char request[4096];
    const char *id = strstr(rig->body, "{id}");
    char body[2048];
    int length = id == NULL ? snprintf(body, sizeof body, "%s", rig->body)
                            : snprintf(body, sizeof body, "%.*s%zu%s", (int)(id - rig->body), rig->body, index, id + 4);
    int count = snprintf(request, sizeof request,
                         "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                         "Content-Length: %d\r\n\r\n%s",
                         length, body);
    stream->began = stream->heard = clock_ns();
    stream->sent = stream->received = 0;
    stream->ended = false;
    stream->scanned = 0;
    client->in.head = client->in.tail = 0;
    rig->running++;
    if (client->fd < 0) {
        client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        client->is_client = true;
        client->stream = stream;
        if (client->fd < 0 || connect(client->fd, (struct sockaddr *)&rig->address, sizeof rig->address) != 0) {
            fail("a client", strerror(errno));
        }
        watch(rig, client);
    }
    put(client->fd, request, (size_t)count);
}

static void end(struct rig *rig, struct stream *stream)
{
    if (stream->ended) {
        return;
    }
    stream->ended = true;
    rig->running--;
    if (stream->received < rig->words) {
        if (rig->lost++ == 0) {
            struct buffer *in = &stream->client.in;
            fprintf(stderr, "streams: the first that is lost has %d words and ends: %.*s\n", stream->received,
                    (int)(buffer_count(in) < 400 ? buffer_count(in) : 400),
                    in->bytes + in->tail - (buffer_count(in) < 400 ? buffer_count(in) : 400));
        }
    } else {
        histogram_add(&whole, clock_ns() - stream->began);
    }
}

// Every word is "<number>. " with the stream's own numbers from 0; they come in their order.
static void hear(struct rig *rig, struct stream *stream)
{
    struct buffer *in = &stream->client.in;
    uint64_t now = clock_ns();
    for (;;) {
        static const char KEY[] = "\"content\":\"";
        char *text = in->bytes + in->head + stream->scanned;
        char *last = in->bytes + in->tail;
        char *found = memmem(text, (size_t)(last - text), KEY, sizeof KEY - 1);
        char *close = found == NULL ? NULL : memchr(found + sizeof KEY - 1, '"', (size_t)(last - found) - sizeof KEY + 1);
        if (close == NULL) {
            break;
        }
        for (char *at = found + sizeof KEY - 1; at < close; at++) {
            if (*at == '.') {
                if (stream->received < stream->sent) {
                    histogram_add(&words, now - stream->sent_at[stream->received]);
                }
                if (stream->received > 0) {
                    uint64_t gap = now - stream->heard;
                    rig->longest = gap > rig->longest ? gap : rig->longest;
                    rig->stalled += gap > rig->stall;
                }
                stream->heard = now;
                stream->received++;
            }
        }
        stream->scanned = (size_t)(close + 1 - (in->bytes + in->head));
    }
    if (buffer_count(in) >= 5 && memcmp(in->bytes + in->tail - 5, "0\r\n\r\n", 5) == 0) {
        end(rig, stream);
    }
}

// MARK: The backend

static void answer(struct rig *rig, struct peer *peer)
{
    char *text = peer->in.bytes + peer->in.head;
    size_t count = buffer_count(&peer->in);
    char *body = memmem(text, count, "\r\n\r\n", 4);
    char *length = body == NULL ? NULL : strcasestr(text, "content-length:");
    if (length == NULL || length > body || count < (size_t)(body + 4 - text) + strtoul(length + 15, NULL, 10)) {
        return;
    }
    char *name = memmem(body, count - (size_t)(body - text), "stream number ", 14);
    size_t index = name == NULL ? rig->count : strtoul(name + 14, NULL, 10);
    if (index >= rig->count) {
        fail("the request", "does not say which stream it is");
    }
    peer->in.head = peer->in.tail = 0;
    peer->stream = &rig->streams[index];
    peer->due = clock_ns();
    peer->next = rig->answering;
    rig->answering = peer;
    put(peer->fd, HEAD, sizeof HEAD - 1);
}

// Sends what is due; says how many milliseconds there are until something is.
static int speak(struct rig *rig)
{
    uint64_t now = clock_ns(), next = now + 100000000u;
    for (struct peer **at = &rig->answering; *at != NULL;) {
        struct peer *peer = *at;
        struct stream *stream = peer->stream;
        while (peer->due <= now && stream->sent < rig->words) {
            char event[160];
            int count = snprintf(event, sizeof event,
                                 "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%d. \"}}]}\n\n", stream->sent);
            stream->sent_at[stream->sent++] = clock_ns();
            put_chunk(peer->fd, event, (size_t)count);
            peer->due += rig->pause;
        }
        if (stream->sent == rig->words) {
            put_chunk(peer->fd, END, sizeof END - 1);
            put(peer->fd, "0\r\n\r\n", 5);
            *at = peer->next;
            continue;
        }
        next = peer->due < next ? peer->due : next;
        at = &peer->next;
    }
    now = clock_ns();
    return next <= now ? 0 : (int)((next - now) / 1000000u) + 1;
}

static void leave(struct rig *rig, struct peer *peer)
{
    close(peer->fd);
    if (peer->is_client) {
        peer->fd = -1;
        end(rig, peer->stream);
        return;
    }
    for (struct peer **at = &rig->answering; *at != NULL; at = &(*at)->next) {
        if (*at == peer) {
            *at = peer->next;
            break;
        }
    }
    free(peer->in.bytes);
    free(peer);
}

static void turn(struct rig *rig)
{
    struct epoll_event events[BATCH];
    int wait = speak(rig);
    int count = epoll_wait(rig->epoll, events, BATCH, wait);
    for (int index = 0; index < count; index++) {
        struct peer *peer = events[index].data.ptr;
        if (peer == NULL) {
            int fd = accept4(rig->listener, NULL, NULL, SOCK_CLOEXEC);
            if (fd >= 0) {
                peer = must_alloc(NULL, sizeof *peer);
                *peer = (struct peer){.fd = fd};
                watch(rig, peer);
            }
            continue;
        }
        bool is_open = take(peer);
        if (peer->is_client) {
            hear(rig, peer->stream);
        } else {
            answer(rig, peer);
        }
        if (!is_open) {
            leave(rig, peer);
        }
    }
}

static void run(struct rig *rig, size_t from, size_t to)
{
    for (size_t index = from; index < to; index++) {
        begin(rig, index);
    }
    uint64_t last = clock_ns() + rig->patience;
    while (rig->running > 0 && clock_ns() < last) {
        turn(rig);
    }
    for (size_t index = from; index < to; index++) {
        end(rig, &rig->streams[index]);
    }
}

static _Noreturn void usage(void)
{
    fputs("usage: streams -l LISTENER -b BODY [-p PORT] [-c STREAMS] [-w WORDS] [-g PAUSE_MS] [-r ROUNDS] [-s STALL_SECONDS]\n"
          "  LISTENER is the number of a listening socket that is open. BODY is a file with a request in which \"stream\n"
          "  number {id}\" stands. Each round is STREAMS at once.\n",
          stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    struct rig rig = {.listener = -1, .count = 1, .words = 20, .stall = 2000000000u};
    rig.address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    size_t rounds = 1, length;
    for (int option; (option = getopt(argc, argv, "l:b:p:c:w:g:r:s:")) != -1;) {
        switch (option) {
        case 'l': rig.listener = (int)parse_count(optarg, 65535); break;
        case 'b': rig.body = read_file(optarg, &length); break;
        case 'p': rig.address.sin_port = htons((uint16_t)parse_count(optarg, 65535)); break;
        case 'c': rig.count = parse_count(optarg, MOST_STREAMS); break;
        case 'w': rig.words = (int)parse_count(optarg, MOST_WORDS); break;
        case 'g': rig.pause = (uint64_t)(parse_seconds(optarg) * 1e6); break;
        case 'r': rounds = parse_count(optarg, 1000000); break;
        case 's': rig.stall = (uint64_t)(parse_seconds(optarg) * 1e9); break;
        default: usage();
        }
    }
    if (rig.listener < 0 || rig.body == NULL || optind != argc) {
        usage();
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (rig.address.sin_port == 0) {
        socklen_t size = sizeof rig.address;
        getsockname(rig.listener, (struct sockaddr *)&rig.address, &size);
    }
    rig.patience = (uint64_t)rig.words * rig.pause + 20000000000u;
    rig.epoll = epoll_create1(EPOLL_CLOEXEC);
    fcntl(rig.listener, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(rig.epoll, EPOLL_CTL_ADD, rig.listener, &event);
    rig.streams = must_alloc(NULL, rig.count * sizeof *rig.streams);
    memset(rig.streams, 0, rig.count * sizeof *rig.streams);
    for (size_t index = 0; index < rig.count; index++) {
        rig.streams[index].client.fd = -1;
    }
    for (size_t round = 0; round < rounds; round++) {
        run(&rig, 0, rig.count);
    }
    printf("{\"streams\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"stalled\":%" PRIu64 ",\"words\":%" PRIu64
           ",\"word_p50_us\":%.1f,\"word_p99_us\":%.1f,\"word_max_us\":%.1f,\"longest_silence_ms\":%.1f"
           ",\"whole_p50_us\":%.1f,\"whole_p99_us\":%.1f}\n",
           whole.count, rig.lost, rig.stalled, words.count, histogram_us(&words, 0.5), histogram_us(&words, 0.99),
           (double)words.max / 1000.0, (double)rig.longest / 1e6, histogram_us(&whole, 0.5), histogram_us(&whole, 0.99));
    return rig.lost + rig.stalled == 0 ? 0 : 1;
}
