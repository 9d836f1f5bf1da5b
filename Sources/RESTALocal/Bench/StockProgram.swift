import Foundation
import RESTADocuments
package import RESTALlama

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
