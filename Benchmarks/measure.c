#define _GNU_SOURCE
#include "measure.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static size_t bucket_of(uint64_t value)
{
    unsigned shift = 0;
    if (value >= 2 * HISTOGRAM_SUB) {
        shift = 63u - (unsigned)__builtin_clzll(value) - 8u;
    }
    return (size_t)shift * HISTOGRAM_SUB + (size_t)(value >> shift);
}

// The middle of a bucket.
static uint64_t value_of(size_t bucket)
{
    if (bucket < 2 * HISTOGRAM_SUB) {
        return bucket;
    }
    size_t shift = bucket / HISTOGRAM_SUB - 1;
    uint64_t low = (uint64_t)(bucket - shift * HISTOGRAM_SUB) << shift;
    return low + ((uint64_t)1 << shift) / 2;
}

double histogram_us(const struct histogram *histogram, double quantile)
{
    if (histogram->count == 0) {
        return 0;
    }
    uint64_t rank = (uint64_t)ceil(quantile * (double)histogram->count);
    uint64_t seen = 0;
    for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen >= rank && seen > 0) {
            uint64_t value = value_of(bucket);
            return (double)(value < histogram->max ? value : histogram->max) / 1000.0;
        }
    }
    return (double)histogram->max / 1000.0;
}

void phase_begin(struct phase *phase, double seconds, uint64_t limit)
{
    memset(phase, 0, sizeof *phase);
    phase->began = clock_ns();
    phase->deadline = phase->began + (uint64_t)(seconds * 1e9);
    phase->limit = limit;
    phase->ended = phase->began;
}

bool phase_may_start(const struct phase *phase, uint64_t now)
{
    return now < phase->deadline && phase->started < phase->limit;
}

void histogram_add(struct histogram *histogram, uint64_t took)
{
    histogram->buckets[bucket_of(took)]++;
    histogram->count++;
    if (took > histogram->max) {
        histogram->max = took;
    }
}

void phase_answered(struct phase *phase, uint64_t sent, uint64_t now)
{
    uint64_t took = now > sent ? now - sent : 0;
    histogram_add(&phase->latency, took);
    phase->answered++;
    phase->ended = now;
}

void phase_print(const struct phase *measured, const struct phase *warm, const char *extra)
{
    double seconds = (double)(measured->ended - measured->began) / 1e9;
    uint64_t errors = measured->errors + measured->lost + warm->errors + warm->lost;
    printf("{\"requests\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"lost\":%" PRIu64
           ",\"seconds\":%.6f,\"rps\":%.1f,\"p50_us\":%.2f,\"p90_us\":%.2f,\"p99_us\":%.2f,\"p999_us\":%.2f"
           ",\"max_us\":%.2f"
           ",\"warmup_requests\":%" PRIu64 "%s}\n",
           measured->answered, errors, measured->lost + warm->lost, seconds,
           seconds > 0 ? (double)measured->answered / seconds : 0, histogram_us(&measured->latency, 0.50),
           histogram_us(&measured->latency, 0.90), histogram_us(&measured->latency, 0.99),
           histogram_us(&measured->latency, 0.999), (double)measured->latency.max / 1000.0, warm->answered, extra);
}

void fail(const char *what, const char *detail)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, detail);
    exit(2);
}

void *must_alloc(void *old, size_t size)
{
    void *memory = realloc(old, size);
    if (memory == NULL) {
        fail("memory", "exhausted");
    }
    return memory;
}

char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail(path, strerror(errno));
    }
    size_t capacity = 4096;
    char *text = must_alloc(NULL, capacity);
    *length = 0;
    for (;;) {
        size_t count = fread(text + *length, 1, capacity - 1 - *length, file);
        if (count == 0) {
            break;
        }
        *length += count;
        if (*length == capacity - 1) {
            capacity *= 2;
            text = must_alloc(text, capacity);
        }
    }
    if (ferror(file)) {
        fail(path, "cannot be read");
    }
    fclose(file);
    text[*length] = '\0';
    return text;
}

uint64_t parse_count(const char *text, uint64_t most)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || value == 0 || value > most) {
        fail(text, "not a count in range");
    }
    return value;
}

double parse_seconds(const char *text)
{
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= 0) || value > 3600) {
        fail(text, "not a number of seconds between 0 and 3600");
    }
    return value;
}

double parse_rate(const char *text)
{
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= 0.01) || value > 1e7) {
        fail(text, "not a rate between 0.01 and 10000000 a second");
    }
    return 1e9 / value;
}
