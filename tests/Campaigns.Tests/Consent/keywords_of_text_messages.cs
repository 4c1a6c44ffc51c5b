using Campaigns.Consent;

namespace Campaigns.Tests.Consent;

public sealed class keywords_of_text_messages
{
    [Theory]
    [InlineData("STOP"), InlineData("stop"), InlineData(" Stop! "), InlineData("STOPALL"), InlineData("unsubscribe"), InlineData("CANCEL"), InlineData("END")]
    [InlineData("Quit"), InlineData("REVOKE"), InlineData("OPTOUT"), InlineData("opt out"), InlineData("Opt-Out now"), InlineData("stop please")]
    [InlineData("\"stop\""), InlineData("Stop. I never asked for this."), InlineData("STOP\nSent from my phone")]
    public void to_be_left_alone_are_honoured_in_whatever_is_said_around_them(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Stop);

    [Theory]
    [InlineData("ＳＴＯＰ"), InlineData("ＳＴＯＰ　ｐｌｅａｓｅ"), InlineData("S\u200BTOP"), InlineData("please stop"), InlineData("Pls STOP!!"), InlineData("Hi, please stop texting me")]
    [InlineData("ARRET"), InlineData("arrêt"), InlineData("Arre\u0302tez s'il vous plaît"), InlineData("Bitte abmelden"), InlineData("Stopp"), InlineData("BAJA, por favor")]
    [InlineData("no thanks, stop"), InlineData("Remove me from your list"), InlineData("please take me off this list"), InlineData("Don't text me again")]
    [InlineData("Do not contact me"), InlineData("No more texts"), InlineData("I want to unsubscribe"), InlineData("Keine SMS mehr!"), InlineData("стоп"), InlineData("停止")]
    [InlineData("please cancel"), InlineData("STOP 🛑"), InlineData("\ud83d stop"), InlineData("stop\ufffe"), InlineData("\uffff stop")]
    public void to_be_left_alone_are_honoured_in_the_forms_and_languages_that_people_use(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Stop);

    [Theory]
    [InlineData("SMS STOP"), InlineData("I want to stop"), InlineData("I want you to stop"), InlineData("can you stop"), InlineData("Wrong number, stop"), InlineData("Who is this? Stop")]
    [InlineData("Remove"), InlineData("remove please"), InlineData("no more"), InlineData("No more, thanks"), InlineData("do not text"), InlineData("un-subscribe"), InlineData("S T O P")]
    [InlineData("S.T.O.P."), InlineData("s-t-o-p please"), InlineData("STOP1"), InlineData("STOP2QUIT"), InlineData("stopppp"), InlineData("stooop"), InlineData("stopit"), InlineData("𝐒𝐓𝐎𝐏")]
    [InlineData("𝓼𝓽𝓸𝓹"), InlineData("🅂🅃🄾🄿"), InlineData("ⓢⓣⓞⓟ"), InlineData("how do I unsubscribe?"), InlineData("I can't unsubscribe"), InlineData("Why don't you stop"), InlineData("why won't you stop texting me")]
    [InlineData("Make it stop"), InlineData("please make this stop"), InlineData("the messages need to stop"), InlineData("How do I stop this?"), InlineData("I need you to stop now"), InlineData("Thanks but please opt me out")]
    [InlineData("Who are you and where on earth did you get my number from? Stop."), InlineData("wtf stop texting me"), InlineData("you did not unsubscribe me"), InlineData("I do not want these, stop")]
    [InlineData("Can you please stop sending me these"), InlineData("I didn't sign up for this, unsubscribe me"), InlineData("pls unsub"), InlineData("Will you please stop!"), InlineData("no more messages please")]
    [InlineData("Not interested"), InlineData("Please take my number off your list"), InlineData("unsuscribe"), InlineData("Please delete my number"), InlineData("I said stop!"), InlineData("Lose my number"), InlineData("Go away")]
    public void to_be_left_alone_are_honoured_wherever_they_stand_in_a_short_message(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Stop);

    [Theory]
    [InlineData("Darme de baja"), InlineData("dar de baja"), InlineData("Quiero darme de baja"), InlineData("cancelar"), InlineData("No me envíen más mensajes"), InlineData("Dejen de enviar mensajes")]
    [InlineData("désabonnement"), InlineData("Désinscrire"), InlineData("se désabonner"), InlineData("Ne plus recevoir"), InlineData("je veux me désabonner"), InlineData("Je n'arrive pas à me désabonner"), InlineData("Laissez-moi tranquille")]
    [InlineData("SAIR"), InlineData("descadastrar"), InlineData("Não quero receber mais mensagens"), InlineData("quero me descadastrar"), InlineData("Pare, por favor")]
    [InlineData("ich will keine SMS mehr"), InlineData("kein Interesse, abmelden"), InlineData("Kein Interesse"), InlineData("Bitte melden Sie mich ab"), InlineData("Ich möchte mich abmelden"), InlineData("Löschen Sie meine Nummer: austragen")]
    [InlineData("ANNULLA"), InlineData("disiscrivimi"), InlineData("Non voglio ricevere messaggi"), InlineData("basta messaggi"), InlineData("Geen berichten meer a.u.b."), InlineData("Schrijf me uit"), InlineData("uitschrijven graag")]
    [InlineData("отписка"), InlineData("Отпишите меня"), InlineData("не присылайте больше"), InlineData("Хочу отписаться от рассылки"), InlineData("wypisz mnie"), InlineData("Proszę nie wysyłać SMS"), InlineData("REZYGNUJĘ")]
    [InlineData("iptal"), InlineData("abonelikten çık"), InlineData("mesaj istemiyorum"), InlineData("Inga fler sms tack"), InlineData("avmeld"), InlineData("Ikke flere beskeder"), InlineData("Jeg vil gerne afmeldes: afmeld"), InlineData("Sluta")]
    [InlineData("取消订阅"), InlineData("не пишите мне"), InlineData("Bitte keine weiteren Nachrichten"), InlineData("Arrêtez s'il vous plait"), InlineData("não quero mais"), InlineData("Avmelding takk")]
    [InlineData("取消"), InlineData("退订"), InlineData("请退订,谢谢"), InlineData("TD退订"), InlineData("やめて"), InlineData("やめてください"), InlineData("ストップ"), InlineData("配信停止お願いします"), InlineData("수신 거부")]
    public void to_be_left_alone_are_honoured_in_many_languages(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Stop);

    [Theory]
    [InlineData("Bitte löschen Sie meine Nummer"), InlineData("Schreiben Sie mir nicht mehr"), InlineData("Schreibt mir bitte nie wieder"), InlineData("Hören Sie auf"), InlineData("Hör auf damit!")]
    [InlineData("Hört auf, mir zu schreiben"), InlineData("Senden Sie mir nichts mehr"), InlineData("Bitte meine Nummer loeschen"), InlineData("Kontaktieren Sie mich nicht mehr")]
    [InlineData("Dejen de enviarme mensajes"), InlineData("Deja de escribirme"), InlineData("No me mandes más SMS"), InlineData("Borren mi número")]
    [InlineData("Não envie mais"), InlineData("Não me mandem mais mensagens"), InlineData("Parem de mandar SMS"), InlineData("Apague o meu número")]
    [InlineData("Non mandatemi più messaggi"), InlineData("Non scrivermi più"), InlineData("Non inviatemi altri SMS"), InlineData("Smettete di mandarmi SMS")]
    [InlineData("Stuur me niets meer"), InlineData("Stuur mij geen sms'jes meer"), InlineData("Verwijder mijn nummer"), InlineData("Hou op"), InlineData("Hou op met sms'en")]
    [InlineData("Je ne veux plus recevoir vos sms"), InlineData("je veux plus recevoir de sms"), InlineData("Je ne veux plus de messages"), InlineData("Ne m'envoyez rien"), InlineData("Effacez mon numéro")]
    [InlineData("AVSLUTT"), InlineData("Avslutt takk"), InlineData("Avslutt abonnement"), InlineData("Ikke kontakt meg"), InlineData("Kontakta mig inte"), InlineData("Afslut")]
    [InlineData("I'm not interested"), InlineData("im not interested thanks"), InlineData("I am not interested, sorry"), InlineData("Not interested anymore"), InlineData("wrong number")]
    [InlineData("Sorry, wrong number"), InlineData("You have the wrong number"), InlineData("Who is this? Wrong number."), InlineData("ST0P"), InlineData("st0p texting me"), InlineData("please ST00P")]
    public void to_be_left_alone_are_honoured_in_the_wordings_of_a_sentence(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Stop);

    [Theory]
    [InlineData("ΣΤΟΠ"), InlineData("στοπ παρακαλώ"), InlineData("Διαγραφή"), InlineData("Θέλω απεγγραφή"), InlineData("Μη μου στέλνετε μηνύματα")]
    [InlineData("Leiratkozás"), InlineData("leiratkozom"), InlineData("Szeretnék leiratkozni"), InlineData("Ne küldjenek több üzenetet"), InlineData("Nem kérek több SMS-t")]
    [InlineData("Odhlásit"), InlineData("Chci se odhlásit"), InlineData("Prosím odhlaste mě"), InlineData("Už mi nic neposílejte"), InlineData("Zrušit"), InlineData("Nechci dostávat SMS")]
    [InlineData("Odhlásiť"), InlineData("Neposielajte mi správy"), InlineData("Chcem sa odhlásiť")]
    [InlineData("Dezabonare"), InlineData("dezabonați"), InlineData("dezabonaţi-mă"), InlineData("Vreau să mă dezabonez"), InlineData("Nu mai trimiteți mesaje")]
    [InlineData("إيقاف"), InlineData("ايقاف"), InlineData("إلغاء الاشتراك"), InlineData("الغاء الاشتراك"), InlineData("من فضلك إيقاف"), InlineData("لا ترسلوا لي رسائل"), InlineData("توقف")]
    [InlineData("הסר"), InlineData("הסר בבקשה"), InlineData("תסירו אותי"), InlineData("הסירו אותי מהרשימה"), InlineData("הסרה")]
    [InlineData("ยกเลิก"), InlineData("ยกเลิกครับ"), InlineData("ยกเลิกการรับข้อความ"), InlineData("หยุดส่ง"), InlineData("ไม่ต้องส่งมาอีก")]
    [InlineData("रोकें"), InlineData("बंद करो"), InlineData("बंद करें"), InlineData("कृपया बंद करो"), InlineData("मैसेज मत भेजो"), InlineData("band karo")]
    [InlineData("berhenti"), InlineData("BERHENTI BERLANGGANAN"), InlineData("tolong berhenti"), InlineData("Jangan kirim SMS lagi")]
    [InlineData("hủy"), InlineData("HUY"), InlineData("Huỷ đăng ký"), InlineData("dừng"), InlineData("Từ chối"), InlineData("Đừng gửi tin nhắn nữa")]
    [InlineData("odjava"), InlineData("Odjavi me"), InlineData("Želim se odjaviti"), InlineData("Odjavite me, molim"), InlineData("одјава"), InlineData("Ne šaljite mi poruke")]
    [InlineData("отказ"), InlineData("стоп"), InlineData("Отписване"), InlineData("Отпишете ме"), InlineData("Не ми пращайте съобщения")]
    [InlineData("loobun"), InlineData("atsisakau"), InlineData("atrakstīties"), InlineData("لغو"), InlineData("itigil"), InlineData("বন্ধ করুন")]
    public void to_be_left_alone_are_honoured_in_languages_of_every_script(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Stop);

    [Theory]
    [InlineData("arrêt de bus où?"), InlineData("Arrêt du tram"), InlineData("Je suis en arrêt maladie"), InlineData("Le prochain arrêt"), InlineData("停止线"), InlineData("停止線在哪里")]
    [InlineData("Hören Sie auf mich"), InlineData("Ich schreibe Ihnen morgen nicht mehr"), InlineData("Meine Nummer hat sich geändert"), InlineData("The wrong number of shoes came"), InlineData("I'm interested")]
    [InlineData("Not interested in red, have you blue?"), InlineData("Je veux plus de chaussures"), InlineData("Je ne veux plus la robe rouge"), InlineData("Deja el paquete en la puerta"), InlineData("Stuur me een bericht")]
    [InlineData("Nem akarok leiratkozni"), InlineData("Nechci se odhlásit"), InlineData("Đúng"), InlineData("Đúng rồi"), InlineData("ยกเลิกคำสั่งซื้อ"), InlineData("Στο στοπ δεξιά"), InlineData("U koliko sati je odjava?")]
    [InlineData("إلغاء الطلب"), InlineData("הסר את הפריט מההזמנה"), InlineData("दुकान कब बंद होगी"), InlineData("Bus berhenti di mana?"), InlineData("Zrušit objednávku z pondělí"), InlineData("TOP 10")]
    public void to_be_left_alone_are_none_where_those_words_mean_something_else(string body) => SmsKeywords.Find(body).ShouldBeNull();

    [Theory]
    [InlineData("Please don't stop the offers"), InlineData("don't stop texting me"), InlineData("Never stop"), InlineData("I don't want you to stop"), InlineData("I can't stop laughing"), InlineData("I cannot stop")]
    [InlineData("bus stop at 5"), InlineData("non-stop"), InlineData("it was a nonstop party"), InlineData("When does the offer stop?"), InlineData("Is the stop near you"), InlineData("Where is the next stop?")]
    [InlineData("I want to stop smoking"), InlineData("We will stop at 5"), InlineData("The rain will stop soon"), InlineData("Can I stop by later?"), InlineData("I'll stop for lunch"), InlineData("I do not want to unsubscribe")]
    [InlineData("Please do not unsubscribe me"), InlineData("I never opted out, don't opt me out"), InlineData("Bitte nicht abmelden"), InlineData("Ich will mich nicht abmelden"), InlineData("ne me désabonnez pas"), InlineData("No quiero darme de baja")]
    [InlineData("non voglio disiscrivermi"), InlineData("не отписывайте меня"), InlineData("не хочу отписаться"), InlineData("请不要退订"), InlineData("不要停止"), InlineData("Quiero cancelar mi pedido de ayer"), InlineData("取消我的订单可以吗")]
    [InlineData("It is a one stop shop"), InlineData("Full stop"), InlineData("They never stop"), InlineData("You are at the wrong stop"), InlineData("Did the offer stop?"), InlineData("Is it a non stop flight")]
    [InlineData("There is no more in the shop"), InlineData("I got no sms from you"), InlineData("Remove the shoes from my order"), InlineData("What is the end date?"), InlineData("Do they stop here")]
    public void to_be_left_alone_are_none_where_a_sentence_means_something_else(string body) => SmsKeywords.Find(body).ShouldBeNull();

    [Theory, InlineData("START"), InlineData("unstop"), InlineData("Yes."), InlineData(" yes ")]
    public void to_get_messages_again_stand_alone(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Start);

    [Theory, InlineData("HELP"), InlineData("help?"), InlineData("Info")]
    public void for_help_stand_alone(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Help);

    [Theory]
    [InlineData(""), InlineData("  "), InlineData("!!"), InlineData("Yes, but call me tomorrow"), InlineData("start tomorrow"), InlineData("help me with this")]
    [InlineData("Please do not stop"), InlineData("Stopped by, nobody there"), InlineData("opt"), InlineData("opt in"), InlineData("😀")]
    [InlineData("Please cancel my order from Monday"), InlineData("No problem, thanks"), InlineData("I would like to stop by tomorrow"), InlineData("Alto volume is great")]
    [InlineData("No more snow here"), InlineData("Thanks!"), InlineData("Bitte rufen Sie mich an")]
    public void are_none_of_the_words_that_only_look_like_them(string body) => SmsKeywords.Find(body).ShouldBeNull();
}
