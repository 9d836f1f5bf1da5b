"""Pieces that random answers are made of."""

SENTENCES = """
The committee met on Tues. afternoon and voted.
Dr. Amber Lindqvist arrived at 5 p.m. She was late.
We paid $3.50 for two teas. It was cheap!
Is this the place? I think so.
He said "Stop." Then he left.
"Where are you going?" she asked.
The file is called notes.txt and it is empty.
Visit www.example.org. It opens at 9 a.m. every day.
J. K. Marlow wrote it in the U.S. in 1999. The book sold well.
They live in the U.K. now.
Mr. and Mrs. Oakes have a dog, a cat, e.g. a tabby, and a parrot.
I waited... and waited. Nothing happened...
Well... Maybe not.
Oh no!!! What now?!
The answer (see fig. 3) is clear.
He works at Tallow Corp. and she works at Bright Inc. Both are happy.
Section 2 of the act applies.
It costs approx. 40 dollars, i.e. less than before.
My cat's name is Tom; Tom's bowl is blue.
I can't, won't and shouldn't go.
You cannot be serious, I'm gonna tell them.
This sentence has no end
one two three four five
NASA AND ESA AGREE, SAYS THE BBC.
I LOVE IT. DON'T YOU?
IT'S A DOG'S LIFE.
The XML-HTTP bridge (v2.0) is A-OK.
Version 3.1.4 was released on 14.03.2021.
Point A. is here. Point B. is there.
Turn left at St. Mary's. Then go on.
"Really?" "Yes!" "Good."
No. 5 is alive. No. I mean it.
Wait -- what? Yes -- that.
See p. 12, vol. 3, ch. 4.
The temp. was 5 deg. on Jan. 3. It snowed.
Gen. Hale met Sen. Brook. They talked.
She has a Ph.D. in maths. He has an M.B.A. degree.
Émile's café naïve façade.
Die Straße ist naß.
x_y z_1 don't re-enter 3D 4x4
""".strip().splitlines()

HEADINGS = ["# Title", "**Summary**", "<<A title>>", "<< >>", "<<>>", "SECTION 1", "Section 2:", "Day 3", "PARAGRAPH 4",
            "*One* and *two*", "***", "******", "* * *", "---", "P.S. Bring milk.", "P.P.S Call me.", "p. p. s. note",
            "[name]", "[a] [b] [c]", "[ ]", "[]", "[unclosed", "My answer is yes.", "My answer is no", "- item", "* item",
            "  * nested", "*item without space", "** two stars", "-dash", "\t- tab", "1. First step", "2. second step",
            "```json", "```", "{\"a\": 1}", "\"quoted\"", "Any other questions?", "“Curly,” she said. ‘Yes.’", "A.B. C.D.",
            "!", "...", ". . .", "(done.)", "Sure, here it is:"]

WORDS = ["the", "cat", "dog", "is", "it", "and", "a", "item", "answer", "section", "title", "no", "yes", "she", "he", "u.s",
         "love", "café", "naß", "stop"]
