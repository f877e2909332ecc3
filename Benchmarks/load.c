// A load generator for the bridge's socket: closed loop, W requests in flight on each of N connections.
//
// The latency of a request begins when its line is put into the send buffer, not when the kernel takes it, so time
// spent behind a full socket counts. It ends when the read that brought its reply returns.
#define _GNU_SOURCE
#include "lines.h"
#include "measure.h"

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
    MAX_PARTS = 17,
    MAX_WINDOW = 65536,
    MAX_CONNECTIONS = 1024,
    READ_BYTES = 256 * 1024,
    MAX_REPLY = 16 * 1024 * 1024,
    STALL_SECONDS = 15,
};

// A request line, cut at each {id}.
struct template {
    char *text;
    const char *parts[MAX_PARTS];
    size_t lengths[MAX_PARTS];
    size_t count;
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
    uint64_t notifications;
    uint64_t strays; // lines that answer nothing that was asked
};

static void template_read(struct template *template, const char *path)
{
    size_t length = 0;
    template->text = read_file(path, &length);
    while (length > 0 && (template->text[length - 1] == '\n' || template->text[length - 1] == '\r')) {
        template->text[--length] = '\0';
    }
    if (length == 0 || strlen(template->text) != length || strchr(template->text, '\n') != NULL) {
        fail(path, "a template is one line");
    }
    char *at = template->text;
    for (;;) {
        char *mark = strstr(at, "{id}");
        template->parts[template->count] = at;
        template->lengths[template->count++] = mark == NULL ? strlen(at) : (size_t)(mark - at);
        if (mark == NULL) {
            break;
        }
        if (template->count == MAX_PARTS) {
            fail(path, "too many {id}");
        }
        at = mark + 4;
    }
    if (template->count < 2) {
        fail(path, "a template has an {id}");
    }
}

static void put_request(struct buffer *out, const struct template *template, uint64_t id)
{
    char digits[20];
    size_t count = put_digits(digits, id);
    for (size_t part = 0; part < template->count; part++) {
        if (part > 0) {
            buffer_append(out, digits, count);
        }
        buffer_append(out, template->parts[part], template->lengths[part]);
    }
    buffer_append(out, "\n", 1);
}

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

// Starts as many requests as the window allows. An id names its slot (id mod window), so that replies may come in
// any order and a slow one holds up nothing but its own slot.
static void connection_fill(struct load *load, struct connection *connection, struct phase *phase, uint64_t now)
{
    while (connection->free_count > 0 && phase_may_start(phase, now)) {
        size_t slot = connection->free_slots[--connection->free_count];
        uint64_t id = ++connection->serial * load->window + slot;
        connection->slots[slot] = (struct slot){.id = id, .sent = now};
        put_request(&connection->out, &load->template, id);
        phase->started++;
    }
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
            phase_answered(phase, slot->sent, now);
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

static bool wait_readable(struct load *load)
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
    int ready;
    do {
        ready = poll(load->polls, load->connection_count, STALL_SECONDS * 1000);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

// Runs a phase to its end, which is when everything it started has been answered. False: some never was.
static bool run_phase(struct load *load, struct phase *phase)
{
    bool alive = true;
    while (alive) {
        uint64_t now = clock_ns();
        size_t waiting = 0;
        for (size_t index = 0; index < load->connection_count; index++) {
            struct connection *connection = &load->connections[index];
            connection_fill(load, connection, phase, now);
            alive = connection_flush(load, connection) && alive;
            waiting += load->window - connection->free_count;
        }
        if (waiting == 0) {
            return true;
        }
        alive = alive && wait_readable(load);
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

static _Noreturn void usage(void)
{
    fputs("usage: load -s SOCKET -t TEMPLATE [-w IN_FLIGHT] [-c CONNECTIONS] [-n REQUESTS] [-d SECONDS] [-u WARM_UP]\n"
          "  IN_FLIGHT is for each connection. The run ends after REQUESTS or SECONDS, whichever comes first.\n",
          stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    struct load load = {.window = 1, .connection_count = 1};
    static struct phase warm, measured;
    const char *template_path = NULL;
    double seconds = -1, warm_up = 0.5;
    uint64_t limit = UINT64_MAX;
    for (int option; (option = getopt(argc, argv, "s:t:w:c:n:d:u:")) != -1;) {
        switch (option) {
        case 's': load.socket_path = optarg; break;
        case 't': template_path = optarg; break;
        case 'w': load.window = parse_count(optarg, MAX_WINDOW); break;
        case 'c': load.connection_count = parse_count(optarg, MAX_CONNECTIONS); break;
        case 'n': limit = parse_count(optarg, UINT64_MAX); break;
        case 'd': seconds = parse_seconds(optarg); break;
        case 'u': warm_up = parse_seconds(optarg); break;
        default: usage();
        }
    }
    if (load.socket_path == NULL || template_path == NULL || optind != argc) {
        usage();
    }
    if (seconds < 0) {
        seconds = limit == UINT64_MAX ? 2 : 3600;
    }
    template_read(&load.template, template_path);
    load.blocking = load.window == 1 && load.connection_count == 1;
    load.connections = must_alloc(NULL, load.connection_count * sizeof *load.connections);
    load.polls = must_alloc(NULL, load.connection_count * sizeof *load.polls);
    memset(load.connections, 0, load.connection_count * sizeof *load.connections);
    for (size_t index = 0; index < load.connection_count; index++) {
        connection_open(&load, &load.connections[index]);
    }
    phase_begin(&warm, warm_up, UINT64_MAX);
    bool whole = run_phase(&load, &warm);
    load.notifications = 0;
    phase_begin(&measured, whole ? seconds : 0, limit);
    whole = whole && run_phase(&load, &measured);
    char extra[64];
    snprintf(extra, sizeof extra, ",\"notifications\":%" PRIu64, load.notifications);
    phase_print(&measured, &warm, extra);
    load_close(&load);
    return whole && measured.errors + warm.errors == 0 ? 0 : 1;
}
