"""Texts in many languages, and pairs that ask for them."""

# By ISO 639-1 code; the languages that IFEval asks for.
TEXTS = {
    "en": [
        "The river was quiet this morning, and the boats had not left yet. We sat on the wall and drank our tea.",
        "Please remember to water the plants while I am away. There is enough food for the cat in the kitchen.",
        "It rains. We wait for the bus.",
    ],
    "es": [
        "Esta mañana el río estaba tranquilo y los barcos todavía no habían salido. Nos sentamos en el muro y tomamos el té.",
        "Por favor, recuerda regar las plantas mientras estoy fuera. Hay suficiente comida para el gato en la cocina.",
        "Llueve mucho. Esperamos el autobús.",
    ],
    "pt": [
        "Esta manhã o rio estava calmo e os barcos ainda não tinham saído. Sentamo-nos no muro e bebemos o nosso chá.",
        "Por favor, lembre-se de regar as plantas enquanto eu estiver fora. Há comida suficiente para o gato na cozinha.",
        "Está chovendo muito. Esperamos o ônibus.",
    ],
    "fr": [
        "Ce matin la rivière était calme et les bateaux n'étaient pas encore partis. Nous nous sommes assis sur le mur pour boire du thé.",
        "N'oublie pas d'arroser les plantes pendant mon absence. Il y a assez de nourriture pour le chat dans la cuisine.",
        "Il pleut. Nous attendons le bus.",
    ],
    "de": [
        "Heute Morgen war der Fluss ruhig, und die Boote waren noch nicht ausgelaufen. Wir saßen auf der Mauer und tranken unseren Tee.",
        "Bitte denk daran, die Pflanzen zu gießen, während ich weg bin. In der Küche ist genug Futter für die Katze.",
        "Es regnet. Wir warten auf den Bus.",
    ],
    "it": [
        "Questa mattina il fiume era tranquillo e le barche non erano ancora partite. Ci siamo seduti sul muro e abbiamo bevuto il tè.",
        "Per favore, ricordati di annaffiare le piante mentre sono via. C'è abbastanza cibo per il gatto in cucina.",
        "Piove molto. Aspettiamo l'autobus.",
    ],
    "pl": [
        "Dziś rano rzeka była spokojna, a łodzie jeszcze nie odpłynęły. Siedzieliśmy na murze i piliśmy herbatę.",
        "Proszę pamiętaj o podlewaniu roślin, kiedy mnie nie będzie. W kuchni jest dość jedzenia dla kota.",
        "Pada deszcz. Czekamy na autobus.",
    ],
    "fi": [
        "Tänä aamuna joki oli hiljainen, eivätkä veneet olleet vielä lähteneet. Istuimme muurilla ja joimme teetä.",
        "Muista kastella kasvit, kun olen poissa. Keittiössä on tarpeeksi ruokaa kissalle.",
        "Sataa vettä. Odotamme bussia.",
    ],
    "sw": [
        "Asubuhi hii mto ulikuwa kimya na mashua zilikuwa bado hazijaondoka. Tuliketi kwenye ukuta na kunywa chai yetu.",
        "Tafadhali kumbuka kumwagilia mimea wakati mimi niko mbali. Kuna chakula cha kutosha kwa paka jikoni.",
        "Mvua inanyesha. Tunasubiri basi.",
    ],
    "vi": [
        "Sáng nay dòng sông rất yên tĩnh và những chiếc thuyền vẫn chưa rời bến. Chúng tôi ngồi trên bức tường và uống trà.",
        "Xin hãy nhớ tưới cây khi tôi đi vắng. Trong bếp có đủ thức ăn cho con mèo.",
        "Trời mưa. Chúng tôi đợi xe buýt.",
    ],
    "ru": [
        "Сегодня утром река была спокойной, и лодки ещё не ушли. Мы сидели на стене и пили чай.",
        "Пожалуйста, не забудь полить цветы, пока меня нет. На кухне достаточно еды для кошки.",
        "Идёт дождь. Мы ждём автобус.",
    ],
    "uk": [
        "Сьогодні вранці річка була спокійною, і човни ще не вирушили. Ми сиділи на стіні й пили чай.",
        "Будь ласка, не забудь полити квіти, поки мене немає. На кухні достатньо їжі для кішки.",
        "Іде дощ. Ми чекаємо на автобус.",
    ],
    "bg": [
        "Тази сутрин реката беше спокойна и лодките още не бяха тръгнали. Седяхме на стената и пиехме чай.",
        "Моля те, не забравяй да полееш цветята, докато ме няма. В кухнята има достатъчно храна за котката.",
        "Вали дъжд. Чакаме автобуса.",
    ],
    "ar": [
        "كان النهر هادئا هذا الصباح ولم تكن القوارب قد غادرت بعد. جلسنا على الجدار وشربنا الشاي.",
        "من فضلك تذكر أن تسقي النباتات أثناء غيابي. هناك ما يكفي من الطعام للقطة في المطبخ.",
        "المطر ينزل الآن. نحن ننتظر الحافلة.",
    ],
    "fa": [
        "امروز صبح رودخانه آرام بود و قایق‌ها هنوز نرفته بودند. ما روی دیوار نشستیم و چای نوشیدیم.",
        "لطفا یادت باشد که وقتی من نیستم به گیاهان آب بدهی. در آشپزخانه برای گربه غذای کافی هست.",
        "باران می‌بارد. ما منتظر اتوبوس هستیم.",
    ],
    "ur": [
        "آج صبح دریا پرسکون تھا اور کشتیاں ابھی روانہ نہیں ہوئی تھیں۔ ہم دیوار پر بیٹھے اور چائے پی۔",
        "براہ کرم جب میں دور ہوں تو پودوں کو پانی دینا یاد رکھیں۔ باورچی خانے میں بلی کے لیے کافی کھانا ہے۔",
        "بارش ہو رہی ہے۔ ہم بس کا انتظار کر رہے ہیں۔",
    ],
    "hi": [
        "आज सुबह नदी शांत थी और नावें अभी तक नहीं गई थीं। हम दीवार पर बैठे और अपनी चाय पी।",
        "कृपया मेरे जाने के बाद पौधों को पानी देना याद रखें। रसोई में बिल्ली के लिए पर्याप्त खाना है।",
        "बारिश हो रही है। हम बस का इंतज़ार कर रहे हैं।",
    ],
    "mr": [
        "आज सकाळी नदी शांत होती आणि होड्या अजून निघाल्या नव्हत्या. आम्ही भिंतीवर बसलो आणि चहा प्यायलो.",
        "कृपया मी बाहेर असताना झाडांना पाणी घालायला विसरू नका. स्वयंपाकघरात मांजरासाठी पुरेसे अन्न आहे.",
        "पाऊस पडत आहे. आम्ही बसची वाट पाहत आहोत.",
    ],
    "ne": [
        "आज बिहान नदी शान्त थियो र डुङ्गाहरू अझै गएका थिएनन्। हामी पर्खालमा बस्यौं र चिया पियौं।",
        "कृपया म नहुँदा बिरुवालाई पानी हाल्न नबिर्सनुहोस्। भान्सामा बिरालोको लागि पर्याप्त खाना छ।",
        "पानी परिरहेको छ। हामी बसको प्रतीक्षा गर्दैछौं।",
    ],
    "bn": ["আজ সকালে নদী শান্ত ছিল এবং নৌকাগুলি এখনও ছেড়ে যায়নি। আমরা দেয়ালে বসে চা খেলাম।", "বৃষ্টি হচ্ছে। আমরা বাসের জন্য অপেক্ষা করছি।"],
    "pa": ["ਅੱਜ ਸਵੇਰੇ ਨਦੀ ਸ਼ਾਂਤ ਸੀ ਅਤੇ ਕਿਸ਼ਤੀਆਂ ਅਜੇ ਨਹੀਂ ਗਈਆਂ ਸਨ। ਅਸੀਂ ਕੰਧ ਉੱਤੇ ਬੈਠ ਕੇ ਚਾਹ ਪੀਤੀ।", "ਮੀਂਹ ਪੈ ਰਿਹਾ ਹੈ। ਅਸੀਂ ਬੱਸ ਦੀ ਉਡੀਕ ਕਰ ਰਹੇ ਹਾਂ।"],
    "gu": ["આજે સવારે નદી શાંત હતી અને હોડીઓ હજી ગઈ ન હતી. અમે દીવાલ પર બેઠા અને ચા પીધી.", "વરસાદ પડે છે. અમે બસની રાહ જોઈએ છીએ."],
    "ta": ["இன்று காலை ஆறு அமைதியாக இருந்தது, படகுகள் இன்னும் புறப்படவில்லை. நாங்கள் சுவரில் அமர்ந்து தேநீர் குடித்தோம்.", "மழை பெய்கிறது. நாங்கள் பேருந்துக்காகக் காத்திருக்கிறோம்."],
    "te": ["ఈ ఉదయం నది ప్రశాంతంగా ఉంది మరియు పడవలు ఇంకా బయలుదేరలేదు. మేము గోడ మీద కూర్చుని టీ తాగాము.", "వర్షం పడుతోంది. మేము బస్సు కోసం ఎదురు చూస్తున్నాము."],
    "kn": ["ಇಂದು ಬೆಳಿಗ್ಗೆ ನದಿ ಶಾಂತವಾಗಿತ್ತು ಮತ್ತು ದೋಣಿಗಳು ಇನ್ನೂ ಹೊರಟಿರಲಿಲ್ಲ. ನಾವು ಗೋಡೆಯ ಮೇಲೆ ಕುಳಿತು ಚಹಾ ಕುಡಿದೆವು.", "ಮಳೆ ಬರುತ್ತಿದೆ. ನಾವು ಬಸ್ಸಿಗಾಗಿ ಕಾಯುತ್ತಿದ್ದೇವೆ."],
    "ml": ["ഇന്ന് രാവിലെ നദി ശാന്തമായിരുന്നു, ബോട്ടുകൾ ഇതുവരെ പുറപ്പെട്ടിരുന്നില്ല. ഞങ്ങൾ മതിലിൽ ഇരുന്നു ചായ കുടിച്ചു.", "മഴ പെയ്യുന്നു. ഞങ്ങൾ ബസ്സിനായി കാത്തിരിക്കുന്നു."],
    "th": ["เช้านี้แม่น้ำเงียบสงบและเรือยังไม่ออกเดินทาง เรานั่งบนกำแพงและดื่มชา", "ฝนกำลังตก เรากำลังรอรถบัส"],
    "ko": ["오늘 아침 강은 조용했고 배들은 아직 떠나지 않았다. 우리는 담 위에 앉아 차를 마셨다.", "비가 온다. 우리는 버스를 기다린다."],
    "ja": ["今朝、川は静かで、船はまだ出ていなかった。私たちは塀に座ってお茶を飲んだ。", "雨が降っています。バスを待っています。"],
    "he": ["הבוקר הנהר היה שקט והסירות עדיין לא יצאו. ישבנו על הקיר ושתינו תה.", "יורד גשם. אנחנו מחכים לאוטובוס."],
}

# Languages that IFEval does not ask for, but that an answer may be in.
OTHERS = {
    "nl": "Vanmorgen was de rivier rustig en de boten waren nog niet vertrokken. We zaten op de muur en dronken onze thee.",
    "sv": "I morse var floden lugn och båtarna hade inte åkt än. Vi satt på muren och drack vårt te.",
    "da": "I morges var floden stille, og bådene var ikke sejlet endnu. Vi sad på muren og drak vores te.",
    "cs": "Dnes ráno byla řeka klidná a lodě ještě neodpluly. Seděli jsme na zdi a pili čaj.",
    "tr": "Bu sabah nehir sakindi ve tekneler henüz ayrılmamıştı. Duvarın üstünde oturup çayımızı içtik.",
    "hu": "Ma reggel a folyó csendes volt, és a hajók még nem indultak el. A falon ültünk és teát ittunk.",
    "ro": "În această dimineață râul era liniștit și bărcile nu plecaseră încă. Ne-am așezat pe zid și am băut ceai.",
    "id": "Pagi ini sungai tenang dan perahu belum berangkat. Kami duduk di tembok dan minum teh.",
    "el": "Σήμερα το πρωί το ποτάμι ήταν ήσυχο και οι βάρκες δεν είχαν φύγει ακόμα. Καθίσαμε στον τοίχο.",
    "zh": "今天早上河水很平静，船还没有出发。我们坐在墙上喝茶。",
    "mk": "Утрово реката беше мирна и чамците сѐ уште не беа заминати. Седевме на ѕидот и пиевме чај.",
    "et": "Täna hommikul oli jõgi vaikne ja paadid polnud veel lahkunud. Me istusime müüril ja jõime teed.",
    "ca": "Aquest matí el riu estava tranquil i les barques encara no havien sortit. Ens vam asseure al mur amb el te.",
    "tl": "Tahimik ang ilog kaninang umaga at hindi pa umaalis ang mga bangka. Umupo kami sa pader at uminom ng tsaa.",
    "so": "Saaka webigu wuu degganaa oo doomuhu weli ma aysan bixin. Waxaan fadhinay derbiga waxaana cabnay shaah.",
}

# Ordinary English, as answers in capitals and in small letters have it.
ENGLISH = [
    "The old bridge was closed for repairs, so everyone had to walk around the lake. Nobody complained about it.",
    "To make the soup, cut the onions and fry them in a little oil. Then add the water and let it cook for an hour.",
    "I have been thinking about your question, and there are three reasons why I do not agree with it.",
    "My sister and I went to the market on Saturday. She bought a lamp, and I found a book about birds.",
    "Thank you for your letter. We will send you the new tickets as soon as they are ready.",
    "In the first year the company had only four people. Today it has more than two hundred, and most of them work from home.",
    "The best way to learn a language is to use it every day. You should read, listen and speak as much as you can.",
    "Once there was a small owl who was afraid of the dark. Every night she hid behind her brother until the sun came up.",
    "If you want to save energy, turn off the lights when you leave a room and wash your clothes in cold water.",
    "The results show that the second method is faster, but it also needs more memory than the first one.",
]

# What each language is most easily taken for.
NEAR = {
    "es": ["pt", "it"], "pt": ["es", "it"], "it": ["es", "fr"], "fr": ["it", "en"], "en": ["de", "fr"],
    "de": ["en", "fi"], "pl": ["fi", "de"], "fi": ["de", "sw"], "sw": ["fi", "it"], "vi": ["fr", "pt"],
    "ru": ["uk", "bg"], "uk": ["ru", "bg"], "bg": ["ru", "uk"], "ar": ["fa", "ur"], "fa": ["ar", "ur"],
    "ur": ["fa", "ar"], "hi": ["mr", "ne"], "mr": ["hi", "ne"], "ne": ["hi", "mr"], "pa": ["hi", "gu"],
    "gu": ["hi", "pa"], "ja": ["ko", "th"], "ko": ["ja", "th"], "he": ["ar", "fa"],
}
CONFUSED = {
    "nl": "de", "sv": "de", "da": "de", "cs": "pl", "tr": "fi", "hu": "fi", "ro": "it", "id": "sw", "el": "ru",
    "zh": "ja", "mk": "bg", "et": "fi", "ca": "es", "tl": "sw", "so": "sw",
}


def ask(response, language):
    return ("language:response_language", {"language": language}, response)


def cases():
    """(type, arguments, response) of the language instruction."""
    for code, texts in TEXTS.items():
        for text in texts:
            for wanted in [code] + NEAR.get(code, ["hi", "en"]):
                yield ask(text, wanted)
        yield ask("\n\n".join(texts), code)
        yield ask(f"**{texts[0]}**\n\n* {texts[-1]}\n", code)
        yield ask(f"Here is your answer:\n\n{' '.join(texts * 2)}\n\nI hope that it helps.", code)
    for code, text in OTHERS.items():
        yield ask(text, CONFUSED[code])
        yield ask(text, "en")
    for response in ["", "   ", "12345", "!!! ??? ...", "😀 😀", "1. 2. 3.", "https://example.org/a/b", "a@b.example"]:
        yield ask(response, "en")
        yield ask(response, "fa")
    for text in ENGLISH:
        yield ask(text, "en")
        for shown in (text, text.upper(), text.lower(), text.lower() + "\n\nThe End", "HERE:\n" + text.upper()):
            yield "change_case:english_capital", {}, shown
            yield "change_case:english_lowercase", {}, shown
    for code in ("es", "pt", "fr", "de", "it", "pl", "fi", "sw"):
        for text in TEXTS[code][:2]:
            yield "change_case:english_capital", {}, text.upper()
            yield "change_case:english_lowercase", {}, text.lower()
    for count in (1, 3, 8):
        mixed = TEXTS["en"][0] + " " + " ".join(TEXTS["hi"][1:2] * count)
        yield ask(mixed, "hi")
        yield ask(mixed, "en")
