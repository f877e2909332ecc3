// Tells the thread sanitizer what Swift's own libraries do: they are not built with a sanitizer.
//
// The mutex. The quick way of `Synchronization.Mutex` is inlined, and the sanitizer sees it. The slow way is in
// libswiftSynchronization.so: there a mutex is taken by an atomic exchange or by the kernel (FUTEX_LOCK_PI), and neither
// is seen, so everything that the mutex guards looks like a race as soon as two threads want it at once.
//
// The continuation. `swift_continuation_resume` says to the sanitizer that what came before it happens before the task
// goes on, and the task says that it has heard it when it is started anew. Where the continuation was resumed before the
// task came to wait for it, the task goes on at once (`swift_continuation_await`, Swift 6.3), and says nothing.
//
// This library is loaded before those (LD_PRELOAD), calls them, and says what has happened. No suppression: what is not
// guarded is still found.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SWIFT_CC __attribute__((swiftcall))
#define SWIFT_SELF __attribute__((swift_context))

extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));
extern SWIFT_CC void *swift_task_getCurrent(void) __attribute__((weak));

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

static void (*real_await)(void);
static void (*real_enter)(char *context);

__attribute__((constructor)) static void find(void)
{
    real_await = (void (*)(void))dlsym(RTLD_NEXT, "swift_continuation_await");
    real_enter = (void (*)(char *))dlsym(RTLD_NEXT, "swift_task_enterThreadLocalContext");
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

// The task that runs here goes on with what others have done for it.
__attribute__((used)) static void task_acquired(void)
{
    void *task = swift_task_getCurrent != NULL ? swift_task_getCurrent() : NULL;
    if (task != NULL) {
        acquired(task);
    }
}

// Called by `swift_continuation_await` when the continuation was resumed while it made ready to wait.
void swift_task_enterThreadLocalContext(char *context)
{
    task_acquired();
    real_enter(context);
}

#if defined(__x86_64__)
// Swift's tail calls leave the stack to the callee, so this must not have a frame of its own. Its argument is in %rdi.
__attribute__((naked)) void swift_continuation_await(void)
{
    __asm__("push %rdi\n"
            "call task_acquired\n"
            "pop %rdi\n"
            "jmp *real_await(%rip)\n");
}
#endif
