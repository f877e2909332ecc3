import Foundation
import Testing

@testable import Bridge

@Suite("what a pipe gives back")
struct ResidentPagesTests {
    private static let smaps = """
        1000-3000 r-xp 00000000 fe:00 12                         /usr/lib/a.so
        Rss:                   8 kB
        Anonymous:             0 kB
        VmFlags: rd ex mr
        3000-4000 r--p 00002000 fe:00 12                         /usr/lib/a.so
        Rss:                   4 kB
        Anonymous:             4 kB
        4000-5000 rw-p 00003000 fe:00 12                         /usr/lib/a.so
        Anonymous:             0 kB
        5000-6000 r--s 00000000 fe:00 13                         /var/cache/shared
        Anonymous:             0 kB
        6000-7000 r--p 00000000 00:00 0
        Anonymous:             0 kB
        7000-8000 r-xp 00000000 00:00 0                          [vdso]
        Anonymous:             0 kB
        8000-b000 r--p 00000000 fe:00 14                         /usr/lib/with space/b.so
        Anonymous:             0 kB
        """

    @Test("only what is a file's, private, not writable and unchanged: a relocated table would be lost")
    func untouched() {
        #expect(
            ResidentPages.untouched(in: Self.smaps)
                == [.init(start: 0x1000, length: 0x2000), .init(start: 0x8000, length: 0x3000)]
        )
    }

    @Test("letting go of it harms nothing, and makes the process smaller")
    func release() throws {
        func resident() throws -> Int {
            let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            return try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        }
        let before = try resident()
        ResidentPages.release()
        #expect(try resident() < before)
        #expect(ResidentPages.untouched(in: "").isEmpty)
    }
}
