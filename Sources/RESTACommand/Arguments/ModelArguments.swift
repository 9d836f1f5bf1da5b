// Public, because a conformance that this file adds to a public type is public too.
public import ArgumentParser
import Foundation
import RESTA
public import RESTALlama

/// The options that choose a model and how it runs; shared by all commands.
struct ModelArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The GGUF model. (default: $RESTA_MODEL, or the model of 'make demo')", valueName: "file"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "A LoRA adapter and its scale; may be given several times. (default scale: 1)",
      valueName: "file[:scale]"))
  var lora: [String] = []

  @Option(
    help: ArgumentHelp(
      "The chat template: a Jinja file, or one of "
        + "\(ChatTemplate.builtInNames.joined(separator: ", ")). (default: the model's own)",
      valueName: "name|file"))
  var chatTemplate: String?

  @Option(
    help: ArgumentHelp(
      "CPU threads. (default: one for each CPU that may be used)", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The most tokens of prompt and answer. (default: what the model was trained for)",
      valueName: "tokens"))
  var ctx: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Layers that run on a GPU; -1: all.", valueName: "n"))
  var gpuLayers = 0

  @Option(
    help: ArgumentHelp("The number type of the key-value cache.", valueName: "type"))
  var kvType = LlamaOptions.CacheType.f16

  /// Loads the model, with a progress line on a terminal.
  ///
  /// - Parameters:
  ///   - parallelCells: Positions for which there is room from the start. Default: 0.
  ///   - parallelSequences: Sequences for which there is. Default: 0.
  ///   - passCosts: What passes cost. Default: measured, and remembered.
  ///   - progress: Told the share that is loaded. Default: nobody.
  /// - Returns: The model.
  /// - Throws: ``Failure`` for a wrong option; what loading throws.
  func load(
    parallelCells: Int = 0, parallelSequences: Int = 0, passCosts: PassCosts? = nil,
    progress: (@Sendable (Double) -> Void)? = nil
  ) async throws -> LlamaModel {
    let path = try Models.resolve(model)
    let options = LlamaOptions(
      contextLength: ctx, threads: threads, gpuLayers: gpuLayers, cacheType: kvType,
      adapters: try lora.map(Self.adapter), passCosts: passCosts, cacheFolder: Self.cacheFolder,
      parallelCells: parallelCells, parallelSequences: parallelSequences)
    let name = URL(fileURLWithPath: path).lastPathComponent
    defer { Terminal.status("") }
    return try await LlamaModel.load(path, options: options) { share in
      Terminal.status("Loading \(name): \(Int(share * 100)) %")
      progress?(share)
    }
  }

  /// Where it is remembered what passes cost here: measuring that takes up to a second.
  private static var cacheFolder: String? {
    // A relative path is invalid, says the XDG specification.
    if let folder = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"], folder.hasPrefix("/") {
      return folder + "/resta"
    }
    return FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first?
      .appendingPathComponent("resta").path
  }

  /// Checks what can be checked without a model, before one is loaded.
  func check() throws {
    guard let chatTemplate, !ChatTemplate.builtInNames.contains(chatTemplate) else { return }
    _ = try templateSource(chatTemplate)
  }

  private func templateSource(_ path: String) throws -> String {
    guard let source = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Failure.usage(
        "--chat-template '\(path)' is neither a readable file nor one of "
          + "\(ChatTemplate.builtInNames.joined(separator: ", ")).")
    }
    return source
  }

  /// The template that the command line names, or `nil` for the model's own.
  func template(for model: ModelInformation) throws -> ChatTemplate? {
    guard let chatTemplate else { return nil }
    if ChatTemplate.builtInNames.contains(chatTemplate) {
      return try .builtIn(chatTemplate, bosToken: model.bosToken, eosToken: model.eosToken)
    }
    let source = try templateSource(chatTemplate)
    return try ChatTemplate(
      source: source, bosToken: model.bosToken, eosToken: model.eosToken, name: chatTemplate)
  }

  /// An adapter from `FILE` or `FILE:SCALE`.
  private static func adapter(_ text: String) throws -> LlamaOptions.Adapter {
    guard let colon = text.lastIndex(of: ":"), let scale = Float(text[text.index(after: colon)...])
    else {
      // A colon in a file name is no scale, but a mistyped scale must not become a file name.
      if let colon = text.lastIndex(of: ":"),
        !FileManager.default.fileExists(atPath: text),
        FileManager.default.fileExists(atPath: String(text[..<colon]))
      {
        throw Failure.usage(
          "--lora '\(text)': '\(text[text.index(after: colon)...])' is not a number.")
      }
      return LlamaOptions.Adapter(path: text)
    }
    return LlamaOptions.Adapter(path: String(text[..<colon]), scale: scale)
  }
}

extension LlamaOptions.CacheType: ExpressibleByArgument {}
