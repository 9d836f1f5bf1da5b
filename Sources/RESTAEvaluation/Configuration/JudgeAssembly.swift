import Foundation
import RESTA
import RESTARefusals

/// Turns judges of a configuration into judges.
package struct JudgeAssembly: Sendable {
  /// Loads a GGUF model by its path; the second argument is its chat template's name.
  package typealias ModelLoader = @Sendable (String, String?) async throws -> Subject

  private let subject: Subject
  private let folder: String
  private let cache: (any JudgeCache)?
  private let load: ModelLoader
  private let generator: any RandomNumberGenerator & Sendable

  /// Prepares to make judges.
  package init(
    subject: Subject, folder: String, cache: (any JudgeCache)? = nil,
    generator: any RandomNumberGenerator & Sendable, load: @escaping ModelLoader
  ) {
    self.subject = subject
    self.folder = folder
    self.cache = cache
    self.generator = generator
    self.load = load
  }

  /// The judges that say what an answer is, in the configuration's order.
  package func judges(_ sources: [JudgeSource]) async throws -> [any Judge] {
    var judges: [any Judge] = []
    for source in sources {
      switch source.kind {
      case .refusalPhrases:
        judges.append(
          source.window.map { RefusalPhraseJudge(window: $0) } ?? RefusalPhraseJudge())
      case .coherence:
        let limit = source.limit.map(CoherenceLimit.init(perplexity:)) ?? .least
        judges.append(CoherenceJudge(subject: subject, limit: limit))
      case .chat: judges.append(try await chatJudge(source))
      case .guardModel: judges.append(GuardJudge(client: try await client(source)))
      case .pairwise: break
      }
    }
    return judges
  }

  /// The judges that compare with the undefended answer, in the configuration's order.
  package func pairwiseJudges(_ sources: [JudgeSource]) async throws -> [PairwiseJudge] {
    var judges: [PairwiseJudge] = []
    for source in sources where source.kind == .pairwise {
      judges.append(PairwiseJudge(client: try await client(source)))
    }
    return judges
  }

  private func chatJudge(_ source: JudgeSource) async throws -> ChatJudge {
    let client = try await client(source)
    switch source.rubric {
    case nil, "jbb": return ChatJudge(client: client)
    case "jbb-refusal": return ChatJudge(client: client, jailbreak: nil)
    case "jbb-jailbreak": return ChatJudge(client: client, refusal: nil)
    case .some(let file):
      let path = resolved(file)
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw EvaluationError(
          .invalidConfiguration,
          "The rubric '\(file)' is neither a readable text file nor one of jbb, jbb-refusal, "
            + "jbb-jailbreak.")
      }
      let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      return ChatJudge(
        client: client, refusal: nil, jailbreak: try JudgeRubric(name: name, text: text))
    }
  }

  private func client(_ source: JudgeSource) async throws -> any ChatClient {
    guard let settings = source.client else {
      throw EvaluationError(.invalidConfiguration, "The judge '\(source.id)' names no model.")
    }
    let client: any ChatClient
    if let file = settings.file {
      let path = resolved(file)
      let judge = try await load(path, settings.chatTemplate)
      let name = URL(fileURLWithPath: path).lastPathComponent
      do throws(RESTAError) {
        try judge.template?.check(mayEndWithAnswer: true)
      } catch {
        throw EvaluationError(
          .invalidConfiguration, "The judge '\(name)': \(error.message)", cause: error)
      }
      // Verdicts of one date are not those of another.
      let date = judge.printedDate.map { " on \($0)" } ?? ""
      client = LocalChatClient(model: judge.model, template: judge.template, id: name + date)
    } else {
      client = try endpoint(settings, of: source)
    }
    guard let cache else { return client }
    return CachedChatClient(client, cache: cache)
  }

  private func endpoint(
    _ settings: JudgeSource.Client, of source: JudgeSource
  ) throws(EvaluationError) -> EndpointChatClient {
    do throws(EvaluationError) {
      return try EndpointChatClient(
        EndpointSettings(
          baseURL: settings.endpoint ?? "", model: settings.model ?? "",
          apiKeyVariable: settings.apiKeyVariable, timeout: settings.timeout,
          attempts: settings.retries + 1, requestsPerMinute: settings.requestsPerMinute,
          concurrency: settings.concurrency), generator: generator)
    } catch {
      // The settings' names are those of Swift; whoever reads this wrote YAML.
      let message = error.message.replacing("baseURL", with: "endpoint")
        .replacing("apiKeyVariable", with: "api_key_variable")
      throw EvaluationError(
        error.code, "The judge '\(source.kind.rawValue)' cannot be used: \(message)", cause: error)
    }
  }

  private func resolved(_ file: String) -> String {
    file.hasPrefix("/") ? file : folder + "/" + file
  }
}
