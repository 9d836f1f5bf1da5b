import Foundation
import RESTADocuments
package import RESTALlama

/// llama.cpp as it comes, measured by its own `llama-bench` beside the undefended model: with the same
/// model, threads, cache and lengths, in a process of its own.
package struct StockBench: Sendable {
  /// Tokens per second of one measurement.
  package struct Speed: Equatable, Sendable {
    package var prompt: Double
    /// `nil` for an answer of one token, which the prompt's pass gives.
    package var decode: Double?
  }

  /// Where `make stock-llama` puts it.
  private static let place = ".deps/stock/bin/llama-bench"

  private let program: String
  private let options: [String]

  /// Finds the program; `nil` where there is none, or where it cannot run this model.
  ///
  /// - Parameters:
  ///   - given: The path of --stock; `none` measures without.
  ///   - path: The model's file.
  ///   - model: The loaded model.
  /// - Throws: ``Failure`` when what is given is no program.
  package init?(_ given: String?, path: String, model: LlamaModel) throws {
    guard given != "none" else { return nil }
    let files = Places.projects.map { $0.appendingPathComponent(Self.place) }
    guard let program = given ?? Places.first(of: files) else {
      Terminal.error("No llama.cpp as it comes beside it: 'make stock-llama' builds one.")
      return nil
    }
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw Failure.usage("--stock '\(program)' is no program.")
    }
    guard model.options.adapters.isEmpty else {
      Terminal.error("No llama.cpp as it comes beside it: llama-bench takes no adapters.")
      return nil
    }
    self.program = program
    let options = model.options
    self.options = [
      "-m", path, "-t", "\(model.threads)", "-fa", "1", "-ub", "\(options.batchSize)",
      "-ctk", options.cacheType.rawValue, "-ctv", options.cacheType.rawValue,
      "-ngl", "\(options.gpuLayers < 0 ? 999 : options.gpuLayers)", "-r", "1", "-o", "json",
    ]
  }

  /// Measures a prompt, and the steps of an answer behind it.
  package func measure(promptTokens: Int, answerTokens: Int) async throws -> Speed {
    let prompt = try await run(["-p", "\(promptTokens)", "-n", "0"])
    guard answerTokens > 1 else { return Speed(prompt: prompt) }
    let steps = ["-p", "0", "-n", "\(answerTokens - 1)", "-d", "\(promptTokens)"]
    return Speed(prompt: prompt, decode: try await run(steps))
  }

  private func run(_ lengths: [String]) async throws -> Double {
    let arguments = options + lengths
    let output = try await withCheckedThrowingContinuation { continuation in
      // Reading blocks, so not on a thread that tasks share.
      Thread.detachNewThread { [program] in
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        continuation.resume(
          with: Result {
            try process.run()
            return pipe.fileHandleForReading.readDataToEndOfFile()
          })
      }
    }
    guard let speed = Self.tokensPerSecond(Array(output)) else {
      throw Failure.failed(
        "'\(program) \(arguments.joined(separator: " "))' gave no measurement. Run it by hand, or "
          + "leave it out with --stock none.")
    }
    return speed
  }

  /// What `llama-bench -o json` says of its one test.
  package static func tokensPerSecond(_ output: [UInt8]) -> Double? {
    let tests = try? JSONReader.value(of: output[...]).array
    guard let tests, tests.count == 1, let speed = tests[0].object?["avg_ts"]?.double,
      speed.isFinite, speed > 0
    else { return nil }
    return speed
  }
}
