// Counts allocations and reference counting of a Swift program: preloaded, it adds to the numbers in the file that
// WORKSHOP_COUNTS names, in the order of `enum counter`. It changes nothing else.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum counter { MALLOCS, BYTES, OBJECTS, RETAINS, RELEASES, COUNTERS };

static _Atomic uint64_t unseen[COUNTERS];
static _Atomic uint64_t *counters = unseen;

static void count(enum counter which, uint64_t more) {
    atomic_fetch_add_explicit(&counters[which], more, memory_order_relaxed);
}

// glibc's own names of what is put before them here.
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static void *counted(void *allocated, size_t size) {
    count(MALLOCS, 1);
    count(BYTES, size);
    return allocated;
}

void *malloc(size_t size) { return counted(__libc_malloc(size), size); }
void *calloc(size_t number, size_t size) { return counted(__libc_calloc(number, size), number * size); }
void *realloc(void *old, size_t size) { return counted(__libc_realloc(old, size), size); }
void *aligned_alloc(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size), size); }
int posix_memalign(void **out, size_t alignment, size_t size) {
    void *allocated = counted(__libc_memalign(alignment, size), size);
    if (allocated == NULL) return ENOMEM;
    *out = allocated;
    return 0;
}

// The runtime's functions, as far as others call them: what it calls itself is not counted.
#define COUNTED(which, returned, name, parameters, arguments)                                            \
    returned name parameters {                                                                           \
        static returned(*next) parameters;                                                               \
        if (next == NULL) next = (returned(*) parameters)dlsym(RTLD_NEXT, #name);                        \
        count(which, 1);                                                                                 \
        return next arguments;                                                                           \
    }

COUNTED(OBJECTS, void *, swift_allocObject, (void *type, size_t size, size_t mask), (type, size, mask))
COUNTED(RETAINS, void *, swift_retain, (void *object), (object))
COUNTED(RETAINS, void *, swift_retain_n, (void *object, uint32_t number), (object, number))
COUNTED(RETAINS, void *, swift_bridgeObjectRetain, (void *object), (object))
COUNTED(RETAINS, void *, swift_bridgeObjectRetain_n, (void *object, uint32_t number), (object, number))
COUNTED(RELEASES, void, swift_release, (void *object), (object))
COUNTED(RELEASES, void, swift_release_n, (void *object, uint32_t number), (object, number))
COUNTED(RELEASES, void, swift_bridgeObjectRelease, (void *object), (object))
COUNTED(RELEASES, void, swift_bridgeObjectRelease_n, (void *object, uint32_t number), (object, number))

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("WORKSHOP_COUNTS");
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, sizeof unseen) != 0) return;
    void *mapped = mmap(NULL, sizeof unseen, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return;
    counters = mapped;
}
