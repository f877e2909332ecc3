// Tells the thread sanitizer what Swift's `Mutex` does when two threads want it at once.
//
// The quick way of `Synchronization.Mutex` is inlined, and the sanitizer sees it. The slow way is in
// libswiftSynchronization.so, which is not built with a sanitizer: there a mutex is taken by an atomic exchange or by the
// kernel (FUTEX_LOCK_PI), and neither is seen, so everything that the mutex guards looks like a race as soon as there is
// contention. This library is loaded before that one (LD_PRELOAD), calls it, and says what has happened.
//
// Not a suppression: what is not guarded is still found.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SWIFT_CC __attribute__((swiftcall))
#define SWIFT_SELF __attribute__((swift_context))

extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

// The names of `_MutexHandle`'s methods; the handle is its lock word.
SWIFT_CC void lock_slow(uint32_t thread, SWIFT_SELF void *handle)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT_CC bool try_lock_slow(SWIFT_SELF void *handle) __asm__("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");
SWIFT_CC void unlock_slow(SWIFT_SELF void *handle) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

typedef SWIFT_CC void lock_function(uint32_t thread, SWIFT_SELF void *handle);
typedef SWIFT_CC bool try_function(SWIFT_SELF void *handle);
typedef SWIFT_CC void unlock_function(SWIFT_SELF void *handle);

static lock_function *real_lock;
static try_function *real_try;
static unlock_function *real_unlock;

__attribute__((constructor)) static void find(void)
{
    real_lock = (lock_function *)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
    real_try = (try_function *)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");
    real_unlock = (unlock_function *)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
}

static void acquired(void *handle)
{
    if (__tsan_acquire != NULL) {
        __tsan_acquire(handle);
    }
}

SWIFT_CC void lock_slow(uint32_t thread, SWIFT_SELF void *handle)
{
    real_lock(thread, handle);
    acquired(handle);
}

SWIFT_CC bool try_lock_slow(SWIFT_SELF void *handle)
{
    bool locked = real_try(handle);
    if (locked) {
        acquired(handle);
    }
    return locked;
}

SWIFT_CC void unlock_slow(SWIFT_SELF void *handle)
{
    if (__tsan_release != NULL) {
        __tsan_release(handle);
    }
    real_unlock(handle);
}
