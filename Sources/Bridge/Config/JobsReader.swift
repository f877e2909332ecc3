/// Reads the section `jobs`.
enum JobsReader {
    static func read(_ root: ConfigReader) -> JobSettings {
        var jobs = JobSettings()
        guard let section = root.section("jobs") else { return jobs }
        jobs.inFlight = section.integer("in_flight", in: 0...256) ?? jobs.inFlight
        jobs.most = section.integer("most", in: 1...10_000) ?? jobs.most
        jobs.mostOfCaller = section.integer("most_of_caller", in: 1...10_000) ?? min(jobs.mostOfCaller, jobs.most)
        jobs.kept = section.integer("kept", in: 1...100_000) ?? jobs.kept
        jobs.bytes = (section.integer("megabytes", in: 1...10_000) ?? jobs.bytes >> 20) << 20
        jobs.days = section.integer("days", in: 1...3_650) ?? jobs.days
        jobs.attempts = section.integer("attempts", in: 1...10) ?? jobs.attempts
        jobs.backoff = section.integer("backoff_s", in: 0...3_600).map { Int64($0) * 1_000 } ?? jobs.backoff
        section.finish()
        return jobs
    }
}
