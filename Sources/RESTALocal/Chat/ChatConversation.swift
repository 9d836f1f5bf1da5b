import RESTA
import RESTARefusals

/// A conversation of `resta chat` and what its commands change.
struct ChatConversation {
  let model: any LanguageModel
  let template: ChatTemplate?
  let options: GenerationOptions
  private let defense: DefenseSettings
  /// Makes a session with a system prompt, with what was said before, and with a defence.
  private let start: @Sendable (String?, [ChatMessage], DefenseSettings) -> ChatSession
  private var system: String?
  private(set) var session: ChatSession
  /// The last answer, for `/votes`.
  var lastResult: GenerationResult?

  init(
    model: any LanguageModel, template: ChatTemplate?, defense: DefenseSettings,
    options: GenerationOptions, decoder: DecoderArguments, system: String?, keptCells: Int
  ) {
    self.model = model
    self.template = template
    self.options = options
    self.system = system
    self.defense = defense
    let (kind, cache) = (decoder.decoder, ConversationCache(cells: keptCells))
    // Somebody reads along, so the first token matters more than the last.
    let plan = kind == .fast ? decoder.fast.plan(favouring: .firstToken) : nil
    start = { system, turns, defense in
      ChatSession(
        model: model, instructions: system, transcript: turns, defense: defense, options: options,
        template: template, decoder: kind, plan: plan, conversations: cache,
        isRefusal: { RefusalPhraseJudge().isRefusal($0) })
    }
    session = start(system, [], defense)
  }

  /// Starts over, with a new system prompt or with the one there is; throws, and changes nothing, where the template
  /// has no place for one.
  mutating func reset(system: String? = nil) throws {
    if let system, let used = try template ?? model.chatTemplate {
      try used.check(system: system, setting: "/system")
    }
    self.system = system ?? self.system
    restart(with: [], defense: defense)
  }

  /// Forgets the last question and its answer; `false` where there is none.
  mutating func undo() -> Bool {
    let turns = session.transcript.filter { $0.role != .system }
    guard !turns.isEmpty else { return false }
    // With the same noise, for what is kept was computed with it.
    restart(with: turns.dropLast(2), defense: session.defense)
    return true
  }

  private mutating func restart(with turns: [ChatMessage], defense: DefenseSettings) {
    lastResult = nil
    session = start(system, turns, defense)
  }
}

/// A line of `resta chat` that is no message.
enum ChatCommand: Equatable {
  case help, reset, undo, votes, settings, quit
  case system(String)
  /// What is wrong with a line that is none of the others.
  case wrong(String)

  static let helpText = """
    Commands: /votes shows the last answer's votes, /settings the defence, /undo forgets the last \
    turn, /reset all of them, /system TEXT starts over with another system prompt, /quit ends.
    """

  /// - Parameter line: A line; `nil` comes back for one that does not start with a slash.
  init?(_ line: String) {
    guard line.hasPrefix("/"), !line.hasPrefix("//") else { return nil }
    let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
    let name = parts[0]
    let words = parts.dropFirst().first { !$0.allSatisfy(\.isWhitespace) }
    if name == "/system" {
      self = words.map(Self.system) ?? .wrong("/system needs the new system prompt: /system TEXT")
    } else if let command = Self.plain[name] {
      self =
        words.map { .wrong("\(name) takes nothing behind it, so nothing is done: '\($0)'.") }
        ?? command
    } else {
      self = .wrong("There is no command \(name). \(Self.helpText)")
    }
  }

  private static let plain: [String: ChatCommand] = [
    "/help": .help, "/reset": .reset, "/undo": .undo, "/votes": .votes, "/settings": .settings,
    "/quit": .quit, "/exit": .quit,
  ]

  /// Does what the command says, and tells so through `write`; where it cannot be done, nothing is changed.
  func apply(to conversation: inout ChatConversation, write: (String) -> Void) throws {
    switch self {
    case .help: write(Self.helpText)
    case .reset:
      try conversation.reset()
      write("(the conversation starts over)")
    case .undo:
      write(
        conversation.undo() ? "(the last turn is forgotten)" : "(there is no turn to forget)")
    case .system(let text):
      try conversation.reset(system: text)
      write("(the conversation starts over with this system prompt)")
    case .votes: showVotes(conversation, write)
    case .settings:
      guard let result = conversation.lastResult else {
        write("(settings are complete once there is an answer)")
        return
      }
      write(Summary.settings(result.settings))
    case .wrong(let message): write(Columns.harmless(message))
    case .quit: break
    }
  }

  private func showVotes(_ conversation: ChatConversation, _ write: (String) -> Void) {
    guard let votes = conversation.lastResult?.votes, !votes.isEmpty else {
      write("(no votes yet)")
      return
    }
    for vote in votes {
      write(Summary.vote(vote, tokenizer: conversation.model.tokenizer))
    }
  }
}
