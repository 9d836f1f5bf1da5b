import RESTA
import RESTALlama

/// A harmless prompt of a wanted length, made of sentences that do not repeat.
struct BenchPrompt {
  let prompt: TokenizedPrompt
  /// How many tokens hold user content; the wanted number, or the next one that words make.
  let userTokens: Int

  /// - Parameters:
  ///   - userTokens: At least 1.
  ///   - model: Whose tokens are counted.
  ///   - template: The chat template, or `nil` for the model's own.
  init(userTokens: Int, model: LlamaModel, template: ChatTemplate?) throws {
    func prompt(_ words: Int) throws -> (TokenizedPrompt, Int) {
      let text = Self.text(words: words)
      let prompt = try Generation.tokenize([.user(text)], for: model, template: template)
      return (prompt, prompt.positions(of: .userTurns).count)
    }
    // A word is a token or more, so this many are enough; longer texts have no fewer tokens.
    var (few, enough) = (0, userTokens)
    while enough - few > 1 {
      let middle = (few + enough) / 2
      if try prompt(middle).1 >= userTokens { enough = middle } else { few = middle }
    }
    (self.prompt, self.userTokens) = try prompt(enough)
  }

  private static let request = "Write a long letter to a friend about life in a lighthouse. Diary:"
  private static let doings = [
    "cleaned the lamp", "counted ships", "fed the gulls", "baked bread", "mended a net",
    "read an old book", "painted the door", "wrote to a cousin", "watched the storm",
  ]
  private static let weathers = ["fog", "sun", "rain", "wind", "snow"]

  /// So many words.
  private static func text(words: Int) -> String {
    var text = request.split(separator: " ").map(String.init)
    var day = 1
    while text.count < words {
      let sentence =
        "On day \(day) there was \(weathers[day % weathers.count]) and the keeper "
        + "\(doings[day % doings.count]) before \(doings[(day / 2 + 3) % doings.count])."
      text += sentence.split(separator: " ").map(String.init)
      day += 1
    }
    return text.prefix(words).joined(separator: " ")
  }
}
