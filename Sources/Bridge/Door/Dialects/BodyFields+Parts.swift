internal import FoundationEssentials
internal import Persona
internal import Routing

extension BodyFields {
    /// A tool's name.
    func toolName(_ name: String, atMost limit: Int) throws(FieldFault) -> String {
        let text = try text(name)
        guard text.isToolName(atMost: limit) else {
            throw FieldFault(name, "must have 1 to \(limit) letters, digits, _ or -")
        }
        return text
    }

    /// An id by which a result names its call.
    func callID(_ name: String) throws(FieldFault) -> String { try text(name, count: 1...256) }

    /// Texts that end the answer, one or a list.
    func stops(_ name: String) throws(FieldFault) -> [String] {
        let (count, most) = (1...128, 4)
        guard case .string(let text) = self[name] else {
            return try array(name, atMost: most) { value throws(FieldFault) in
                guard case .string(let text) = value, count.contains(text.unicodeScalars.count) else {
                    throw FieldFault("", "must be a text of 1 to 128 characters")
                }
                return text
            } ?? []
        }
        guard count.contains(text.unicodeScalars.count) else { throw FieldFault(name, "must have 1 to 128 characters") }
        return [text]
    }

    /// Bytes in base 64.
    func base64(_ name: String) throws(FieldFault) -> [UInt8] {
        guard let bytes = try text(name).decodedBase64 else { throw FieldFault(name, "must be base 64") }
        return bytes
    }

    /// What a URL of the form `data:image/png;base64,...` carries. No other is followed: whose address a picture has is
    /// nobody's to fetch from here.
    /// - Parameter main: the main type that it must be of, such as `image`; nil for any.
    func dataURL(_ name: String, of main: String? = nil) throws(FieldFault) -> Attachment {
        let url = try text(name)
        guard url.utf8.prefix(5).elementsEqual("data:".utf8) else {
            throw .unsupported(name, "must be a data: URL with the bytes in base 64; other addresses are not fetched")
        }
        let head = url.utf8.dropFirst(5).prefix { $0 != UInt8(ascii: ",") }
        let isCoded = head.suffix(7).elementsEqual(";base64".utf8)
        let type = String(decoding: head.dropLast(isCoded ? 7 : 0), as: UTF8.self)
        guard isCoded, head.endIndex < url.utf8.endIndex,
            let bytes = String(url.utf8[head.endIndex...].dropFirst())?.decodedBase64
        else { throw FieldFault(name, "must be a data: URL with a media type and the bytes in base 64") }
        return try attachment(type, bytes, name, of: main)
    }

    /// Bytes of a media type.
    func attachment(
        _ type: String,
        _ bytes: [UInt8],
        _ name: String,
        of main: String? = nil
    ) throws(FieldFault) -> Attachment {
        guard type.isMediaType else { throw FieldFault(name, "must name a media type, such as image/png") }
        if let main, !type.lowercased().hasPrefix(main + "/") {
            throw FieldFault(name, "must be of a media type of \(main)/")
        }
        guard !bytes.isEmpty else { throw FieldFault(name, "holds nothing") }
        return Attachment(mediaType: type, bytes: bytes)
    }
}

extension String {
    /// Whether it can be a tool's name: letters, digits, `_`, `-`, in so many bytes at most.
    fileprivate func isToolName(atMost limit: Int) -> Bool {
        (1...limit).contains(utf8.count)
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    fileprivate var decodedBase64: [UInt8]? { Data(base64Encoded: self).map { Array($0) } }

    /// Whether it is `type/subtype`, with or without parameters.
    fileprivate var isMediaType: Bool {
        let parts = prefix { $0 != ";" }.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return utf8.count <= 128 && parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
