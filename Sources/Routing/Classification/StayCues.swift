/// What a task says when it may not leave the machine, beyond doubt: looked for in the whole text, however long.
enum StayCues {
    static let all: [String] = phrases.split(separator: "|").map(String.init)

    private static let phrases =
        "must not leave|mustn t leave|may not leave this|never leave this|stay on this machine|stays on this machine"
        + "|stay on this computer|keep it local|keep this local|local only|locally only|no cloud|not to any cloud|any cloud"
        + "|do not upload|don t upload|offline only|strictly confidential|this is confidential|my password|password is"
        + "|api key is|streng vertraulich|nicht in die cloud|keine cloud|nur lokal|bleibt auf diesem rechner"
        + "|darf das haus nicht verlassen|darf den rechner nicht verlassen|passwort ist|mein passwort"
        + "|strictement confidentiel|ne doit pas sortir|reste en local|pas de cloud|mot de passe est|mon mot de passe"
        + "|estrictamente confidencial|no debe salir|no puede salir|sin nube|la contrasena es|mi contrasena"
        + "|strettamente riservato|non deve uscire|niente cloud|la password e|estritamente confidencial|nao pode sair"
        + "|a senha e|minha senha|strikt vertrouwelijk|mag niet naar buiten|geen cloud|wachtwoord is|scisle tajne"
        + "|scisle poufne|bez chmury|moje haslo|haslo to|prisne duverne|zadny cloud|moje heslo|strikt konfidentiellt"
        + "|inget moln|losenordet ar|строго конфиденциально|никуда не отправляй|мой пароль|пароль от"
        + "|строго конфіденційно|мій пароль|gizli kalsin|buluta gonderme|社外秘|极其机密|不要上传|不能外传|绝密"
        + "|외부 유출 금지|대외비|سري للغاية|अत्यंत गोपनीय"
}
