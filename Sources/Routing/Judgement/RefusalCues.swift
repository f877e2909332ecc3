/// The phrases by which models refuse, and those that tell a refusal from what looks like one: data, not code.
///
/// A phrase that begins with `~` may stand inside a word: for scripts without spaces and for endings.
enum RefusalCues {
    /// What a phrase says about its sentence.
    enum Meaning: Int, CaseIterable {
        /// A refusal by itself: "can't help with that".
        case refusal
        /// "I cannot", in one piece.
        case unable
        /// "I can", which a negation in the same sentence turns round.
        case able
        case negation
        /// "I won't", "I must decline".
        case unwilling
        /// The model speaks of itself: "as an AI".
        case identity
        /// It names a rule: "my guidelines".
        case policy
        case apology
        /// What helpers do: help, provide, write.
        case deed
        /// What they are asked for: this request, such content.
        case object
        /// What a form letter says and no character does: request, content.
        case formal
        /// What only models decline: harm, privacy, professions.
        case harm
        /// What models do and characters hardly speak of: generate, provide.
        case output
        /// Another thing instead, or advice: what follows a refusal.
        case offer
        /// Words of a made-up world.
        case world
        /// The answer goes on all the same: "but here is".
        case turn
    }

    struct Cue {
        let phrase: String
        let meaning: Meaning
    }

    static let all: [Cue] = [
        (Meaning.refusal, refusal), (.unable, unable), (.able, able), (.negation, negation), (.unwilling, unwilling),
        (.identity, identity), (.policy, policy), (.apology, apology), (.deed, deed), (.object, object),
        (.formal, formal), (.harm, harm), (.output, output),
        (.offer, offer), (.world, world), (.turn, turn),
    ].flatMap { meaning, phrases in
        phrases.split(separator: "|").map { Cue(phrase: String($0), meaning: meaning) }
    }

    /// Without one of these nothing is a refusal.
    static let triggers: Set<Meaning> = [.refusal, .unable, .able, .unwilling, .policy, .identity]

    private static let refusal =
        "i can t help with that|i cannot help with that|i cant help with that|i can t help with this|i can t help you with that"
        + "|i can t help you with this|i cannot help with this|i cannot help you with that|i cannot help you with this"
        + "|sorry can t help with that|i can t assist|i cannot assist|i cant assist|i can not assist|i can not asist"
        + "|unable to help with that|unable to help with this|unable to assist|not able to help with that"
        + "|not able to help with this|not able to assist|won t be able to help with that|wont be able to assist"
        + "|won t be able to assist|i won t help with this|i won t help with that|not going to help with that"
        + "|not something i can help with|not something i can assist with|not something i m able to|not something i can do"
        + "|isn t something i can do|isn t something i can help with|something i can t help with|something i cannot help with"
        + "|i can t do that|i cant do that|i cannot do that|i m unable to do that|i can t comply|i cannot comply"
        + "|i cannot and will not|i can t and won t|i can t do what you re asking|pass on this one"
        + "|dabei kann ich nicht helfen|das kann ich leider nicht|dabei nicht helfen|dabei leider nicht helfen"
        + "|~nicht weiterhelfen|dabei leider nicht unterstutzen"
        + "|peux pas vous aider avec cela|peux pas vous aider|peux pas t aider|peux pas vous assister"
        + "|no puedo ayudarte con|no puedo ayudarle con|no puedo ayudar con|no puedo hacerlo"
        + "|non posso aiutarti con|non posso aiutarla|non posso farlo|non sono in grado di aiutarti"
        + "|nao posso ajudar com|nao consigo ajudar com|nao posso ajuda lo|nao posso te ajudar"
        + "|daar kan ik je niet mee helpen|kan ik je hier niet bij helpen|ik kan je hier niet bij helpen"
        + "|nie moge w tym pomoc|nie moge ci w tym pomoc|nie moge pomoc|nie moge tego zrobic"
        + "|kan jag inte hjalpa|kan inte hjalpa dig med|kan inte hjalpa till med"
        + "|yardimci olamam|yardim edemem|yardimci olamiyorum|yardim edemiyorum"
        + "|не могу помочь с этим|не могу с этим помочь|не могу вам помочь|не могу вам с этим помочь"
        + "|не в состоянии вам помочь|не могу тебе помочь"
        + "|не можу з цим допомогти|не можу вам допомогти|не можу допомогти"
        + "|~お手伝いできません|~お応えできません|~お答えできません|~対応できません|~お答えすることはできません"
        + "|~応じることはできません|~応じられません|~お手伝いすることはできません|~お応えすることはできません"
        + "|~无法帮助您|~无法满足您的请求|~无法满足你的请求|~无法协助|~無法協助|~不能提供这方面的帮助|~不能帮助您|~無法幫助"
        + "|~无法回答这个问题|~无法回答您的|~无法帮助你|~无法提供帮助|~无法完成您的请求"
        + "|~도와드릴 수 없|~도와줄 수 없|~도움을 드릴 수 없|~답변할 수 없|~답변드릴 수 없|~도울 수 없"
        + "|لا استطيع مساعدتك|لا يمكنني مساعدتك|لا يمكنني المساعدة|لا استطيع المساعدة"
        + "|मदद नही कर सकता|मदद नहीं कर सकता|मदद नहीं कर सकती|सहायता नहीं कर सकता|सहायता नहीं कर सकती"
        + "|beyond what i m able to|beyond what i can|outside of what i can|outside what i can|oltre cio che posso|not within my capabilities|au dela de ce que je peux|ga ik niet over"
        + "|something i have to decline|something i must decline|really can t help|simply can t help"
        + "|just can t help with|not able to do this for you|not able to do that for you"
        + "|unable to do this for you|unable to do that"

    private static let unable =
        "i cannot|i can t|i cant|i m unable to|i am unable to|im unable to|i m not able to|i am not able to"
        + "|i won t be able to|i wont be able to|i will not be able to|i m not allowed to|i am not allowed to"
        + "|i m not permitted to|i am not permitted to|i m not authorized to|i am not authorized to|i can not"
        + "|i m not in a position to|i am not in a position to|i m not comfortable|i am not comfortable"
        + "|i don t feel comfortable|i do not feel comfortable|i do not have the ability|i don t have the ability"
        + "|i don t have the capability|i m not equipped to|i m incapable of|i don t think i can|so can t|so i can t"
        + "|and cannot|and can t|am unable to|unable to respond|prevent me from|does not allow me to|do not allow me to"
        + "|doesn t allow me to|i don t have access to|i do not have access to|could not be completed|i don t have personal"
        + "|i must not|i m not designed to|i am not designed to|i m not programmed to|i m prohibited from"
        + "|i am prohibited from|i m restricted from|i m not supposed to|inappropriate for me to"
        + "|not be appropriate for me to|not appropriate for me to|irresponsible of me to|unethical for me to|goes against my|violates our|violates my|conflicts with my|is against my|goes against the"
        + "|je ne peux pas|je ne suis pas en mesure|je ne puis|je ne peux donc pas|je ne suis pas capable"
        + "|je ne suis pas autorise|ne me permettent pas|no puedo|no estoy autorizado|no me es posible"
        + "|no soy capaz|no estoy en condiciones|no tengo permitido|non posso|non sono in grado|non mi e possibile"
        + "|non sono autorizzato|nao posso|nao consigo|nao me e permitido|nao sou capaz|nao estou autorizado"
        + "|nie moge|nie jestem w stanie|nie wolno mi|nie potrafie|nie mam mozliwosci|jag far inte|jag kan inte"
        + "|kan jag inte|jag har inte mojlighet|~amam|~emem|~amiyorum|~emiyorum"
        + "|не могу|не в состоянии|не вправе|не имею возможности|не можу|не в змозі|не маю змоги"
        + "|~できません|~できかねます|~いたしかねます|~しかねます|~无法|~無法|~我不能|~我不可以|~我不便|~不能提供|~所以我不能|~수 없습니다"
        + "|~수 없어요|لا استطيع|لا يمكنني|لا يسعني|لست قادرا|नहीं कर सकता|नहीं कर सकती|नहीं दे सकता|नहीं दे सकती"
        + "|नहीं लिख सकता|नहीं लिख सकती|नहीं बना सकता|नहीं बना सकती"
        + "|i don t produce|i do not produce|i don t engage in|i do not engage in|i don t create|i do not create|i don t write|i don t generate|i do not generate|i don t provide|i do not provide|i don t assist|don t allow me to|would go against|m est impossible|je ne suis pas habilite|no me permiten|mir nicht erlaubt|nie wolno|не имею права|ne mogu"
        + "|really can t|simply can t|simply cannot|just can t|honestly can t|therefore cannot"
        + "|therefore can t|still can t|also can t|must therefore decline|against my|no poder"
        + "|nao me e possivel|non mi e permesso|no me esta permitido|no tengo permiso"
        + "|il ne m est pas possible|~낼 수 없|~드릴 수 없|~해 줄 수 없|无权|~不可以"

    private static let able =
        "mir nicht moglich|mir leider nicht moglich|ich kann|kann ich|ich darf|darf ich|ich mochte|ich bin|ik kan|kan ik|ik mag|mag ik|ik ben|jag kan|kan jag"
        + "|ich werde|werde ich|ich soll|ik zal|jag kommer"

    private static let negation = "nicht|kein|keine|keinen|niet|geen|inte|inga|nicht in der lage|niet in staat"

    private static let unwilling =
        "i won t|i will not|i refuse to|i decline to|i must decline|i have to decline|i will have to decline"
        + "|i must respectfully decline|i must refuse|i have to refuse|i d rather not|i would rather not"
        + "|i prefer not to|i would prefer not to|i d prefer not to|i m not going to|i am not going to|i decline"
        + "|muss diese anfrage ablehnen|muss ich ablehnen|ich muss ablehnen|muss diese bitte ablehnen"
        + "|je dois refuser|je dois decliner|je prefere ne pas|je refuse de|debo rechazar|tengo que rechazar"
        + "|me niego a|prefiero no|devo rifiutare|preferisco non|tenho de recusar|tenho que recusar|devo recusar"
        + "|prefiro nao|moet dit verzoek weigeren|moet ik weigeren|musze odmowic|jag maste avboja|jag maste neka"
        + "|reddetmek zorundayim|вынужден отказаться|вынуждена отказаться|должен отказаться"
        + "|змушений відмовитися|змушена відмовитися|~お断り|~拒绝您的|~거절"

    private static let identity =
        "as an ai|as a language model|as a large language model|as an artificial intelligence|ai language model"
        + "|as a text based ai|i m just an ai|i am just an ai|i m only a language model|i m an ai|i am an ai"
        + "|developed by openai|trained by|i am programmed to be|i m programmed to be|i m designed to|i am designed to"
        + "|als ki|als ki sprachmodell|als sprachmodell|als kunstliche intelligenz|en tant que modele|en tant qu ia"
        + "|en tant qu intelligence|como modelo de lenguaje|como ia|como inteligencia artificial|como una ia"
        + "|modello linguistico|come ia|in quanto ia|come intelligenza artificiale|como modelo de linguagem"
        + "|como uma ia|als ai|als ai taalmodel|als taalmodel|jako model jezykowy|jako sztuczna inteligencja|jako ai"
        + "|som ai|som ai sprakmodell|som sprakmodell|yapay zeka olarak|yapay zeka dil modeli|dil modeli olarak"
        + "|как языковая модель|как ии|как искусственный интеллект|як мовна модель|як ші|як штучний інтелект"
        + "|~言語モデルとして|~aiとして|~人工知能として|~语言模型|~作为ai|~作为一个ai|~作为人工智能|~作为一个人工智能|~語言模型"
        + "|~언어 모델로서|~인공지능으로서|ai로서|بصفتي نموذج|بصفتي نموذجا|كنموذج|كذكاء|भाषा मॉडल|एआई|ai के रूप में"

    private static let policy =
        "my guidelines|my values|content policy|content guidelines|usage policies|usage policy|safety policy|safety guidelines"
        + "|ethical guidelines|my programming|against my|for safety reasons|ethical considerations|for legal reasons"
        + "|it would be unethical|helpful and harmless|safe and responsible"
        + "|meine richtlinien|meinen richtlinien|mes directives|mes principes|mis directrices|mis politicas"
        + "|mie linee guida|minhas diretrizes|mijn richtlijnen|moje wytyczne|moje zasady|mina riktlinjer|~yonergelerim|моим правилам"
        + "|моим принципам|моїм правилам|моїм принципам|~ガイドラインに反|~我的使用准则|~我的准则|~我的原则|~제 지침|ارشاداتي|سياساتي"
        + "|मेरे दिशानिर्देशों|मेरी नीति|sensitive topic"
        + "|safety rules|my rules|guidelines|my policies|my safety"

    private static let apology =
        "sorry|i apologize|i apologise|i do apologise|apologies|unfortunately|regrettably|i m afraid|sory|leider"
        + "|tut mir leid|entschuldigung|desole|desolee|malheureusement|je regrette|je m excuse|lo siento|lamentablemente"
        + "|me temo|disculpa|disculpe|mi dispiace|mi spiace|purtroppo|scusa|mi scuso|desculpe|sinto muito|infelizmente|lamento"
        + "|peco desculpa|het spijt me|helaas|mijn excuses|przepraszam|przykro mi|niestety|tyvarr|jag ar ledsen|forlat"
        + "|uzgunum|maalesef|kusura bakmayin|извините|к сожалению|простите|мне жаль|вибачте|на жаль|перепрошую"
        + "|мені шкода|~申し訳|~すみません|~ごめんなさい|~残念ながら|~抱歉|~对不起|~遗憾|~對不起|~죄송|미안하지만|~안타깝게도|عذرا|اسف|اعتذر"
        + "|للاسف|क्षमा|माफ|मुझे खेद|दुर्भाग्य से|i appreciate|i understand|thank you for|thanks for"
        + "|navre|je suis desole|lo lamento|siento|i need to stop here|i hear you|i must be honest|es tut mir"
        + "|my apologies|i regret|i do regret|bedaure|bedauerlicherweise|me disculpo|sono spiacente"
        + "|me desculpe|beklager|пробачте|~すいません|很抱歉|유감"

    private static let deed =
        "help|assist|asist|provide|create|write|generate|produce|answer|respond|discuss|fulfill|fulfil|complete"
        + "|engage|participate|take part|share|give|offer|translate|summarize|summarise|review|debug|classify|process"
        + "|comply|support|talk about|carry out|role play|draft|reproduce|browse|view|explain|describe|writing|helping"
        + "|generating|creating|providing|giving|do this|do that|do it for you|use|personal opinions|real time|details"
        + "|helfen|beantworten|schreiben|erstellen|geben|bearbeiten|erfullen|verfassen|unterstutzen|anbieten"
        + "|aider|repondre|ecrire|donner|fournir|generer|assister|continuer|creer|satisfaire|faire"
        + "|ayudar|ayudarte|ayudarle|responder|escribir|dar|proporcionar|generar|cumplir|continuar|crear"
        + "|aiutarti|aiutare|rispondere|scrivere|fornire|soddisfare|generare|creare|continuare"
        + "|ajudar|escrever|fornecer|gerar|atender|criar|ajuda lo"
        + "|helpen|voldoen|schrijven|beantwoorden|uitvoeren|maken|pomoc|odpowiedziec|napisac|udzielac|spelnic"
        + "|wygenerowac|hjalpa|svara|skriva|uppfylla|skapa|ge rad|ge|olamam|getiremem|veremiyorum|yazamam|bildiremem"
        + "|karsilayamiyorum|olusturamam|edemem|yapamam|помочь|выполнить|ответить|написать|давать|создавать|обсуждать"
        + "|продолжить|предоставить|допомогти|виконати|відповісти|написати|давати|створювати|обговорювати|продовжити"
        + "|~書く|~述べる|~生成|~提供|~作成|~回答|~撰写|~发表|~协助|~帮助|~撰寫|~作成|~작성할|~제공할|~처리할|~생성할|~진행할|~답변"
        + "|المساعدة|مساعدتك|الاجابة|كتابة|تقديم|تلبية|انشاء|المتابعة|मदद|पूरा|उत्तर|लिख|राय|सहायता|बना|प्रदान|ऐसा"
        + "|behilflich|continue with this|continue with that|traiter|geven|doen|gora|tun|hacer|atender|fazer|zrobic|udzielic|сделать|зробити|надати|provide you|aider a|generieren|bereitstellen|liefern|condividere|compartir|partager|delen|dela|~写|~써|~다룰|~手伝|~応じ"
        + "|cover|pretend|impersonate|obtain|recommend|advise|perform|execute|simulate|speak to|comment on"
        + "|address|work on|take on|look into|check|~helf|~antwort|~schreib|~erstell|~erfull|~verfass"
        + "|~unterstutz|~bereitstell|~diskut|~besprech|~nachkomm|~bearbeit|~ubersetz|~ayud|~respond|~escrib"
        + "|~proporcion|~cumpl|hablar|~ofrec|~realiz|~tradu|~aider|~repond|~ecri|~redig|~fourni|~satisf"
        + "|~partag|~realis|donner|~accompli|parler|~aiut|~rispon|~scriv|~forni|~soddisf|~tratta|parlare"
        + "|~ajud|~escrev|~fornec|~atend|~oferec|falar|~antwoord|~schrijv|~voldo|~uitvoer|~bespre|~verstrek"
        + "|~hjalp|~svar|~skriv|~uppfyll|~tillhandah|~odpow|~napis|~udziel|~speln|~wygener|~tworz|~omawia"
        + "|~dostarcz|rozmawiac|~yardim|~cevap|~yanit|~paylas|~olustur|~обсужда|~отвеч|~ответ|~помо|~напис"
        + "|~писать|~созда|~предостав|~выполн|~генерир|говорить|~допомо|~відпов|~створ|~викон|~обговор"
        + "|~надат|~مساعد|~اجاب|~كتاب|~تقديم|~توفير|~مناقش|~回答|~答え|~書|~作れ|~説明|~讨论|~回答|~写出|~해드릴|~말씀"

    private static let object =
        "request|requests|that request|this request|question|this question|that question|this topic|this task|this matter"
        + "|this conversation|this subject|that subject|content|material|information|instructions|guidance|advice|opinion|opinions"
        + "|this scene|that scene|this story|this text|this code|this document|this content|this roleplay"
        + "|this scenario|this character|this type|that for you|this for you|with that|about that"
        + "|assistance|copyrighted text|lyrics|images|malware|malicious code|phishing|this one"
        + "|account|how to|pick a lock|weapons|a body|the internet|of that nature|your question|do this|harm|this task|what you re asking|be helpful|help you with this|assist with|assist you with|assist in|fulfill that|fulfill this|fulfil that|fulfil this|hurt someone|harm someone|hurt others|any help|hacking|illegal|hateful|harmful|self harm|malicious|explicit|unethical|offensive|help with writing|help with creating|help with making|help with breaking|helping with|step by step|write this|write that"
        + "|discuss it|discuss this|discuss that|writing this|writing that|creating this|produce that|on that|generating this|provide that|provide this|share that|give that|that character|that role|continue|continuer|continuar|continuare|continuar|~继续|продолжить|продовжити|~진행|~続ける"
        + "|solche|solchen|derartige|anfrage|diese anfrage|frage|aufgabe|bitte|beratung|rechtsberatung|ratschlage|auskunft|diesen text|inhalte|anleitung|dir dabei|ihnen dabei|dabei"
        + "|conseil|conseils|cette demande|demande|cette question|ce texte|avis|informations|ce type|ce genre|contenu|cette tache|cette scene|ce point|sur ce sujet"
        + "|consejos|asesoramiento|ese tipo|este tipo|solicitud|peticion|ese texto|opiniones|esa informacion|contenido|esa pregunta|esta conversacion|esto|eso"
        + "|consigli|questo tipo|questo genere|a farlo|questa richiesta|richiesta|questo testo|pareri|contenuti|questo|conselhos|esse tipo|este tipo|pedido|solicitacao|esse texto|essa informacao|conteudo|essa pergunta|isso"
        + "|dit soort|zulke|verzoek|dit verzoek|deze tekst|advies|deze vraag|inhoud|takiego tekstu|takich|prosby|tego tekstu|porad|tresci|to pytanie|w tej sprawie"
        + "|sadan|sadana|begaran|forfragan|den fragan|den har texten|rad|sadant innehall|detta|bu istegi|bu talebi|bu soruya|bu metni|icerik|bu konuda|gorus"
        + "|такой текст|такого рода|~подобн|этот запрос|этого запроса|запрос|этот вопрос|этот текст|советы|контент|эту тему|это сделать|это"
        + "|такий текст|~подібн|цей запит|цього запиту|це запитання|цей текст|поради|контент|цього зробити|це"
        + "|~要望|~依頼|~リクエスト|~文章|~意見|~内容|~情報|~請求|~请求|~要求|~问题|~文字|~意见|~此类|~信息|~요청|~질문|~글|~의견|~콘텐츠|~정보"
        + "|الطلب|هذا الطلب|السؤال|هذا النص|راي|المحتوى|المعلومات|अनुरोध|प्रश्न|पाठ|सामग्री|जानकारी"
        + "|answer questions|questions about|this image|this description|provide any|anliegen|istruzioni|instrucciones|instrucoes|informacji|такую информацию|информацию|інформацію|ذلك|medizinischen|medizinische|rechtliche|medisch|medicinska|juridisch|instructions|anweisungen|informationen|ayuda con|this recipe|that kind of text|that kind of content|such a text|such content|~那样的|~这种|~この"
        + "|topic|topics|impersonate|politician|review this|darauf|dazu|diesen inhalt|dieses thema|thema"
        + "|solche inhalte|diese bitte|bitte nicht|tema|ese tema|este tema|esta peticion|estos temas"
        + "|ce sujet|ces sujets|cette requete|requete|questo argomento|argomento|esse assunto|assunto"
        + "|dit onderwerp|onderwerp|deze inhoud|detta amne|amne|tego tematu|temat|te tematy|bu soru|konuda"
        + "|темы|тему|темах|теми|вопрос|питання|~質問|~話題|~文章|~문의|~내용|~주제|~话题|~文章|~主题|الموضوع|विषय|सवाल"
        + "|these instructions|instructions that|this one|a fake|an essay|a poem about|for you"

    private static let formal =
        "request|requests|content|material|assist with|assistance with|fulfill|fulfil|inappropriate|explicit|graphic|guidelines"
        + "|offensive|roleplay|scenario|anfrage|inhalte|demande|contenu|solicitud|peticion|contenido|richiesta|contenuti"
        + "|solicitacao|pedido|conteudo|verzoek|inhoud|prosby|tresci|begaran|innehall|talebi|icerik|запрос|запроса|контент"
        + "|запит|запиту|~リクエスト|~ご要望|~内容|~请求|~內容|~요청|~콘텐츠|الطلب|المحتوى|अनुरोध|सामग्री"

    private static let harm =
        "violence|violent|hateful|hate speech|insults|minors|sexual|sexualises|sexualizes|explicit|harmful|self harm|explosives"
        + "|malware|exploit|hacking|illegal|phishing|private data|personal data|personal information|private information"
        + "|privacy|medical|legal advice|financial advice|dosages|elections|real people|real person|real individuals"
        + "|copyright|copyrighted|lyrics|unethical|glorifies|promotes|offensive|discriminatory|security controls"
        + "|vulnerability|bypass|bomb|suicide|drugs|racist|defamatory|misinformation|disinformation|conspiracy|stalking"
        + "|surveillance|fraud|scam|forged|counterfeit|gewalt|violenza|violencia|violencia|przemocy|насили"
        + "|private individuals|personal details|someone else s|password|passwords|fake|credentials"
        + "|plagiarism|hatred|slurs|propaganda|real world|extremist|terror|abuse|cheat|pirated|piracy|spam"
        + "|jailbreak|nudity|erotic|nsfw"

    private static let output =
        "assist|provide|generate|produce|fulfill|fulfil|comply|engage|reproduce|promote|translate|summarize|summarise|classify"
        + "|rewrite|depict|endorse|facilitate|fournir|generer|generar|proporcionar|generare|fornire|gerar|fornecer|generieren"
        + "|bereitstellen|wygenerowac|предоставить|генерировать|создавать|надати|generera"

    private static let offer =
        "happy to|glad to|instead|let me know|feel free|would you like|is there something else|is there anything else"
        + "|if you would like|if you d like|please consult|please speak|consult a|contact|local helpline|i could|i can help you|i can offer"
        + "|i can describe|i can write|my purpose|such content|could be|it may|it might|if you re|gern|gerne helfe|it could|i aim to"
        + "|because it|involves|protected by|without their consent"

    private static let world =
        "until|unless|erst|from the text|from it|the text|the table|the passage|the log|the sources|please send|says|said|crackles|whispers|hisses|mutters|replies|hums|drones|traveller|traveler|stranger|adventurer|my lord|my lady|sire|milord|young one|brave knight|knight|king|queen|baron|gate|door"
        + "|sword|potion|dragon|goblin|orc|castle|dungeon|temple|curse|spell|wizard|forge|ore|gold|tavern|inn|friend"
        + "|captain|airlock|citizen|my child|my son|master|oath|paladin|village|quest|treasure|horse|ship|mill|healer"
        + "|fremder|reisender|konig|tor|messire|etranger|voyageur|forastero|viajero|rey|straniero|viandante|viajante"
        + "|vreemdeling|reiziger|wedrowcze|framling|yolcu|путник|путника|мандрівнику|~旅の|~旅人|~여행자|المسافر|यात्री"
        + "|temple|poor box|android|automaton|human|escaped|farmer|merchant|feast|harvest|ask at|move along"

    private static let turn =
        "but here|here is|here s|here are|but from|that said|but i can tell you|so please check|but on|but between"
        + "|but reading|but the|as of my|are right|aber|ublicherweise|first|in general|but a|but if|for example"
}
