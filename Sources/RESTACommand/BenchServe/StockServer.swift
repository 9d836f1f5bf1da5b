import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RESTALlama
import RESTALocal

/// llama.cpp's own server, as it comes: what the undefended one is measured against.
struct StockServer: Sendable {
  /// How long it may take to load a model.
  private static let patience = Duration.seconds(300)

  private let program: String
  private let options: [String]

  /// Finds the program, as `StockProgram.init(_:given:path:model:)`; one request needs `requestTokens` at most.
  init?(
    _ given: String?, path: String, model: LlamaModel, clients: Int, requestTokens: Int
  ) throws {
    guard let found = try StockProgram("llama-server", given: given, path: path, model: model)
    else { return nil }
    program = found.path
    options =
      found.options + [
        "-np", "\(clients)", "-c", "\(clients * requestTokens)", "-fa", "on", "--host", "127.0.0.1",
        "--no-webui",
      ]
  }

  /// Runs it for as long as `body` needs its address; each time it is a new process that remembers nothing.
  ///
  /// - Throws: ``Failure`` when it does not start; what `body` throws.
  func serve<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    // A port that somebody else has makes it end at once: another one, then.
    for _ in 0..<3 {
      let port = Int.random(in: 49_152...65_535)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = options + ["--port", "\(port)"]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      defer {
        // It may have inherited a blocked SIGTERM from this process, and has nothing to save.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
      }
      let address = "http://127.0.0.1:\(port)"
      if try await isReady(address, while: { process.isRunning }) { return try await body(address) }
    }
    throw Failure.failed(
      "'\(program) \(options.joined(separator: " "))' did not start. Run it by hand, or leave it out "
        + "with --stock none.")
  }

  private func isReady(_ address: String, while isRunning: () -> Bool) async throws -> Bool {
    let start = ContinuousClock.now
    while isRunning(), ContinuousClock.now - start < Self.patience {
      let request = HTTPClientRequest(url: address + "/health")
      let answer = try? await HTTPClient.shared.execute(request, timeout: .seconds(5))
      if answer?.status == .ok { return isRunning() }
      try await Task.sleep(for: .milliseconds(50))
    }
    return false
  }
}

/// What llama.cpp's own server did with the same requests, in turns with ours.
struct StockServed: Encodable {
  /// Over all clients.
  let tokensPerS: Double
  /// Ours through it, in the same repeat.
  let ratio: Double
  let ratioLowest: Double
  let ratioHighest: Double
  /// How many answers of all repeats are ours, to the byte; the others part where its kernels round otherwise.
  let sameAnswers: Int

  /// Makes it of pairs of measurements; `nil` when there are none.
  init?(rates: [(ours: Double, stock: Double)], sameAnswers: Int) {
    let ratios = rates.map { $0.ours / $0.stock }
    guard let speed = BenchRun.median(rates.map(\.stock)), let ratio = BenchRun.median(ratios),
      let lowest = ratios.min(), let highest = ratios.max()
    else { return nil }
    tokensPerS = speed
    self.ratio = ratio
    (ratioLowest, ratioHighest) = (lowest, highest)
    self.sameAnswers = sameAnswers
  }
}
