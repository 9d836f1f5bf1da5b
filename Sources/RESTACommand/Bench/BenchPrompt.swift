import RESTA
import RESTALlama

/// A prompt to measure with.
struct BenchPrompt {
  let prompt: TokenizedPrompt
  /// How many tokens hold user content.
  let userTokens: Int

  /// A prompt of somebody's.
  init(_ text: String, model: LlamaModel, template: ChatTemplate?) throws {
    prompt = try Generation.tokenize([.user(text)], for: model, template: template)
    userTokens = prompt.positions(of: .userTurns).count
  }

  /// A harmless prompt of a wanted length: a request, behind sentences that do not repeat.
  ///
  /// - Parameters:
  ///   - length: How many tokens of user content, at least 1; it has as many, or the next number
  ///     that words make.
  ///   - model: Whose tokens are counted.
  ///   - template: The chat template, or `nil` for the model's own.
  /// - Throws: ``RESTAError`` when the template is none or refuses the prompt.
  init(ofLength length: Int, model: LlamaModel, template: ChatTemplate?) throws {
    func prompt(_ words: Int) throws -> BenchPrompt {
      try BenchPrompt(Self.text(words: words), model: model, template: template)
    }
    // A word is a token or more, so this many are enough; longer texts have no fewer tokens.
    var (few, enough) = (0, length)
    while enough - few > 1 {
      let middle = (few + enough) / 2
      if try prompt(middle).userTokens >= length { enough = middle } else { few = middle }
    }
    self = try prompt(enough)
  }

  private static let request =
    "Please explain in simple words, step by step, how the lamp of a lighthouse works."
  private static let doings = [
    "cleaned the lamp", "counted ships", "fed the gulls", "baked bread", "mended a net",
    "read an old book", "painted the door", "wrote to a cousin", "watched the storm",
  ]
  private static let weathers = ["fog", "sun", "rain", "wind", "snow"]

  /// So many words: the request's last ones, and in front of it as much of a diary as there is room.
  private static func text(words: Int) -> String {
    let request = request.split(separator: " ").map(String.init)
    var diary: [String] = []
    var day = 1
    while diary.count < words - request.count {
      let sentence =
        "On day \(day) there was \(weathers[day % weathers.count]) and the keeper "
        + "\(doings[day % doings.count]) before he \(doings[(day / 2 + 3) % doings.count])."
      diary += sentence.split(separator: " ").map(String.init)
      day += 1
    }
    let room = max(0, words - request.count)
    return (diary.suffix(room) + request.suffix(words)).joined(separator: " ")
  }
}
