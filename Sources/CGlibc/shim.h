// What Swift's module of glibc leaves out: the allocator's settings, random bytes, the state of the clock, and prctl, which is
// variadic.

#ifndef CGLIBC_SHIM_H
#define CGLIBC_SHIM_H

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/timex.h>

// prctl(PR_SET_DUMPABLE, 0): 0 when the process gives up being dumped, traced and read through /proc.
static inline int cglibc_give_up_dumps(void) {
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

#endif // CGLIBC_SHIM_H
