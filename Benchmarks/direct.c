// The floor for `think`: the same chat request, sent straight to the upstream with libcurl. One request at a time is
// the simplest call there is (curl_easy_perform, one handle); more are one multi handle with its own poll. At a fixed rate
// (arrivals.h) the moments come from a timer among the handle's sockets.
#define _GNU_SOURCE
#include "arrivals.h"
#include "measure.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MAX_WINDOW = 16384, POLL_MS = 1000, STALL_SECONDS = 60 };

struct call {
    CURL *easy;
    uint64_t began;
    size_t received;
};

struct direct {
    const char *url;
    char *body;
    size_t body_length;
    size_t window;
    struct call *calls;
    struct call **idle; // those that are not in flight
    size_t idle_count;
    struct arrivals arrivals;
    uint64_t seed;
    struct phase *warm;  // of an open loop: what was to be sent before warm_until is of the warm-up
    uint64_t warm_until; // of a closed loop: 0
    int timer;
    const char *key; // of a gateway that wants one
    struct curl_slist *headers;
    CURLM *multi;
    uint64_t connects;
    uint64_t received;
};

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    ((struct call *)context)->received += size * count;
    return size * count;
}

static void must(CURLcode code)
{
    if (code != CURLE_OK) {
        fail("libcurl", curl_easy_strerror(code));
    }
}

static void call_open(struct direct *direct, struct call *call)
{
    call->easy = curl_easy_init();
    if (call->easy == NULL) {
        fail("libcurl", "no handle");
    }
    must(curl_easy_setopt(call->easy, CURLOPT_URL, direct->url));
    must(curl_easy_setopt(call->easy, CURLOPT_PROXY, ""));
    must(curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L));
    must(curl_easy_setopt(call->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
    must(curl_easy_setopt(call->easy, CURLOPT_TIMEOUT, (long)STALL_SECONDS));
    must(curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, direct->headers));
    must(curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)direct->body_length));
    must(curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, direct->body));
    must(curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, take));
    must(curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call));
    must(curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call));
}

static void call_begin(struct direct *direct, struct call *call, struct phase *phase, uint64_t now)
{
    call->began = now;
    call->received = 0;
    phase->started++;
    if (direct->multi != NULL && curl_multi_add_handle(direct->multi, call->easy) != CURLM_OK) {
        fail("libcurl", "a handle was not taken");
    }
}

static void call_end(struct direct *direct, struct call *call, struct phase *phase, CURLcode result)
{
    uint64_t now = clock_ns();
    long status = 0, connects = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connects);
    direct->connects += (uint64_t)connects;
    direct->received += call->received;
    if (result == CURLE_OK && status == 200 && call->received > 0) {
        phase_answered(call->began < direct->warm_until ? direct->warm : phase, call->began, now);
        return;
    }
    phase->ended = now;
    if (++phase->errors == 1) {
        fprintf(stderr, "direct: first error: %s, status %ld\n", curl_easy_strerror(result), status);
    }
}

static void run_easy(struct direct *direct, struct phase *phase)
{
    for (uint64_t now; phase_may_start(phase, now = clock_ns());) {
        call_begin(direct, &direct->calls[0], phase, now);
        call_end(direct, &direct->calls[0], phase, curl_easy_perform(direct->calls[0].easy));
    }
}

// Takes what has finished, and in a closed loop starts as many again. Says how many are no longer in flight.
static size_t turn_over(struct direct *direct, struct phase *phase)
{
    size_t ended = 0;
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(direct->multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        struct call *call = NULL;
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&call);
        curl_multi_remove_handle(direct->multi, easy);
        call_end(direct, call, phase, result);
        uint64_t now = clock_ns();
        if (direct->arrivals.interval <= 0 && phase_may_start(phase, now)) {
            call_begin(direct, call, phase, now);
        } else {
            direct->idle[direct->idle_count++] = call;
            ended++;
        }
    }
    return ended;
}

static void run_multi(struct direct *direct, struct phase *phase)
{
    size_t flying = 0;
    uint64_t now = clock_ns();
    while (direct->idle_count > 0 && phase_may_start(phase, now)) {
        call_begin(direct, direct->idle[--direct->idle_count], phase, now);
        flying++;
    }
    while (flying > 0) {
        int running = 0;
        CURLMcode code = curl_multi_perform(direct->multi, &running);
        flying -= turn_over(direct, phase);
        if (code == CURLM_OK && flying > 0) {
            code = curl_multi_poll(direct->multi, NULL, 0, POLL_MS, NULL);
        }
        if (code != CURLM_OK) {
            fail("libcurl", curl_multi_strerror(code));
        }
    }
}

// Starts what is due and finds a handle; sets the timer to what is due next. Says how many there are.
static size_t start_due(struct direct *direct, struct phase *phase)
{
    size_t started = 0;
    uint64_t now = clock_ns();
    struct arrivals *arrivals = &direct->arrivals;
    while (direct->idle_count > 0 && arrivals_next(arrivals) <= now && phase_may_start(phase, arrivals_next(arrivals))) {
        call_begin(direct, direct->idle[--direct->idle_count], phase, arrivals_take(arrivals));
        started++;
    }
    struct itimerspec due = {0}; // off, when there is no handle: an answer wakes the loop
    if (direct->idle_count > 0 && phase_may_start(phase, arrivals_next(arrivals))) {
        due.it_value.tv_sec = (time_t)(arrivals_next(arrivals) / 1000000000u);
        due.it_value.tv_nsec = (long)(arrivals_next(arrivals) % 1000000000u);
    }
    timerfd_settime(direct->timer, TFD_TIMER_ABSTIME, &due, NULL);
    return started;
}

static void run_open(struct direct *direct, struct phase *phase)
{
    size_t flying = 0;
    struct curl_waitfd timer = {.fd = direct->timer, .events = CURL_WAIT_POLLIN};
    arrivals_begin(&direct->arrivals, direct->seed, clock_ns());
    for (;;) {
        flying += start_due(direct, phase);
        if (flying == 0 && !phase_may_start(phase, arrivals_next(&direct->arrivals))) {
            return;
        }
        int running = 0;
        CURLMcode code = curl_multi_perform(direct->multi, &running);
        size_t ended = turn_over(direct, phase);
        flying -= ended;
        if (code == CURLM_OK && ended == 0) {
            code = curl_multi_poll(direct->multi, &timer, 1, POLL_MS, NULL);
        }
        if (code != CURLM_OK) {
            fail("libcurl", curl_multi_strerror(code));
        }
    }
}

static void run_phase(struct direct *direct, struct phase *phase)
{
    if (direct->multi != NULL) {
        run_multi(direct, phase);
    } else {
        run_easy(direct, phase);
    }
}

static void direct_open(struct direct *direct)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    must(curl_global_init(CURL_GLOBAL_DEFAULT));
    direct->headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (direct->key != NULL) {
        char header[256];
        snprintf(header, sizeof header, "Authorization: Bearer %s", direct->key);
        direct->headers = curl_slist_append(direct->headers, header);
    }
    direct->calls = must_alloc(NULL, direct->window * sizeof *direct->calls);
    direct->idle = must_alloc(NULL, direct->window * sizeof *direct->idle);
    for (size_t index = 0; index < direct->window; index++) {
        direct->calls[index] = (struct call){0};
        call_open(direct, &direct->calls[index]);
        direct->idle[direct->idle_count++] = &direct->calls[index];
    }
    if (direct->window > 1 || direct->arrivals.interval > 0) {
        direct->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        direct->multi = curl_multi_init();
        curl_multi_setopt(direct->multi, CURLMOPT_MAXCONNECTS, (long)direct->window);
    }
}

static void direct_close(struct direct *direct)
{
    for (size_t index = 0; index < direct->window; index++) {
        curl_easy_cleanup(direct->calls[index].easy);
    }
    if (direct->multi != NULL) {
        curl_multi_cleanup(direct->multi);
    }
    curl_slist_free_all(direct->headers);
    curl_global_cleanup();
    free(direct->calls);
    free(direct->idle);
    free(direct->body);
}

static _Noreturn void usage(void)
{
    fputs("usage: direct -a URL -b BODY_FILE [-k KEY] [-w IN_FLIGHT] [-n REQUESTS] [-d SECONDS] [-u WARM_UP]\n"
          "              [-r RATE] [-p SEED]\n"
          "  The run ends after REQUESTS or SECONDS, whichever comes first.\n"
          "  RATE: so many a second, evenly, IN_FLIGHT at most; with SEED at random (Poisson).\n",
          stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    struct direct direct = {.window = 1, .seed = 1};
    static struct phase warm, measured;
    double seconds = -1, warm_up = 0.5;
    uint64_t limit = UINT64_MAX;
    for (int option; (option = getopt(argc, argv, "a:b:k:w:n:d:u:r:p:")) != -1;) {
        switch (option) {
        case 'a': direct.url = optarg; break;
        case 'b': direct.body = read_file(optarg, &direct.body_length); break;
        case 'k': direct.key = optarg; break;
        case 'w': direct.window = parse_count(optarg, MAX_WINDOW); break;
        case 'n': limit = parse_count(optarg, UINT64_MAX); break;
        case 'd': seconds = parse_seconds(optarg); break;
        case 'u': warm_up = parse_seconds(optarg); break;
        case 'r': direct.arrivals.interval = parse_rate(optarg); break;
        case 'p': direct.arrivals.poisson = true; direct.seed = parse_count(optarg, UINT32_MAX); break;
        default: usage();
        }
    }
    bool is_open = direct.arrivals.interval > 0;
    if (direct.url == NULL || direct.body == NULL || optind != argc || (is_open && limit != UINT64_MAX) ||
        (direct.arrivals.poisson && !is_open)) {
        usage();
    }
    if (seconds < 0) {
        seconds = limit == UINT64_MAX ? 2 : 3600;
    }
    direct_open(&direct);
    phase_begin(&warm, warm_up, UINT64_MAX);
    if (is_open) { // both without a pause between them: what is in flight stays in flight
        phase_begin(&measured, warm_up + seconds, UINT64_MAX);
        direct.warm = &warm;
        direct.warm_until = measured.began = warm.deadline;
        run_open(&direct, &measured);
    } else {
        run_phase(&direct, &warm);
        phase_begin(&measured, seconds, limit);
        run_phase(&direct, &measured);
    }
    char extra[96];
    snprintf(extra, sizeof extra, ",\"connections\":%" PRIu64 ",\"bytes\":%" PRIu64, direct.connects, direct.received);
    phase_print(&measured, &warm, extra);
    direct_close(&direct);
    return measured.errors + warm.errors == 0 ? 0 : 1;
}
