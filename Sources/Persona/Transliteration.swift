/// Writes other scripts in Latin letters, roughly: enough to compare what a word sounds like.
///
/// The names of the characters say how they sound ("KATAKANA LETTER TI", "CYRILLIC SMALL LETTER TE"), so no table of
/// scripts is needed; for Chinese there is one, of the characters that foreign names are written with.
enum Transliteration {
    /// The Latin letters of a text in UTF-8, small, without anything else.
    static func latin(of bytes: [UInt8]) -> [UInt8] {
        String(decoding: bytes, as: UTF8.self).unicodeScalars.flatMap { sounds(of: $0) }
    }

    /// The sounds of Greek, Cyrillic, Hebrew and Arabic letters and of kana, read once; nil for others.
    static func common(_ scalar: Unicode.Scalar) -> [UInt8]? {
        switch scalar.value {
        case 0x370..<0x700: near[Int(scalar.value) - 0x370]
        case 0x3041..<0x3100: kana[Int(scalar.value) - 0x3041]
        default: nil
        }
    }

    private static let near = table(0x370..<0x700)
    private static let kana = table(0x3041..<0x3100)

    private static func table(_ values: Range<UInt32>) -> [[UInt8]] {
        values.map { Unicode.Scalar($0).map { sounds(of: $0) } ?? [] }
    }

    static func sounds(of scalar: Unicode.Scalar) -> [UInt8] {
        if scalar.isASCII {
            let small = UInt8(scalar.value) | 0x20
            return (0x61...0x7A).contains(small) ? [small] : []
        }
        if (0x4E00...0x9FFF).contains(scalar.value) { return chinese[scalar.value] ?? [] }
        guard let name = scalar.properties.name else { return [] }
        let words = name.split(separator: " ")
        guard let script = words.first, words.count > 1 else { return [] }
        if script == "HANGUL" || script == "HIRAGANA" || script == "KATAKANA" {
            // The small tu doubles what follows, and is not heard.
            if words.contains("SMALL"), words.last == "TU" { return [] }
            return words.last.map { Array($0.lowercased().utf8) } ?? []
        }
        guard let place = words.firstIndex(where: { ["LETTER", "SYLLABLE", "CHARACTER", "SIGN"].contains($0) }) else {
            return []
        }
        let letter = words[(place + 1)...].first { !["SMALL", "FINAL", "CAPITAL", "VOWEL"].contains($0) }
        // Georgian's "en" is e, Arabic's and Latin's would be n.
        if script == "GEORGIAN", let first = letter?.utf8.first, "AEIOU".utf8.contains(first) { return [first | 0x20] }
        return letter.map { sound(ofLetterNamed: Array($0.lowercased().utf8)) } ?? []
    }

    /// "em" is m, "sha" is sh, "lamed" is l, "a" is a.
    private static func sound(ofLetterNamed name: [UInt8]) -> [UInt8] {
        let vowels = Array("aeiouy".utf8)
        if name.count == 2, name[0] == UInt8(ascii: "e"), !vowels.contains(name[1]) { return [name[1]] }
        let front = name.prefix { !vowels.contains($0) }
        return front.isEmpty ? Array(name.prefix(1)) : Array(front)
    }

    /// Characters of the usual transcription tables, by their sound in Pinyin.
    private static let chinese: [UInt32: [UInt8]] = {
        let rows = """
            ba 巴芭 bai 拜 ban 班邦 bang 邦 bao 鲍保 bei 贝 ben 本 bi 比毕碧 bin 宾 bo 波博伯 bu 布 cha 查 da 达 dan 丹 dao 道 de 德 deng 登邓 di 蒂迪 \
            dong 东 du 杜 dun 顿 en 恩 er 尔 fa 法 fan 范 fei 费菲 fen 芬 fu 弗福夫 ga 加 gai 盖 gang 冈 ge 格戈 gu 古 ha 哈 hai 海 han 汉 he 赫 heng 亨 \
            hu 胡 hua 华 huai 怀 hui 惠 huo 霍 ji 吉基 jia 贾 jian 简 jie 杰 jin 金 ka 卡 kai 凯 kang 康 ke 克科 ken 肯 ku 库 la 拉 lai 莱 lan 兰 lang 朗 lao 劳 \
            le 勒 lei 雷蕾 li 利里莉丽 lian 连 lin 林琳 liu 柳 long 隆 lu 卢鲁露 luo 罗洛萝 ma 马玛 mai 迈麦 man 曼 mao 毛 mei 梅 men 门 meng 蒙 mi 米蜜 \
            ming 明 mo 莫 mu 穆 na 纳娜 nai 奈 nan 南 nei 内 neng 能 ni 尼妮 niu 纽 nuo 诺 ou 欧 pa 帕 pei 佩 pi 皮 po 波 pu 普 qi 奇 qiao 乔 qie 切 ren 任 \
            rong 荣 ruan 阮 rui 瑞 sa 萨莎 sai 塞 sang 桑 se 瑟 sen 森 sha 沙莎 shan 珊 she 舍 shi 史什士 si 斯丝 su 苏 suo 索 ta 塔 tai 泰 tan 坦 tang 汤 te 特 \
            ti 提 tian 田 ting 廷 tong 通 tu 图 tuo 托 wa 瓦 wan 万 wei 韦威维 wen 温文 wo 沃 wu 伍乌 xi 西希 xia 夏 xiang 香 xiao 肖 xin 辛 xiu 休 xue 雪 \
            ya 亚雅 yan 扬 yang 扬 yi 伊 yin 因英 ying 英 you 尤 yue 约 zha 扎 zhan 詹 zhen 珍 zhu 朱茱 zi 兹 zuo 佐 ai 艾爱 an 安 ao 奥 a 阿 i 伊
            """
        var table: [UInt32: [UInt8]] = [:]
        var sound: [UInt8] = []
        for word in rows.split(whereSeparator: \.isWhitespace) {
            if word.utf8.allSatisfy({ $0 < 0x80 }) {
                sound = word == "hui" ? Array("wei".utf8) : word == "hua" ? Array("wa".utf8) : Array(word.utf8)
            } else {
                for scalar in word.unicodeScalars where table[scalar.value] == nil { table[scalar.value] = sound }
            }
        }
        return table
    }()
}
