import Foundation
import RESTADocuments
package import RESTALlama
import Synchronization

/// llama.cpp as it comes, measured by its own `llama-bench` beside the undefended model: with the same
/// model, threads, cache and lengths, in a process of its own.
package struct StockBench: Sendable {
  /// Tokens per second of one measurement.
  package struct Speed: Equatable, Sendable {
    package var prompt: Double
    /// `nil` for an answer of one token, which the prompt's pass gives.
    package var decode: Double?
  }

  private let program: StockProgram
  private let options: [String]

  /// Finds the program; as ``StockProgram/init(_:given:path:model:)``.
  package init?(_ given: String?, path: String, model: LlamaModel) throws {
    guard let program = try StockProgram("llama-bench", given: given, path: path, model: model)
    else { return nil }
    self.program = program
    options =
      program.options + ["-fa", "1", "-ub", "\(model.options.batchSize)", "-r", "1", "-o", "json"]
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
    // Invariant: the process's id, as soon as it runs.
    let running = Mutex<Int32?>(nil)
    let output = await Interrupt.whileBlocked(
      cleanup: { if let id = running.withLock({ $0 }) { kill(id, SIGKILL) } }
    ) { [program] in
      Result { () -> Data in
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program.path)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        running.withLock { $0 = process.processIdentifier }
        return pipe.fileHandleForReading.readDataToEndOfFile()
      }
    }
    guard let speed = Self.tokensPerSecond(Array(try output.get())) else {
      throw Failure.failed(
        "'\(program.path) \(arguments.joined(separator: " "))' gave no measurement. Run it by hand, or "
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

/// A program of llama.cpp as it comes, which `make stock-llama` builds, with what it needs to run a loaded
/// model as this process does.
package struct StockProgram: Sendable {
  /// Its file.
  package let path: String
  /// Model, threads, cache and layers on a GPU; both programs spell them alike.
  package let options: [String]

  /// Finds `llama-bench` or `llama-server`, or what --stock gives; `nil` where it is `none`, or there is none, or it
  /// cannot run this model, which is said.
  ///
  /// - Throws: ``Failure`` when what is given is no program.
  package init?(_ name: String, given: String?, path: String, model: LlamaModel) throws {
    guard given != "none" else { return nil }
    let files = Places.projects.map { $0.appendingPathComponent(".deps/stock/bin/" + name) }
    guard let program = given ?? Places.first(of: files) else {
      Terminal.error("No \(name) as it comes beside it: 'make stock-llama' builds one.")
      return nil
    }
    guard FileManager.default.isExecutableFile(atPath: program), SourceFile.exists(program) else {
      throw Failure.usage("--stock '\(program)' is no program.")
    }
    let own = model.options
    guard own.adapters.isEmpty else {
      Terminal.error("No \(name) as it comes beside it: it is measured without adapters only.")
      return nil
    }
    self.path = program
    options = [
      "-m", path, "-t", "\(model.threads)", "-ctk", own.cacheType.rawValue,
      "-ctv", own.cacheType.rawValue, "-ngl", "\(own.gpuLayers < 0 ? 999 : own.gpuLayers)",
    ]
  }
}
