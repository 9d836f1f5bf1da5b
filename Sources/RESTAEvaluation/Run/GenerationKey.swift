package import Foundation
import RESTADocuments

/// What determines one answer, and its hash: the name under which the store keeps it.
struct GenerationKey: Encodable {
  /// Changes when the same fields come to mean another answer.
  private let version = 1
  let subject: SubjectRecord
  let prompt: String
  let kind: String
  let settings: JSONObject
  /// `nil` where no seed changes the answer.
  let seed: UInt64?

  init(
    subject: SubjectRecord, prompt: String, defense: any Defense, seed: UInt64
  ) {
    self.subject = subject
    self.prompt = prompt
    kind = defense.kind
    settings = defense.settings
    self.seed = defense.usesSeed ? seed : nil
  }

  /// SHA-256 of the canonical JSON, in hexadecimals.
  var hash: String {
    get throws { Digest.sha256(of: try CanonicalJSON.text(self)) }
  }
}

/// JSON that is the same bytes for the same value.
package enum CanonicalJSON {
  package static func data(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }

  package static func text(_ value: some Encodable) throws -> String {
    String(decoding: try data(value), as: UTF8.self)
  }

  package static func value<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value
  {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}

/// Everything about the model and its engine that determines an answer: part of each generation's key.
package struct SubjectRecord: Sendable, Hashable, Codable {
  /// The engine and its version, such as `llama.cpp b7000`.
  package var engine: String
  /// The SHA-256 of the model's file.
  package var modelSHA256: String
  /// The SHA-256 of each adapter's file, and its scale.
  package var adapters: [Adapter] = []
  /// The SHA-256 of the chat template's text.
  package var templateSHA256: String
  package var system: String?
  package var maximumTokens: Int
  /// Options of the engine that can change a number, such as the cache's type.
  package var options: [String: String] = [:]
  /// The date that the chat template prints; `nil` where it prints none, as in keys made before there was one.
  package var templateDate: String?
  /// The chat template's variables; `nil` where there are none.
  package var templateVariables: [String: String]?

  package struct Adapter: Sendable, Hashable, Codable {
    package var sha256: String
    package var scale: Double
  }
}
