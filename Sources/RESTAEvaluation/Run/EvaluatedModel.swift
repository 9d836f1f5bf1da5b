import Foundation
public import RESTA
import RESTADocuments

/// A model that is evaluated, and the files and options that make its answers what they are.
public struct EvaluatedModel: Sendable {
  /// A LoRA adapter.
  public struct Adapter: Sendable, Hashable {
    /// Its file.
    public var file: String
    /// Its strength.
    public var scale: Float

    /// Names an adapter.
    ///
    /// - Parameters:
    ///   - file: Its file.
    ///   - scale: Its strength.
    public init(file: String, scale: Float) {
      self.file = file
      self.scale = scale
    }
  }

  /// The model.
  public var model: any LanguageModel
  /// The chat template; `nil` is the model's own.
  public var template: ChatTemplate?
  /// The model's file; its bytes are part of each answer's key in a store.
  public var file: String
  /// The adapters, whose bytes are too.
  public var adapters: [Adapter]
  /// The engine and its version, such as `llama.cpp b7000`.
  public var engine: String
  /// Options of the engine that can change a number, such as the cache's type.
  public var options: [String: String]
  /// What else a reader should know of the engine, such as its threads: in no key.
  public var details: String
  /// What else a report lists, such as the program's version.
  package var notes: [RecordEntry] = []

  /// Names a model and what it is made of.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - template: The chat template. Default: the model's own.
  ///   - file: The model's file.
  ///   - adapters: The adapters. Default: none.
  ///   - engine: The engine and its version.
  ///   - options: Options of the engine that can change a number. Default: none.
  ///   - details: What else a reader should know of the engine. Default: nothing.
  public init(
    _ model: any LanguageModel, template: ChatTemplate? = nil, file: String,
    adapters: [Adapter] = [], engine: String, options: [String: String] = [:],
    details: String = ""
  ) {
    self.model = model
    self.template = template
    self.file = file
    self.adapters = adapters
    self.engine = engine
    self.options = options
    self.details = details
  }

  /// The model as an evaluation asks it, with a template that can be used.
  ///
  /// The template has one date for the whole evaluation: the one given, or today's without the time,
  /// so that one that was interrupted can go on.
  package func subject(
    system: String?, maximumTokens: Int, date: TemplateDate? = nil,
    variables: [String: TemplateVariable] = [:]
  ) throws -> Subject {
    let subject = Subject(
      model: model,
      template: try (template ?? model.chatTemplate)?
        .dated(date).with(date: nil, variables: variables),
      system: system, options: GenerationOptions(maximumTokens: maximumTokens))
    try subject.template?.check(system: system, setting: "'system' of the configuration")
    return subject
  }

  package func subject(for configuration: EvaluationConfiguration) throws -> Subject {
    try subject(
      system: configuration.system, maximumTokens: configuration.maximumTokens,
      date: configuration.templateDate, variables: configuration.templateVariables)
  }

  /// What determines answers, and what readers should know; every file is read for its digest.
  package func identity(
    of subject: Subject
  ) throws -> (record: SubjectRecord, environment: [RecordEntry]) {
    let source = try (subject.template ?? model.chatTemplate)?.source ?? ""
    let adapters = try self.adapters.map {
      SubjectRecord.Adapter(sha256: try Self.digest(of: $0.file), scale: Double($0.scale))
    }
    var record = SubjectRecord(
      engine: engine, modelSHA256: try sha256, adapters: adapters,
      templateSHA256: Digest.sha256(of: source), system: subject.system,
      maximumTokens: subject.options.maximumTokens, options: options)
    record.templateDate = subject.printedDate
    let variables = subject.template?.variables ?? [:]
    record.templateVariables = variables.isEmpty ? nil : variables.mapValues(\.written)
    var facts = [
      ("Model", "\(model.information.name), \(Self.name(of: file))"),
      ("Model file, SHA-256", record.modelSHA256),
    ]
    for (adapter, known) in zip(self.adapters, adapters) {
      let name = Self.name(of: adapter.file)
      facts.append(("Adapter", "\(name), scale \(adapter.scale), SHA-256 \(known.sha256)"))
    }
    facts.append(("Chat template, SHA-256", record.templateSHA256))
    if let date = record.templateDate { facts.append(("Date in prompts", date)) }
    if !variables.isEmpty {
      let texts = variables.map { "\($0)=\($1.written)" }.sorted()
      facts.append(("Template variables", texts.joined(separator: ", ")))
    }
    facts += [
      ("System prompt", subject.system.map { "\($0.utf8.count) bytes" } ?? "none of ours"),
      ("Engine", details.isEmpty ? engine : "\(engine), \(details)"),
    ]
    var entries = facts.map { RecordEntry(label: $0, value: $1) } + notes
    entries.append(RecordEntry(label: "Machine", value: Machine.summary))
    return (record, entries)
  }

  var sha256: String {
    get throws(EvaluationError) { try Self.digest(of: file) }
  }

  static func digest(of file: String) throws(EvaluationError) -> String {
    do {
      return try Digest.sha256(ofFile: file)
    } catch {
      throw EvaluationError(.fileFailed, error.message, cause: error.cause)
    }
  }

  private static func name(of file: String) -> String {
    URL(fileURLWithPath: file).lastPathComponent
  }
}

extension ChatTemplate {
  /// The template with its clock stopped: at the date given, or at today's without the time.
  func dated(_ date: TemplateDate?) -> ChatTemplate {
    with(date: date ?? clock?().midnight, variables: [:])
  }
}

extension Subject {
  /// The date that the template prints; `nil` where it prints none.
  var printedDate: String? {
    guard let template, let date = template.clock?() else { return nil }
    let chats = [messages("Hello"), messages("Hello") + [.assistant("Hello")]]
    return chats.contains { (try? template.printsDate(for: $0)) == true } ? date.text : nil
  }
}

enum Machine {
  /// The processor, its cores and the system.
  static var summary: String {
    let system = ProcessInfo.processInfo.operatingSystemVersionString
    return "\(processor), \(ProcessInfo.processInfo.activeProcessorCount) CPUs, \(system)"
  }

  private static var processor: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown processor"
  }
}
