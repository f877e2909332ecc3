#if canImport(Glibc)
    internal import Glibc
#endif

/// Gives back what only the start has touched.
///
/// Linking, and the Swift runtime's search for conformances, read through tens of megabytes of code and tables that a
/// server never reads again; on Linux each of those pages counts as resident until memory is short.
enum ResidentPages {
    /// A part of the address space.
    struct Mapping: Equatable {
        let start: UInt
        let length: Int
    }

    /// Lets go of every page of a file that is mapped, only read, and unchanged: the kernel still has it in its cache, and
    /// gives it back at the first touch (madvise(2), MADV_DONTNEED).
    static func release() {
        guard let text = read("/proc/self/smaps") else { return }
        for mapping in untouched(in: text) {
            guard let start = UnsafeMutableRawPointer(bitPattern: mapping.start) else { continue }
            madvise(start, mapping.length, MADV_DONTNEED)
        }
    }

    /// The mappings of a file in the form of proc_pid_smaps(5) that are private, not writable, and hold no page of their
    /// own: a relocated table is not writable either, and would be lost.
    static func untouched(in smaps: String) -> [Mapping] {
        var mappings: [Mapping] = []
        var current: Mapping?
        for line in smaps.utf8.split(separator: UInt8(ascii: "\n")) {
            if let head = head(line) {
                current = head
            } else if line.starts(with: "Anonymous:".utf8), let mapping = current {
                if line.contains(where: { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }) { continue }
                if mapping.length > 0 { mappings.append(mapping) }
            }
        }
        return mappings
    }

    /// `7f00-7f80 r-xp 00001000 fe:00 1234   /usr/lib/x.so`; of length 0 when it is to be left alone, nil for another line.
    private static func head(_ line: Substring.UTF8View) -> Mapping? {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
        guard fields.count >= 5, fields[1].count == 4 else { return nil }
        let ends = fields[0].split(separator: UInt8(ascii: "-")).compactMap { UInt(Substring($0), radix: 16) }
        guard ends.count == 2, ends[0] < ends[1] else { return nil }
        let isFile = fields.count == 6 && fields[5].contains(UInt8(ascii: "/"))
        let rights = Array(fields[1])
        let isReadOnly = rights[0] == UInt8(ascii: "r") && rights[1] == UInt8(ascii: "-")
        guard isFile, isReadOnly, rights[3] == UInt8(ascii: "p") else { return Mapping(start: 0, length: 0) }
        return Mapping(start: ends[0], length: Int(ends[1] - ends[0]))
    }

    /// All of a file of `/proc`, which have no size.
    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
            bytes += chunk[..<count]
        }
    }
}
