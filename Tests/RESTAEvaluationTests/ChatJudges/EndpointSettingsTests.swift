import Foundation
import RESTA
import RESTADocuments
import Testing

@testable import RESTAEvaluation

@Suite("Settings of an endpoint") struct EndpointSettingsTests {
  @Test(arguments: [
    ("http://localhost:8000", "http://localhost:8000/v1/chat/completions"),
    ("http://localhost:8000/", "http://localhost:8000/v1/chat/completions"),
    ("https://example.org/v1", "https://example.org/v1/chat/completions"),
    ("https://example.org/api/v3//", "https://example.org/api/v3/chat/completions"),
    ("https://example.org/x/chat/completions", "https://example.org/x/chat/completions"),
    ("http://[::1]:80", "http://[::1]:80/v1/chat/completions"),
    ("HTTPS://example.org/v1/", "https://example.org/v1/chat/completions"),
    ("http://h/v1/chat/completions/", "http://h/v1/chat/completions"),
    ("https://h/v1beta/openai/", "https://h/v1beta/openai/chat/completions"),
    (
      "https://h/openai/deployments/d?api-version=1",
      "https://h/openai/deployments/d/chat/completions?api-version=1"
    ),
    (
      "https://h/openai/deployments/d/chat/completions?api-version=1",
      "https://h/openai/deployments/d/chat/completions?api-version=1"
    ),
  ])
  func `the address is completed`(base: String, address: String) throws {
    #expect(try EndpointSettings(baseURL: base, model: "m").address().absoluteString == address)
  }

  @Test(arguments: [
    "", "localhost:8000", "ftp://example.org", "http://", "file:///v1", "http:///v1",
    "https://user@example.org", "https://user:hunter2@example.org/v1",
    "https://example.org?k=hunter2",
    "https://example.org#x", "https://example.org?api-version=1&k=hunter2",
    "https://h/v1/responses", "https://h/v1/completions", "https://h/v1/messages",
    "https://h/v1/chat/",
    "https://h/v1/models",
  ])
  func `what is no address, or holds a secret, is an error that does not show it`(base: String) {
    let error = #expect(throws: EvaluationError.self) {
      try EndpointSettings(baseURL: base, model: "m").validate()
    }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.hasPrefix("baseURL: ") == true)
    #expect(error?.message.contains("hunter2") == false)
  }

  /// A change that makes settings wrong.
  typealias Change = @Sendable (inout EndpointSettings) -> Void

  private static let changes: [(String, Change)] = [
    ("model", { $0.model = "" }), ("keyHeader", { $0.keyHeader = "a b" }),
    ("temperature", { $0.temperature = 3 }), ("temperature", { $0.temperature = .nan }),
    ("timeout", { $0.timeout = 0 }),
    ("timeout", { $0.timeout = .nan }), ("timeout", { $0.timeout = .infinity }),
    ("attempts", { $0.attempts = 0 }), ("firstPause", { $0.firstPause = -1 }),
    ("firstPause", { $0.firstPause = 61 }), ("firstPause", { $0.firstPause = .nan }),
    ("longestPause", { $0.longestPause = .infinity }),
    ("requestsPerMinute", { $0.requestsPerMinute = 0 }), ("concurrency", { $0.concurrency = 0 }),
    ("maximumResponseBytes", { $0.maximumResponseBytes = 0 }),
  ]

  @Test(arguments: changes.indices)
  func `values out of range are named`(index: Int) {
    let (name, change) = Self.changes[index]
    var settings = EndpointSettings(baseURL: "http://localhost", model: "m")
    #expect(throws: Never.self) { try settings.validate() }
    change(&settings)
    let error = #expect(throws: EvaluationError.self) { try settings.validate() }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.hasPrefix("\(name): ") == true)
  }
}
