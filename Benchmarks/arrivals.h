// When requests are to be sent at a fixed rate: moments that are known beforehand and wait for nobody. A request that is
// sent late, because the one before it took long, has waited since its own moment, and its latency is counted from there;
// a closed loop would not have sent it at all, and would not show who would have waited (coordinated omission).
#ifndef ARRIVALS_H
#define ARRIVALS_H

#include "measure.h"

#include <math.h>
#include <sys/prctl.h>

struct arrivals {
    double interval; // nanoseconds on average; 0: a closed loop, there is no schedule
    bool poisson;    // independent of each other, as those of many users are; otherwise evenly
    uint64_t random; // the state of the generator: the same seed gives the same moments
    double next;     // on the clock
};

static inline void arrivals_begin(struct arrivals *arrivals, uint64_t seed, uint64_t now)
{
    arrivals->random = seed * 0x9e3779b97f4a7c15u | 1;
    arrivals->next = (double)now;
    // A sleep ends when it is told to, not 50 us later.
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
}

static inline uint64_t arrivals_next(const struct arrivals *arrivals)
{
    return (uint64_t)arrivals->next;
}

// The next moment, which is thereby used up.
static inline uint64_t arrivals_take(struct arrivals *arrivals)
{
    uint64_t moment = arrivals_next(arrivals);
    double interval = arrivals->interval;
    if (arrivals->poisson) {
        // xorshift64*; of its 53 upper bits a number above 0 and at most 1.
        arrivals->random ^= arrivals->random >> 12;
        arrivals->random ^= arrivals->random << 25;
        arrivals->random ^= arrivals->random >> 27;
        double uniform = (double)((arrivals->random * 0x2545f4914f6cdd1du >> 11) + 1) * 0x1p-53;
        interval *= -log(uniform);
    }
    arrivals->next += interval;
    return moment;
}

#endif
