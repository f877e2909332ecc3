// What load.c and direct.c share: a clock, a latency histogram, and the one line of JSON that a run prints.
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Logarithmic buckets of nanoseconds: 256 to each power of two, so a percentile is within 0.4 % of the true value,
// the memory is constant, and recording never allocates in the middle of a run. The largest value is kept exactly.
enum { HISTOGRAM_SUB = 256, HISTOGRAM_BUCKETS = 57 * HISTOGRAM_SUB };

struct histogram {
    uint64_t count;
    uint64_t max;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

// One phase of a run, warm-up or measured: when it may start requests, and what became of them.
struct phase {
    uint64_t began;
    uint64_t deadline; // no request is started after it
    uint64_t limit;    // nor more than this many
    uint64_t started;
    uint64_t answered; // well
    uint64_t errors;   // answered badly
    uint64_t lost;     // never answered
    uint64_t ended;
    struct histogram latency;
};

uint64_t clock_ns(void);

void phase_begin(struct phase *phase, double seconds, uint64_t limit);
bool phase_may_start(const struct phase *phase, uint64_t now);
void phase_answered(struct phase *phase, uint64_t sent, uint64_t now);

// {"requests":…} on standard output; `extra` is more members, each beginning with a comma, or "".
void phase_print(const struct phase *measured, const struct phase *warm, const char *extra);

void histogram_add(struct histogram *histogram, uint64_t took);

// In microseconds. `quantile` is between 0 and 1.
double histogram_us(const struct histogram *histogram, double quantile);

// The whole file, with a NUL after it; ends the program when it cannot be read.
char *read_file(const char *path, size_t *length);

void *must_alloc(void *old, size_t size);
_Noreturn void fail(const char *what, const char *detail);

// A positive number from the command line; ends the program when it is not one.
uint64_t parse_count(const char *text, uint64_t most);
double parse_seconds(const char *text);

// Of "1000" or "12.5", so many a second: how many nanoseconds are between two.
double parse_rate(const char *text);

#endif
