/// Languages of the Latin script: those that IFEval asks for, and those that they could be taken for.
extension LanguageProfile {
  static let latin = [
    LanguageProfile(
      "en",
      """
      a i am the of and to in is that it for was on with as are be this have from or by not but you at your his
      they which we she he their can will has had were been i my me so if would there what when who all more one
      about into than then them its our an do out up how these also some other because here should please could
      very just any no only over such where while after most
      """),
    LanguageProfile(
      "es", letters: "ñ¿¡áíóú",
      """
      de la que el en y los se del las un por con no una su para es al lo como más o pero sus le ya este sí porque
      esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos uno ni ese eso había ella
      son dos era ser está tiene yo mi puede estos qué fue hola gracias
      """),
    LanguageProfile(
      "pt", letters: "ãõçáâêôú",
      """
      de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu
      sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos
      seus quem nas me esse eles estão você são meu minha num pode
      """),
    LanguageProfile(
      "fr", letters: "çœèêàùëîû",
      """
      de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son ou
      mais comme on aux cette ses nous vous je leur été être tout elle même fait ont deux bien où sans peut ces si
      très aussi mon c'est d'un votre entre l d qu était
      """),
    LanguageProfile(
      "de", letters: "äöüß",
      """
      der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an er hat aus wie
      bei oder einer um am sind noch nach sie einem über einen so zum war haben nur ich aber vor zur bis mehr
      durch man sein wurde wir mein kann wenn werden ihr was dass unser sehr
      """),
    LanguageProfile(
      "it", letters: "èòùàì",
      """
      di e il la che è per un in una non sono del si da con i le della dei a nel al come lo più ma gli alla anche
      se ha o su questo delle nella ci mi ho io tutto era essere molto questa suo sua hanno quando c'è fatto loro
      solo stato dal dalla degli ai quello così perché tra il l mio
      """),
    LanguageProfile(
      "nl",
      """
      de van het een en in is dat op te zijn met voor niet die aan er om ook als bij door hij maar of uit nog naar
      dan wordt zich heeft werd over deze ik je we ze wij hebben kan geen tot meer was veel moet zo wel onze
      worden mijn haar jij
      """),
    LanguageProfile(
      "af",
      """
      die van en in is het nie 'n om te vir met dat op sy hy wat as ons aan was ek by of sal kan maar uit nog ook
      baie hierdie word wees hulle deur jy geen
      """),
    LanguageProfile(
      "sv", letters: "åäö",
      """
      och i att det som en på är av för med den till inte har de ett om var jag men sig från vi så kan när han nu
      eller ut vid efter också bara mycket där alla skulle hade blir under detta sina min
      """),
    LanguageProfile(
      "no", letters: "øåæ",
      """
      og i det er på som en til å for av at med de ikke den har jeg om var et men fra vi så kan seg ble når han
      eller være etter også bare mye der alle skulle hadde blir under dette sine min noe hvor
      """),
    LanguageProfile(
      "da", letters: "øåæ",
      """
      og i det er på som en til at for af med de ikke den har jeg om var et men fra vi så kan sig blev når han
      eller være efter også bare meget der alle skulle havde bliver under dette sine min noget hvor
      """),
    LanguageProfile(
      "fi", letters: "äö",
      """
      ja on ei se että oli hän mutta ovat kun niin joka myös tai sen jos kuin ole minä sinä he me te olla nyt vain
      hyvin tämä mitä mikä olen jotka sekä vuonna kanssa mukaan voi siitä joita tässä sitä jonka kuitenkin paljon
      ne ollut minun
      """),
    LanguageProfile(
      "et", letters: "õäöü",
      """
      ja on ei see et oli ta kui ka mis aga ning või oma siis nii selle mida üks olen veel kes meie tema neid
      välja seda pole olid kuid saab väga mina
      """),
    LanguageProfile(
      "hu", letters: "őűáöü",
      """
      a az és hogy nem is egy van ez azt de csak meg már ha volt mint vagy el ki lehet minden még aki itt ott én
      mi ezt be sem majd nagyon akkor most mert amely pedig
      """),
    LanguageProfile(
      "pl", letters: "łąęśźżćń",
      """
      i w na z się nie do to jest że o jak po za od dla ale co przez oraz są ich był był tak tylko być jego które
      czy może bardzo ja już jako który ma tego jej przy tym jednak gdy było także mnie lub jestem nas pan
      """),
    LanguageProfile(
      "cs", letters: "řůěčšžý",
      """
      a v na se je že z do to o i jako za k ve by pro ale od po který jsou jeho si tak byl nebo když při jen už
      jsem není které jak být až také podle má bylo aby mezi
      """),
    LanguageProfile(
      "sk", letters: "ľĺŕôčšžý",
      """
      a v na sa je že z do to o i ako za k vo by pre ale od po ktorý sú jeho si tak bol alebo keď pri len už som
      nie ktoré byť až tiež podľa má bolo aby medzi
      """),
    LanguageProfile(
      "sl", letters: "čšž",
      """
      in je v na se da za so z ki pa tudi ne od po kot pri bil do bi ali ko kako vse še lahko bila leta sem samo
      zelo več nekaj med
      """),
    LanguageProfile(
      "hr", letters: "čšžćđ",
      """
      i je u na se da za su od koji kao ne o iz a bio ali do će sam bi što kako sve još može bila godine samo vrlo
      više nešto između ili te nije koje
      """),
    LanguageProfile(
      "ro", letters: "ăâîșțşţ",
      """
      și de în a la cu care pe nu un o că din este mai pentru se sunt ca ce prin fi dar sau au lui fost după al sa
      ale între această foarte când doar eu dacă acest lor cum
      """),
    LanguageProfile(
      "sq", letters: "ëç",
      """
      të e në dhe i për me një që nga si u do ka nuk është më se por kjo ky tij kanë janë ishte edhe shumë mund
      duke apo
      """),
    LanguageProfile(
      "lt", letters: "ąčęėįšųūž",
      """
      ir kad yra į tai su iš bet kaip buvo o ne už tik jis apie per po jo ar dar gali taip labai kuris metų
      """),
    LanguageProfile(
      "lv", letters: "āčēģīķļņšūž",
      """
      un ir ka no uz ar par bet kā tas nav bija es vai pēc līdz kas viņš gan tikai arī ļoti var lai
      """),
    LanguageProfile(
      "tr", letters: "ğışöü",
      """
      ve bir bu da de için ile çok olarak daha gibi olan en ne ama kadar o her ben var sonra mi değil ya biz ancak
      onun şey iyi veya olduğu kendi ise diye
      """),
    LanguageProfile(
      "vi", letters: "đươạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
      """
      và của là có không cho trong được một người các những với này đã để khi từ tôi đến cũng như ra về bạn thì
      nhiều năm sẽ vào lại còn rất trên nếu phải ở làm anh chúng mà
      """),
    LanguageProfile(
      "id",
      """
      yang dan di dari untuk dengan ini pada tidak dalam adalah itu akan ke oleh atau juga saya kami mereka karena
      ada bisa lebih seperti dapat sudah tersebut kita anda sebagai telah banyak
      """),
    LanguageProfile(
      "tl",
      """
      ang ng sa na mga ay at ako ito hindi si para kung ko mo niya nang siya may ni pero kami po isang dahil din
      lang ka ating
      """),
    LanguageProfile(
      "sw",
      """
      na ya wa kwa ni katika la za hii kuwa cha vya yake hiyo kama au lakini pia mimi wewe yeye sisi wao huo hilo
      watu mtu sana ambayo baada kila bila hivyo ili yao wake ndiyo habari asante kutoka moja siku mwaka huu hapa
      """),
    LanguageProfile(
      "so",
      """
      iyo waa ee oo ka ku in la ay uu soo loo aan ayaa waxaa waxay wuxuu si ah ama isaga kale badan leh laga waxa
      mid
      """),
    LanguageProfile(
      "cy", letters: "ŵŷ",
      """
      yn y i a o ar mae ei yr wedi ac am gan bod oedd fel hyn ond hefyd fod ni wrth cael ef dros sydd mewn
      """),
    LanguageProfile(
      "ca", letters: "çàèòïü",
      """
      de la el i a que en les un del per una es els al amb no són més com va però seva aquest aquesta seu dels o
      també ser ha entre molt hi ho jo quan està on
      """),
  ]
}

/// Languages that share the Cyrillic, Arabic and Devanagari scripts.
extension LanguageProfile {
  static let cyrillic = [
    LanguageProfile(
      "ru", letters: "ыэё",
      """
      и в не на что с по это как для из его от но так же все она они мы было при только или был если уже когда мне
      есть также которые может чтобы этот быть более очень где нет ему меня их том
      """),
    LanguageProfile(
      "uk", letters: "іїєґ",
      """
      і в не на що з це як для та до його від але так все вона вони ми було при або був якщо вже коли мені є також
      які може щоб цей бути дуже де немає йому мене їх у за він який
      """),
    LanguageProfile(
      "bg", letters: "ъ",
      """
      и в не на че с по това как за из от но така той тя те ние беше при само или ако вече когато ми е също които
      може да този си са се ще много където няма му ме ги го към до със като един една
      """),
    LanguageProfile(
      "mk", letters: "ѓќљњџѕј",
      """
      и во не на дека со по ова како за од но така тој таа тие ние беше при само или ако веќе кога ми е исто кои
      може да овој се ќе многу каде нема му ме ги го кон до еден една сум
      """),
  ]

  static let arabic = [
    LanguageProfile(
      "ar", letters: "ةىكيإأؤئ",
      """
      في من على إلى أن هذا هذه التي الذي عن مع كان لا ما هو هي كل بعد قبل أو ثم بين عند ذلك لم قد و كما أنا نحن
      يمكن كانت حيث إن لكن
      """),
    LanguageProfile(
      "fa", letters: "پچژگکی",
      """
      در و به از که این را با است برای آن می های ها یک خود شود شد تا بر هم ما من او کرد کند نیز اما یا اگر هر دارد
      شده بود باشد چه نمی
      """),
    LanguageProfile(
      "ur", letters: "ٹڈڑںےہھپچگکی",
      """
      کے کی ہے میں اور کا کو سے نے ہیں پر یہ وہ کہ اس تھا ایک نہیں بھی ہو کر ان تو جو لیے کیا گیا تھے ہم آپ رہا
      تھی ہی
      """),
  ]

  static let devanagari = [
    LanguageProfile(
      "hi",
      """
      है हैं का के की में और से को नहीं यह वह पर एक हो था थे थी कि भी ने तो इस जो कर लिए अपने हम मैं आप या साथ
      बहुत कुछ जब होता होती करने रहा उस
      """),
    LanguageProfile(
      "mr", letters: "ळ",
      """
      आहे आहेत आणि हे हा ही ते तो ती मी नाही नाहीत मध्ये होता होती होते च्या चा ची चे ला एक या त्या त्यांनी करून
      केले साठी पण किंवा आपण आपल्या खूप असे म्हणून काही असतो असते तर व त्याच्या
      """),
    LanguageProfile(
      "ne",
      """
      छ छन् हो र मा को का की ले लाई यो त्यो म हामी भएको गर्न गर्ने हुन्छ थियो पनि एक एउटा तर भने नेपाल गरेको सबै
      हुन् धेरै छैन वा लागि तथा मेरो हाम्रो गर्छ गर्नुहोस् साथ अनि आफ्नो
      """),
  ]
}
