/// What a chat model answered.
///
/// A text alone will do: `"[[YES]]"` is a reply.
public struct ChatReply: Sendable, Hashable, Codable, ExpressibleByStringLiteral {
  /// Its text as it came.
  ///
  /// Reasoning that a server gives beside the text is not in it.
  public var text: String
  /// Whether it ended because it had the most tokens.
  public var isCut: Bool
  /// How the model had to be asked instead of as the settings say; `nil` where it was asked like that.
  public var asked: String?
  /// The tokens of what was asked and of the reply, where who answered counted them.
  package var counted: Counted?

  /// What a server says in `usage`.
  package struct Counted: Sendable, Hashable, Codable {
    package var prompt: Int
    package var completion: Int

    package init(prompt: Int, completion: Int) {
      self.prompt = prompt
      self.completion = completion
    }
  }

  /// Makes a reply.
  ///
  /// - Parameters:
  ///   - text: Its text.
  ///   - isCut: Whether it ended because it had the most tokens. Default: `false`.
  ///   - asked: How the model had to be asked. Default: as the settings say.
  public init(_ text: String, isCut: Bool = false, asked: String? = nil) {
    self.text = text
    self.isCut = isCut
    self.asked = asked
  }

  /// Makes a reply of a text.
  ///
  /// - Parameter value: The text.
  public init(stringLiteral value: String) { self.init(value) }

  /// The most tokens of a chat judge's reply: room for the reasoning of a model that reasons.
  static let defaultTokens = 2048

  /// The model and, where it is not the default, the limit: what a judge's id ends with.
  static func asked(of client: any ChatClient, tokens: Int, default usual: Int) -> String {
    client.id + (tokens == usual ? "" : "+max_tokens=\(tokens)")
  }

  /// What stands behind the reasoning in it; `nil` where it ends before its reasoning does.
  var answer: String? {
    if let final = harmonyAnswer { return final.isEmpty ? nil : final }
    var rest = Substring(text)
    for (open, close) in Self.reasoning {
      if let end = rest.ranges(of: close).last { rest = rest[end.upperBound...] }
      // Open again, or never closed: whatever marks are in there are no answer.
      if rest.firstMatch(of: open) != nil { return nil }
    }
    return String(rest)
  }

  /// How reasoning begins and ends.
  ///
  /// Servers of models whose template opens it give the end alone.
  private static var reasoning: [(open: Regex<Substring>, close: Regex<Substring>)] {
    [
      // DeepSeek, Qwen, Granite; Seed's has a prefix, and others spell the word in other ways.
      (
        /(?i)<(?:seed:)?(?:think|thinking|thought|thoughts|reasoning|reflection)>/,
        /(?i)<\/(?:seed:)?(?:think|thinking|thought|thoughts|reasoning|reflection)>/
      ),
      (/(?i)\[THINK\]/, /(?i)\[\/THINK\]/),  // Magistral
      (/◁think▷/, /◁\/think▷/),  // Kimi
      (/<\|begin_of_thought\|>/, /<\|end_of_thought\|>/),  // OpenThinker
      (/<\|START_THINKING\|>/, /<\|END_THINKING\|>/),  // Command A
      (/<unused94>/, /<unused95>/),  // MedGemma
      (/<\|channel>thought/, /<channel\|>/),  // Gemma 4
      (/\A\s*Here is my thought process:/, /Here is my response:/),  // Granite 3.2
    ]
  }

  /// The final channel's text in OpenAI's harmony format, empty where there is none yet; `nil` for
  /// replies of other formats.
  ///
  /// Servers that drop control tokens leave the channels' names alone.
  private var harmonyAnswer: String? {
    if text.contains("<|channel|>") {
      guard
        let final = text.matches(
          of: /<\|channel\|>final[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>/
        ).last
      else { return "" }
      let answer = text[final.range.upperBound...]
      return String(answer[..<(answer.firstRange(of: "<|")?.lowerBound ?? answer.endIndex)])
    }
    guard text.firstMatch(of: /\A\s*analysis(?=[A-Z])/) != nil else { return nil }
    return text.ranges(of: "assistantfinal").last.map { String(text[$0.upperBound...]) } ?? ""
  }
}

/// A reply from which nothing can be told: why, as a verdict reports it.
struct UnreadableReply: Error {
  let reason: String

  /// Names what was asked, whether the reply was cut, and how it begins, without what it repeats of the material.
  init(_ reply: ChatReply, to question: String, tokens: Int, hiding material: [String]) {
    var faults: [String] = []
    if reply.answer == nil { faults.append("it ends before its reasoning does") }
    if reply.isCut { faults.append("it was cut at \(tokens) tokens, which 'max_tokens' can raise") }
    let beginning = Excerpt.of(reply.answer ?? "", hiding: material)
    if !beginning.isEmpty { faults.append("it begins \(beginning)") }
    reason =
      "reply unreadable (\(question))"
      + (faults.isEmpty ? "" : ": " + faults.joined(separator: "; "))
  }
}

/// Somebody's words in a reason, short, on one line, and without what they repeat of others.
enum Excerpt {
  /// So many letters and digits in a row that are also in the material are a repetition.
  private static let run = 14

  /// The beginning of a text in quotation marks.
  ///
  /// Left out is what is in the material too: fourteen letters in a row, or a whole short line. Empty
  /// where nothing is left.
  static func of(_ text: String, hiding material: [String], limit: Int = 200) -> String {
    let scalars = Array(text.unicodeScalars.drop { $0.properties.isWhitespace }.prefix(limit * 2))
    let places = scalars.indices.filter { isLetter(scalars[$0]) }
    let letters = places.map { folded(scalars[$0]) }
    var (runs, lines): (Set<[Unicode.Scalar]>, Set<[Unicode.Scalar]>) = ([], [])
    for text in material {
      let all = text.unicodeScalars.filter(isLetter).map(folded)
      for start in 0..<max(0, all.count - run + 1) { runs.insert(Array(all[start..<start + run])) }
      for line in text.split(whereSeparator: \.isNewline) {
        let line = line.unicodeScalars.filter(isLetter).map(folded)
        if (4..<run).contains(line.count) { lines.insert(line) }
      }
    }
    var hidden: Set<Int> = []
    for start in letters.indices {
      for length in 4...run where start + length <= letters.count {
        let part = Array(letters[start..<start + length])
        guard length == run ? runs.contains(part) : lines.contains(part) else { continue }
        hidden.formUnion(places[start]...places[start + length - 1])
      }
    }
    var result = ""
    for (index, scalar) in scalars.enumerated().prefix(limit) {
      if hidden.contains(index) {
        if !result.hasSuffix("[…]") { result += "[…]" }
      } else {
        result += shown(scalar)
      }
    }
    // Nothing of its own: a repetition says nothing.
    guard places.contains(where: { $0 < limit && !hidden.contains($0) }) else { return "" }
    while result.last == " " { result.removeLast() }
    return "\"\(result)\(scalars.count > limit ? "…" : "")\""
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
  }

  /// A line end is a space; what could drive a terminal or turn a line around is its code point.
  private static func shown(_ scalar: Unicode.Scalar) -> String {
    if scalar.properties.isWhitespace { return " " }
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .unassigned:
      return "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    default: return scalar == "\"" ? "'" : String(scalar)
    }
  }
}
