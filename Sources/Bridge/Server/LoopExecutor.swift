internal import NIOCore

/// Runs tasks on the thread of one event loop: a request is read, thought about and answered without a change of threads.
///
/// A continuation that is resumed elsewhere sends its task to the preferred executor of the task, and without one to a
/// thread of the global pool, also when an actor with an executor of its own waits for it
/// (`swift_continuation_init` in the concurrency runtime).
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop
    /// The isolation that its jobs begin in; nil for none.
    private let actor: UnownedSerialExecutor?

    /// - Parameter actor: the executor of the actor whose tasks these are, when it is that event loop's: they go on in its
    ///   isolation at once.
    init(_ loop: any EventLoop, for actor: UnownedSerialExecutor? = nil) {
        self.loop = loop
        self.actor = actor
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute {
            if let actor = self.actor {
                job.runSynchronously(isolatedTo: actor, taskExecutor: self.asUnownedTaskExecutor())
            } else {
                job.runSynchronously(on: self.asUnownedTaskExecutor())
            }
        }
    }
}
