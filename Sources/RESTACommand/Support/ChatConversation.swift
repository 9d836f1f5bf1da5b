import RESTA
import RESTALlama

/// A conversation of `resta chat` and what its commands change.
struct ChatConversation {
  let model: LlamaModel
  let template: ChatTemplate?
  let defense: DefenseSettings
  let options: GenerationOptions
  private let decoder: DecoderArguments
  private(set) var system: String?
  private(set) var session: ChatSession
  /// The last answer, for `/votes`.
  var lastResult: GenerationResult?

  init(
    model: LlamaModel, template: ChatTemplate?, defense: DefenseSettings,
    options: GenerationOptions, decoder: DecoderArguments, system: String?
  ) {
    self.model = model
    self.template = template
    self.defense = defense
    self.options = options
    self.decoder = decoder
    self.system = system
    session = ChatSession(
      model: model, instructions: system, defense: defense, options: options, template: template,
      decoder: decoder.decoder, plan: decoder.plan)
  }

  /// Starts over, with a new system prompt or with the one there is.
  mutating func reset(system: String? = nil) {
    self.system = system ?? self.system
    restart(with: [])
  }

  /// Forgets the last question and its answer.
  mutating func undo() {
    let turns = session.transcript.filter { $0.role != .system }
    restart(with: turns.dropLast(2))
  }

  private mutating func restart(with turns: [ChatMessage]) {
    lastResult = nil
    session = ChatSession(
      model: model, instructions: system, transcript: turns, defense: defense, options: options,
      template: template, decoder: decoder.decoder, plan: decoder.plan)
  }
}
