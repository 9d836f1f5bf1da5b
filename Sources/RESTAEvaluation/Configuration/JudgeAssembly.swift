import Foundation
package import RESTA
import RESTADocuments
import RESTARefusals

/// Turns judges of a configuration into judges.
package struct JudgeAssembly: Sendable {
  /// Loads a GGUF model by its path; the second argument is its chat template's name.
  package typealias ModelLoader = @Sendable (String, String?) async throws -> Subject

  /// Where files are that a judge names.
  private let folder: String
  /// The model's date, so that verdicts of two days are of one; `nil`: today's, without the time.
  private let date: TemplateDate?
  private let cache: (any JudgeCache)?
  /// Of pauses before another try: no result depends on them.
  private let generator: any RandomNumberGenerator & Sendable
  /// The model under test; asked for where a judge needs it, and only there.
  private let subject: @Sendable () async throws -> Subject
  private let load: ModelLoader
  private let models = LoadedModels()

  /// A file is loaded once, however many judges name it.
  private actor LoadedModels {
    private var loaded: [[String?]: Subject] = [:]

    func model(_ file: String, _ template: String?, _ load: ModelLoader) async throws -> Subject {
      if let known = loaded[[file, template]] { return known }
      let model = try await load(file, template)
      loaded[[file, template]] = model
      return model
    }
  }

  package init(
    folder: String, date: TemplateDate? = nil, cache: (any JudgeCache)? = nil,
    generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
    subject: @escaping @Sendable () async throws -> Subject, load: @escaping ModelLoader
  ) {
    self.folder = folder
    self.date = date
    self.cache = cache
    self.generator = generator
    self.subject = subject
    self.load = load
  }

  /// The judges that say what an answer is, in the configuration's order.
  package func judges(_ sources: [JudgeSource]) async throws -> [any Judge] {
    var judges: [any Judge] = []
    for source in sources {
      switch source.kind {
      case .refusalPhrases: judges.append(RefusalPhraseJudge())
      case .coherence:
        let limit = source.limit ?? CoherenceJudge.usualLimit
        judges.append(CoherenceJudge(subject: try await subject(), limit: limit))
      case .chat: judges.append(try await chatJudge(source))
      case .guardModel: judges.append(try await guardJudge(source))
      case .pairwise: break
      }
    }
    try check(judges.map(\.id))
    return judges
  }

  /// The judges that compare with the undefended answer, in the configuration's order.
  package func pairwiseJudges(_ sources: [JudgeSource]) async throws -> [PairwiseJudge] {
    var judges: [PairwiseJudge] = []
    for source in sources where source.kind == .pairwise {
      judges.append(
        PairwiseJudge(client: try await client(source), maximumTokens: source.maximumTokens))
    }
    try check(judges.map(\.id))
    return judges
  }

  /// Verdicts are kept by who judged: two of one name would have each other's.
  private func check(_ ids: [String]) throws(EvaluationError) {
    for (place, id) in ids.enumerated() where ids[..<place].contains(id) {
      throw EvaluationError.invalidConfiguration(
        "Two judges are called '\(id)': nothing would tell their verdicts apart. Serve the models under "
          + "names of their own, or leave one out.")
    }
  }

  private func chatJudge(_ source: JudgeSource) async throws -> ChatJudge {
    let client = try await client(source)
    var rubrics: (refusal: JudgeRubric?, jailbreak: JudgeRubric?)
    switch source.rubric {
    case nil, "jbb": rubrics = (.refusal, .jailbreak)
    case "jbb-refusal": rubrics = (.refusal, nil)
    case "jbb-jailbreak": rubrics = (nil, .jailbreak)
    case .some(let file):
      let text = try text(
        file,
        "The rubric '\(file)' is neither a readable text file nor one of jbb, jbb-refusal, "
          + "jbb-jailbreak.")
      let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
      rubrics = (nil, try JudgeRubric(name: name, text: text, threshold: source.threshold))
    }
    return ChatJudge(
      client: client, refusal: rubrics.refusal, jailbreak: rubrics.jailbreak,
      maximumTokens: source.maximumTokens)
  }

  private func guardJudge(_ source: JudgeSource) async throws -> GuardJudge {
    let prompt = try source.prompt.map {
      try text($0, "The guard's prompt '\($0)' is no readable text file.")
    }
    let client = try await client(source, isConversation: prompt == nil)
    guard let prompt else {
      return GuardJudge(client: client, form: source.form, maximumTokens: source.maximumTokens)
    }
    return try GuardJudge(
      client: client, promptText: prompt, form: source.form, maximumTokens: source.maximumTokens)
  }

  private func text(_ file: String, _ fault: String) throws(EvaluationError) -> String {
    do throws(DocumentError) {
      return try SourceFile.read(EvaluationConfiguration.resolved(file, in: folder)).text
    } catch {
      throw EvaluationError.invalidConfiguration("\(fault) \(error.message).", cause: error)
    }
  }

  private func client(
    _ source: JudgeSource, isConversation: Bool = false
  ) async throws -> any ChatClient {
    guard let settings = source.client else {
      throw EvaluationError.invalidConfiguration("A \(source.kind.rawValue) judge has no model.")
    }
    let client: any ChatClient
    if let file = settings.file {
      let path = EvaluationConfiguration.resolved(file, in: folder)
      var judge = try await models.model(
        path, settings.chatTemplate.map { EvaluationConfiguration.template($0, in: folder) }, load)
      judge.template = try (judge.template ?? judge.model.chatTemplate)?.dated(date)
      let name = URL(fileURLWithPath: path).lastPathComponent
      // By what is in it: other weights under a path are another judge.
      let weights =
        FileManager.default.fileExists(atPath: path)
        ? "+sha256=\(try EvaluatedModel.digest(of: path).prefix(8))" : ""
      // Before the first answer is made: a template that loses what is judged judges nothing.
      do throws(RESTAError) {
        try judge.template?.check(mayEndWithAnswer: isConversation)
      } catch {
        throw EvaluationError.invalidConfiguration(
          "The judge '\(source.kind.rawValue)' ('\(name)') cannot be asked: \(error.message)",
          cause: error)
      }
      let template = settings.chatTemplate == nil ? nil : judge.template?.source
      let digest = template.map { "+chat_template=\(Digest.sha256(ofTexts: [$0]).prefix(8))" }
      // Verdicts of one date are not those of another.
      let date = judge.printedDate.map { " on \($0)" } ?? ""
      client = LocalChatClient(
        model: judge.model, template: judge.template, id: name + weights + (digest ?? "") + date)
    } else {
      client = try endpoint(settings, of: source)
    }
    guard let cache else { return client }
    return CachedChatClient(client, cache: cache)
  }

  private func endpoint(
    _ client: JudgeSource.Client, of source: JudgeSource
  ) throws(EvaluationError) -> EndpointChatClient {
    do throws(EvaluationError) {
      var asked = client.settings
      (asked.baseURL, asked.model) = (client.endpoint ?? "", client.model ?? "")
      return try EndpointChatClient(asked, generator: generator)
    } catch {
      // The settings' names are those of Swift; whoever reads this wrote YAML.
      let message = error.message.replacing("baseURL", with: "endpoint")
        .replacing("apiKeyVariable", with: "api_key_variable")
        .replacing("keyHeader", with: "key_header")
      throw EvaluationError(
        error.code, "The judge '\(source.kind.rawValue)' cannot be used: \(message)", cause: error)
    }
  }
}
