using System.Collections.Frozen;
using Campaigns.Audience;

namespace Campaigns.Consent;

/// <summary>The words and sentences by which people ask to be left alone, in the languages of those who get messages.</summary>
static class OptOutWords
{
    /// <summary>Twilio's own list and those of the FCC's rule, 47 CFR 64.1200(a)(10): to begin with one of them is enough.</summary>
    public static readonly FrozenSet<string> Beginnings = Words("stop stopall unsubscribe cancel end quit revoke optout");

    /// <summary>They ask for nothing else, wherever they stand in a short message.</summary>
    public static readonly FrozenSet<string> Unmistakable = Words(
        """
        stopall stopp unsubscribe unsubscribed unsubscribing unsubscribeme unsub unsuscribe unsubcribe unsubsribe unsubscibe unsubscride unsubsribed optout desubscribe
        abmelden abgemeldet abmeldung abbestellen abbestellung austragen austragung
        arret arreter arretez desabonner desabonne desabonnez desabonnement desinscrire desinscrivez desinscription desinscris desabonnes
        desuscribir desuscribirme desuscribirse desuscribeme desuscripcion desinscribir desinscribirme desubscribir
        descadastrar descadastre descadastramento descadastro desinscrever desinscreva desinscricao dessubscrever
        disiscrivimi disiscrivi disiscriviti disiscrivermi disiscrizione disiscrivere cancellami cancellatemi disdetta
        afmelden afmelding uitschrijven uitschrijving
        wypisz wypisac wypiszcie rezygnuje
        стоп отписаться отпишите отписка отписаться отписать отпишись відписатися відписка
        avregistrera avregistrering avprenumerera afmeld afmeldt afmelding avmeld avmelding avmelde avmeldes avmalla framelding frameld
        aboneliktencik
        leiratkozas leiratkozom leiratkozni leiratkozok leiratkoznek leiratkozast
        odhlasit odhlaste odhlasim odhlaseni odhlasenie odhlasujem
        dezabonare dezabonati dezabonez dezaboneaza dezabonat dezaboneazama
        στοπ απεγγραφη απεγγραφης
        отписване отпишете
        atrakstities
        """);

    /// <summary>They are an opt-out within writing without spaces, wherever they stand in a short message.</summary>
    public static readonly string[] WithoutSpaces = [.. Split("""
        退订 退訂 取消订阅 取消訂閱 停止 别再发 別再發 別再傳 不要再发 不要再發 不要再傳 请勿再发 請勿再傳 不要发短信 拒收
        配信停止 停止希望 やめて 止めて 配信不要 送らないで ストップ 登録解除 配信解除 配信を停止
        수신거부 구독취소 그만
        ยกเลิกการรับ ยกเลิกข้อความ ยกเลิกsms หยุดส่ง เลิกส่ง ไม่ต้องส่ง อย่าส่ง
        """).Select(Plain)];

    /// <summary>They say that something in <see cref="WithoutSpaces"/> must not be.</summary>
    public static readonly string[] NotWithoutSpaces = [.. Split("不要停止 别停止 別停止 不停止 停止しない 停止しません 没有停止 沒有停止 停止线 停止線 停止营业 停止營業 请不要退订 不要退订 不要退訂 不退订 不退訂 그만두지").Select(Plain)];

    /// <summary>They also begin other sentences: nothing but courtesies may stand around them.</summary>
    public static readonly FrozenSet<string> Alone = Words(
        """
        alto baja parar pare para basta ferma aufhoren stoppen avsluta revoke cancel quit end remove delete exit enough
        cancelar cancela cancele sair saia salir eliminar eliminarme borrar borrarme remover sacarme quitar quitarme
        annulla annullare annuler annulez cancella disdire fermare smettila stornieren loschen kundigen raus
        stopper opphor slutt sluta slut lopeta peruuta iptal dur durdur cik ret istemiyorum
        rezygnacja koniec anuluj usun przestan zatrzymaj отмена отменить отключить прекратить хватит удалить отказ
        avslutt avslutte afslut lemondom torles zrusit
        διαγραφη διακοπη откажи прекрати
        odjava odjavi odjavite odjaviti odjavljujem одјава одјави
        ايقاف إيقاف أوقف الغاء إلغاء توقف لغو הסר הסרה הסירו להסיר
        ยกเลิก ยกเลิกครับ ยกเลิกค่ะ ยกเลิกคะ หยุด
        रोकें रोको बंद berhenti henti huy itigil tigil loobu loobun atsisakau atsisakyti atteikties
        取消 解除 中止 不要 退出 解約 취소 중지 거절
        """);

    /// <summary>As <see cref="Alone"/>, of several words.</summary>
    public static readonly string[] AlonePhrases = Sentences(
        """
        no more
        no mas
        nao mais
        not interested
        no longer interested
        i m not interested
        im not interested
        i am not interested
        we re not interested
        we are not interested
        not interested anymore
        not interested any more
        i m not interested anymore
        wrong number
        you have the wrong number
        you have a wrong number
        you ve got the wrong number
        you got the wrong number
        i think you have the wrong number
        this is the wrong number
        horen sie auf
        horen sie auf damit
        horen sie damit auf
        hor auf
        hor auf damit
        hor damit auf
        hort auf
        hort auf damit
        hort damit auf
        falsche nummer
        numero equivocado
        hou op
        tu choi
        dung lai
        बंद करो
        बंद करें
        बंद कर दो
        बंद कीजिए
        বন্ধ করুন
        বন্ধ করো
        band karo
        no me interesa
        kein interesse
        nicht interessiert
        pas interesse
        non interessato
        non mi interessa
        geen interesse
        delete me
        sign me off
        i m out
        go away
        basta sms
        ikke sms
        ingen sms
        inga sms
        geen reclame
        geen sms
        niente sms
        pas de pub
        pas de sms
        keine werbung
        keine sms
        no sms
        no texts
        """);

    /// <summary>An opt-out wherever it stands in a short message, and at the beginning of any.</summary>
    public static readonly string[] Phrases = Sentences(
        """
        opt out
        opt me out
        opting out
        un subscribe
        remove me
        remove my number
        remove number
        remove this number
        remove my name
        remove from list
        take me off
        take my number off
        take off my number
        delete my number
        delete this number
        leave me alone
        lose my number
        no more texts
        no more text
        no more text messages
        no more sms
        no more messages
        no more msgs
        no more spam
        no more offers
        no more ads
        do not text
        don t text
        dont text
        do not message
        don t message
        dont message
        do not contact
        don t contact
        dont contact
        do not send me
        don t send me
        dont send me
        do not write me
        do not sms
        do not disturb
        never text me
        never contact me
        quit texting
        quit messaging
        quit sending
        quit contacting
        cease texting
        cease and desist
        cancel my subscription
        cancel subscription
        cancel sms
        cancel texts
        end subscription
        keine sms mehr
        keine nachrichten mehr
        keine werbung mehr
        keine mitteilungen mehr
        keine weiteren sms
        keine weiteren nachrichten
        nicht mehr schreiben
        nicht mehr anschreiben
        nicht mehr kontaktieren
        nicht mehr schicken
        nicht mehr senden
        nichts mehr schicken
        nichts mehr senden
        schreiben sie mir nicht mehr
        schreib mir nicht mehr
        schreibt mir nicht mehr
        schreiben sie mir bitte nicht mehr
        schreib mir bitte nicht mehr
        schreibt mir bitte nicht mehr
        schreiben sie mir nie wieder
        schreiben sie mir bitte nie wieder
        schreib mir nie wieder
        schreib mir bitte nie wieder
        schreibt mir nie wieder
        schreibt mir bitte nie wieder
        nie wieder schreiben
        kontaktieren sie mich nicht mehr
        kontaktiert mich nicht mehr
        schicken sie mir nichts mehr
        schickt mir nichts mehr
        senden sie mir nichts mehr
        sendet mir nichts mehr
        schicken sie mir keine sms
        schicken sie mir keine nachrichten
        senden sie mir keine sms
        senden sie mir keine nachrichten
        horen sie auf mir
        hor auf mir
        hort auf mir
        loschen sie meine nummer
        losche meine nummer
        losch meine nummer
        loscht meine nummer
        loschen sie mich
        nummer loeschen
        loeschen sie meine nummer
        melden sie mich ab
        meldet mich ab
        melde mich ab
        meld mich ab
        tragen sie mich aus
        nummer loschen
        meine nummer loschen
        lasst mich in ruhe
        lassen sie mich in ruhe
        plus de sms
        plus de message
        plus de messages
        plus de pub
        plus de publicite
        plus de textos
        ne plus recevoir
        plus recevoir
        ne veux plus recevoir
        ne souhaite plus recevoir
        ne desire plus recevoir
        ne voulons plus recevoir
        ne veux plus de sms
        ne veux plus de message
        ne veux plus de messages
        ne veux plus de pub
        ne veux plus de publicite
        ne veux plus de textos
        ne veux plus vos sms
        ne veux plus vos messages
        ne souhaite plus de sms
        ne souhaite plus de messages
        ne m envoyez rien
        ne m envoie plus
        ne m ecris plus
        effacez mon numero
        enlevez mon numero
        retirez mon numero
        plus m envoyer
        ne m envoyez plus
        ne m ecrivez plus
        ne me contactez plus
        laissez moi tranquille
        retirez moi
        supprimez mon numero
        no mas sms
        no mas mensajes
        no mas publicidad
        no mas texto
        no mas textos
        darse de baja
        darme de baja
        dar de baja
        dame de baja
        deme de baja
        denme de baja
        dadme de baja
        de me de baja
        dar baja
        dar baixa
        no enviar mas
        no me envien mas
        no me envie mas
        no me manden mas
        no me envies mas
        no me mande mas
        no me mandes mas
        no me escriban mas
        no me escriba mas
        no me escribas mas
        no envien mas
        no envie mas
        no manden mas
        no quiero mas mensajes
        no quiero recibir
        no deseo recibir
        dejen de enviarme
        dejen de mandar
        dejen de mandarme
        dejen de escribirme
        dejen de molestar
        dejen de molestarme
        deje de enviarme
        deje de mandarme
        deje de escribirme
        deje de molestarme
        deja de enviar
        deja de enviarme
        deja de mandarme
        deja de escribirme
        deja de molestarme
        dejad de enviarme
        dejad de escribirme
        dejen de enviar
        deje de enviar
        dejar de recibir
        dejad de enviar
        quitar mi numero
        eliminar mi numero
        eliminen mi numero
        elimine mi numero
        elimina mi numero
        borrar mi numero
        borren mi numero
        borre mi numero
        borra mi numero
        nao quero receber
        nao quero mais
        nao desejo receber
        nao enviar mais
        nao envie mais
        nao envies mais
        nao enviem mais
        nao mande mais
        nao mandem mais
        nao me mande
        nao me mandem
        nao me escreva
        nao me escrevam
        nao me envie
        nao me enviem
        nao receber
        parar de receber
        pare de enviar
        parem de enviar
        pare de mandar
        parem de mandar
        para de enviar
        para de mandar
        apague meu numero
        apague o meu numero
        apaguem meu numero
        apaguem o meu numero
        chega de mensagens
        me tira da lista
        me remova
        remova meu numero
        cancelar inscricao
        cancelar subscricao
        cancelar assinatura
        cancelar suscripcion
        non voglio ricevere
        non voglio piu
        non desidero ricevere
        non inviatemi piu
        non inviatemi altri
        non inviate piu
        non inviarmi piu
        non mi inviate piu
        non mandatemi piu
        non mandatemi altri
        non mandate piu
        non mandarmi piu
        non mi mandate piu
        non scrivetemi piu
        non scrivermi piu
        non mi scrivete piu
        non contattatemi piu
        non contattarmi piu
        niente piu sms
        basta messaggi
        basta pubblicita
        cancella iscrizione
        annulla iscrizione
        cancellate il mio numero
        cancellate il numero
        cancella il mio numero
        smettete di scrivermi
        smettete di mandarmi
        smettete di inviarmi
        smettila di scrivermi
        smettila di mandarmi
        toglietemi dalla lista
        geen sms meer
        geen berichten meer
        geen reclame meer
        niet meer sturen
        niets meer sturen
        stuur me niets meer
        stuur mij niets meer
        stuur niets meer
        stuur me geen sms
        stuur mij geen sms
        stuur me geen berichten
        stuur mij geen berichten
        stuur me geen reclame
        hou op met
        houd op met
        verwijder mijn nummer
        niet meer appen
        schrijf me uit
        schrijf mij uit
        meld me af
        meld mij af
        haal me van de lijst
        nie wysylac
        nie wysylaj
        nie wysylajcie
        prosze nie pisac
        nie pisz do mnie
        nie chce sms
        nie chce wiecej
        nie chce otrzymywac
        nie zycze sobie
        zrezygnuj z subskrypcji
        usun moj numer
        prosze mnie usunac
        не присылать
        не присылайте
        не присылайте больше
        больше не присылайте
        не пишите
        не писать
        не отправляйте
        не беспокоить
        не беспокойте
        не хочу получать
        удалите мой номер
        удалите меня
        отключите рассылку
        отключить рассылку
        abonelikten cik
        abonelikten cikmak istiyorum
        uyelikten cik
        mesaj istemiyorum
        sms istemiyorum
        mesaj atmayin
        mesaj gondermeyin
        sms gondermeyin
        bir daha mesaj
        listeden cikar
        listeden cikarin
        numarami silin
        inga fler sms
        inga fler meddelanden
        inga mer sms
        kontakta mig inte
        skicka inte
        skicka inga
        ta bort mig
        ta bort mitt nummer
        sluta skicka
        sluta sms a
        avsluta prenumeration
        ikke flere sms
        ikke flere beskeder
        ikke mere sms
        ikke send
        send ikke
        ikke kontakt meg
        ikke kontakt mig
        kontakt meg ikke
        kontakt mig ikke
        avslutt abonnement
        avslutt sms
        afslut abonnement
        ingen flere sms
        ingen meldinger
        slett meg
        slett nummeret mitt
        slet mig
        slet mit nummer
        fjern meg
        fjern mig
        meld meg av
        meld mig fra
        meld mig ud
        meld meg ut
        slutt a sende
        stop med at sende
        수신 거부
        μη μου στελνετε
        μην μου στελνετε
        μη στελνετε
        μην στελνετε
        ne kuldjenek tobb
        ne kuldjon tobb
        ne kuldj tobb
        nem kerek tobb
        mi nic neposilejte
        neposilejte mi
        uz neposilejte
        nechci dostavat
        neposielajte mi
        mi nic neposielajte
        uz neposielajte
        nechcem dostavat
        nu mai trimiteti
        nu mi mai trimiteti
        nu mai trimite
        nu mai vreau mesaje
        nu mai doresc mesaje
        الغاء الاشتراك
        ايقاف الرسائل
        لا ترسل
        لا ترسلوا
        لا تراسلني
        لغو اشتراک
        הסירו אותי
        הסר אותי
        תסירו אותי
        להסיר אותי
        תורידו אותי
        मत भेजो
        मत भेजें
        मत भेजिए
        mat bhejo
        berhenti berlangganan
        berhenti kirim
        berhenti mengirim
        jangan kirim
        jangan hubungi
        huy dang ky
        dung gui
        ngung gui
        odjavi me
        odjavite me
        se odjaviti
        se odjavljujem
        ne saljite mi
        ne salji mi
        ne posiljajte mi
        не шаљите ми
        отпиши ме
        не ми пращайте
        не ми изпращайте
        не ми пишете
        """);

    /// <summary>With their accents; without them they are other words: the Vietnamese for "stop" and for "right" differ in nothing else.</summary>
    public static readonly FrozenSet<string> AloneAsSpelled = Split("dừng").Select(AsSpelled).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What is called a stop and asks for none: passed over wherever it stands.</summary>
    public static readonly string[] SomethingElse = Sentences(
        """
        arret de bus
        arret du bus
        arret de tram
        arret du tram
        arret de metro
        arret de train
        arret de car
        arret de la navette
        arret de travail
        arret maladie
        arret cardiaque
        prochain arret
        dernier arret
        στο στοπ
        """);

    /// <summary>They may stand around what stands alone.</summary>
    public static readonly FrozenSet<string> Courtesies = Words(
        """
        please pls plz kindly just hi hello hey dear sorry no nope thanks thank thx you u ok okay now all immediately sms text texts messages
        bitte hallo danke nein jetzt sofort guten tag bonjour merci svp stp s il vous te plait hola gracias por favor ya ciao grazie per favore
        ola obrigado obrigada alstublieft aub hoi dank u wel prosze dziekuje пожалуйста спасибо lutfen tesekkurler snalla tack vanligen venligst tak takk vennligst
        παρακαλω ευχαριστω kerem koszonom prosim dekuji dakujem rog multumesc molim hvala tolong terima kasih моля благодаря
        من فضلك شكرا لو سمحت בבקשה אנא תודה कृपया धन्यवाद
        请 請 谢谢 謝謝 お願いします ください
        """);

    /// <summary>With one of these before it, with <see cref="Fillers"/> between them, a word says that it must not be.</summary>
    public static readonly FrozenSet<string> Negations = Words(
        "not ne n dont don doesnt didnt didn never wont won nicht niemals pas jamais no nao nunca non niet nooit nie nigdy не никогда inte aldrig ikke aldri ej nem nechci nechcem");

    public static readonly FrozenSet<string> Fillers = Words(
        """
        t please pls want wanna to you me us ever wish intend yet just like need going have the my be this these it
        ich will mich mochte bitte me m vous nous veux voudrais souhaite quiero deseo que se os darme quero desejo voglio vorrei mi wil me mij mogen willen
        akarok szeretnek sa
        chce prosze sie mnie хочу меня vill vil meg mig jeg jag
        """);

    /// <summary>Who says that they cannot, or asks why not, wants it all the more.</summary>
    public static readonly FrozenSet<string> Inability = Words(
        "can cant cannot couldnt could unable how why kann konnte warum wieso wie peux arrive arrives pourquoi comment puedo como posso consigo riesco come kan hoe waarom moge jak могу как почему hvordan hvorfor hur varfor");

    /// <summary>Before "stop" they make it a noun, as in a bus stop.</summary>
    public static readonly FrozenSet<string> BeforeTheNoun = Words(
        "a the bus next last first second one pit train tram truck rest full non every each which any short quick metro subway door local my your our wrong right same main final nearest closest glottal whistle");

    /// <summary>Behind "stop" they make it a way to halt or to visit.</summary>
    public static readonly FrozenSet<string> BehindAnotherStop = Words("by at in off over near on before after until sign signs light lights watch motion gap loss is was to and");

    /// <summary>Behind "stop", with an article or the like between, they are what is to stop.</summary>
    public static readonly FrozenSet<string> Messages = Words(
        """
        text texts texting textin message messages messaging msg msgs sms spam spamming ad ads advertising marketing promo promos promotion promotions notification notifications alert alerts
        email emails emailing mail mailing newsletter subscription offers sending contacting contact calling bothering harassing bugging writing pestering annoying soliciting disturbing
        """);

    public static readonly FrozenSet<string> Articles = Words("all the these this those that your my any with such getting receiving me us from of it");

    /// <summary>Before "stop" they ask when or whether something else stops.</summary>
    public static readonly FrozenSet<string> Questions = Words("when where does did is are was were which shall");

    /// <summary>Before "stop" they are somebody or something else that stops.</summary>
    public static readonly FrozenSet<string> Others = Words("we they he she");

    public static readonly FrozenSet<string> OtherArticles = Words("the a an our his her their hope");

    /// <summary>Whom a sentence about a "stop" to messages speaks to or of.</summary>
    public static readonly FrozenSet<string> Ours = Words("you u i im me please pls make");

    /// <summary>As <see cref="Plain"/>, with the accents.</summary>
    public static string AsSpelled(string text) => VisibleText.Compose(text).ToUpperInvariant();

    public static string Plain(string text) => PlainLetters.Fold(text).ToUpperInvariant();

    static FrozenSet<string> Words(string words) => Split(words).Select(Plain).ToFrozenSet(StringComparer.Ordinal);

    static string[] Sentences(string sentences) => [.. sentences.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Plain)];

    static string[] Split(string words) => words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
