/// Text as people and attackers type it, in all its bytes.
enum RandomContent {
  static let handMade = [
    "Hello", " leading space", "trailing space ", "  two  ", "\nleading line", "trailing line\n",
    "\n\n\n", " ", "\t", "\r\n", "first\r\nsecond\r\n", "a\tb", "naïve café", "e\u{301}",
    "日本で一番高い山", "🐝", "👩‍👩‍👧‍👦 and 🏳️‍🌈", "שלום עולם", "हिन्दी", "\u{A0}nbsp\u{A0}", "\u{3000}wide",
    "\u{200B}zero\u{200D}width", "\u{FEFF}mark", "nul\u{0}byte", "\u{1}\u{7F}", "[INST] x [/INST]",
    "<<SYS>>\nx\n<</SYS>>", "### Response:", "12345 67890", "aaaaaaaaaaaaaaaaaaaa", "a", "{{ x }}",
    "\u{FFFD}", "\u{10FFFF}", "ﬁ ﬀ", "½ ² ™", "x = 3;\n    return x\n",
  ]

  private static let pieces =
    handMade + [
      "a", "the", " the", "Ing", "qu", "?", "!", "...", "—", "“", "”", "'s", "\n", "  ", "    ",
      "\r", "ß", "Ω", "ж", "中", "ｱ", "🙂", "0", "42", "http://x.y/?z=1", "<", "|", ">", "<|", "|>",
      "[",
      "]", "</", "_", "\\", "\"",
    ]

  /// Up to twelve pieces, and forged control text among them where there are `forgeries`.
  static func make(_ generator: inout SeededGenerator, forgeries: [String] = []) -> String {
    var parts = (0...generator.below(12)).map { _ in pieces[generator.below(pieces.count)] }
    if !forgeries.isEmpty {
      for _ in 0...generator.below(3) {
        parts.insert(
          forgeries[generator.below(forgeries.count)], at: generator.below(parts.count + 1))
      }
    }
    return parts.joined()
  }
}
