package import RESTADocuments
import Foundation
import RESTA
import RESTAEvaluation
import RESTALlama

/// What a model is, for keys and for readers.
struct SubjectIdentity {
  /// Part of each generation's key.
  let record: SubjectRecord
  /// For readers: files, versions and the machine.
  let environment: [RecordEntry]

  /// Hashes the model's files.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - subject: How it is asked.
  ///   - arguments: The options that it was loaded with.
  /// - Throws: `EvaluationError` for a file that cannot be read.
  init(_ model: LlamaModel, subject: Subject, arguments: ModelArguments) throws {
    let path = try Models.resolve(arguments.model)
    let template = try subject.template ?? model.chatTemplate
    let adapters = try model.options.adapters.map {
      SubjectRecord.Adapter(
        sha256: try Digest.sha256(ofFile: $0.path), scale: Double($0.scale))
    }
    record = SubjectRecord(
      engine: "llama.cpp \(LlamaModel.libraryVersion)",
      modelSHA256: try Digest.sha256(ofFile: path),
      adapters: adapters, templateSHA256: Digest.sha256(of: template?.source ?? ""),
      system: subject.system, maximumTokens: subject.options.maximumTokens,
      options: [
        "cache_type": model.options.cacheType.rawValue,
        "context": String(model.information.contextLength),
        "gpu_layers": String(model.options.gpuLayers),
      ])
    var entries = [
      ("Model", "\(model.information.name), \(URL(fileURLWithPath: path).lastPathComponent)"),
      ("Model file, SHA-256", record.modelSHA256),
    ]
    for (adapter, known) in zip(model.options.adapters, adapters) {
      let name = URL(fileURLWithPath: adapter.path).lastPathComponent
      entries.append(("Adapter", "\(name), scale \(adapter.scale), SHA-256 \(known.sha256)"))
    }
    entries += [
      ("Chat template, SHA-256", record.templateSHA256),
      ("System prompt", subject.system.map { "\($0.utf8.count) bytes" } ?? "none of ours"),
      (
        "Engine",
        "\(record.engine), \(model.threads) threads, key-value cache "
          + "\(model.options.cacheType.rawValue), context \(model.information.contextLength)"
      ),
      ("resta", Version.number),
      ("Machine", Machine.summary),
    ]
    environment = entries.map { RecordEntry(label: $0.0, value: $0.1) }
  }
}
