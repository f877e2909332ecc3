// What glibc's allocator can be told; Swift's module of glibc leaves it out.

#ifndef CMALLOC_SHIM_H
#define CMALLOC_SHIM_H

#include <malloc.h>

#endif // CMALLOC_SHIM_H
