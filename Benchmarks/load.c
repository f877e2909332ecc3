// A load generator for the bridge's socket: W requests in flight on each of N connections (closed loop), or so many a second
// whatever becomes of them (open loop, arrivals.h), with W in flight on each connection at most.
//
// The latency of a request begins when its line is put into the send buffer, not when the kernel takes it, so time
// spent behind a full socket counts. In an open loop it begins when it should have been sent. It ends when the read that
// brought its reply returns.
#define _GNU_SOURCE
#include "arrivals.h"
#include "lines.h"
#include "measure.h"
#include "template.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    MAX_WINDOW = 65536,
    MAX_CONNECTIONS = 1024,
    READ_BYTES = 256 * 1024,
    MAX_REPLY = 16 * 1024 * 1024,
    STALL_SECONDS = 60,
};

struct slot {
    uint64_t id; // 0: free
    uint64_t sent;
};

struct connection {
    int fd;
    uint64_t serial;
    struct slot *slots;
    size_t *free_slots;
    size_t free_count;
    struct buffer out;
    struct buffer in;
    size_t scanned; // bytes after in.head that hold no line end
};

struct load {
    const char *socket_path;
    struct template template;
    size_t window;
    size_t connection_count;
    struct connection *connections;
    struct pollfd *polls;
    bool blocking;
    struct arrivals arrivals;
    uint64_t seed;
    struct phase *warm;  // of an open loop: what was to be sent before warm_until is of the warm-up
    uint64_t warm_until; // of a closed loop: 0, the warm-up is a phase of its own
    size_t turn;         // whose connection the next arrival is
    uint64_t notifications;
    uint64_t strays; // lines that answer nothing that was asked
};

static void connection_open(struct load *load, struct connection *connection)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(load->socket_path) >= sizeof address.sun_path) {
        fail(load->socket_path, "too long for a socket's path");
    }
    memcpy(address.sun_path, load->socket_path, strlen(load->socket_path));
    connection->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0) {
        fail(load->socket_path, strerror(errno));
    }
    struct timeval limit = {.tv_sec = STALL_SECONDS};
    setsockopt(connection->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(connection->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (!load->blocking && fcntl(connection->fd, F_SETFL, O_NONBLOCK) != 0) {
        fail("fcntl", strerror(errno));
    }
    connection->slots = must_alloc(NULL, load->window * sizeof *connection->slots);
    connection->free_slots = must_alloc(NULL, load->window * sizeof *connection->free_slots);
    connection->free_count = load->window;
    for (size_t slot = 0; slot < load->window; slot++) {
        connection->slots[slot] = (struct slot){0};
        connection->free_slots[slot] = slot;
    }
    buffer_reserve(&connection->in, READ_BYTES);
}

// An id names its slot (id mod window), so that replies may come in any order and a slow one holds up nothing but its own
// slot. There must be a free one.
static void connection_start(struct load *load, struct connection *connection, struct phase *phase, uint64_t moment)
{
    size_t slot = connection->free_slots[--connection->free_count];
    uint64_t id = ++connection->serial * load->window + slot;
    connection->slots[slot] = (struct slot){.id = id, .sent = moment};
    put_request(&connection->out, &load->template, id);
    phase->started++;
}

// Starts as many requests as the window allows.
static void connection_fill(struct load *load, struct connection *connection, struct phase *phase, uint64_t now)
{
    while (connection->free_count > 0 && phase_may_start(phase, now)) {
        connection_start(load, connection, phase, now);
    }
}

// Starts what is due, on the connections in turn. False: all slots are taken; what is due waits for one, its moment stays.
static bool fill_due(struct load *load, struct phase *phase, uint64_t now)
{
    size_t full = 0;
    while (arrivals_next(&load->arrivals) <= now && phase_may_start(phase, arrivals_next(&load->arrivals)) &&
           full < load->connection_count) {
        struct connection *connection = &load->connections[load->turn++ % load->connection_count];
        if (connection->free_count == 0) {
            full++;
            continue;
        }
        full = 0;
        connection_start(load, connection, phase, arrivals_take(&load->arrivals));
    }
    return full < load->connection_count;
}

static bool has_more(const struct load *load, const struct phase *phase)
{
    return load->arrivals.interval > 0 && phase_may_start(phase, arrivals_next(&load->arrivals));
}

// Writes what the socket takes. False: the connection is gone, or it took nothing for STALL_SECONDS.
static bool connection_flush(struct load *load, struct connection *connection)
{
    while (buffer_count(&connection->out) > 0) {
        ssize_t count = send(connection->fd, connection->out.bytes + connection->out.head,
                             buffer_count(&connection->out), MSG_NOSIGNAL);
        if (count > 0) {
            connection->out.head += (size_t)count;
        } else if (count < 0 && errno == EINTR) {
            continue;
        } else {
            return count < 0 && errno == EAGAIN && !load->blocking;
        }
    }
    return true;
}

static void take_line(struct load *load, struct connection *connection, struct phase *phase, const char *line,
                      const char *end, uint64_t now)
{
    if (find_value(line, end, "\"method\":", 9) != NULL) {
        load->notifications++;
        return;
    }
    const char *at = line;
    uint64_t id = 0;
    while (next_id(&at, end, &id)) {
        struct slot *slot = &connection->slots[id % load->window];
        if (id == 0 || slot->id != id) {
            continue; // an id inside of the result
        }
        const char *error = find_value(line, end, "\"error\":", 8);
        if (error != NULL && error < end && *error == '{') {
            phase->errors++;
            phase->ended = now;
            if (phase->errors == 1) {
                fprintf(stderr, "load: first error: %.*s\n", (int)(end - line < 2000 ? end - line : 2000), line);
            }
        } else {
            phase_answered(slot->sent < load->warm_until ? load->warm : phase, slot->sent, now);
        }
        slot->id = 0;
        connection->free_slots[connection->free_count++] = id % load->window;
        return;
    }
    phase->errors++;
    if (++load->strays == 1) {
        fprintf(stderr, "load: answers nothing: %.*s\n", (int)(end - line < 2000 ? end - line : 2000), line);
    }
}

// One read, and every whole line of it. False: closed, silent for STALL_SECONDS, or a line without an end.
static bool connection_receive(struct load *load, struct connection *connection, struct phase *phase)
{
    struct buffer *in = &connection->in;
    buffer_reserve(in, READ_BYTES);
    ssize_t count = read(connection->fd, in->bytes + in->tail, in->capacity - in->tail);
    if (count <= 0) {
        return count < 0 && (errno == EINTR || (errno == EAGAIN && !load->blocking));
    }
    uint64_t now = clock_ns();
    in->tail += (size_t)count;
    for (;;) {
        const char *line = in->bytes + in->head;
        const char *end = memchr(line + connection->scanned, '\n', buffer_count(in) - connection->scanned);
        if (end == NULL) {
            break;
        }
        if (end > line) {
            take_line(load, connection, phase, line, end, now);
        }
        in->head += (size_t)(end + 1 - line);
        connection->scanned = 0;
    }
    connection->scanned = buffer_count(in);
    return buffer_count(in) < MAX_REPLY;
}

// Until there is something to read, or, if it is timed, until something is due. False: silence for STALL_SECONDS.
static bool wait_readable(struct load *load, bool is_timed)
{
    if (load->blocking) {
        load->polls[0].revents = POLLIN;
        return true;
    }
    for (size_t index = 0; index < load->connection_count; index++) {
        struct connection *connection = &load->connections[index];
        short writing = buffer_count(&connection->out) > 0 ? POLLOUT : 0;
        load->polls[index] = (struct pollfd){.fd = connection->fd, .events = (short)(POLLIN | writing)};
    }
    uint64_t now = clock_ns(), until = now + STALL_SECONDS * 1000000000ull;
    if (is_timed && arrivals_next(&load->arrivals) < until) {
        until = arrivals_next(&load->arrivals) > now ? arrivals_next(&load->arrivals) : now;
    }
    struct timespec limit = {.tv_sec = (time_t)((until - now) / 1000000000u), .tv_nsec = (long)((until - now) % 1000000000u)};
    int ready;
    do {
        ready = ppoll(load->polls, load->connection_count, &limit, NULL);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 || is_timed;
}

// Runs a phase to its end, which is when everything it started has been answered. False: some never was.
static bool run_phase(struct load *load, struct phase *phase)
{
    bool alive = true;
    while (alive) {
        uint64_t now = clock_ns();
        size_t waiting = 0;
        bool has_room = load->arrivals.interval <= 0 || fill_due(load, phase, now);
        for (size_t index = 0; index < load->connection_count; index++) {
            struct connection *connection = &load->connections[index];
            if (load->arrivals.interval <= 0) {
                connection_fill(load, connection, phase, now);
            }
            alive = connection_flush(load, connection) && alive;
            waiting += load->window - connection->free_count;
        }
        bool is_open = has_more(load, phase);
        if (waiting == 0 && !is_open) {
            return true;
        }
        alive = alive && wait_readable(load, is_open && has_room);
        for (size_t index = 0; alive && index < load->connection_count; index++) {
            if (load->polls[index].revents & (POLLIN | POLLHUP | POLLERR)) {
                alive = connection_receive(load, &load->connections[index], phase);
            }
        }
    }
    for (size_t index = 0; index < load->connection_count; index++) {
        phase->lost += load->window - load->connections[index].free_count;
    }
    fprintf(stderr, "load: %" PRIu64 " requests were not answered\n", phase->lost);
    return false;
}

static void load_close(struct load *load)
{
    for (size_t index = 0; index < load->connection_count; index++) {
        struct connection *connection = &load->connections[index];
        close(connection->fd);
        free(connection->slots);
        free(connection->free_slots);
        free(connection->in.bytes);
        free(connection->out.bytes);
    }
    free(load->connections);
    free(load->polls);
    free(load->template.text);
}

// Both phases without a pause between them: what is in flight stays in flight.
static bool run_open(struct load *load, struct phase *warm, struct phase *measured, double warm_up, double seconds)
{
    phase_begin(warm, warm_up, UINT64_MAX);
    phase_begin(measured, warm_up + seconds, UINT64_MAX);
    load->warm = warm;
    load->warm_until = measured->began = warm->deadline;
    arrivals_begin(&load->arrivals, load->seed, clock_ns());
    return run_phase(load, measured);
}

static bool run_closed(struct load *load, struct phase *warm, struct phase *measured, double warm_up, double seconds,
                       uint64_t limit)
{
    phase_begin(warm, warm_up, UINT64_MAX);
    bool whole = run_phase(load, warm);
    load->notifications = 0;
    phase_begin(measured, whole ? seconds : 0, limit);
    return whole && run_phase(load, measured);
}

static _Noreturn void usage(void)
{
    fputs("usage: load -s SOCKET -t TEMPLATE [-w IN_FLIGHT] [-c CONNECTIONS] [-n REQUESTS] [-d SECONDS] [-u WARM_UP]\n"
          "            [-r RATE] [-p SEED]\n"
          "  IN_FLIGHT is for each connection. The run ends after REQUESTS or SECONDS, whichever comes first.\n"
          "  RATE: so many a second, evenly, instead of one when one is answered; with SEED at random (Poisson).\n",
          stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    struct load load = {.window = 1, .connection_count = 1, .seed = 1};
    static struct phase warm, measured;
    const char *template_path = NULL;
    double seconds = -1, warm_up = 0.5;
    uint64_t limit = UINT64_MAX;
    for (int option; (option = getopt(argc, argv, "s:t:w:c:n:d:u:r:p:")) != -1;) {
        switch (option) {
        case 's': load.socket_path = optarg; break;
        case 't': template_path = optarg; break;
        case 'w': load.window = parse_count(optarg, MAX_WINDOW); break;
        case 'c': load.connection_count = parse_count(optarg, MAX_CONNECTIONS); break;
        case 'n': limit = parse_count(optarg, UINT64_MAX); break;
        case 'd': seconds = parse_seconds(optarg); break;
        case 'u': warm_up = parse_seconds(optarg); break;
        case 'r': load.arrivals.interval = parse_rate(optarg); break;
        case 'p': load.arrivals.poisson = true; load.seed = parse_count(optarg, UINT32_MAX); break;
        default: usage();
        }
    }
    bool is_open = load.arrivals.interval > 0;
    if (load.socket_path == NULL || template_path == NULL || optind != argc || (is_open && limit != UINT64_MAX) ||
        (load.arrivals.poisson && !is_open)) {
        usage();
    }
    if (seconds < 0) {
        seconds = limit == UINT64_MAX ? 2 : 3600;
    }
    template_read(&load.template, template_path);
    load.blocking = load.window == 1 && load.connection_count == 1 && !is_open;
    load.connections = must_alloc(NULL, load.connection_count * sizeof *load.connections);
    load.polls = must_alloc(NULL, load.connection_count * sizeof *load.polls);
    memset(load.connections, 0, load.connection_count * sizeof *load.connections);
    for (size_t index = 0; index < load.connection_count; index++) {
        connection_open(&load, &load.connections[index]);
    }
    bool whole = is_open ? run_open(&load, &warm, &measured, warm_up, seconds)
                         : run_closed(&load, &warm, &measured, warm_up, seconds, limit);
    char extra[64];
    snprintf(extra, sizeof extra, ",\"notifications\":%" PRIu64, load.notifications);
    phase_print(&measured, &warm, extra);
    load_close(&load);
    return whole && measured.errors + warm.errors == 0 ? 0 : 1;
}
