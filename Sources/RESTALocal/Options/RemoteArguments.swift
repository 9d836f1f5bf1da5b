public import ArgumentParser
public import RESTA
import Synchronization

/// The options of a model that servers compute; the model's file then gives its vocabulary, its template and its
/// embedding rows.
package struct RemoteArguments: ParsableArguments {
  package init() {}

  @Option(
    help: ArgumentHelp(
      "What computes the model: llama.cpp in process, or vLLM servers, which demo, compare and meaning do not "
        + "work with (docs/vllm.md).",
      valueName: "engine"))
  package var engine = ModelEngine.llama

  @Option(
    help: ArgumentHelp(
      "The vLLM server, http://HOST:PORT; several with commas between them.", valueName: "url"))
  package var vllmUrl: String?

  @Option(
    help: ArgumentHelp(
      "The model's name at the vLLM server; --model is a GGUF file of the same weights.",
      valueName: "name"))
  package var vllmModel: String?

  @Option(
    help: ArgumentHelp(
      "The environment variable that holds the vLLM server's API key. (default: none is sent)",
      valueName: "variable"))
  package var vllmKey: String?

  @Flag(
    help: "Send embedding rows to vLLM in bfloat16: half the bytes, exact for a bfloat16 server.")
  package var vllmBfloat16 = false

  /// What connects to servers: set by a command that has HTTP.
  package typealias Connector =
    @Sendable (
      RemoteArguments, _ path: String, _ contextLength: Int?, _ calibrated: CalibratedSetting?
    ) async throws -> any LanguageModel

  private static let connector = Mutex<Connector?>(nil)

  /// Says how servers are connected to.
  package static func register(_ connect: @escaping Connector) {
    connector.withLock { $0 = connect }
  }

  /// Checks what can be checked without a server.
  package func check() throws {
    let given = [
      ("--vllm-url", vllmUrl != nil), ("--vllm-model", vllmModel != nil),
      ("--vllm-key", vllmKey != nil), ("--vllm-bfloat16", vllmBfloat16),
    ]
    guard engine == .vllm else {
      if let (name, _) = given.first(where: \.1) {
        throw Failure.usage("\(name) goes with --engine vllm only.")
      }
      return
    }
    if let (name, _) = given.prefix(2).first(where: { !$0.1 }) {
      throw Failure.usage("--engine vllm needs \(name).")
    }
    guard Self.connector.withLock({ $0 }) != nil else {
      throw Failure.usage(
        "--engine vllm is not in resta-local, which has no HTTP: 'make build' builds all of it.")
    }
  }

  /// Refuses servers, for a command that needs the model in process.
  package func refuse() throws {
    guard engine == .llama else {
      throw Failure.usage(
        "This command needs the model in process: it does not work with --engine vllm.")
    }
  }

  /// Connects to the servers; what was calibrated on the file's weights holds for theirs, which are the same.
  func connect(
    rowsOf path: String, contextLength: Int?, calibrated: CalibratedSetting?
  ) async throws -> any LanguageModel {
    guard let connect = Self.connector.withLock({ $0 }) else { throw CancellationError() }
    return try await connect(self, path, contextLength, calibrated)
  }
}

extension ModelEngine: ExpressibleByArgument {}

/// A model that servers compute, as commands see it.
package protocol RemoteModel: LanguageModel {
  /// What computes it, such as `vLLM 0.32.0`, for records.
  var engine: String { get }
  /// What was seen of the servers at the start, a line each, for people.
  var findings: [String] { get }
}
