/// Texts with the number of their tokens, counted by tiktoken 0.14.0 with the vocabularies `o200k_base` and `cl100k_base`
/// (https://github.com/openai/tiktoken). The estimate was fitted to texts on another subject;
/// only its rate for encoded bytes comes from the two of those here.
enum TokenTexts {
    struct Row: Sendable {
        let name: String
        let o200k: Int
        let cl100k: Int
        let text: String
    }

    static let rows: [Row] = [
        Row(
            name: "English",
            o200k: 93,
            cl100k: 93,
            text: #"When bread is baked in a wood oven, the heat stored in the bricks does most of the "#
                + #"work. The baker burns a fire for three hours, rakes out the embers, and waits until "#
                + #"the floor no longer scorches a handful of flour. Only then do the loaves go in, the "#
                + #"largest first. The oven cools slowly through the night, so the last batch of the "#
                + #"day is always something gentle, such as custard or drying herbs."#
        ),
        Row(
            name: "German",
            o200k: 101,
            cl100k: 124,
            text: #"Wer Brot im Holzofen backt, lässt die in den Steinen gespeicherte Wärme die meiste "#
                + #"Arbeit tun. Der Bäcker heizt drei Stunden lang, räumt die Glut aus und wartet, bis "#
                + #"der Boden eine Handvoll Mehl nicht mehr verbrennt. Erst dann kommen die Laibe "#
                + #"hinein, die größten zuerst. Über Nacht kühlt der Ofen langsam ab, deshalb steht am "#
                + #"Ende des Tages immer etwas Empfindliches darin, etwa Kräuter zum Trocknen."#
        ),
        Row(
            name: "French",
            o200k: 103,
            cl100k: 118,
            text: #"Quand on cuit le pain dans un four à bois, c'est la chaleur accumulée dans les "#
                + #"briques qui fait l'essentiel du travail. Le boulanger entretient le feu pendant "#
                + #"trois heures, retire les braises et attend que la sole ne brûle plus une poignée de "#
                + #"farine. C'est alors seulement que l'on enfourne les miches, les plus grosses "#
                + #"d'abord. Le four refroidit lentement pendant la nuit, et la dernière fournée est "#
                + #"toujours quelque chose de délicat."#
        ),
        Row(
            name: "Spanish",
            o200k: 94,
            cl100k: 106,
            text: #"Cuando el pan se cuece en un horno de leña, el calor guardado en los ladrillos hace "#
                + #"casi todo el trabajo. El panadero mantiene el fuego durante tres horas, retira las "#
                + #"brasas y espera hasta que el suelo ya no queme un puñado de harina. Solo entonces "#
                + #"entran las hogazas, primero las más grandes. El horno se enfría despacio durante la "#
                + #"noche, así que la última hornada siempre es algo delicado."#
        ),
        Row(
            name: "Portuguese",
            o200k: 91,
            cl100k: 111,
            text: #"Quando o pão é cozido num forno a lenha, o calor guardado nos tijolos faz quase "#
                + #"todo o trabalho. O padeiro mantém o fogo aceso durante três horas, retira as brasas "#
                + #"e espera até que o chão deixe de queimar um punhado de farinha. Só então entram os "#
                + #"pães, primeiro os maiores. O forno arrefece lentamente durante a noite, por isso a "#
                + #"última fornada é sempre algo delicado."#
        ),
        Row(
            name: "Italian",
            o200k: 108,
            cl100k: 120,
            text: #"Quando il pane si cuoce nel forno a legna, è il calore accumulato nei mattoni a "#
                + #"fare quasi tutto il lavoro. Il fornaio tiene acceso il fuoco per tre ore, toglie le "#
                + #"braci e aspetta che il piano non bruci più una manciata di farina. Solo allora si "#
                + #"infornano le pagnotte, prima le più grandi. Il forno si raffredda lentamente "#
                + #"durante la notte, perciò l'ultima infornata è sempre qualcosa di delicato."#
        ),
        Row(
            name: "Russian",
            o200k: 104,
            cl100k: 176,
            text: #"Когда хлеб пекут в дровяной печи, большую часть работы делает тепло, накопленное в "#
                + #"кирпичах. Пекарь три часа поддерживает огонь, выгребает угли и ждёт, пока под не "#
                + #"перестанет обжигать горсть муки. Только тогда в печь отправляют буханки, сначала "#
                + #"самые большие. За ночь печь медленно остывает, поэтому последними всегда ставят "#
                + #"что-нибудь нежное, например травы для сушки."#
        ),
        Row(
            name: "Polish",
            o200k: 122,
            cl100k: 150,
            text: #"Kiedy chleb piecze się w piecu opalanym drewnem, większość pracy wykonuje ciepło "#
                + #"zgromadzone w cegłach. Piekarz przez trzy godziny podtrzymuje ogień, wygarnia żar i "#
                + #"czeka, aż spód przestanie przypalać garść mąki. Dopiero wtedy wkłada bochenki, "#
                + #"najpierw największe. Przez noc piec powoli stygnie, dlatego na koniec dnia zawsze "#
                + #"trafia do niego coś delikatnego, na przykład zioła do suszenia."#
        ),
        Row(
            name: "Chinese",
            o200k: 106,
            cl100k: 168,
            text: #"用柴火炉烤面包时，大部分工作是由砖块里储存的热量完成的。面包师先烧三个小时的火，再把炭火扒出来，等到炉底不再把一把面粉烤焦为止。只有到那时才把面包放进去，最大的先放。炉"#
                + #"子在夜里慢慢冷却，所以一天中最后放进去的总是比较娇嫩的东西，比如要晾干的香草。"#
        ),
        Row(
            name: "Japanese",
            o200k: 140,
            cl100k: 191,
            text: #"薪窯でパンを焼くときは、れんがに蓄えられた熱がほとんどの仕事をしてくれる。パン職人は三時間火を燃やし、燃えさしをかき出し、窯の床が一握りの小麦粉を焦がさなくなるまで待つ"#
                + #"。それからようやくパンを入れるが、大きいものが先である。窯は夜のあいだにゆっくり冷めるので、一日の最後にはいつも乾燥させる香草のような繊細なものを入れる。"#
        ),
        Row(
            name: "Korean",
            o200k: 117,
            cl100k: 195,
            text: #"장작 화덕에서 빵을 구울 때는 벽돌에 저장된 열이 대부분의 일을 한다. 제빵사는 세 시간 동안 불을 피우고 숯을 긁어낸 다음, 바닥이 밀가루 한 줌을 "#
                + #"더 이상 태우지 않을 때까지 기다린다. 그제야 빵 덩어리를 넣는데, 가장 큰 것을 먼저 넣는다. 화덕은 밤새 천천히 식기 때문에 하루의 마지막에는 "#
                + #"언제나 말릴 약초처럼 섬세한 것을 넣는다."#
        ),
        Row(
            name: "Arabic",
            o200k: 100,
            cl100k: 214,
            text: #"عندما يخبز الخبز في فرن الحطب تقوم الحرارة المخزونة في الطوب بمعظم العمل. يشعل "#
                + #"الخباز النار ثلاث ساعات، ثم يزيل الجمر وينتظر حتى لا تعود أرضية الفرن تحرق حفنة من "#
                + #"الدقيق. عندئذ فقط توضع الأرغفة، الأكبر أولا. يبرد الفرن ببطء أثناء الليل، ولذلك "#
                + #"يكون آخر ما يوضع فيه شيئا رقيقا مثل الأعشاب التي تجفف."#
        ),
        Row(
            name: "Hindi",
            o200k: 116,
            cl100k: 353,
            text: #"जब रोटी लकड़ी के तंदूर में पकाई जाती है, तो ईंटों में जमा गर्मी ही अधिकतर काम करती "#
                + #"है। नानबाई तीन घंटे आग जलाता है, अंगारे निकालता है और तब तक रुकता है जब तक फर्श "#
                + #"मुट्ठी भर आटे को जलाना बंद न कर दे। तभी रोटियाँ भीतर जाती हैं, सबसे बड़ी पहले। "#
                + #"तंदूर रात भर धीरे-धीरे ठंडा होता है, इसलिए दिन के अंत में हमेशा कोई नाज़ुक चीज़ रखी "#
                + #"जाती है।"#
        ),
        Row(
            name: "Turkish",
            o200k: 110,
            cl100k: 139,
            text: #"Ekmek odun fırınında pişirildiğinde işin çoğunu tuğlalarda biriken ısı yapar. "#
                + #"Fırıncı üç saat boyunca ateşi yakar, közü çıkarır ve taban bir avuç unu yakmayana "#
                + #"kadar bekler. Ancak o zaman ekmekler fırına verilir, önce en büyükleri. Fırın gece "#
                + #"boyunca yavaş yavaş soğur, bu yüzden günün sonunda içine hep kurutulacak otlar gibi "#
                + #"nazik bir şey konur."#
        ),
        Row(
            name: "Swift",
            o200k: 185,
            cl100k: 182,
            text: """
                /// A cache that forgets whoever was not asked for longest.
                struct RecentCache<Key: Hashable, Value> {
                    private var entries: [Key: (value: Value, age: UInt64)] = [:]
                    private var clock: UInt64 = 0
                    let capacity: Int

                    subscript(key: Key) -> Value? {
                        mutating get {
                            guard let entry = entries[key] else { return nil }
                            clock += 1
                            entries[key]?.age = clock
                            return entry.value
                        }
                        set {
                            clock += 1
                            entries[key] = newValue.map { ($0, clock) }
                            guard entries.count > capacity else { return }
                            if let oldest = entries.min(by: { $0.value.age < $1.value.age })?.key {
                                entries[oldest] = nil
                            }
                        }
                    }
                }

                """
        ),
        Row(
            name: "Python",
            o200k: 124,
            cl100k: 124,
            text: """
                class TokenBucket:
                    def __init__(self, rate: float, burst: int) -> None:
                        self.rate = rate
                        self.burst = burst
                        self.tokens = float(burst)
                        self.updated = time.monotonic()

                    def take(self, amount: int = 1) -> bool:
                        now = time.monotonic()
                        self.tokens = min(self.burst, self.tokens + (now - self.updated) * self.rate)
                        self.updated = now
                        if self.tokens < amount:
                            return False
                        self.tokens -= amount
                        return True

                """
        ),
        Row(
            name: "JavaScript",
            o200k: 109,
            cl100k: 106,
            text: """
                export async function fetchAll(urls, { limit = 4, signal } = {}) {
                  const results = new Array(urls.length);
                  let next = 0;
                  const worker = async () => {
                    while (next < urls.length) {
                      const index = next++;
                      const response = await fetch(urls[index], { signal });
                      results[index] = response.ok ? await response.json() : null;
                    }
                  };
                  await Promise.all(Array.from({ length: limit }, worker));
                  return results;
                }

                """
        ),
        Row(
            name: "JSON schema",
            o200k: 77,
            cl100k: 73,
            text: #"{"type":"object","properties":{"path":{"type":"string","description":"File to read, "#
                + #"relative to the "#
                + #"workspace"},"lines":{"type":"array","items":{"type":"integer"},"minItems":2,"maxItem"#
                + #"s":2},"encoding":{"type":"string","enum":["utf-8","latin-1"],"default":"utf-8"}},"re"#
                + #"quired":["path"]}"#
        ),
        Row(
            name: "diff",
            o200k: 147,
            cl100k: 142,
            text: """
                diff --git a/server.go b/server.go
                index 3b18e51..a9c7d22 100644
                --- a/server.go
                +++ b/server.go
                @@ -41,9 +41,11 @@ func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
                 	body, err := io.ReadAll(r.Body)
                -	if err != nil {
                -		log.Fatal(err)
                +	if err != nil || len(body) == 0 {
                +		http.Error(w, "cannot read the body", http.StatusBadRequest)
                +		return
                 	}
                +	defer r.Body.Close()
                 	s.queue <- body
                 	w.WriteHeader(http.StatusAccepted)
                 }

                """
        ),
        Row(
            name: "base64",
            o200k: 380,
            cl100k: 406,
            text: #"/T/rPJJQt5dKm1KLaWNjIaRhtV71W3vq/YCamp6SW3mmNC+g/biylNl/xhA9kgibJfpeA59SqOipX2TWWJwf"#
                + #"eEQGZULsOACNMx39OyckFjF2lOL+hgOXt3QwY3i1Q32KdVYi1tegtIywSPJ5gpyqZSr4maPh8WvcRcyOJoY9"#
                + #"Xzt/OoaiRLnQJoQ3ON60jQPtMDTvhZDk0mOZrsK9E6jgA1if4as+2vjGUV1kECRvziiSYBvCIoce9WpNUpfS"#
                + #"OPQKn+AfTdkXs8fOYvAHQ4TV0mAxk91MeflElhUGeReBQZgg2AS4T2KP6zjg+eDuUDpjiTDRtnCAwcleH83r"#
                + #"25pLbVNSHGWzdma6cVsIzQRasJNyr9JxCtnO9oicgu+fmFci3Wf94EOykl0cxPIY390vCfvaziL0rbB+3HSM"#
                + #"N74OC0LItCn34uQKrMpNqG9Dv2rHoQVsoFsQ8NqPDRBNi2PQaxCt2oGlwV7VhSHIYnsn85IFRdVZ2fq6iLRq"#
                + #"x5Vb5FZolIaRlQSufTtwxHnnSzs2VpNhlq5HVW3qCWHP7TFJVgdQET3b"#
        ),
        Row(
            name: "hex",
            o200k: 243,
            cl100k: 243,
            text: #"6b7b9947547fb1fd09f8169b2c95d8ab079310b296e5c0295e7dd8b2cabd52dc4e508e53412ff2f6322c"#
                + #"b18ae6279ae7afae6b928e07b19140b6a41a4fb6bcb6d794cfa779490c367cb50aa2c341e4d4f349f2fc"#
                + #"3a04d3922aad5f44edf8f24825f6da1fc2f33e10e271647b8cf99bda4bac85a35bed63fd833ac77b391f"#
                + #"a916d5a31558b3d0f3cc257c0d11be0614691b18a8e54f8f982670ef2605f7743c4b8c29596d968bcfc4"#
                + #"d75e4a6ae1a86ddf0b5c711e3f0a500bbf85e09aef00529d1f7bfac23934810b"#
        ),
    ]
}
