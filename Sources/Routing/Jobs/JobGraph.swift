/// Whether jobs wait for each other in a circle.
public enum JobGraph {
    /// One that can never begin because it waits for itself, directly or through others; nil when all can.
    /// - Parameter needs: whom each needs, by their places; a place outside is nobody's.
    public static func stuck(_ needs: [[Int]]) -> Int? {
        var waitsFor = needs.map { Set($0.filter(needs.indices.contains)).count }
        var dependents = [[Int]](repeating: [], count: needs.count)
        for (place, needed) in needs.enumerated() {
            for need in Set(needed) where needs.indices.contains(need) { dependents[need].append(place) }
        }
        // Kahn's order (doi:10.1145/368996.369025): take away who waits for nobody, again and again.
        var free = needs.indices.filter { waitsFor[$0] == 0 }
        var next = 0
        while next < free.count {
            for dependent in dependents[free[next]] {
                waitsFor[dependent] -= 1
                if waitsFor[dependent] == 0 { free.append(dependent) }
            }
            next += 1
        }
        return free.count == needs.count ? nil : waitsFor.firstIndex { $0 > 0 }
    }
}
