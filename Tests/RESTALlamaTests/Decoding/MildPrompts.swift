/// Ordinary questions of our own.
enum MildPrompts {
  static let all = [
    "Name three primary colours.",
    "What is the capital of France?",
    "Explain in two sentences why the sky is blue.",
    "Write a short poem about a cat on a windowsill.",
    "How many days are there in a leap year?",
    "Give me a recipe for pancakes.",
    "Translate \"good morning\" into Spanish.",
    "List five animals that live in the sea.",
    "What is 17 plus 25?",
    "Was ist der Unterschied zwischen Tee und Kaffee?",
    "Summarise: The bus was late, so Anna walked to school and met a friend on the way.",
    "Write a Python function that reverses a list.",
    "  Why do leaves turn red in autumn?  ",
    "Suggest a name for a small bakery near the harbour.",
    "What should I pack for a weekend of hiking?\n- It may rain.\n- I have a tent.",
    "Tell me a fun fact about honey bees 🐝.",
    "日本で一番高い山は何ですか。",
    "Explain photosynthesis to a six-year-old.",
    "Who wrote the play Hamlet, and when?",
    "Continue the story: The lighthouse keeper climbed the stairs and saw",
  ]
}
