"""Answers that test the borders of each rule."""

BULLETS = ["* a\n* b", "- a\n- b", "* a\n- b\n", "** a\n* b", "*\n* b", "*\n\n* b", "* a\n\n\n* b\n\n", "  * a\n\t- b", "*a", "--\n--",
           "---\n\n* a", "a * b\n* c", "\u00a0* a", "* a * b", "*", "-", "- ", "* \n", "1. a\n2. b", "• a\n• b", "*a*\n*b*", "**a**\n**b**",
           "text\n* a\r\n* b", "* a\u2028* b"]
HIGHLIGHTS = ["*a*", "**a**", "***a***", "*a* *b*", "**a** **b**", "* a\n* b", "*a\nb*", "**", "****", "* *", "** **", "*a**b*", "**a*b**",
              "* a * b * c", "*a* b *c* d *e*", "_a_", "***", "**a\n**b**", "*  *x*", "** a ** b **"]
PARAGRAPHS = ["a", "a***b", "a\n***\nb", "a\n\n***\n\nb\n***\nc", "***\na\n***\nb\n***", "a\n***\n***\nb", "a\n******\nb", "***", "*** ***",
              "a\n****\nb", "a *** b", "a\n* * *\nb", "***a***b***", " *** a *** "]
RESPONSES = ["a\n******\nb", "a\n******\na", "******\na\n******\nb", "a\n******\nb\n******", "a\n******\n******\nb", "a", "a\n******\nb\n******\nc",
             "a ****** a ", "a***b", "a*******b", "******", "a\n************\nb", "A\n******\na"]
TITLES = ["<<a>>", "<< >>", "<<>>", "<<>>>", "<<<a>>>", "<a>", "<<a\nb>>", "x <<a>> y", "<< <a> >>", "<<a>", "<<a>> <<>>", "<<>> <<a>>", ">>a<<", "<<\u00a0>>",
          "<<<>>>", "<<><>>", "text\n<<b>>"]
JSON = ["{}", "[]", "[1, 2]", '{"a": 1}', "```json\n{\"a\": 1}\n```", "```JSON\n[]\n```", "```Json []```", "```\n[]\n```", "{'a': 1}", '{"a": 1,}', "[1,]",
        "null", "true", "True", "NaN", "-Infinity", "[Infinity, NaN]", "-NaN", "01", "[01]", "1.", ".5", "1e5", "1E+5", "1e", "-", "-0", "+1", '"a', '"a"', '"a\nb"',
        '"a\tb"', '"\\u00e9"', '"\\u12"', '"\\ud800"', '"\\x"', "{\"a\" 1}", "{1: 2}", "{\"a\": {\"b\": [null, false, {\"c\": \"d\"}]}}", "[] []", "[][", "]", "{",
        "Here: {}", "\ufeff{}", "[1 2]", "[\u00a01]", "```json\n```", "```json```json{}```", "1" * 30, "[" * 50 + "]" * 50, "[" * 5 + "]" * 4, '{"a":1, "a":2}',
        "{} ", "\n\n{}\n", "```python\n{}\n```", "{\"a\":\"\x7f\"}", "{,}", "[,]", "{\"a\":}", "nul", "nulll", "[true,false,null]", "1.5e-3", "\"\\\\\"", "\"\\\"", "```{}``` ok"]
PLACEHOLDERS = ["[a]", "[]", "[a] [b]", "[a\nb]", "[[a]]", "[a]]", "[a [b]", "]a[", "[a][b][c]", "(a)", "[a\n[b]", "[ ]", "[\r]", "[a\u2028b]"]
POSTSCRIPTS = ["P.S. a", "p.s. a", "P. S. a", "P.S a", "PS: a", "P.P.S a", "P. P. S. a", "p.p.s", "P.\nS. a", "P.  S. a", "P.P.S. a", "a\n\nP.S.", "P.P. S", "XP.S.Y", "P.\tP.\nS", "P.P.\n\nS"]
CONSTRAINED = ["My answer is yes.", "My answer is no.", "My answer is maybe.", "my answer is yes.", "My answer is yes", "I think: My answer is no. Really.", "My answer  is no.",
               "*My answer is* no.", "MY ANSWER IS NO.", "My answer is yes!"]
SECTIONS = ["Section 1 a Section 2 b", "Section1", "SECTION 1", "section 1", "Section  1", "Section\n1\nSection\t2", "Section one", "Section 1Section 2", "Sections 1", "Section 12 Section 3 Section 4",
            "Section ٣", "Section ²", "Section 1.\n\nSection 2.\n\nSection 3.", "**Section 1**", "Section X", "Subsection 1"]
ENDINGS = ["Any other questions?", "any other QUESTIONS?", "Any other questions? ", "\"Any other questions?\"", "Any other questions?\"\"", "'Any other questions?'", "Any other questions?.", "Any other questions",
           "**Any other questions?**", "Any other\nquestions?", "Hm. Any other questions?\n\nBye.", "Any other questions?\n***", "\u00a0Any other questions?\u3000", "\" Any other questions?\" "]
REPEATS = ["Say hello. Hello!", "say HELLO. Hello!", "  Say hello.\nHello", "\"Say hello.\" Hello", "Say  hello.", "Hello. Say hello.", "Say hello", "**Say hello.** Hello", "Sure!\nSay hello. Hello!", "SAY HELLO."]
QUOTATIONS = ["\"a\"", "\"a", "a\"", "\"", "\"\"", "''a''", "“a”", " \"a\" ", "\"a\" b \"c\"", "\"a\"\nb", "b\n\"a\"", "*\"a\"*", "\n\"a\"\n"]
COMMAS = ["a, b", "a b", "a،b", "a，b", "1,000", ",", "a; b", "a,\nb", "b\na,", "a,\nb\nc,", "、"]
FIRST_WORDS = ["Cat one\n\ndog two\n\nbird", "cat. one\n\nDog, two\n\nBird", "'cat' x\n\n\"Dog\" y\n\n\"'bird z", "\n\ncat\n\ndog\n\nbird", "cat\n\n\n\ndog\n\nbird", "cat\n\n \n\ndog\n\nbird", "cat\ndog\nbird", "*cat* a\n\n**dog** b\n\nbird",
               "cat\n\n\ndog\n\n\nbird", "cat's\n\ndog's\n\nbird's", "cat-like\n\ndog:\n\n(bird)", "CAT\n\nDOG\n\nBIRD\n\n", "cat\r\n\r\ndog\r\n\r\nbird", "1. cat\n\n2. dog", "cat\n\ndog\n\nbird\n\n***", "Sure:\n\ncat\n\ndog\n\nbird"]
KEYWORDS = ["The cat sat.", "CAT", "concatenate", "a cat, a Cat and a CAT", "ca t", "c*a*t", "cats cat's cat_ cat-cat", "catcat", "caté", "é cat é", "cat1", "1cat", "ſtop Kelvin \u212aelvin", "ıtem İtem item", "stop STOP", "naïve NAÏVE", "cat\u0301",
            "straße STRASSE", "dog", "Cat\ncat\ndog"]
LETTERS = ["banana", "BANANA", "b a n", "ÀÁ a", "\u212aite Kite kite", "İi I", "q", "aaa\naaa", "*a*", "", "ааа"]
CAPITALS = ["HELLO WORLD", "Hello WORLD", "DON'T CAN'T IT'S", "IT'S. YES", "U.S.A. and NATO", "CANNOT GONNA", "A I O", "A-B C/D E_F", "HELLO,WORLD", "HELLO:WORLD", "1A A1 1", "ÉTÉ ÑU", "“WOW”", "‘TIS 'TIS ’TIS", "I'm I'll I'D I'VE", "(ABC) [DEF] {GHI} <JKL>",
            "AB--CD AB-CD", "A...B", "WAIT...WHAT", "R&D Q&A", "A*B *C*", "50% #TAG @NAME $USD", "YES! NO? OK;", "DON’T", "THE END.\nFIN.", "WE'RE YOU'VE They'RE", "MORE'N D'YE LEMME WANNA GOTTA GIMME", "'A 'B' C'", "''QUOTE''", "``QUOTE``",
            "\"QUOTE.\" NEXT", "ꟲ ª º Ⅷ ⓐ Ⓐ ǅ", "ДА НЕТ да", "MR. SMITH WENT. DR. WHO", "A.B C.D", "JOHN'S' X", "NO.5 NO. 5", "THE DOG'S.", "THE DOG'S. NEXT", "D'A D'ARTAGNAN O'NEIL", "X:1 X: 1 X,1 X, 1", "«OUI» „JA“"]
CASES = ["THE CAT IS ON THE MAT AND THE DOG IS IN THE HOUSE.", "the cat is on the mat and the dog is in the house.", "The cat is on the mat.", "THE CAT IS ON THE MAT AND IT IS A VERY GOOD DAY, i think.", "123 456", "", "...", "THIS IS THE STORY OF A MAN WHO LIVED BY THE SEA WITH HIS WIFE AND THEIR SON.\n\nTHE END",
         "this is the story of a man who lived by the sea with his wife and their son.\n\nthe end", "Title\nthis is the story of a man who lived by the sea with his wife and their son.", "DER HUND UND DIE KATZE SIND IM HAUS UND DAS IST SEHR SCHÖN.",
         "el perro y el gato están en la casa y no quieren salir porque llueve.", "the answer to this question is 42, and there is nothing more that we could say about it.", "THE ANSWER TO THIS QUESTION IS 42 AND THERE IS NOTHING MORE THAT WE COULD SAY ABOUT IT.",
         "ответ на этот вопрос — сорок два.", "it is what it is — ª º.", "ǅ is a letter that the rest of this sentence does not have.", "*this is the first line of the answer*\nAnd this is the second line.\nthis is the third line of the answer."]
SENTENCES = ["", "a", "A. B. C. D.", "One. Two. Three.", "One.Two.Three.", "One! Two? Three...", "One... two... Three", "One.\nTwo.\n\nThree", "Mr. Fox ran. Mrs. Fox slept.", "I saw Dr. No. It was good.", "He lives in the U.S. She lives in the U.K.",
             "The U.S. Army came. The U.S. The end.", "At 5 p.m. we ate. At 6 p.m. We slept.", "e.g. this, i.e. that, etc. and so on.", "1. First\n2. Second\n3. third", "1. first 2. second", "Costs 3.50. Or 4.", "(Yes.) (No.) Maybe.", "\"Yes.\" \"No.\" Maybe.",
             "'Yes.' He left.", "Yes.) No.", "Yes?! No!? Oh!!!", "Wait . . . What", "Wait. . . . What", "J. R. Smith came. J. Fox left.", "Vitamin A. It helps.", "Vitamin B. Bananas help.", "Plan X. Go.", "Plan X. Xylophones.", "Question I. I think.", "He said: \"Go.\" and left.",
             "Go.--Stop. Now", "Inc. Corp. Ltd. Co. They", "Tallow Corp. It grew. Tallow Corp. Fred left.", "Jan. 3. Feb. 4. March 5.", "No. 5 is here. No. It is not.", "St. Paul. Ave. X. St. The", "www.a.org. b.com! c.net?", "End.* Next.* Last.", "End.” Next.” Last.", "**Bold.** Next.",
             "A sentence.[1] Another.[2] Third.", "One. two. three.", "a.b. C. d.e.f. G", "x. y. z.", "3. 4. 5.", "U.N. U.S.S.R. Ph.D. The. M.B.A. It", "Hello. 😀 World. 😀", "What?No. Yes!No.", "A? B! C.", "...", "?!", ". . .", "Text. ", " . Text", "Text.\u00a0Next.", "Text.\u2028Next. Last",
             "Dr.\nFox. Mr.\n\nHare.", "X-Corp. Ltd. went. non-U.S. firms. Non-U.S. The", "-5. Then. +5. Then 5,000. then", "I. Intro. II. Middle. III. End.", "a) One. b) Two.", "* One.\n* Two.\n* Three.", "Etc. Etc. Etc.", "vs. The vs. Fred vs. it.", "Well... I think. Well... Fred. Well... the."]
WORD_COUNTS = ["one two three", "don't", "x_y", "a-b c/d", "3.14", "é ñ ü", "नमस्ते दुनिया", "你好 世界", "one,two;three", "½ ² Ⅷ", "a\u0301b", "😀 one", "", "...", "_ __", "one\u200btwo", "أهلا وسهلا", "one’s two's"]


def cases():
    """(type, arguments, response)"""
    def table(kind, responses, *arguments):
        for response in responses:
            for chosen in arguments or ({},):
                yield kind, chosen, response

    yield from table("detectable_format:number_bullet_lists", BULLETS, {"num_bullets": 1}, {"num_bullets": 2})
    yield from table("detectable_format:number_highlighted_sections", HIGHLIGHTS, {"num_highlights": 1}, {"num_highlights": 2}, {"num_highlights": 3})
    yield from table("length_constraints:number_paragraphs", PARAGRAPHS, {"num_paragraphs": 1}, {"num_paragraphs": 2}, {"num_paragraphs": 3})
    yield from table("combination:two_responses", RESPONSES)
    yield from table("detectable_format:title", TITLES)
    yield from table("detectable_format:json_format", JSON)
    yield from table("detectable_content:number_placeholders", PLACEHOLDERS, {"num_placeholders": 1}, {"num_placeholders": 2})
    yield from table("detectable_content:postscript", POSTSCRIPTS, {"postscript_marker": "P.S."}, {"postscript_marker": "P.P.S"}, {"postscript_marker": "PS"})
    yield from table("detectable_format:constrained_response", CONSTRAINED)
    yield from table("detectable_format:multiple_sections", SECTIONS, {"section_spliter": "Section", "num_sections": 2}, {"section_spliter": "SECTION ", "num_sections": 1}, {"section_spliter": "Section", "num_sections": 1})
    yield from table("startend:end_checker", ENDINGS, {"end_phrase": "Any other questions?"}, {"end_phrase": " questions? "})
    yield from table("combination:repeat_prompt", REPEATS, {"prompt_to_repeat": "Say hello."}, {"prompt_to_repeat": " say Hello "})
    yield from table("startend:quotation", QUOTATIONS)
    yield from table("punctuation:no_comma", COMMAS)
    yield from table(
        "length_constraints:nth_paragraph_first_word", FIRST_WORDS,
        *({"num_paragraphs": n, "nth_paragraph": nth, "first_word": word} for n, nth, word in [(3, 1, "cat"), (3, 2, "Dog"), (3, 3, "bird"), (1, 1, "cat")]))
    yield from table("keywords:existence", KEYWORDS, {"keywords": ["cat"]}, {"keywords": ["Stop", "kelvin"]}, {"keywords": ["item", "cat"]})
    yield from table("keywords:frequency", KEYWORDS, {"keyword": "cat", "frequency": 2, "relation": "at least"}, {"keyword": " Cat ", "frequency": 1, "relation": "less than"})
    yield from table("keywords:forbidden_words", KEYWORDS, {"forbidden_words": ["cat"]}, {"forbidden_words": ["naïve", "STOP", "straße"]})
    for letter in "aki":
        yield from table("keywords:letter_frequency", LETTERS, {"letter": letter, "let_frequency": 2, "let_relation": "at least"}, {"letter": letter.upper(), "let_frequency": 3, "let_relation": "less than"})
    for count in range(1, 7):
        yield from table("change_case:capital_word_frequency", CAPITALS, {"capital_frequency": count, "capital_relation": "at least" if count % 2 else "less than"})
    yield from table("change_case:english_capital", CASES)
    yield from table("change_case:english_lowercase", CASES)
    for count in range(1, 6):
        yield from table("length_constraints:number_sentences", SENTENCES, {"num_sentences": count, "relation": "less than" if count % 2 else "at least"})
    for count in (1, 2, 3, 4):
        yield from table("length_constraints:number_words", WORD_COUNTS, {"num_words": count, "relation": "at least" if count % 2 else "less than"})
