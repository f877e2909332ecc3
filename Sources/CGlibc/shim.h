// What Swift's module of glibc leaves out: the allocator's settings, random bytes, and the state of the clock.

#ifndef CGLIBC_SHIM_H
#define CGLIBC_SHIM_H

#include <malloc.h>
#include <sys/random.h>
#include <sys/timex.h>

#endif // CGLIBC_SHIM_H
